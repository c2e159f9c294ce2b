"""A machine-learning bill of materials: a model, the corpus and the base that it is made of, and the software.

Source: CycloneDX 1.6 (ECMA-424), JSON; a model card inside it. Its serial number follows from the artefact's id, and
there is no timestamp, so that the same artefact gives the same bytes. What is not recorded is a property that says so.
"""

from __future__ import annotations

import uuid

from licet.reports import training_data
from licet.reports.artefact_evidence import Evidence
from licet.reports.disclosure import NO_ADVICE, Statement
from licet.reports.learner_facts import learner_of
from licet.terms.canonical import JsonObject
from licet.uses.model.base_card import BaseCard

FORM = "cyclonedx"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/licet/artefact")


def bill_of_materials(known: Evidence) -> JsonObject:
    """The whole bill, as JSON."""
    corpus = _corpus(known)
    subject = corpus if known.model is None else _model(known)
    parts = [] if known.model is None else [corpus]
    depends = {subject["bom-ref"]: [part["bom-ref"] for part in parts]}
    if known.base is not None:
        base, sources = _base(known.base), _sources(known.base)
        parts += [base, *sources]
        depends[subject["bom-ref"]].append(base["bom-ref"])
        depends[base["bom-ref"]] = [one["bom-ref"] for one in sources]
    parts += _software(known)
    provider = known.settings.provider.name
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(_SPACE, known.id).urn,
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "post-build"}],
            **({} if provider is None else {"supplier": {"name": provider}}),
            "component": subject,
            "properties": _properties({"licet:note": NO_ADVICE}),
        },
        "components": parts,
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in depends.items()],
        # Of what members' data is in it the manifest tells all; of what the operator did elsewhere nobody does.
        "compositions": [
            {"aggregate": "incomplete" if _gaps(known) else "unknown", "assemblies": [subject["bom-ref"]]}
        ],
    }


def _properties(named: dict[str, str]) -> list[JsonObject]:
    return [{"name": name, "value": value} for name, value in named.items()]


def _origin(known: Evidence) -> dict[str, str]:
    made = known.made
    return {
        "licet:root": made.root,
        "licet:at": made.at,
        "licet:ledger_position": str(made.ledger.position),
        "licet:ledger_root": made.ledger.root,
        "licet:purpose": made.purpose.purpose,
        "licet:recipient": made.purpose.recipient,
        "licet:policy": f"{made.policy.id} {made.policy.version}",
        "licet:policy_sha256": made.policy.digest,
    }


def _model(known: Evidence) -> JsonObject:
    model = known.model
    assert model is not None
    learner, settings = learner_of(model), known.settings.model
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{known.id}",
        "name": known.title,
        "version": known.name,
        "description": f"{learner.description}.",
        "hashes": [{"alg": "SHA-256", "content": known.id}],
        **({} if settings.licence is None else {"licenses": [{"license": {"name": settings.licence}}]}),
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "self-supervised"},
                "task": "text-generation",
                "architectureFamily": learner.family,
                "modelArchitecture": learner.architecture,
                "datasets": [{"ref": f"corpus:{known.corpus_id}"}],
                "inputs": [{"format": "text"}],
                "outputs": [{"format": "text"}],
            },
            "considerations": {
                "useCases": [
                    settings.intended_purpose or _unsaid("model.intended_purpose"),
                    f"permitted for: {training_data.purpose_told(known)}",
                ],
                "technicalLimitations": [settings.limitations or _unsaid("model.limitations")],
                "ethicalConsiderations": [
                    {
                        "name": "What members wrote is in it",
                        "mitigationStrategy": f"{learner.people}. Whoever says no: {learner.leaving}.",
                    }
                ],
            },
            "properties": _properties(
                {f"licet:{name}": str(count) for name, count in model.counts.items()}
                | {"licet:recipe_sha256": learner.recipe_sha256, **learner.properties}
            ),
        },
        "properties": _properties(_origin(known) | _gaps(known)),
    }  # fmt: skip


