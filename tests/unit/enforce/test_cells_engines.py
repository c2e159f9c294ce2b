"""Masking below the cell says the same on every engine: one column with everything in it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from enforce_samples import as_written, make_gate, permit

TEXT = pa.string()
SAID = pa.struct([("who", TEXT), ("a b", TEXT), ('x"y', TEXT)])
CELL = pa.struct(
    [
        ("said", pa.list_(SAID)),
        ("by_key", pa.map_(TEXT, TEXT)),
        ("deep", pa.list_(pa.list_(SAID))),
        ("bare", TEXT),
    ]
)
COLUMNS = {
    "text": "content.posts",
    "cell.said[].a b": "content.posts",
    'cell.said[]."x""y"': "profile.headline",
    "cell.by_key{city}": "content.posts",
    "cell.by_key{phone}": "profile.headline",
    'cell.deep[][]."x""y"': "profile.headline",
}


def said(who: str | None, one: str | None, two: str | None) -> dict[str, str | None]:
    return {"who": who, "a b": one, 'x"y': two}


def test_every_engine_masks_alike(engine: Any) -> None:
    value = {
        "said": [
            said("ann", "1", "2"),
            said("ben", "3", "4"),
            said("eve", "5", "6"),
            None,
            said(None, "7", "8"),
        ],
        "by_key": [("phone", "1"), ("city", "2"), ("odd", "3")],
        "deep": [[said("ann", "1", "2"), None], None, []],
        "bare": "x",
    }
    cells = [value, value, {"said": None, "by_key": [], "deep": [], "bare": None}, None]
    posts = pa.table(
        {
            "id": [1, 2, 3, 4],
            "author": ["ann", "ben", "ann", "ann"],
            "text": ["t"] * 4,
            "cell": pa.array(cells, CELL),
        }
    )
    gate = make_gate(
        permit(),
        permit("head", categories=["profile"], regions=["DE"]),
        posts=posts,
        table={"columns": COLUMNS, "element_subjects": ["cell.said[].who"]},
        engine=engine,
    )
    read = gate.read("posts")
    assert read.schema.field("cell").type == CELL
    shown = {row["id"]: row["cell"] for row in as_written(read)}
    assert shown == {
        1: {
            "said": [said(None, "1", "2"), said(None, "3", None), None, None, None],
            "by_key": [("phone", "1"), ("city", "2")],
            "deep": [[said(None, None, "2"), None], None, []],
            "bare": None,
        },
        2: {
            "said": [said(None, "1", None), said(None, "3", None), None, None, None],
            "by_key": [("phone", None), ("city", "2")],
            "deep": None,
            "bare": None,
        },
        3: {"said": None, "by_key": [], "deep": [], "bare": None},
        4: None,
    }
