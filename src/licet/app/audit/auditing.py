"""The audit of a person's own archive, from the ZIP to the report. Nothing is written and nobody is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from licet.app.audit.contents import AuditedFile, Contents, Distinctions, Owner, Words
from licet.app.audit.judging import Judge
from licet.app.audit.reading import read_contents
from licet.app.audit.report import FileReport, Person, Reach, Report
from licet.app.audit.report import Policy as PolicyAsked
from licet.app.audit.steps import next_steps, untouched
from licet.app.audit.surprises import surprises
from licet.app.audit.titles import title_of
from licet.app.audit.topics import ADS, TOPICS, TRAINING, uses_of
from licet.app.wording import region_name
from licet.decide import Facts, Policy
from licet.packs import Pack, open_pack, shipped
from licet.sources.import_report import Progress
from licet.sources.linkedin import Limits
from licet.sources.linkedin.importing import no_region
from licet.terms import SELF, AppError, ChoiceState
from licet.terms.moments import age_in_years
from licet.terms.regions import is_region

#: Whom an archive without a date of birth is taken to be of, said so in the report: someone the policy speaks of.
_ADULT = 18
_MOST_EXAMPLES = 3
#: Where the owner's own words are looked for first.
_TELLING = ("shares", "comments", "ai_coach_messages", "articles", "screening_answers", "resumes")


def audit_archive(
    zip_path: Path | str,
    at: datetime,
    *,
    pack: str = "linkedin_official",
    region: str | None = None,
    age: int | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Report:
    """Say what of a LinkedIn archive would be used for what at a moment, by someone who never touched a setting.

    pack:   a shipped policy's name or a file.
    region: where the owner lives (``CH``, ``US-CA``); None: what the profile's location says.
    age:    the owner's, in whole years; None: by the profile's date of birth, else taken as 18.
    Raises: SourceError SRC-040 to SRC-048 for the archive and the region, PackError for the policy, AppError APP-120
    when where the owner lives is not known and the policy depends on it.
    """
    if region is not None and not is_region(region):
        raise no_region(region)
    asked = open_pack(pack)
    contents = read_contents(zip_path, Distinctions.of(asked), progress, limits)
    person = _person(contents.owner, asked, region, age, at)
    policy = Policy(asked)

    def judge(choices: Mapping[str, ChoiceState]) -> Judge:
        return Judge(policy, Facts(person.region, person.age, choices=choices), at)

    every = dict.fromkeys(asked.settings, ChoiceState.REFUSED)
    toggles = {id_: no for id_, no in every.items() if asked.settings[id_].kind == "toggle"}
    before = judge({})
    judges = [before, judge(toggles), judge(every)]
    files = tuple(_file(file, judges) for file in contents.files)
    steps = next_steps(files, asked, before, judge)
    return Report(
        _asked(asked),
        person,
        at,
        files,
        tuple(contents.others),
        surprises(files),
        steps,
        untouched(files, asked),
        tuple(_notes(contents, asked, at, person)),
        _examples(files),
    )


def _asked(pack: Pack) -> PolicyAsked:
    own_ads = any(use.recipient == SELF for use in uses_of(ADS, pack))
    return PolicyAsked(
        pack.id,
        pack.title,
        pack.version,
        pack.digest,
        pack.observed.isoformat(),
        pack.controller.name,
        own_ads,
    )


def _file(file: AuditedFile, judges: list[Judge]) -> FileReport:
    return FileReport(
        file,
        title_of(file.layout.table),
        {topic: judges[0].share(topic, file) for topic in TOPICS},
        {topic: Reach(*(judge.rows_used(topic, file) for judge in judges)) for topic in TOPICS},
    )


def _person(owner: Owner, pack: Pack, region: str | None, age: int | None, at: datetime) -> Person:
    how = "as you said"
    if region is None:
        from licet.sources.places import resolve_place  # late: its tables take time to load

        region, how = resolve_place(owner.location).region, "from your profile's location"
    if region is None:
        if any(rule.regions is not None for rule in pack.rules):
            raise AppError(
                "APP-120",
                "the archive does not say clearly where you live, and the policy depends on it",
                "Profile.csv, Geo Location",
                "say so, e.g. --region CH",
            )
        how = "not known, and the policy does not ask"
    if age is not None:
        age_how = "as you said"
    elif owner.born is not None and (found := age_in_years(owner.born, at)) is not None:
        age, age_how = found, "from your profile's date of birth"
    else:
        age, age_how = (
            _ADULT,
            "assumed: the archive does not say when you were born; give --age if you are younger",
        )
    return Person(
        region, "an unknown place" if region is None else region_name(pack, region), how, age, age_how
    )


def _notes(contents: Contents, pack: Pack, at: datetime, person: Person) -> Iterable[str]:
    met = {file.layout.table for file in contents.files} | {other.table for other in contents.others}
    if "shares" not in met:
        yield (
            "There are no posts in this archive. The small export leaves them out: ask for the larger one"
            " before you conclude that you have none."
        )
    if pack.in_force_from is not None and at < pack.in_force_from:
        yield f"At this moment the policy is not in force yet; it is from {pack.in_force_from.date()} on."
    if pack.review_by is not None and at.date() > pack.review_by:
        yield f"This policy was last checked on {pack.observed}; it should have been checked again by {pack.review_by}."
    if pack.id in shipped() and person.region is not None:
        yield f"How to opt out, step by step: licet guide {pack.id} --region {person.region}"


def _examples(files: tuple[FileReport, ...]) -> tuple[Words, ...]:
    """Passages that would train AI, of as many different files as there are, the most telling first."""
    order = {table: number for number, table in enumerate(_TELLING)}
    ranked = sorted(files, key=lambda one: order.get(one.file.layout.table, len(order)))
    rounds = [
        [one.shares[TRAINING].words[turn : turn + 1] for one in ranked] for turn in range(_MOST_EXAMPLES)
    ]
    found = [words for turn in rounds for one in turn for words in one]
    return tuple({words.text: words for words in found}.values())[:_MOST_EXAMPLES]