def _unsaid(setting: str) -> str:
    return f"not recorded: reports.yaml may say it, {setting}"


def _gaps(known: Evidence) -> dict[str, str]:
    """What is not recorded, by name."""
    found = {
        "licet:not_recorded:corpus": "its manifest is not at hand" if known.corpus is None else None,
        "licet:not_recorded:recipe": "how its documents were made is not at hand" if known.recipe is None else None,
        "licet:not_recorded:policy": "the policy's text is not at hand" if known.pack is None else None,
        "licet:not_recorded:base": (
            "its card is not at hand" if known.model is not None and known.base is None else None
        ),
        "licet:not_recorded:provider": "reports.yaml names none" if known.settings.provider.name is None else None,
    }  # fmt: skip
    return {name: why for name, why in found.items() if why is not None}


def _corpus(known: Evidence) -> JsonObject:
    described: list[Statement] = [training_data.owners(known)]
    if known.corpus is not None:
        described += training_data.processing(known)
    owner = known.settings.provider.name or (known.pack.controller.name if known.pack else None)
    counts = {} if known.corpus is None else known.corpus.counts
    facts = {f"licet:{name}": str(count) for name, count in counts.items()}
    if known.corpus is not None:
        facts |= {"licet:root": known.corpus.root, "licet:recipe_sha256": known.corpus.recipe.digest}
    told = " ".join(one.says for one in described)
    return {
        "type": "data",
        "bom-ref": f"corpus:{known.corpus_id}",
        "name": "corpus of permitted documents" if known.model is not None else known.title,
        "version": known.corpus_id[:16] if known.model is not None else known.name,
        "description": told,
        "hashes": [{"alg": "SHA-256", "content": known.corpus_id}],
        "data": [
            {
                "type": "dataset",
                "name": "members' documents",
                "classification": "personal data" if known.made.members.count else "no member's",
                "sensitiveData": [one.says for one in training_data.personal_information(known)[:1]],
                **({} if owner is None else {"governance": {"custodians": [{"organization": {"name": owner}}]}}),
            }
        ],
        "properties": _properties(facts | (_gaps(known) | _origin(known) if known.model is None else {})),
    }  # fmt: skip


def _base(card: BaseCard) -> JsonObject:
    shape = card.recipe.shape
    return {
        "type": "machine-learning-model",
        "bom-ref": f"base:{card.digest}",
        "name": "base of public text",
        "version": card.digest[:16],
        "description": "Fitted to public text alone; frozen, and no member's.",
        "hashes": [{"alg": "SHA-256", "content": card.network_sha256}],
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "self-supervised"},
                "task": "text-generation",
                "architectureFamily": "transformer",
                "modelArchitecture": (
                    f"{shape.layers} layers of width {shape.width}, {shape.heads} heads, {shape.tokens} tokens, a "
                    f"context of {shape.context}"
                ),
                "datasets": [{"ref": f"text:{one.sha256}"} for one in card.sources],
            }
        },
    }


def _sources(card: BaseCard) -> list[JsonObject]:
    return [
        {
            "type": "data",
            "bom-ref": f"text:{one.sha256}",
            "name": one.name,
            "version": one.version,
            "licenses": [{"license": {"name": one.licence}}],
            "data": [{"type": "dataset", "name": "documentation", "classification": "public"}],
            "properties": _properties({"licet:texts": str(one.texts), "licet:bytes": str(one.bytes)}),
        }
        for one in card.sources
    ]


def _software(known: Evidence) -> list[JsonObject]:
    """What could change a byte of it. The engine's version is inside its name."""
    named = dict(known.made.environment)
    if known.corpus is not None:
        named = known.corpus.environment | named
    return [
        {
            "type": "platform" if name in ("python", "engine") else "library",
            "bom-ref": f"software:{name}",
            "name": name,
            "version": version,
        }
        for name, version in sorted(named.items())
    ]
