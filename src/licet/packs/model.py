"""A policy as data: what a pack file says, validated, and nothing about how it is decided or stored.

Every reference inside a pack (a rule's setting, a group's region) is checked when it loads, so whoever holds
a `Pack` holds one that makes sense. What is merely doubtful is for `licet packs lint`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from licet.packs.group_codes import GroupCodes
from licet.terms import SELF
from licet.terms.canonical import JsonObject, canonical_json, digest
from licet.terms.moments import midnight
from licet.terms.vocabulary import AUDIENCES, CATEGORIES, PLANS, PURPOSES, Term, ancestors

FORMAT_VERSION = 1

#: The start of what was announced without a day: the last day there is, which no use will see.
NEVER = midnight(date.max)

Region = Annotated[
    str, Field(description="ISO 3166-1 or 3166-2 code, EU, EEA, WORLD, or a region group's id")
]


class Part(BaseModel):
    """Base of everything in a pack: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(StrEnum):
    """How sure a fact is. Only `stated` facts are what the platform itself, or its account, says."""

    STATED = "stated"
    DISPUTED = "disputed"
    REGULATOR_LIMITED = "regulator_limited"
    ANNOUNCED = "announced"
    UNVERIFIED = "unverified"


class Source(Part):
    """A text that facts are read from."""

    title: str = Field(description="what the text is called", examples=["Privacy notice of 2025-11-04"])
    kind: Literal["official", "secondary", "account"] = Field(
        description="the platform's own text, a page about it, or the page whose account of it this pack is"
    )
    url: str | None = Field(None, description="where it can be read")
    published: date | None = Field(None, description="the day it was published")
    effective: date | None = Field(None, description="the day it says it is effective from")
    observed: date | None = Field(None, description="the day somebody last read it")
    archive: str | None = Field(
        None, description="the public archive that keeps it, a git repository", examples=["pga-versions"]
    )
    document: str | None = Field(
        None, description="the file's path in that archive", examples=["LinkedIn/Privacy Policy.md"]
    )
    commit: str | None = Field(
        None, pattern="^[0-9a-f]{7,64}$", description="the archive's commit that holds these words"
    )
    recorded: date | None = Field(None, description="the day the archive recorded it, not that of its effect")


class Citation(Part):
    """Where one fact was read, in a short quotation."""

    source: str = Field(description="id of an entry under sources")
    quote: str = Field(max_length=300, description="the words themselves, as short as they can be")
    status: Status = Field(Status.STATED, description="how sure the fact is")
    limited_in: tuple[Region, ...] | None = Field(
        None,
        min_length=1,
        description="where alone a regulator has limited what the fact says; its status is that elsewhere",
        examples=[["CA-AB", "CA-BC"]],
    )


class Controller(Part):
    """Who decides what the data is used for (GDPR Art. 4(7))."""

    name: str = Field(description="as members know it")
    url: str | None = Field(None, description="its site")
    contact: str | None = Field(None, description="where members reach it")


class Notice(Part):
    """An announcement of a policy. No rule under it applies before it is published and its period has run."""

    title: str = Field(description="what was announced")
    published: date = Field(description="the day members could read it", examples=["2025-09-20"])
    effective: date | None = Field(
        None,
        description="the day it says it takes effect; absent when none was named, and then nothing under it applies",
        examples=["2025-11-03"],
    )
    expected: str | None = Field(
        None, description="what was said of the day where none was named", examples=["mid-2026"]
    )
    first_seen: bool = Field(
        False, description="no source names the days: they are those on which it was first seen to be so"
    )
    period_days: int = Field(
        0, ge=0, le=3650, description="days that must pass between publication and effect"
    )
    cite: Citation | None = Field(None, description="where this was read")


class RegionGroup(Part):
    """A named list of countries, subdivisions and other groups."""

    label: str = Field(description="what people call it")
    include: tuple[Region, ...] = Field(
        min_length=1,
        description="countries, subdivisions, EU, EEA, WORLD and other groups",
        examples=[["EEA", "CH"]],
    )
    cite: Citation | None = Field(None, description="where this was read")


class Category(Part):
    """A kind of data the policy speaks of: a word of the vocabulary, or a branch below one."""

    label: str | None = Field(None, description="what people call it; the vocabulary's own label if absent")
    dpv: str | None = Field(None, description="the DPV 2.3 term that fits", examples=["pd:WorkHistory"])
    succeeds: tuple[str, ...] = Field(
        (),
        description="ids of earlier kinds of data whose refusals hold here too; else those of its siblings do",
    )
    organisation_may_refuse: bool = Field(
        False, description="whether an organisation may refuse this for its members' work data"
    )
    cite: Citation | None = Field(None, description="where this was read")


