"""The artefact of recommendations: built of what is permitted now, and brought to now, as any other is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app import artefacts
from licet.app.artefacts import open_access, present_access
from licet.app.recommending.learned_counts import LEARNING
from licet.app.results import RecommenderResult
from licet.enforce.absences import Absences
from licet.uses.manifest import Manifest, read_heading, read_manifest
from licet.uses.recommend.recommend_manifest import KIND
from licet.uses.registry import open_use
from licet.uses.run import Made
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core


def build(core: Core, people_left: int, absences: Absences, progress: Progress) -> RecommenderResult:
    use, position = open_use(KIND, core.layout.root), core.ledger.position
    asked = LEARNING
    access = open_access(core, use, asked.purpose, asked.recipient, None, position, absences, people_left)
    return _result(artefacts.build(core, use, access, progress), use.manifest)


def update(
    core: Core, which: str, people_left: int, absences: Absences, progress: Progress
) -> RecommenderResult:
    earlier = core.store.snapshot(KIND, which)
    use, asked, position = (
        open_use(KIND, core.layout.root),
        read_heading(earlier).purpose,
        core.ledger.position,
    )
    with present_access(core, use, asked, None, position, absences, people_left) as access:
        return _result(artefacts.update(core, use, access, earlier, progress), use.manifest)


def _result(made: Made, manifest: type[Manifest]) -> RecommenderResult:
    said = read_manifest(manifest, made.snapshot)
    return RecommenderResult(
        made.snapshot.id, made.snapshot.name, said.root, made.how, made.why, said.counts, said.at,
        said.ledger.position, said.policy.id, made.written,
    )  # fmt: skip
