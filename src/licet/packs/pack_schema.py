"""JSON Schema of a policy file, for editors that complete and check while one writes.

Drawn from the model, so it cannot drift from it. It knows shapes only: whether an id that is used also exists, and
whether a pair is closed, only loading can tell.
"""

from __future__ import annotations

from licet.packs.model import FORMAT_VERSION, Pack
from licet.terms.canonical import JsonObject
from licet.terms.ids import SELF
from licet.terms.vocabulary import CATEGORIES, PURPOSES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: The smallest policy that permits something; the schema's example, and a test loads it.
EXAMPLE: JsonObject = {
    "licet_pack": FORMAT_VERSION,
    "id": "acme",
    "title": "Acme's policy on AI training",
    "version": "1",
    "observed": "2025-11-01",
    "controller": {"name": "Acme"},
    "sources": {"policy": {"title": "Acme's privacy notice", "kind": "official"}},
    "notices": {"autumn": {"title": "What changes", "published": "2025-10-01", "effective": "2025-11-03"}},
    "categories": {"content.posts": {}},
    "purposes": {"generative_ai_training": {}},
    "settings": {
        "ai_training": {
            "label": "Train AI on my posts",
            "path": ["Settings", "Privacy", "Train AI on my posts"],
            "default": {"state": "off"},
            "observed": "2025-11-01",
        }
    },
    "rules": [
        {
            "id": "train_on_public_posts",
            "effect": "permit",
            "purposes": ["generative_ai_training"],
            "categories": ["content.posts"],
            "recipients": [SELF],
            "regions": ["EEA", "CH"],
            "visibility": ["public"],
            "notice": "autumn",
            "setting": "ai_training",
            "legal_basis": "eu-gdpr:A6-1-f",
            "cite": {"source": "policy", "quote": "We train our models on public posts."},
        }
    ],
}


def pack_schema() -> JsonObject:
    """The schema as JSON values (draft 2020-12), with titles, descriptions and an example."""
    schema = Pack.model_json_schema(by_alias=True, mode="validation")
    _name_words(schema)
    for definition in (schema, *schema["$defs"].values()):
        for key, value in definition.get("properties", {}).items():
            value.setdefault("title", key.replace("_", " ").capitalize())
    return {
        "$schema": DIALECT,
        **schema,
        "title": f"licet policy pack, format {FORMAT_VERSION}",
        "examples": [EXAMPLE],
    }


def _name_words(schema: JsonObject) -> None:
    """Offer the shared words where a pack may use its own too: as examples, not as an enumeration."""
    rule = schema["$defs"]["Rule"]["properties"]
    rule["purposes"]["items"]["examples"] = list(PURPOSES)
    rule["categories"]["items"]["examples"] = list(CATEGORIES)
    schema["$defs"]["Purpose"]["properties"]["kind_of"]["examples"] = list(PURPOSES)
