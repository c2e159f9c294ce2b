"""The audit of a person's own archive, from the ZIP to the report. Nothing is written and nobody is asked."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from licet.audit.audit_report import FileReport, Person, Reach, Report
from licet.audit.audit_report import Policy as PolicyAsked
from licet.audit.download_inventory import read_contents
from licet.audit.inventory import AuditedFile, Contents, Distinctions, Words, gathered
from licet.audit.item_titles import title_of
from licet.audit.judgement import Judge
from licet.audit.next_steps import next_steps, untouched
from licet.audit.open_judgement import OpenJudge, ages_told_apart, places_told_apart
from licet.audit.surprises import surprises
from licet.audit.topics import TOPICS, TRAINING
from licet.decide import Facts, Policy
from licet.decide.explain import category_term, purpose_to_you, region_name
from licet.packs import Pack, open_pack, shipped
from licet.packs.model import DefaultException, Scope, Status
from licet.policies.pack_staleness import Staleness, changes_in, staleness
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.whose_download import kind_called, nothing_known, whose
from licet.sources.download import open_download
from licet.sources.import_report import Progress, Unread
from licet.sources.linkedin.linkedin_import import no_region
from licet.sources.zip_archive import Limits
from licet.terms import ChoiceState
from licet.terms.moments import age_in_years
from licet.terms.regions import is_region

#: Whom an archive without a date of birth is taken to be of, said so in the report: someone the policy speaks of.
_ADULT = 18
_MOST_EXAMPLES = 3
#: Where the owner's own words are looked for first.
_TELLING = ("shares", "comments", "ai_coach_messages", "articles", "screening_answers", "resumes")
#: The policy that is asked of each platform's download where nobody names another.
DEFAULT_PACKS = {
    Kind.LINKEDIN: "linkedin_official",
    Kind.CHATGPT: "openai_chatgpt",
    Kind.META: "meta_ai",
    Kind.TAKEOUT: "google_gemini",
    Kind.X: "x_grok",
    Kind.REDDIT: "reddit",
    Kind.CLAUDE: "claude",
}
#: What became of files that nobody read.
_UNREAD = ("not understood", "nested archive")
_WHOLE = "the whole file"
#: Where a download says where its owner lives, if it does.
_SAYS_WHERE = {
    Kind.LINKEDIN: "Profile.csv, Geo Location",
    Kind.CHATGPT: "no file of such a download says so",
    Kind.META: "profile_information or profile_based_in, where such a download says so",
    Kind.TAKEOUT: "no file of such a download says so",
    Kind.X: "data/profile.js, location",
    Kind.REDDIT: "no file of such a download says so",
    Kind.CLAUDE: "no file of such a download says so",
}
#: What a download may cost: one of Meta or Google holds pictures and videos by the thousand, which are not unpacked.
LIMITS = Limits(
    archive_bytes=64 * 1024**3,
    directory_bytes=64 * 1024**2,
    entries=250_000,
    entry_bytes=4 * 1024**3 - 1,
    total_bytes=6 * 1024**3,
)


def audit_archive(
    zip_path: Path | str,
    at: datetime,
    *,
    pack: str | None = None,
    region: str | None = None,
    age: int | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    name: str | None = None,
    platform: str | None = None,
    texts: Path | str | None = None,
) -> Report:
    """Say what of a download would be used for what at a moment, by someone who never touched a setting.

    zip_path: the ZIP that LinkedIn, OpenAI, Meta, Google, X, Reddit or Anthropic sent, the folder that it was unpacked
              to, or one file of it.
    pack:     a shipped policy's name or a file; None: the one of the platform whose download it is.
    region:   where the owner lives (``CH``, ``US-CA``); None: what the profile's location says, else anywhere: what
              turns on it is said to.
    age:      the owner's, in whole years; None: by the date of birth, else taken as 18, which the report says; where
              one stands there that could not be read, any age.
    name:     what the file is called, where its path does not say.
    platform: whose download it is (``linkedin``), where what is in it leaves that open.
    texts:    the archives' texts of policies, in which what changed makes the policy stale; None: none is looked at.
    Raises: SourceError SRC-040 to SRC-048 and SRC-172 to SRC-175 for the download and the region, PackError for the
    policy.
    """
    if region is not None and not is_region(region):
        raise no_region(region)
    with open_download(zip_path, limits or LIMITS, name) as download:
        found = whose(download, zip_path, None if platform is None else kind_called(platform), name)
        kind = found.kind
        asked = open_pack(pack or DEFAULT_PACKS[kind])
        contents = read_contents(found.download, kind, Distinctions.of(asked), progress)
        sizes = {entry.name: entry.claimed_bytes for entry in found.download.entries()}
    contents.others += found.others
    contents.unread += found.unread
    if not contents.files and not contents.unread:
        raise nothing_known(zip_path)
    unread = tuple(_unread(contents, sizes))
    person = _person(contents, kind, asked, region, age, at)
    people = _whom_it_may_be(person, contents.owner.plan, kind, asked, at)
    judge = functools.partial(_judge, Policy(asked, as_written=True), people, at)
    every = dict.fromkeys(asked.settings, ChoiceState.REFUSED)
    toggles = {id_: no for id_, no in every.items() if asked.settings[id_].kind == "toggle"}
    before = judge({})
    judges = [before, judge(toggles), judge(every)]
    certain = _judge(Policy(_without_doubtful_noes(asked), as_written=True), people, at, {})
    files = tuple(_file(file, judges, certain) for file in gathered(contents.files))
    feeds = frozenset(topic for topic in TOPICS if any(before.may_use(topic, piece.kind) for piece in unread))
    policy_asked = _asked(asked, staleness(asked, at.date(), changes_in(texts, [asked])))
    return Report(
        kind,
        policy_asked,
        person,
        at,
        files,
        unread,
        feeds,
        {topic: before.reading(topic) for topic in TOPICS},
        tuple(one for one in contents.others if one.fate not in _UNREAD),
        surprises(files, asked),
        next_steps(files, kind, asked, before, judge, unread, feeds),
        untouched(files, kind, asked),
        tuple(_notes(contents, kind, asked, at, person)),
        _examples(files),
        asked.id if asked.id in shipped() else None,
    )


def _whom_it_may_be(person: Person, plan: str | None, kind: Kind, pack: Pack, at: datetime) -> list[Facts]:
    """The facts of everybody whom the owner may be, one of each whom the policy treats alike."""
    # Who can download their conversations themselves is on a consumer plan: one that the policy makes no exception of.
    plan = plan or (pack.other_plan if kind in (Kind.CHATGPT, Kind.CLAUDE) else None)
    regions = (person.region,) if person.region else places_told_apart(pack, at)
    ages = (person.age,) if person.age is not None else ages_told_apart(pack)
    return [Facts(region, age, plan, {}) for region in regions for age in ages]


def _judge(policy: Policy, people: list[Facts], at: datetime, choices: Mapping[str, ChoiceState]) -> Judge:
    """The policy asked about people who chose so, under it."""
    bound = dict.fromkeys(choices, policy.pack.digest)
    asked = [who._replace(choices=choices, bound=bound) for who in people]
    return Judge(policy, asked[0], at) if len(asked) == 1 else OpenJudge(policy, asked, at)


def _unread(contents: Contents, sizes: Mapping[str, int]) -> Iterator[Unread]:
    """What nobody read: what readers say so of, then the files that none of them knows, for they may hold anything."""
    told = {piece.name for piece in contents.unread}
    for piece in contents.unread:
        is_whole = piece.bytes is None and piece.what == _WHOLE
        yield piece._replace(bytes=sizes.get(piece.name)) if is_whole else piece
    for one in contents.others:
        if one.fate in _UNREAD and one.name not in told:
            yield Unread(one.name, _WHOLE, one.reason, sizes.get(one.name))


def _asked(pack: Pack, stale: Staleness | None) -> PolicyAsked:
    parts = pack.scope or ()
    about_training = [
        part for part in parts if part.purposes is None or not TRAINING.purposes.isdisjoint(part.purposes)
    ]
    return PolicyAsked(
        pack.id,
        pack.title,
        pack.version,
        pack.digest,
        pack.observed.isoformat(),
        pack.controller.name,
        tuple(dict.fromkeys(_speaks_for(part, pack) for part in about_training or parts)),
        stale,
    )


def _speaks_for(part: Scope, pack: Pack) -> str:
    """One part of what a policy speaks for, as ``members in the European Union, of Facebook, from 2025-06-16 on``.

    What it is about is said where training AI is not among it.
    """
    told = [
        f"members in {', '.join(region_name(pack, region) for region in part.regions)}"
        if part.regions
        else "members anywhere"
    ]
    if part.products:
        told.append(f"of {', '.join(part.products)}")
    if part.from_ is not None:
        told.append(f"from {part.from_} on")
    if part.until is not None:
        told.append(f"until {part.until}")
    if part.purposes and TRAINING.purposes.isdisjoint(part.purposes):
        told.append(f"about {', '.join(purpose_to_you(pack, purpose) for purpose in part.purposes)}")
    if part.categories:
        told.append(f"with {', '.join(category_term(pack, kind).label for kind in part.categories)}")
    return ", ".join(told)


def _without_doubtful_noes(pack: Pack) -> Pack:
    """The policy as it would be if nothing held of what it is said to leave out, but in no text of the platform's."""
    rules = [
        rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for rule in pack.rules
        if rule.effect == "permit" or rule.cite is None or rule.cite.status is Status.STATED
    ]
    return Pack.model_validate(pack.as_json() | {"rules": rules})


