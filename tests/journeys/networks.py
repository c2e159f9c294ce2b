"""Small made-up networks in real workspaces: Parquet tables, a catalogue, a policy with many dates, a recipe.

Shared by the tests of the corpus, the app and the command line. What a table holds is given as rows; everything
around it is fixed, so that a test says only what matters to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.sources.catalogue import STAMP
from licet.terms.moments import parse_moment
from licet.testing.use_contract import compacted
from licet.uses.registry import open_use

TEXT, TEXTS, MOMENT, DAY = pa.string(), pa.list_(pa.string()), pa.timestamp("us"), pa.date32()

#: Column name, type, kind of data. `internal` has no label on purpose.
SHAPES: dict[str, list[tuple[str, pa.DataType, str | None]]] = {
    "members": [("id", TEXT, None), ("region", TEXT, "profile.location"), ("born", DAY, "demographic.age")],
    "profiles": [
        ("id", TEXT, "profile.headline"), ("name", TEXT, "profile.name"), ("headline", TEXT, "profile.headline"),
        ("summary", TEXT, "profile.summary"), ("internal", TEXT, None),
    ],
    "posts": [
        ("post", TEXT, "content.posts"), ("author", TEXT, "content.posts"), ("with", TEXTS, "content.posts"),
        ("seen_by", TEXT, "content.posts"), ("made", MOMENT, "content.posts"), ("title", TEXT, "content.posts"),
        ("body", TEXT, "content.posts"),
    ],
    "comments": [
        ("comment", TEXT, "content.comments"), ("post", TEXT, "content.comments"),
        ("author", TEXT, "content.comments"), ("made", MOMENT, "content.comments"), ("text", TEXT, "content.comments"),
    ],
    "messages": [
        ("message", TEXT, None), ("sender", TEXT, None), ("to", TEXTS, None), ("made", MOMENT, None),
        ("text", TEXT, "private_communication.messages"),
    ],
}  # fmt: skip

ROLES: dict[str, dict[str, Any]] = {
    "members": {"key": "id", "subjects": ["id"]},
    "profiles": {"key": "id", "subjects": ["id"], "visibility_is": "public"},
    "posts": {"key": "post", "subjects": ["author", "with"], "created": "made", "visibility": "seen_by"},
    "comments": {"key": "comment", "subjects": ["author"], "created": "made", "visibility_is": "public"},
    "messages": {
        "key": "message", "subjects": ["sender", "to"], "created": "made", "visibility_is": "private",
    },
}  # fmt: skip

#: Profiles from January, posts from May, comments from September, names in October only; two settings.
PACK = """
licet_pack: 1
id: harbour
title: The harbour's policy
version: "1"
observed: 2025-01-01
controller: {name: Harbour}
sources: {page: {title: A page, kind: official}}
notices:
  winter: {title: Winter, published: 2024-12-01, effective: 2025-01-01}
  spring: {title: Spring, published: 2024-12-01, effective: 2025-05-01}
  autumn: {title: Autumn, published: 2024-12-01, effective: 2025-09-01}
  october: {title: October, published: 2024-12-01, effective: 2025-10-01}
categories: {profile: {}, content.posts: {}, content.comments: {}}
purposes: {generative_ai_training: {}}
settings:
  ai:
    label: Use my data for AI
    path: [Settings, AI]
    observed: 2025-01-01
    default: {state: on, exceptions: [{state: off, regions: [FR]}]}
    honours: [gpc]
  talk:
    label: Use what I say
    path: [Settings, Talk]
    observed: 2025-01-01
    default: {state: on}
rules:
  - {id: profiles, effect: permit, purposes: [generative_ai_training], categories: [profile.headline],
     regions: [EEA, CH], notice: winter, setting: ai}
  - {id: summaries, effect: permit, purposes: [generative_ai_training], categories: [profile.summary],
     regions: [EEA, CH], notice: winter, until: 2025-09-01, setting: talk, minimum_age: 18}
  - {id: names, effect: permit, purposes: [generative_ai_training], categories: [profile.name],
     regions: [EEA, CH], notice: october, until: 2025-11-01, setting: ai}
  - {id: posts, effect: permit, purposes: [generative_ai_training], categories: [content.posts],
     regions: [EEA, CH], visibility: [public], notice: spring, setting: ai}
  - {id: comments, effect: permit, purposes: [generative_ai_training], categories: [content.comments],
     regions: [EEA, CH, US], notice: autumn, setting: talk}
"""

RECIPE = """
licet_recipe: 1
documents:
  - kind: profile
    table: profiles
    text: |-
      {headline}
      {summary}
  - kind: post
    table: posts
    text: |-
      {title}
      {body}
  - {kind: thread, table: comments, group_by: post, order_by: made, text: "{text}"}
  - {kind: message, table: messages, text: "{text}"}