class Purpose(Part):
    """A purpose the policy speaks of: a word of the vocabulary, or `kind_of` one."""

    label: str | None = Field(None, description="what people call it; the vocabulary's own label if absent")
    kind_of: str | None = Field(None, description="the shared purpose this one is a kind of")
    dpv: str | None = Field(None, description="the DPV 2.3 term that fits", examples=["ai:ModelTraining"])
    succeeds: tuple[str, ...] = Field(
        (),
        description="ids of earlier purposes whose refusals hold here too; else those of its siblings do",
    )
    cite: Citation | None = Field(None, description="where this was read")


TermDays = Annotated[int, Field(ge=1, le=3650)]


class Recipient(Part):
    """Someone besides the platform itself who may receive data.

    What it may keep, and for how long, are the most that a workspace may agree on with it; its own file may say less.
    """

    name: str = Field(description="as members know it")
    kind: Literal["affiliate", "partner"] = Field(description="related by ownership, or by contract only")
    url: str | None = Field(None, description="its site")
    retention_days: TermDays | None = Field(
        None, description="whole days after which nothing that it received may be left with it"
    )
    lease_days: TermDays | None = Field(
        None, description="whole days that one delivery is good for, unless another renews it"
    )
    removal_days: TermDays | None = Field(
        None, description="whole days within which it takes out what it is told to take out"
    )
    terms_cite: Citation | None = Field(None, description="where these days were read")
    terms_house_rule: Literal[True] | None = Field(
        None, description="true where they are the platform's own rule, which no text states"
    )
    tcf_vendor: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="its number on IAB Europe's Global Vendor List; a TC string must consent to it, too",
    )
    succeeds: tuple[str, ...] = Field(
        (),
        description="ids of earlier recipients whose refusals hold here too; else those of its siblings do",
    )
    cite: Citation | None = Field(None, description="where this was read")


class State(StrEnum):
    """A setting's position."""

    ON = "on"
    OFF = "off"


class DefaultException(Part):
    """Members for whom a setting starts elsewhere; every condition given must hold."""

    state: State = Field(description="where the setting starts for them")
    regions: tuple[Region, ...] | None = Field(None, description="members in any of these")
    plans: tuple[str, ...] | None = Field(None, description="members on any of these plans")
    below_age: int | None = Field(None, ge=1, le=150, description="members younger than this, whole years")


class Default(Part):
    """Where a setting stands for someone who was never asked. If exceptions disagree, off wins."""

    state: State = Field(description="where the setting starts")
    stated: Literal[False] | None = Field(
        None, description="false where no source says where it starts; it is then held to start off"
    )
    exceptions: tuple[DefaultException, ...] = Field((), description="members for whom it starts elsewhere")
    cite: Citation | None = Field(None, description="where this was read")


class Setting(Part):
    """A control a member has, where it is, and what it does besides."""

    label: str = Field(description="what the control is called on the platform")
    kind: Literal["toggle", "form", "privacy-signal", "delete-content", "avoid-feature"] = Field(
        "toggle", description="what a member has to do"
    )
    path: tuple[str, ...] = Field(min_length=1, description="menu steps to the control, in order")
    steps_in: int | None = Field(
        None, ge=1, description="steps to switch it on; as many as the path if absent"
    )
    steps_out: int | None = Field(
        None, ge=1, description="steps to switch it off; as many as the path if absent"
    )
    deep_link: str | None = Field(None, description="address that opens the control")
    default: Default = Field(description="where it stands for someone never asked")
    observed: date = Field(description="the day somebody last saw the control where the path says")
    side_effects: tuple[str, ...] = Field((), description="what switching it off changes besides")
    unchanged: tuple[str, ...] = Field((), description="what the platform says does not change")
    honours: tuple[Literal["gpc", "gpp", "tcf"], ...] = Field(
        (),
        description="signals that switch it off: Global Privacy Control, and IAB's GPP and TCF strings that refuse",
    )
    retroactive: bool | None = Field(
        None,
        description="whether switching it off reaches what was built before; absent where no source says",
    )
    keeps_earlier_choice: bool | None = Field(
        None, description="whether a choice made before the policy stays; absent where no source says"
    )
    replaces: tuple[str, ...] = Field((), description="ids of earlier settings whose refusals hold here too")
    organisation_may_refuse: bool = Field(
        False, description="whether an organisation may refuse it for its members' work data"
    )
    cite: Citation | None = Field(None, description="where this was read")


