"""Why an advertisement is shown: who paid, by what it was chosen, how to change that, and what a click tells.

Told from the log of choices, which names no member, and from the file of campaigns; so it says what the campaign looked
for, and nothing else of whoever asks. The wording follows Article 26 of Regulation (EU) 2022/2065, of which nothing is
claimed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.terms import SELF, UseError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.terms.vocabulary import AD_TARGETING
from licet.uses.ad_choice.campaign import Campaign, load_campaigns
from licet.uses.ad_choice.choice_log import ChoiceRow, choice_of
from licet.uses.ad_choice.opportunity import AdMode

if TYPE_CHECKING:
    from licet.app.core import Core


class AdExplanation(NamedTuple):
    """Of one choice. matched: by attribute what the campaign looked for, where the member was found by it.

    settings: by id the labels of those that decide whether data chooses advertisements here. sentences: for the reader.
    """

    id: str
    campaign: str
    number: int
    payer: str
    on_behalf_of: str | None
    political: bool
    by: AdMode
    matched: dict[str, tuple[str, ...]]
    propensity: float
    candidates: int
    at: datetime
    position: int
    settings: dict[str, str]
    sentences: tuple[str, ...]
    click: str

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(), "by": self.by.value, "at": format_moment(self.at), "sentences": list(self.sentences),
            "matched": {name: list(values) for name, values in self.matched.items()},
            "propensity": round(self.propensity, 6),
        }  # fmt: skip


def explain(core: Core, id_: str) -> AdExplanation:
    """Raises: UseError ADS-050 for no choice of that id, or of a campaign that is gone; ADS-040, ADS-041."""
    row, name, campaign = _found(core, id_)
    pack = core.policy().pack
    settings = {
        rule.setting: pack.settings[rule.setting].label
        for rule in pack.permits(AD_TARGETING, SELF)
        if rule.setting is not None
    }
    # Bits of the order as it was; of one with other attributes by now nothing is said of them.
    is_as_it_was = row.matched == (1 << len(campaign.audience)) - 1
    matched = dict(campaign.audience) if is_as_it_was else {}
    return AdExplanation(
        id_, name, campaign.number, campaign.payer, campaign.on_behalf_of, bool(campaign.political), row.mode, matched,
        row.propensity, row.candidates, datetime.fromtimestamp(row.at_seconds, UTC), row.position, settings,
        tuple(_sentences(campaign, row, matched, settings)), _click(campaign),
    )  # fmt: skip


def campaign_of_choice(core: Core, id_: str) -> Campaign:
    """Raises: UseError ADS-050, ADS-040, ADS-041."""
    return _found(core, id_)[2]


def _found(core: Core, id_: str) -> tuple[ChoiceRow, str, Campaign]:
    row = choice_of(core.layout.ad_choices, id_)
    if row is not None:
        for name, campaign in load_campaigns(core.layout.campaigns).campaigns.items():
            if campaign.number == row.campaign:
                return row, name, campaign
    raise UseError(
        "ADS-050",
        "there is no such choice of an advertisement",
        fix="take the id from the answer of the choice",
    )


def _sentences(
    campaign: Campaign, row: ChoiceRow, matched: dict[str, tuple[str, ...]], settings: dict[str, str]
) -> list[str]:
    whom = "" if campaign.on_behalf_of is None else f" on behalf of {campaign.on_behalf_of}"
    said = [f"{campaign.payer} paid for it{whom}."]
    if campaign.political and row.mode is AdMode.CONTEXTUAL:
        said.append("It is a political advertisement; nothing of yours was gone by.")
    said.append("It was chosen by the words of the page and by what the advertiser pays.")
    if campaign.countries:
        said.append(f"It is for readers in {', '.join(campaign.countries)}.")
    if row.mode is AdMode.CONTEXTUAL:
        said.append("Nothing of yours was used.")
    elif matched:
        for attribute, values in matched.items():
            said.append(f"It is for members whose {attribute.replace('_', ' ')} is {' or '.join(values)}.")
    elif row.matched:
        said.append(
            "You were found by what you permit; whom the campaign is for was written otherwise since."
        )
    else:
        said.append("What you permit was looked at, and this campaign goes by none of it.")
    said.append(
        f"It was drawn among {row.candidates}, with a chance of {100 * row.propensity:.3g} %."
        if row.candidates > 1
        else "It was the only one that fitted."
    )
    if settings:
        said.append(f"You change this under {' and '.join(f'“{label}”' for label in settings.values())}.")
    return said


def _click(campaign: Campaign) -> str:
    if not campaign.audience:
        return "A click tells the advertiser that somebody read a page like this one, and nothing of you."
    looked_for = " and ".join(
        f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in campaign.audience.items()
    )
    return f"A click tells the advertiser that somebody came whom this campaign is for: {looked_for}."