redact: [email, handle]
near_duplicates: {shingle_words: 2, permutations: 64, bands: 16, threshold_percent: 70}
buckets: 5
"""


#: When all that the policy permits is permitted: comments already, and names still.
AUTUMN = parse_moment("2025-10-15")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def make_network(
    root: Path,
    rows: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    pack: str = PACK,
    recipe: str = RECIPE,
    stamped: bool = False,
    clock: Callable[[], datetime] = lambda: AUTUMN,
    **place: str,
) -> Workspace:
    """A workspace over the given rows, its policy in force. Tables not given are empty. place: of its ledger."""
    workspace = licet.create(root, clock=clock, **place)
    for name in SHAPES:
        write_table(root, name, rows.get(name, ()), stamped=stamped)
    (root / "catalogue.yaml").write_text(catalogue_text())
    (root / "recipe.yaml").write_text(recipe)
    (root / "policy.yaml").write_text(pack)
    workspace.use_pack(str(root / "policy.yaml"))
    return workspace


def write_table(
    root: Path, name: str, rows: Iterable[Mapping[str, Any]], *, stamped: bool = False, folder: str = "data"
) -> Path:
    fields = [
        pa.field(column, kind, metadata={STAMP: label} if stamped and label else None)
        for column, kind, label in SHAPES[name]
    ]
    path = root / folder / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], pa.schema(fields)), path)
    return path


def catalogue_text(labels: Mapping[str, Mapping[str, str | None]] | None = None) -> str:
    """The catalogue as YAML; `labels` relabels columns, by table."""
    lines = [
        "licet_catalogue: 1",
        "facts: {table: members, subject: id, region: region, birth_date: born}",
        "tables:",
    ]
    for name, shape in SHAPES.items():
        lines += [f"  {name}:", f"    location: {{parquet: data/{name}.parquet}}"]
        for role, value in ROLES[name].items():
            lines.append(f"    {role}: {'[' + ', '.join(value) + ']' if isinstance(value, list) else value}")
        lines.append("    columns:")
        for column, _, label in shape:
            given = (labels or {}).get(name, {}).get(column, label)
            lines.append(f"      {column}: {given or 'null'}")
    return "\n".join(lines) + "\n"


def member(id_: str, region: str | None = "DE", born: date | None = date(1980, 1, 1)) -> dict[str, Any]:
    return {"id": id_, "region": region, "born": born}


def post(id_: str, author: str, body: str, **more: Any) -> dict[str, Any]:
    made = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - a plain timestamp, as tables have them
    return {
        "post": id_,
        "author": author,
        "with": [author],
        "seen_by": "public",
        "made": made,
        "body": body,
    } | more


#: One post of each of three; for tests of what becomes of the first's.
SAID = "Ann's own words about the old lighthouse"
THREE_POSTS = {
    "members": [member("anna"), member("benn"), member("cleo")],
    "posts": [
        post("anna-1", "anna", SAID), post("benn-1", "benn", "quite another thing of ben's"),
        post("cleo-1", "cleo", "and a third that Cleo wrote about boats"),
    ],
}  # fmt: skip
#: The policy, with somebody else who may have what it permits.
SHARED_PACK = PACK.replace(
    "categories: {profile", "recipients: {lab: {name: A lab, kind: partner}}\ncategories: {profile"
).replace("effect: permit,", "effect: permit, recipients: [self, lab],")


def comment(id_: str, post_: str, author: str, text: str, minute: int = 0) -> dict[str, Any]:
    made = datetime(2024, 1, 2, 12, minute)  # noqa: DTZ001
    return {"comment": id_, "post": post_, "author": author, "made": made, "text": text}


def message(id_: str, sender: str, to: list[str], text: str) -> dict[str, Any]:
    return {"message": id_, "sender": sender, "to": to, "made": datetime(2024, 1, 3), "text": text}  # noqa: DTZ001


def texts_of(workspace: Workspace, snapshot: str = "latest") -> set[str]:
    return {document["text"] for document in workspace.corpus_documents(snapshot)}


def assert_update_equals_rebuild(workspace: Workspace, snapshot: str = "latest") -> None:
    """It has the root of a fresh build; put together, its manifest and every file that it names are those of one."""
    updated = workspace.corpus_show(snapshot)
    together = compacted(open_use(updated.kind, workspace.layout.root), workspace.store, updated)
    rebuilt = workspace.corpus_build(
        at=parse_moment(updated.manifest["at"]), position=updated.manifest["ledger"]["position"]
    )
    fresh = workspace.corpus_show(rebuilt.snapshot).manifest
    assert {**updated.manifest, "deltas": ()} == {**fresh, "deltas": ()} | {
        part: updated.manifest[part] for part in ("buckets", "index")
    }
    differing = [part for part in fresh if fresh[part] != together.get(part)]
    assert not differing, [(part, together.get(part), fresh[part]) for part in differing]
    assert fresh == together, "one manifest, one id"
