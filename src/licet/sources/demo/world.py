"""The demo world, written out: `make_demo_world` draws the members block by block and tells their lives.

The same number of members and the same seed give the same bytes (given the same pyarrow). Nothing in it is
real: names are joined by chance, contact details lie in ranges that reach nobody.
"""

from __future__ import annotations

from pathlib import Path

from licet.sources.demo.cast import Member, draw_member
from licet.sources.demo.circles import Circle
from licet.sources.demo.conversations import record_talk
from licet.sources.demo.demo_tables import FACTS, SHAPES, SOURCE
from licet.sources.demo.grammar import languages
from licet.sources.demo.job_market import Board, Job, record_jobs
from licet.sources.demo.job_seekers import record_seeking
from licet.sources.demo.posts import Post, record_posts
from licet.sources.demo.profiles import record_profile
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.traces import record_campaigns, record_traces
from licet.sources.demo.voices import settle
from licet.sources.import_report import FileOutcome, ImportReport, Progress
from licet.terms import SourceError

#: Members a block. It decides who meets whom, and so the bytes.
BLOCK = 1000
_TICK = 50


def make_demo_world(
    out_dir: Path | str, members: int = 2000, seed: int = 7, progress: Progress | None = None
) -> ImportReport:
    """Write the tables of a made-up network to `out_dir` as stamped Parquet, one file a table.

    members:  how many; about 2 ms of one core and, on disk, some 5 kB each. Memory does not grow with them.
    seed:     another seed makes another network; the cast of the story is in all of them.
    progress: called with ``"members"``, how many are told, and how many there are to be.

    Raises: SourceError SRC-060 for fewer than two members, SRC-017 when a table cannot be written.
    """
    if members < 2:
        raise SourceError(
            "SRC-060",
            f"a network of {members} has nobody to talk to",
            "",
            "ask for 2 members or more, e.g. 2000",
        )
    out_dir = Path(out_dir)
    tables, counts, outcomes = {}, {}, []
    with Recorder(out_dir) as recorder:
        record_campaigns(seed, recorder)
        before: list[Member] = []
        offered: list[Job] = []
        for start in range(0, members, BLOCK):
            block = [settle(draw_member(seed, k)) for k in range(start, min(start + BLOCK, members))]
            jobs = [job for member in block for job in record_jobs(member, recorder)]
            _tell_block(Circle(block, before), Board([*offered, *jobs]), recorder, members, progress)
            before, offered = block, jobs
        for name, path, rows in recorder.write():
            tables[name] = SHAPES[name].as_catalogue_table(str(path.absolute()))
            counts[name] = rows
            outcomes.append(FileOutcome(path.name, "imported", name, rows))
    return ImportReport(tables, FACTS, counts, _notes(), tuple(outcomes))


def _tell_block(
    circle: Circle, board: Board, recorder: Recorder, total: int, progress: Progress | None
) -> None:
    earlier: dict[str, list[Post]] = {}
    paired: set[tuple[int, int]] = set()
    for member in circle.members:
        record_profile(member, circle, recorder)
        record_posts(member, circle, recorder, earlier)
        record_talk(member, circle, recorder)
        record_seeking(member, board, recorder)
        record_traces(member, circle, recorder, paired)
        if progress is not None and (member.k % _TICK == _TICK - 1 or member.k == total - 1):
            progress("members", member.k + 1, total)
    recorder.close_block()


def _notes() -> tuple[str, ...]:
    return (
        f"everything here is made up: {SOURCE}",
        f"its members write in {len(languages())} languages: {', '.join(languages())}",
        "profiles.internal_score has no label, as in many a real table, and is denied to every use",
    )
