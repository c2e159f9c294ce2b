"""A corpus as it is built, its exports at once, and its exports after somebody said no, before and after an update."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import yaml

from licet.app import Workspace
from licet.terms import SELF
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING
from licet.testing.drawn_words import chance, pick
from licet.testing.marked_worlds import Mark, MarkedWorld, marks_in
from licet.testing.oracle.conversation import choose, object_to_every_use, refuse_rows
from licet.testing.oracle.row_answers import row_codes
from licet.testing.oracle.sightings import Judged, Leak, Sightings, nothing_seen, seen, unless_refused
from licet.testing.oracle.standpoint import Standpoint, standpoint

_FORMS = ("jsonl", "parquet")


def through_corpus(rng: Random, world: MarkedWorld, workspace: Workspace) -> Sightings:
    """Raises: Leak."""
    recipe = yaml.safe_load((world.root / "recipe.yaml").read_text(encoding="utf-8"))
    if not recipe["documents"]:
        return nothing_seen()
    workspace.uses["corpus"].build()
    found = _documents(world, workspace)
    for form in _FORMS:
        found += _export(world, workspace, form)
    before = _permitted(_now(world, workspace))
    for member in world.members:
        if chance(rng, 50):
            for setting in workspace.policy().pack.settings:
                choose(workspace, world, member["id"], setting, "off")
        elif chance(rng, 15):
            object_to_every_use(workspace, world, member["id"])
    refuse_rows(rng, world, workspace)
    found += judge_text(_now(world, workspace), _text(workspace), "documents", ())
    form = pick(rng, list(_FORMS))
    export = unless_refused(lambda: _export(world, workspace, form), "CORP-209")
    if export.refused and before <= _permitted(_now(world, workspace)):
        raise Leak("export: refused, and everything in it is permitted still")
    found += export
    found += _export(world, workspace, pick(rng, list(_FORMS)), leave_out=True)
    workspace.uses["corpus"].update()
    found += _documents(world, workspace)
    return found + _export(world, workspace, pick(rng, list(_FORMS)))


def _text(workspace: Workspace) -> str:
    return "\n".join(json.dumps(row, default=str) for row in workspace.uses["corpus"].documents())


def _permitted(stand: Standpoint) -> set[Mark]:
    """Every labelled cell that may be used, those that hold no mark among them."""
    cells = (
        Mark(name, number, column)
        for name, table in stand.world.tables.items()
        for number in range(len(table.rows))
        for column in table.rows[number]
    )
    return {cell for cell in cells if stand.permits(cell)}


def _documents(world: MarkedWorld, workspace: Workspace) -> Sightings:
    """The snapshot as it was just made: everything permitted is in it, and of the rest it says why."""
    stand = _now(world, workspace)
    text = _text(workspace)
    found = judge_text(stand, text, "documents", _asked(world))
    asked, out = {*_asked(world)}, {*marks_in(text)}
    for mark in asked - out:
        if stand.permits(mark):
            raise Leak(f"documents: {stand.describe(mark)} is permitted and not there")
    manifest, told = workspace.uses["corpus"].show().manifest, Counter[tuple[str, str | None]]()
    for row in (*manifest["passed"], *manifest["held_back"]):
        told[row["table"], row.get("code")] += row["records"]
    expected = Counter(
        {
            (name, code): records
            for name in {mark.table for mark in asked}
            for code, records in row_codes(stand, world.tables[name]).items()
        }
    )
    if told != expected:
        raise Leak(f"corpus: its manifest counts {dict(told)}, and decide says {dict(expected)}")
    return found


def _export(world: MarkedWorld, workspace: Workspace, form: str, leave_out: bool = False) -> Sightings:
    with tempfile.TemporaryDirectory(prefix="licet-oracle-") as folder:
        target = Path(folder) / "export"
        workspace.uses["corpus"].export(target, form, leave_out=leave_out)
        return judge_text(_now(world, workspace), "\n".join(_contents(target)), "export", _asked(world), form)


def _now(world: MarkedWorld, workspace: Workspace) -> Standpoint:
    return standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF)


def _contents(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield json.dumps(pq.read_table(path).to_pylist(), default=str)
        elif path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")


def _asked(world: MarkedWorld) -> list[Mark]:
    """The cells that a corpus asks for."""
    return [
        Mark(name, number, column)
        for name, table in world.tables.items()
        if table.location != "arrow" and table.key is not None
        for number in range(len(table.rows))
        for column in ("key", "c0", "c1", "c2")
        if table.labels.get(column) is not None
    ]


def judge_text(stand: Standpoint, text: str, way: str, asked: Iterable[Mark], where: str = "") -> Sightings:
    """Every mark in a text must be permitted. asked: marks that might be in it, and are judged withheld where not."""
    out, marks = {*marks_in(text)}, Counter[Judged]()
    for mark in {*asked} | out:
        answer = stand.answer(mark)
        if mark in out and answer.value != "permitted":
            raise Leak(f"{way}: {stand.describe(mark)} is out")
        marks[Judged(way, where, answer.value, mark in out)] += 1
    return seen(marks)
