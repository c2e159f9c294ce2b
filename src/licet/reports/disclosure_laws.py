"""To whom each law or form of a report applies, since when, and where that was read. Summaries, and no legal advice."""

from __future__ import annotations

from typing import NamedTuple


class Law(NamedTuple):
    """A law, or a form that a community agreed on, that a report answers.

    applies_to: whom it binds; for a form, that it binds nobody. since: a day, or empty for a form.
    reference:  where its text is, or the text that was read of it.
    """

    name: str
    applies_to: str
    since: str
    reference: str


AB_2013 = Law(
    "California AB 2013, Civil Code §§ 3110 and 3111",
    "Applies to whoever designs, codes, produces or substantially modifies a generative AI system for use by members "
    "of the public and makes it available to Californians, for free or not; affiliates are no members of the public. "
    "Exempt: systems for security and integrity alone, for aircraft in the national airspace, for national security.",
    "2026-01-01",
    "https://leginfo.legislature.ca.gov/faces/billNavClient.xhtml?bill_id=202320240AB2013",
)
CYCLONEDX = Law(
    "CycloneDX 1.6, machine-learning bill of materials (ECMA-424)",
    "A form that binds nobody by itself; buyers and regulators may ask for a bill of materials.",
    "",
    "https://cyclonedx.org/docs/1.6/json/",
)
