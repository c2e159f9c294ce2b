"""What only whoever runs the platform can say: `reports.yaml` of a workspace. Every word of it may be left out.

licet_reports: 1
provider: {name: Exemplum Ltd, contact: privacy@exemplum.example}
model: {intended_purpose: "suggests how to word a post"}
datasets: {copyright: "members keep the rights in what they write"}
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.terms import ReportError
from licet.uses.layout_file import read_layout

Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Provider(Part):
    """Who publishes a report."""

    name: Words | None = Field(None, description="of the company or person")
    contact: Words | None = Field(None, description="where readers of a report reach them")
    url: Words | None = Field(None, description="their site")
    representative: Words | None = Field(None, description="authorised in the Union, AI Act Art. 54")
    general_purpose_ai: bool | None = Field(
        None, description="whether they provide a general-purpose AI model in the Union, AI Act Art. 3(63)"
    )
    available_to_californians: bool | None = Field(
        None, description="whether the public in California can use what the model generates"
    )


class ModelFacts(Part):
    """What is said of a model."""

    name: Words | None = Field(None, description="as its users know it")
    intended_purpose: Words | None = Field(None, description="what it is for, in a sentence or two")
    licence: Words | None = Field(None, description="an SPDX identifier, or words")
    on_union_market_since: date | None = Field(None, description="the day it was placed on the Union market")
    limitations: Words | None = Field(None, description="what it is not to be used for")


class DatasetFacts(Part):
    """What is said of members' data that it was made from."""

    copyright: Words | None = Field(None, description="whether rights in it are somebody's, and whose")
    acquisition: Words | None = Field(None, description="whether it was bought or licensed")
    aggregate_consumer_information: Words | None = Field(None, description="whether it holds any")
    collected_from: date | None = Field(None, description="the first day on which any of it was collected")
    collected_until: date | None = Field(None, description="the last; left out while it goes on")
    collection_ongoing: bool | None = Field(None, description="whether more of it is collected")
    languages: Words | None = Field(None, description="of it, in a sentence")
    synthetic: Words | None = Field(None, description="what is made by AI among what members wrote")
    other_sources: Words | None = Field(None, description="what else the model learnt from, outside licet")
    rights_reservations: Words | None = Field(
        None, description="how reservations of rights from text and data mining are respected"
    )
    illegal_content: Words | None = Field(None, description="how illegal content is kept out")


class ProviderSettings(Part):
    """The whole file."""

    licet_reports: Literal[1] = Field(1, description="the format")
    provider: Provider = Provider()
    model: ModelFacts = ModelFacts()
    datasets: DatasetFacts = DatasetFacts()


def load_settings(path: Path) -> ProviderSettings:
    """The settings of a file; nothing said where there is none. Raises: ReportError RPT-001 for what makes no sense."""
    found = read_layout(ProviderSettings, path)
    if isinstance(found, str):
        raise ReportError(
            "RPT-001",
            f"what the operator says for reports makes no sense, {found}",
            str(path),
            "compare it with docs/reports.md; without the file what only you know is not recorded",
        )
    return ProviderSettings() if found is None else found
