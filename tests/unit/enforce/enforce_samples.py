"""A gate over a handful of people and posts, with the ledger told outright."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.pseudonyms import pseudonym_of_key, pseudonym_of_subject
from licet.ledger import Ledger
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.testing.worlds import NO_ORGANISATION_REFUSED, NOBODY_REFUSED

AT = datetime(2026, 1, 1, tzinfo=UTC)

PACK: dict[str, Any] = {
    "licet_pack": 1,
    "id": "acme",
    "title": "Acme",
    "version": "1",
    "observed": "2026-01-01",
    "controller": {"name": "Acme"},
    "sources": {"page": {"title": "A page", "kind": "official"}},
    "notices": {"n": {"title": "n", "published": "2020-01-01", "effective": "2020-01-01"}},
    "categories": {"content.posts": {}},
    "purposes": {"recommendation": {}},
    "settings": {
        "sharing": {
            "label": "Share",
            "path": ["Settings"],
            "observed": "2026-01-01",
            "default": {"state": "on"},
        }
    },
    "rules": [
        {
            "id": "share",
            "effect": "permit",
            "notice": "n",
            "purposes": ["recommendation"],
            "categories": ["content"],
            "setting": "sharing",
        }
    ],
}
MEMBERS = pa.table(
    {
        "who": ["ann", "ben", "cy"],
        "region": ["DE", "CH", None],
        "plan": ["free", None, "free"],
        "born": pa.array([datetime(1990, 5, 1), None, datetime(2010, 1, 1)], pa.date32()),  # noqa: DTZ001
    }
)
POSTS = pa.table(
    {
        "id": [1, 2, 3, 4, 5],
        "author": ["ann", "ben", "cy", "eve", None],
        "text": ["a", "b", "c", "e", "?"],
        "title": ["A", "B", "C", "E", "?"],
        "draft": ["x", "x", "x", "x", "x"],
    }
)
POSTS_TABLE: dict[str, Any] = {
    "location": {"arrow": "posts"},
    "key": "id",
    "subjects": ["author"],
    "columns": {"text": "content.posts", "title": "profile.headline"},
}
FACTS: dict[str, Any] = {
    "table": "members", "subject": "who", "region": "region", "birth_date": "born", "plan": "plan",
}  # fmt: skip


class Told:
    """A ledger that tells what it is given; only the last of each is in it. pack: the one all of it was given under."""

    def __init__(
        self,
        *choices: tuple[str, str, str | None, str],
        signals: tuple[tuple[str, str], ...] = (),
        pack: str | None = None,
    ):
        self.position, self.pack = 1, pack
        self._choices, self._signals = choices, signals

    @property
    def recorded(self) -> Told:
        return self

    def entries_of_kind(self, kind: str, subject: str | None = None, since: int = 0) -> list[Any]:
        return []

    def choices_table(self, position: int, known: object = None) -> pa.Table:
        names = ("subject", "setting", "category", "state")
        return pa.table(
            {
                name: pa.array([row[place] for row in self._choices], pa.string())
                for place, name in enumerate(names)
            }
            | {"pack": pa.array([self.pack for _ in self._choices], pa.string())}
        )

    def record_noes(self, position: int, known: object = None, keys: object = None) -> pa.Table:
        return NOBODY_REFUSED

    def organisation_noes(self, position: int) -> pa.Table:
        return NO_ORGANISATION_REFUSED

    def signals_table(self, position: int, known: object = None) -> pa.Table:
        return pa.table(
            {
                name: pa.array([row[place] for row in self._signals], pa.string())
                for place, name in enumerate(("subject", "signal"))
            }
        )


def make_gate(
    *rules: dict[str, Any],
    ledger: Told | None = None,
    posts: pa.Table = POSTS,
    members: pa.Table = MEMBERS,
    table: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = FACTS,
    base: Path = Path(),
    at: datetime = AT,
    sharing: dict[str, Any] | None = None,
    catalogue: Catalogue | None = None,
    **asked: Any,
) -> Gate:
    """`rules` replace the pack's; `table` changes how `posts` is catalogued, `sharing` the default."""
    pack = PACK | ({"rules": list(rules)} if rules else {})
    if sharing is not None:
        pack["settings"] = {"sharing": PACK["settings"]["sharing"] | {"default": sharing}}
    catalogue = catalogue or Catalogue.model_validate(
        {
            "licet_catalogue": 1,
            "facts": facts,
            "tables": {
                "members": {"location": {"arrow": "members"}, "columns": {}},
                "posts": POSTS_TABLE | (table or {}),
            },
        }
    )
    return Gate(
        Policy(Pack.model_validate(pack)),
        asked.pop("purpose", "recommendation"),
        at,
        catalogue,
        asked.pop("engine", None) or DuckDBEngine(threads=1),
        cast(Ledger, ledger or Told()),
        base=base,
        tables={"members": members, "posts": posts},
        salt=SALT,
        **asked,
    )


def permit(id_: str = "share", **conditions: Any) -> dict[str, Any]:
    rule = {
        "id": id_, "effect": "permit", "notice": "n", "purposes": ["recommendation"], "categories": ["content"],
    }  # fmt: skip
    return rule | conditions


def as_written(read: pa.Table) -> list[dict[str, Any]]:
    """Rows with the ids of `posts` and the people for their pseudonyms, for tests of what else is in them."""
    return [{name: _written(value) for name, value in row.items()} for row in read.to_pylist()]


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return [_written(one) for one in value]
    return _IDS.get(value, value) if isinstance(value, str) else value


SALT = b"the salt of the samples"
_IDS: dict[str, Any] = {pseudonym_of_key(SALT, "posts", str(n)): n for n in range(20)} | {
    pseudonym_of_subject(SALT, who): who for who in ("ann", "ben", "cy", "eve")
}
