"""To whom each law or form of a report applies, since when, and where that was read. Summaries, and no legal advice."""

from __future__ import annotations

from typing import NamedTuple


class Law(NamedTuple):
    """A law, or a form that a community agreed on, that a report answers.

    applies_to: whom it binds; for a form, that it binds nobody. since: a day, or empty for a form.
    reference:  where its text is. read: which text of it this was written from.
    """

    name: str
    applies_to: str
    since: str
    reference: str
    read: str


AB_2013 = Law(
    "California AB 2013, Civil Code §§ 3110 and 3111",
    "Applies to whoever designs, codes, produces or substantially modifies a generative AI system for use by members "
    "of the public and makes it available to Californians, for free or not; affiliates are no members of the public. "
    "Exempt: systems for security and integrity alone, for aircraft in the national airspace, for national security.",
    "2026-01-01",
    "https://leginfo.legislature.ca.gov/faces/billNavClient.xhtml?bill_id=202320240AB2013",
    "the statute; of its items 10 to 12, accounts of it",
)
PA_25_113 = Law(
    "Connecticut Public Act 25-113, to Conn. Gen. Stat. § 42-520",
    "Applies to whoever does business in Connecticut or aims at its residents and, in the year before, controlled or "
    "processed personal data of 35,000 consumers there (to take payment alone does not count), or sensitive data of "
    "any, or offers personal data for sale. Their privacy notice is to say whether they collect, use or sell personal "
    "data to train large language models.",
    "2026-07-01",
    "https://www.insideprivacy.com/state-privacy/connecticut-legislature-amends-its-privacy-statute/",
    "accounts of law firms that agree; the act itself was not at hand",
)
ARTICLE_53_1_D = Law(
    "EU AI Act, Regulation (EU) 2024/1689, Art. 53(1)(d)",
    "Applies to providers who place a general-purpose AI model on the Union market, under a free licence or not. For "
    "every other model, and for a corpus, it is voluntary.",
    "2025-08-02",
    "https://digital-strategy.ec.europa.eu/en/faqs/template-general-purpose-ai-model-providers-summarise-their-training-content",
    "the regulation, the Commission's questions and answers, and accounts of its template of 24 July 2025",
)
CYCLONEDX = Law(
    "CycloneDX 1.6, machine-learning bill of materials (ECMA-424)",
    "A form that binds nobody by itself; buyers and regulators may ask for a bill of materials.",
    "",
    "https://cyclonedx.org/docs/1.6/json/",
    "the JSON Schema",
)
MODEL_CARD = Law(
    "Model card, as Hugging Face reads it",
    "A form that binds nobody by itself; whoever publishes a model on a hub is asked for one.",
    "",
    "https://huggingface.co/docs/hub/model-cards",
    "the hub's documentation",
)
CROISSANT = Law(
    "MLCommons Croissant 1.0 with Croissant RAI 1.0",
    "A form that binds nobody by itself; catalogues of datasets and conferences ask for it.",
    "",
    "http://mlcommons.org/croissant/1.0",
    "the specification",
)