class Rule(Part):
    """One permission or prohibition. Every condition given must hold for the rule to apply."""

    id: str = Field(description="unique in the pack; answers name it", examples=["train_on_public_posts"])
    effect: Literal["permit", "forbid"] = Field(description="a forbid beats every permit")
    purposes: tuple[str, ...] = Field(
        min_length=1, description="what for: any of these", examples=[["generative_ai_training"]]
    )
    categories: tuple[str, ...] = Field(
        min_length=1, description="kinds of data, each with everything below it", examples=[["content.posts"]]
    )
    recipients: tuple[str, ...] = Field(
        (SELF,), min_length=1, description="who receives it: any of these; self is the platform itself"
    )
    regions: tuple[Region, ...] | None = Field(
        None,
        min_length=1,
        description="a permit without regions covers everywhere known; a forbid without them covers everyone",
    )
    notice: str | None = Field(None, description="id of the notice that announced it; a permit needs one")
    from_: date | None = Field(None, alias="from", description="first day, UTC")
    until: date | None = Field(None, description="first day it no longer applies, UTC")
    created_from: date | None = Field(None, description="only records made on or after this day, UTC")
    created_before: date | None = Field(None, description="only records made before this day, UTC")
    minimum_age: int | None = Field(None, ge=1, le=150, description="whole years, inclusive")
    maximum_age: int | None = Field(None, ge=0, le=150, description="whole years, inclusive")
    visibility: tuple[str, ...] | None = Field(
        None, min_length=1, description="only records shown to one of these audiences", examples=[["public"]]
    )
    plans: tuple[str, ...] | None = Field(
        None, min_length=1, description="only members on one of these plans"
    )
    legal_basis: str | None = Field(None, description="a DPV term such as eu-gdpr:A6-1-f")
    setting: str | None = Field(None, description="id of the setting that governs it; permits only")
    no_opt_out: bool = Field(
        False, description="the policy itself says that no control stops it; permits only"
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        le=36_500,
        description="whole days that what is made by it may be kept; the fewest of several count; permits only",
    )
    retention_cite: Citation | None = Field(None, description="where the retention was read")
    retention_house_rule: Literal[True] | None = Field(
        None, description="true where the retention is the platform's own rule, which no text states"
    )
    cite: Citation | None = Field(None, description="where this was read")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Scope(Part):
    """A part of what a pack speaks for; what it leaves out, for all. Outside all parts nobody has read what applies."""

    regions: tuple[Region, ...] | None = Field(None, min_length=1, description="members in any of these")
    purposes: tuple[str, ...] | None = Field(
        None, min_length=1, description="uses for any of these, and for their own kinds"
    )
    categories: tuple[str, ...] | None = Field(
        None, min_length=1, description="uses of any of these kinds of data, each with everything below it"
    )
    recipients: tuple[str, ...] | None = Field(
        None, min_length=1, description="uses by any of these; self is the platform itself"
    )
    products: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="the platform's products, as members know them; told, and decides nothing",
    )
    from_: date | None = Field(None, alias="from", description="first day, UTC")
    until: date | None = Field(None, description="first day it no longer speaks for, UTC")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def names(self, line: Sequence[str], above: Sequence[str], recipient: str) -> bool:
        """Whether a purpose and a kind of data, each given with what lies above it, and a recipient are in it."""
        is_purpose = self.purposes is None or not {*line}.isdisjoint(self.purposes)
        is_kind = self.categories is None or not {*above}.isdisjoint(self.categories)
        return is_purpose and is_kind and (self.recipients is None or recipient in self.recipients)

    def lasts(self, at: datetime) -> bool:
        """Whether a moment is in it."""
        begins = self.from_ is None or at >= midnight(self.from_)
        return begins and (self.until is None or at < midnight(self.until))


class Aspect(StrEnum):
    """What a change of version is about."""

    RULES = "rules"
    DATA = "data"
    PURPOSES = "purposes"
    RECIPIENTS = "recipients"
    SETTINGS = "settings"
    AGES = "ages"
    REGIONS = "regions"
    NOTHING = "nothing"


