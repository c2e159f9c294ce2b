"""Pythons in which libraries lie that would not go together with ours: each a virtual environment of its own.

`python -m benchmarks.peers.peer_pythons` makes them, under `.venv-peers` beside the sources, from the versions below. A
benchmark uses those that are there, and says of the others that they are not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

#: Where they lie, unless LICET_PEERS names another folder.
FOLDER = Path(os.environ.get("LICET_PEERS") or Path(__file__).parents[2] / ".venv-peers")

#: What lies in each.
PEERS: Mapping[str, tuple[str, ...]] = {
    "implicit": ("implicit==0.7.3", "scipy==1.17.1", "numpy==2.4.6"),
    "search": ("tantivy==0.27.0", "bm25s==0.3.16", "PyStemmer==3.1.0", "numpy==2.4.6"),
    "iab_tcf": ("iab-tcf==0.2.2",),
}
#: One thread each: BLAS with more makes implicit many times slower, and they are measured beside one thread of ours.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def is_there(peer: str) -> bool:
    return _python(peer).exists()


def make(peer: str) -> None:
    """Make one. Raises: subprocess.CalledProcessError where pip cannot."""
    venv.create(FOLDER / peer, with_pip=True, clear=True)
    try:
        subprocess.run([_python(peer), "-m", "pip", "install", "-q", *PEERS[peer]], check=True)
    except subprocess.CalledProcessError:
        _python(peer).unlink()
        raise


def rankings(
    peer: str, model: str, rows: Mapping[str, Any], settings: Sequence[Mapping[str, Any]]
) -> tuple[list[Any], list[float]]:
    """Of each setting of a model the rankings, and the processor seconds; see `ranking_peers`."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        given, made = Path(folder, "rows.npz"), Path(folder, "rankings.npz")
        np.savez(given, **rows)
        script = Path(__file__).with_name("ranking_peers.py")
        subprocess.run(
            [_python(peer), "-W", "ignore", script, given, made, model, json.dumps(list(settings))],
            check=True, env=os.environ | _ALONE | {"PYTHONPATH": ""},
        )  # fmt: skip
        with np.load(made) as told:
            return [told[f"ranked_{number}"] for number in range(len(settings))], told["seconds"].tolist()


def searches(
    peer: str, library: str, docs: Sequence[tuple[str, str, str]], asked: Sequence[str]
) -> tuple[list[list[str]], list[float]]:
    """Of each query the ids that a library finds, and its processor time in ms; see `search_peers`."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        given, queries, made = (Path(folder, name) for name in ("docs.json", "asked.json", "found.json"))
        given.write_text(json.dumps(docs), encoding="utf-8")
        queries.write_text(json.dumps(asked), encoding="utf-8")
        script = Path(__file__).with_name("search_peers.py")
        subprocess.run(
            [_python(peer), "-W", "ignore", script, given, queries, made, library],
            check=True, env=os.environ | _ALONE | {"PYTHONPATH": ""},
        )  # fmt: skip
        told = json.loads(made.read_text(encoding="utf-8"))
        return told["found"], told["ms"]


def consents(
    timed: Sequence[str], judged: Sequence[str], rounds: int
) -> tuple[list[bool | None], list[float]]:
    """What iab-tcf says of some strings, and the processor seconds that it takes for others; see `consent_peers`."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        given, made = Path(folder, "strings.json"), Path(folder, "read.json")
        given.write_text(json.dumps({"timed": timed, "judged": judged, "rounds": rounds}), encoding="utf-8")
        script = Path(__file__).with_name("consent_peers.py")
        subprocess.run(
            [_python("iab_tcf"), "-W", "ignore", script, given, made],
            check=True,
            env=os.environ | {"PYTHONPATH": ""},
        )
        said = json.loads(made.read_text(encoding="utf-8"))
        return said["judged"], said["seconds"]


def _python(peer: str) -> Path:
    return FOLDER / peer / "bin" / "python"


if __name__ == "__main__":
    for name in sys.argv[1:] or PEERS:
        print(f"making {name} in {FOLDER}", flush=True)
        make(name)