def _file(file: AuditedFile, judges: list[Judge], certain: Judge) -> FileReport:
    """judges: as things stand, with the toggles off, with every control used. certain: without doubtful noes."""
    reaches = {topic: Reach(*(judge.rows_used(topic, file) for judge in judges)) for topic in TOPICS}
    return FileReport(
        file,
        title_of(file.layout.table),
        {topic: judges[0].share(topic, file) for topic in TOPICS},
        reaches,
        {topic: certain.rows_used(topic, file) - reaches[topic].now for topic in TOPICS},
    )


def _lives_in(locations: list[str]) -> str | None:
    """The region that all of several places are in, as far as they can be read; None where they disagree."""
    from licet.sources.places import resolve_place  # late: its tables take time to load

    regions = {region for place in locations if (region := resolve_place(place).region) is not None}
    most = max(regions, key=len, default=None)  # US-CA says more than US
    return (
        most if all(most == region or (most or "").startswith(f"{region}-") for region in regions) else None
    )


def _person(
    contents: Contents, kind: Kind, pack: Pack, region: str | None, age: int | None, at: datetime
) -> Person:
    owner, how = contents.owner, "as you said"
    if region is None:
        region, how = _lives_in(owner.locations), "from your profile's location"
    if region is None:
        how = "which the archive does not say clearly"
    is_assumed = False
    if age is not None:
        age_how = "as you said"
    elif owner.born is not None and (found := age_in_years(owner.born, at)) is not None:
        age, age_how = found, "from your profile's date of birth"
    elif owner.born_year is not None and owner.born_year < at.year:
        age, age_how = at.year - owner.born_year - 1, "from your year of birth, at least"
    elif owner.births or owner.age_unread or any(map(_may_tell_age, contents.unread)):
        age_how = "when you were born stands there in a way that says no one day"
    else:
        what = "what was read of the archive" if contents.unread else "the archive"
        age, age_how, is_assumed = _ADULT, f"assumed, since {what} does not say", True
    return Person(
        region,
        "an unknown place" if region is None else region_name(pack, region),
        how,
        None if region else _SAYS_WHERE[kind],
        age,
        age_how,
        is_assumed,
    )