class VersionChange(Part):
    """One thing that a version of a policy changed."""

    about: Aspect = Field(description="what it is about")
    says: str = Field(min_length=1, max_length=300, description="the change, in one plain sentence")
    rules: tuple[str, ...] = Field((), description="ids of the rules that it began or ended")
    cite: Citation | None = Field(None, description="where this was read")


class Version(Part):
    """A policy as it was from some day on. Its rules carry their own days; this says what changed, and where."""

    effective: date = Field(description="the day it says it is effective from")
    sources: tuple[str, ...] = Field(min_length=1, description="ids of the texts it stands in")
    changes: tuple[VersionChange, ...] = Field((), description="what changed since the version before it")


class Topic(StrEnum):
    """What a statement is about: one column of a comparison of policies."""

    DATA = "data"
    PURPOSES = "purposes"
    RECIPIENTS = "recipients"
    REGIONS = "regions"
    SINCE = "since"
    DEFAULT = "default"
    CONTROL = "control"
    STEPS = "steps"
    RETROACTIVE = "retroactive"
    EXCLUSIONS = "exclusions"
    EARLIER_CHOICE = "earlier_choice"
    SIDE_EFFECTS = "side_effects"


class Statement(Part):
    """A fact that no rule can carry, or one side of a dispute. It is shown with its source and decides nothing."""

    about: Topic = Field(description="what it is about")
    says: str = Field(min_length=1, max_length=300, description="the fact, in one plain sentence")
    rules: tuple[str, ...] = Field(
        (), description="ids of the rules it is about; about all of them if absent"
    )
    cite: Citation = Field(description="where this was read")


#: The legal basis under which silence of the member is not enough: GDPR consent.
CONSENT_BASES = frozenset({"eu-gdpr:A6-1-a", "dpv:Consent", "dpv:ExplicitlyExpressedConsent"})


class Use(NamedTuple):
    """A purpose and who receives the data for it."""

    purpose: str
    recipient: str


