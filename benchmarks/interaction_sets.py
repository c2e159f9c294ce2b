"""Sets that recommendations are measured on: the real ones that lie beside the sources, and made-up ones.

None of the real ones says when anything was done, so what is held out of them is held out by chance.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.ranking_metrics import draw

_SHARED = Path(__file__).parents[2] / "shared" / "data"
LASTFM = _SHARED / "lastfm" / "user_artists.dat"
GITHUB = _SHARED / "github_social" / "edges.csv"


def lastfm() -> Interactions:
    """Who listened to which artist (HetRec 2011)."""
    with LASTFM.open(encoding="utf-8", newline="") as file:
        return _of((row["userID"], row["artistID"]) for row in csv.DictReader(file, delimiter="\t"))


def github_social() -> Interactions:
    """Which developer is joined with which (MUSAE). Either of two may have followed first: it is drawn which one did,
    so that nothing held out stands the other way round in what is shown."""
    with GITHUB.open(encoding="utf-8", newline="") as file:
        ends = [(row["id_1"], row["id_2"]) for row in csv.DictReader(file)]
    turned = draw([f"{one} {other}" for one, other in ends], 0) % 2
    return _of((end[0], end[1]) if way else (end[1], end[0]) for end, way in zip(ends, turned, strict=True))


#: By name: the file that must be there, and what reads it.
REAL: dict[str, tuple[Path, Callable[[], Interactions]]] = {
    "lastfm": (LASTFM, lastfm),
    "github_social": (GITHUB, github_social),
}
TITLES = {"lastfm": "Last.fm", "github_social": "GitHub", "made_up": "made up"}


def real_sets(absent: list[str]) -> Iterator[tuple[str, Interactions]]:
    """Those that are there; the names of the others are put to `absent`."""
    for name, (path, read) in REAL.items():
        if path.exists():
            yield name, read()
        else:
            absent.append(name)


def made_up(members: int, seed: int) -> Interactions:
    """As sparse as applications for jobs are."""
    return draw_interactions(members, max(60, members * 4 // 5), members * 7, seed)


def _of(pairs: Iterable[tuple[str, str]]) -> Interactions:
    members, items = zip(*pairs, strict=True)
    at = pa.array([0] * len(members), pa.timestamp("us"))
    return Interactions.of(pa.table({"actor": pa.array(members), "item": pa.array(items), "time": at}))