def _may_tell_age(piece: Unread) -> bool:
    """Whether a date of birth may be in what was not read, as far as is known what that is."""
    return piece.kind in ("profile", "demographic", "demographic.age")


def _asks_age(pack: Pack) -> bool:
    """Whether anything in it depends on how old they are."""
    asked = any(rule.minimum_age is not None or rule.maximum_age is not None for rule in pack.rules)
    return asked or any(one.below_age is not None for one in _exceptions(pack))


def _exceptions(pack: Pack) -> list[DefaultException]:
    return [one for setting in pack.settings.values() for one in setting.default.exceptions]


def _is_page(name: str) -> bool:
    return name.casefold().endswith((".html", ".htm"))


def _notes(contents: Contents, kind: Kind, pack: Pack, at: datetime, person: Person) -> Iterable[str]:
    met = {file.layout.table for file in contents.files} | {other.table for other in contents.others}
    if kind is Kind.LINKEDIN and "shares" not in met:
        yield (
            "There are no posts in this archive. The small export leaves them out: ask for the larger one"
            " before you conclude that you have none."
        )
    off = sorted({plan for one in _exceptions(pack) if one.state.value == "off" for plan in one.plans or ()})
    if kind is Kind.CHATGPT and off:
        yield (
            f"This is read as the download of a consumer plan. On another ({', '.join(off)}) the switch starts off, and"
            " nothing of it trains AI unless somebody switched it on."
        )
    if kind is Kind.META and any(
        _is_page(name) for file in contents.files for name in file.members or [file.name]
    ):
        yield (
            "This download is in HTML, which says less of who wrote what and when. Ask for the download in JSON to have"
            " that told more exactly."
        )
    if person.age_is_assumed and _asks_age(pack):
        yield (
            f"The archive does not say how old you are, so the answers are those for someone of {_ADULT} or older. The"
            " policy leaves younger people out of some uses: if you are younger, give your age."
        )
    if pack.in_force_from is not None and at < pack.in_force_from:
        yield f"At this moment the policy is not in force yet; it is from {pack.in_force_from.date()} on."


def _examples(files: tuple[FileReport, ...]) -> tuple[Words, ...]:
    """Passages that would train AI, of as many different files as there are, the most telling first."""
    order = {table: number for number, table in enumerate(_TELLING)}
    ranked = sorted(files, key=lambda one: order.get(one.file.layout.table, len(order)))
    rounds = [
        [one.shares[TRAINING].words[turn : turn + 1] for one in ranked] for turn in range(_MOST_EXAMPLES)
    ]
    found = [words for turn in rounds for one in turn for words in one]
    return tuple({words.text: words for words in found}.values())[:_MOST_EXAMPLES]