class Pack(Part):
    """A whole policy: one platform, one account of what it says it does."""

    licet_pack: Literal[1] = Field(description="version of this format")
    id: str = Field(description="name of the pack, the file's name without its suffix", examples=["acme"])
    title: str = Field(description="what people call the policy")
    version: str = Field(description="the author's own version, as text", examples=["1"])
    observed: date = Field(description="the day someone last checked it against its sources")
    review_by: date | None = Field(None, description="after this day the pack shows as stale")
    description: str | None = Field(None, description="what the pack covers, and what it leaves out")
    controller: Controller = Field(description="who decides what the data is used for")
    sources: dict[str, Source] = Field(min_length=1, description="texts that facts are read from, by id")
    notices: dict[str, Notice] = Field({}, description="announcements, by id")
    region_groups: dict[str, RegionGroup] = Field({}, description="named lists of regions, by id")
    categories: dict[str, Category] = Field(description="kinds of data the policy speaks of, by id")
    purposes: dict[str, Purpose] = Field(description="purposes the policy speaks of, by id")
    recipients: dict[str, Recipient] = Field(
        {}, description="who besides the platform may receive data, by id"
    )
    settings: dict[str, Setting] = Field({}, description="controls that members have, by id")
    statements: dict[str, Statement] = Field({}, description="facts that no rule can carry, by id")
    scope: tuple[Scope, ...] | None = Field(
        None, min_length=1, description="what the pack speaks for, part by part; everything if absent"
    )
    versions: dict[str, Version] = Field(
        {}, description="the policy's versions, by id, the day of their effect"
    )
    rules: tuple[Rule, ...] = Field(description="what is permitted and what is forbidden, in any order")

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything the pack says; comments and layout do not count."""
        return digest(canonical_json(self.as_json()))

    def as_json(self) -> JsonObject:
        """The pack as plain JSON values, defaults left out, in the file's own words."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
            "licet_pack": FORMAT_VERSION
        }

    @functools.cached_property
    def rules_by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def category_term(self, category: str) -> Term | None:
        """The word for a kind of data; None when neither the vocabulary nor this pack knows it."""
        own, shared = self.categories.get(category), CATEGORIES.get(category)
        if own is None:
            return shared
        return Term(
            category,
            own.label or (shared.label if shared else category),
            own.dpv or (shared.dpv if shared else None),
        )

    def lets_organisations(self, setting: str, category: str) -> bool:
        """Whether an organisation may refuse a setting, or a kind of data, for its members' work data."""
        kinds = (self.categories.get(kind) for kind in ancestors(category))
        return (setting in self.settings and self.settings[setting].organisation_may_refuse) or any(
            kind is not None and kind.organisation_may_refuse for kind in kinds
        )

    def purpose_line(self, purpose: str) -> tuple[str, ...]:
        """The purpose and the shared purpose it is a kind of; empty when unknown."""
        own = self.purposes.get(purpose)
        if own is not None and own.kind_of is not None:
            return (purpose, own.kind_of)
        return (purpose,) if own is not None or purpose in PURPOSES else ()

    def uses(self) -> tuple[Use, ...]:
        """Every use that some rule permits to somebody, in the order of the rules: a purpose of the pack's own that is
        a kind of a permitted one is permitted by the same rules, and comes after it."""
        own: dict[str, list[str]] = {}
        for purpose, entry in self.purposes.items():
            if entry.kind_of is not None:
                own.setdefault(entry.kind_of, []).append(purpose)
        return tuple(
            dict.fromkeys(
                Use(purpose, recipient)
                for rule in self.rules
                if rule.effect == "permit"
                for word in rule.purposes
                for purpose in (word, *own.get(word, ()))
                for recipient in rule.recipients
            )
        )

    def permits(self, purpose: str, recipient: str) -> list[Rule]:
        """The rules that permit a use to somebody, in the order of the rules."""
        line = {*self.purpose_line(purpose)}
        return [
            rule
            for rule in self.rules
            if rule.effect == "permit" and recipient in rule.recipients and not line.isdisjoint(rule.purposes)
        ]

    def knows_recipient(self, recipient: str) -> bool:
        return recipient == SELF or recipient in self.recipients

    @functools.cached_property
    def audiences(self) -> frozenset[str]:
        """The words for who could see a record that are known: shared ones, and those the rules name."""
        return AUDIENCES.union(*(rule.visibility or () for rule in self.rules))

    @functools.cached_property
    def named_plans(self) -> frozenset[str]:
        """The words for members' plans that rules and defaults name."""
        named = [rule.plans or () for rule in self.rules]
        named += [start.plans or () for one in self.settings.values() for start in one.default.exceptions]
        return frozenset().union(*named)

    @functools.cached_property
    def plans(self) -> frozenset[str]:
        """The words for members' plans that are known: shared ones, and those named here."""
        return PLANS | self.named_plans

    @property
    def other_plan(self) -> str | None:
        """A known plan that nothing here names; None where every known one is named."""
        return min(self.plans - self.named_plans, default=None)

    def regions_read(
        self, line: Sequence[str], above: Sequence[str], recipient: str, at: datetime
    ) -> tuple[str, ...] | None:
        """Where the pack speaks of a purpose and a kind of data, each with what lies above it; None for everywhere.

        Somewhere else nobody has read what applies.
        """
        if self.scope is None:
            return None
        parts = [part.regions for part in self.scope if part.names(line, above, recipient) and part.lasts(at)]
        found = dict.fromkeys(region for part in parts if part is not None for region in part)
        return None if None in parts else tuple(found)

    def places(self, regions: tuple[str, ...], day: date) -> frozenset[str]:
        """Countries and subdivisions that a list of codes and groups names on `day`."""
        return self._group_codes.places(regions, day)

    @functools.cached_property
    def _group_codes(self) -> GroupCodes:
        return GroupCodes({id_: group.include for id_, group in self.region_groups.items()})

    def applies_from(self, rule: Rule) -> datetime | None:
        """The first moment `rule` can apply: the latest of its own date, its notice's, and the notice period.

        None for a rule without any date (a forbid that always holds); `NEVER` under a notice that named no day.
        """
        days = [rule.from_] if rule.from_ is not None else []
        if rule.notice is not None:
            notice = self.notices[rule.notice]
            days += [notice.effective or date.max, _days_after(notice.published, notice.period_days)]
        return midnight(max(days)) if days else None

    @functools.cached_property
    def in_force_from(self) -> datetime | None:
        """The first moment anything is permitted; None when the pack permits nothing at any time."""
        starts = [self.applies_from(rule) for rule in self.rules if rule.effect == "permit"]
        return min((start for start in starts if start is not None and start < NEVER), default=None)


def _days_after(day: date, days: int) -> date:
    """The day so many days later; the last day there is where that lies beyond the calendar."""
    return day + timedelta(days=min(days, (date.max - day).days))
