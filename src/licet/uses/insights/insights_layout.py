"""What insights are made of: `insights.yaml` at a workspace's root.

Skills that advertisements about nobody ask for, and skills that members have; regions in a hierarchy that is fixed
before anything is counted. There are no free filters: what can be asked is what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.layout_file import read_layout

FILE_NAME = "insights.yaml"
#: The region above all.
EVERYWHERE = "everywhere"
Column = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Demand(_Part):
    """Advertisements about nobody: the skills each asks for, where and when."""

    table: Column
    skill: Column
    region: Column | None = None
    created: Column | None = None


class RegionColumn(_Part):
    """Where a member's region stands, in a table with one row for each."""

    table: Column
    column: Column


class HeldSkills(_Part):
    """Members' own skills."""

    table: Column
    skill: Column
    region: RegionColumn | None = None


class InsightsLayout(_Part):
    """levels: of the hierarchy that figures are told at: 0 everywhere, 1 countries, and on; each takes its share of the
    noise's budget. parents: of regions, above what their codes say: US-CA is in US.
    least_postings: a skill is told of where so many advertisements ask for it; those of `also`, everywhere in any case.
    """

    licet_insights: Literal[1] = 1
    demand: Demand
    held: HeldSkills
    parents: Mapping[Column, Column] = {}
    levels: tuple[Annotated[int, Field(ge=0, le=5)], ...] = Field((0, 1), min_length=1, max_length=6)
    least_postings: int = Field(3, ge=1)
    also: tuple[Column, ...] = ()
    buckets: int = Field(64, ge=1, le=4096)

    @field_validator("levels")
    @classmethod
    def _each_once(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(levels)) != len(levels):
            raise ValueError("a level stands twice")
        return levels

    @field_validator("parents")
    @classmethod
    def _leads_to_an_end(cls, parents: Mapping[str, str]) -> Mapping[str, str]:
        for region in parents:
            seen, above = {region}, parents.get(region)
            while above is not None:
                if above in seen:
                    raise ValueError(f"{region} leads back to itself by way of {above}")
                seen.add(above)
                above = parents.get(above)
        return parents

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))

    def line(self, region: str | None) -> list[str]:
        """Everywhere, and the regions down to this one; everywhere alone where none is said."""
        found: list[str] = []
        # A region of that very name would be counted twice, as itself and as all.
        while region is not None and region != EVERYWHERE and region not in found:
            found.append(region)
            region = self.parents.get(region) or (region.rpartition("-")[0] or None)
        return [EVERYWHERE, *reversed(found)]


def load_insights_layout(path: Path) -> InsightsLayout:
    """Raises: UseError RCMD-120 where there is none, RCMD-121 for one that makes no sense."""
    found = read_layout(InsightsLayout, path)
    if found is None:
        raise UseError(
            "RCMD-120",
            "nothing says what insights are made of",
            str(path),
            "run `licet insights release`, which drafts it of the catalogue, or write it as docs/insights.md shows",
        )
    if not isinstance(found, str):
        return found
    raise UseError(
        "RCMD-121",
        f"what insights are made of makes no sense, {found}",
        str(path),
        "compare it with docs/insights.md; without the file, `licet insights release` drafts one",
    )
