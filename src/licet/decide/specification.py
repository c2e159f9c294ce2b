"""What a policy means: a question, what is known about its subject, an answer with its code. Read it in an hour.

Nothing here is kept, indexed or prepared. The evaluator says the same faster and is held to this by generated cases.
The laws named are those of docs/properties.md. A policy is the packs that were in force, in order, the present last;
a pack's number is its place among them.

First the present pack: its rules and their conditions. Then choices, and the packs they were made under. Last
succession: what a no that was given under any of the packs reaches by now, and which yes lifts it; and the noes that
nothing wider lifts, to one record and an organisation's. Packs are valid: only permits name a setting.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import contains, ge, gt, le
from typing import Any, NamedTuple

from licet.decide.question import Answer, Facts, No, Request
from licet.packs.model import CONSENT_BASES, DefaultException, Pack, Rule, Setting, State
from licet.terms import EVERY_USE, SELF, ChoiceState, Code
from licet.terms.moments import day_of, is_age, midnight
from licet.terms.regions import WORLD, lies_in
from licet.terms.vocabulary import PURPOSES, ancestors, is_closed, min_age

Packs = Sequence[Pack]

#: The sorts of words that a question is made of, and what is said of one that nobody declared.
PARTS = ("purposes", "categories", "recipients")
UNKNOWN = (Code.PURPOSE_UNKNOWN, Code.CATEGORY_UNKNOWN, Code.RECIPIENT_UNKNOWN)
#: Every purpose, or every recipient but the platform itself; no id can be it.
ANY = "*"
#: Before and beyond the number of every pack: no yes, or no no; and a no that no yes to another setting lifts.
NEVER, FOR_GOOD = -1, 1 << 62


class Case(NamedTuple):
    """A question about somebody, under packs, in the words that rules may name for it.

    line:    the purpose and what it is a kind of. above: the kind of data and those above it, nearest first.
    sources: why a no to which setting is one to this question.
    """

    request: Request
    at: datetime
    facts: Facts
    packs: Packs
    pack: Pack
    line: tuple[str, ...]
    above: tuple[str, ...]
    sources: Sequence[Source]


class Condition(NamedTuple):
    """One condition of a rule. place: in the order in which they are told; those of one thing have the same."""

    place: int
    holds: bool | None  # None: nobody can say
    if_false: Code
    if_unknown: Code = Code.NO_RULE


def decide(request: Request, facts: Facts | None, packs: Packs) -> Answer:
    """Say whether one recipient may use one record of one subject for one purpose.

    Law 6: a deny is a value with its code; nothing is raised. Law 7: moment and choices are arguments.
    Law 2: the steps stand in this order and rules in that of their ids, so that in which a pack has them never matters.
    """
    pack, at, category = packs[-1], request.at, request.category
    # Law 1: what nobody declared is denied.
    for part, word, code in zip(PARTS, (request.purpose, category, request.recipient), UNKNOWN, strict=True):
        if not isinstance(word, str) or not knows(part, word, pack):
            return deny(code)
    line = pack.purpose_line(request.purpose)
    # Closed by the vocabulary itself: private messages to training, and what is more private still to advertising.
    if is_closed(line, category):
        return deny(Code.CLOSED_BY_VOCABULARY)
    if not isinstance(at, datetime) or at.utcoffset() is None:
        return deny(Code.MOMENT_UNKNOWN)
    # Law 4: nothing before the first notice has run.
    if pack.in_force_from is None or at < pack.in_force_from:
        return deny(Code.NOT_READ if is_read(pack, line, request, at, facts) is False else Code.TOO_EARLY)
    if facts is None or not is_readable(facts):
        return deny(Code.SUBJECT_UNKNOWN)
    case = Case(request, at, facts, packs, pack, line, ancestors(category), ())
    answer = decide_by_rules(case._replace(sources=find_sources(case)))
    known = is_read(pack, line, request, at, facts)
    unread = Code.REGION_UNKNOWN if known is None else Code.NOT_READ
    return answer if known or answer.code.says_no else deny(unread)


def decide_by_rules(case: Case) -> Answer:
    rules = [one for one in case.pack.rules if names(one, case.line, case.above, case.request.recipient)]
    fates = [(fate(rule, case), rule) for rule in sorted(rules, key=lambda rule: rule.id)]
    # Law 2: a forbid beats every permit.
    for told, rule in fates:
        if rule.effect == "forbid" and told.holds:
            return deny(Code.FORBIDDEN, rule, case)
    # Law 1: what cannot be evaluated denies, forbid and permit alike.
    for effect in ("forbid", "permit"):
        unknown = [(told, rule) for told, rule in fates if rule.effect == effect and told.holds is None]
        if unknown:
            told, rule = min(unknown, key=lambda pair: pair[0].place)
            return deny(told.if_unknown, rule, case)
    permits = [(told, rule) for told, rule in fates if rule.effect == "permit"]
    applying = [rule for told, rule in permits if told.holds]
    if applying:
        rule, yes = applying[0], max(yes_to(rule.setting, case) for rule in applying)
        # Law 3: a no holds, whatever the present pack says.
        for code, name, until in noes(case):
            if yes < until:
                return Answer(False, code, rule.id, name, where_stands(name, case))
        return Answer(True, Code.PERMITTED, rule.id, rule.setting, where_stands(rule.setting, case))
    # Law 1: silence is no.
    if not permits:
        return deny(Code.NO_RULE)
    # Law 6: the permit that came nearest says why.
    told, rule = max(permits, key=lambda pair: pair[0].place)
    return deny(told.if_false, rule, case)


def is_read(
    pack: Pack, line: Sequence[str], request: Request, at: datetime, facts: Facts | None
) -> bool | None:
    """Law 12: whether a pack speaks for a question; outside its scope nobody has read what applies. None: not known."""
    region = facts.region if isinstance(facts, Facts) else None
    regions = pack.regions_read(line, ancestors(request.category), request.recipient, at)
    return True if regions is None else bool(regions) and lies_in(region, pack.places(regions, day_of(at)))


def deny(code: Code, rule: Rule | None = None, case: Case | None = None) -> Answer:
    said = () if rule is None or case is None else (rule.id, rule.setting, where_stands(rule.setting, case))
    return Answer(False, code, *said)


def is_readable(facts: Facts) -> bool:
    """Whether facts are of the shape they should be; others say nothing about anybody."""
    known = isinstance(facts, Facts) and isinstance(facts.signals, frozenset)
    known = known and isinstance(facts.narrow, Mapping)
    return known and all(isinstance(said, Mapping) for said in (facts.choices, *facts.narrow.values()))


# -- rules and their conditions


def names(rule: Rule, line: Sequence[str], above: Sequence[str], recipient: str) -> bool:
    """Whether a rule speaks of a purpose or what it is a kind of, a kind of data or one above it, and a recipient."""
    is_purpose, is_kind = not {*line}.isdisjoint(rule.purposes), not {*above}.isdisjoint(rule.categories)
    return is_purpose and is_kind and recipient in rule.recipients


def fate(rule: Rule, case: Case) -> Condition:
    """The condition that settles a rule: one that is false, whatever else is not known; else one that is not known."""
    found = conditions(rule, case)
    return next((one for holds in (False, None) for one in found if one.holds is holds), found[0])


def met(limit: Any, value: Any, test: Callable[[Any, Any], bool]) -> bool | None:
    """Whether a value meets a limit; where there is no limit it does, and where it is not known nobody can say."""
    return True if limit is None else None if value is None else test(limit, value)


def conditions(rule: Rule, case: Case) -> list[Condition]:
    """The conditions of a rule, in the order in which they are told."""
    # A permit without regions covers everywhere that is known, a forbid without them everyone.
    regions = rule.regions or ((WORLD,) if rule.effect == "permit" else None)
    days = (rule.until, rule.created_from, rule.created_before)
    until, since, before = (None if day is None else midnight(day) for day in days)
    created = case.request.created
    made = created if isinstance(created, datetime) and created.utcoffset() is not None else None
    seen_by = known_word(case.request.visibility, case.pack.audiences)
    age, plan = known_age(case.facts), known_word(case.facts.plan, case.pack.plans)
    return [
        # Law 4: from the later of its effective date and its notice plus notice period.
        Condition(0, met(case.pack.applies_from(rule), case.at, le), Code.TOO_EARLY),
        Condition(0, met(until, case.at, gt), Code.TOO_LATE),
        Condition(1, is_in(regions, case), Code.REGION_NOT_COVERED, Code.REGION_UNKNOWN),
        # Nobody below an age chooses advertisements by their data, whatever a permit says.
        Condition(2, met(min_age(rule, case.line, case.above), age, le), Code.UNDER_AGE, Code.AGE_UNKNOWN),
        Condition(2, met(rule.maximum_age, age, ge), Code.AGE_NOT_COVERED, Code.AGE_UNKNOWN),
        Condition(3, met(rule.plans, plan, contains), Code.PLAN_NOT_COVERED, Code.PLAN_UNKNOWN),
        Condition(4, met(rule.visibility, seen_by, contains), Code.VISIBILITY_NOT_COVERED, Code.VISIBILITY_UNKNOWN),
        Condition(5, met(since, made, le), Code.CREATED_NOT_COVERED, Code.CREATED_UNKNOWN),
        Condition(5, met(before, made, gt), Code.CREATED_NOT_COVERED, Code.CREATED_UNKNOWN),
        *([] if rule.setting is None else [stands_on(rule, rule.setting, case)]),
    ]  # fmt: skip


def known_age(facts: Facts) -> int | None:
    return facts.age if is_age(facts.age) else None


def known_word(word: object, declared: frozenset[str]) -> str | None:
    """Law 1: a word that nobody declared is not known, whatever its spelling."""
    return word if isinstance(word, str) and word in declared else None


def is_in(regions: tuple[str, ...] | None, case: Case) -> bool | None:
    return True if regions is None else lies_in(case.facts.region, case.pack.places(regions, day_of(case.at)))


def stands_on(rule: Rule, id_: str, case: Case) -> Condition:
    """Law 3: a no beats every permit that it governs; then a yes that speaks for the question; then the default."""
    yes, setting, state = yes_to(id_, case), case.pack.settings[id_], case.facts.choices.get(id_)
    # Under any later name: a no to what this setting took the place of is one to this.
    is_refused = any(yes < no_until(old, case) for old in and_earlier("settings", id_, case.packs))
    if is_no(state) or is_refused or not case.facts.signals.isdisjoint(setting.honours):
        return Condition(6, False, Code.REFUSED)
    if yes > NEVER or rule.legal_basis in CONSENT_BASES:
        return Condition(6, yes > NEVER, Code.NOT_ASKED)
    return Condition(6, starts_on(setting, case), Code.OFF_BY_DEFAULT, Code.DEFAULT_UNKNOWN)


def starts_on(setting: Setting, case: Case) -> bool | None:
    """Where a setting stands for somebody never asked. Off wins; an exception nobody can evaluate is not known."""
    found = [(one.state, is_excepted(one, case)) for one in setting.default.exceptions]
    is_unknown = any(truth is None for _, truth in found)
    is_on = setting.default.state is State.ON or (State.ON, True) in found
    return False if (State.OFF, True) in found else None if is_unknown else is_on


def is_excepted(one: DefaultException, case: Case) -> bool | None:
    age, plan = known_age(case.facts), known_word(case.facts.plan, case.pack.plans)
    truths = (is_in(one.regions, case), met(one.plans, plan, contains), met(one.below_age, age, gt))
    return False if False in truths else None if None in truths else True


# -- choices, and the packs under which they were made


def is_yes(state: object) -> bool:
    return state is ChoiceState.GIVEN or state is ChoiceState.GIVEN_AGAIN


def is_no(state: object) -> bool:
    """Whatever is neither a yes nor silence."""
    return not is_yes(state) and state not in (None, ChoiceState.NEVER_ASKED)


def where_stands(setting: str | None, case: Case) -> ChoiceState | None:
    """In the field's words; a yes to something else is none."""
    if setting is None:
        return None
    own = case.facts.choices.get(setting)
    if own is None or (is_yes(own) and (setting not in case.pack.settings or yes_to(setting, case) == NEVER)):
        return ChoiceState.NEVER_ASKED
    return own if isinstance(own, ChoiceState) else ChoiceState.REFUSED


def numbers(bound: object, name: object, case: Case) -> list[int]:
    """Where the pack under which a choice was made stands; nowhere when nobody says, or it never was in force."""
    digest = bound.get(name) if isinstance(bound, Mapping) else None
    return [number for number, pack in enumerate(case.packs) if pack.digest == digest]


def yes_to(setting: str | None, case: Case) -> int:
    """The number of the pack under which the member said yes to a setting for this question, or `NEVER`."""
    if setting is None or not is_yes(case.facts.choices.get(setting)):
        return NEVER
    return spoken_for(setting, numbers(case.facts.bound, setting, case), case)


def spoken_for(setting: str, given: list[int], case: Case) -> int:
    """Law 3: a yes is bound to what its setting governed in the pack it was given under, by what the words meant there.

    Where that pack had the setting no more, in the last that had. Returns the pack's number, `NEVER` for no such yes.
    """
    number, recipient = min(given, default=NEVER), case.request.recipient
    had = [place for place in range(number + 1) if setting in case.packs[place].settings]
    if not had:
        return NEVER
    pack, since, asked = case.packs[had[-1]], case.packs[had[-1] + 1 :], case.request
    then, now = pack.recipients.get(recipient), case.pack.recipients.get(recipient)
    is_same = then is not None and now is not None and (then.name, then.kind) == (now.name, now.kind)
    # What the question's words were then, by any name; a purpose made a kind of something else since is another, too.
    lines = [pack.purpose_line(one) for one in became("purposes", asked.purpose, pack, since)]
    lines += [] if case.line in lines else [case.line[1:]]
    kinds = {asked.category, *became("categories", asked.category, pack, since)}
    meant = (governs(setting, pack, line, ancestors(kind), recipient) for line in lines for kind in kinds)
    return number if all(meant) and (recipient == SELF or is_same) else NEVER


def became(part: str, word: str, then: Pack, since: Packs) -> list[str]:
    """What has become a word with the packs after one, as far as that knew it: itself, and all that it succeeds."""
    return [one for one in and_earlier(part, word, since) if knows(part, one, then)]


def governs(setting: str, pack: Pack, line: Sequence[str], above: Sequence[str], recipient: str) -> bool:
    return any(rule.setting == setting and names(rule, line, above, recipient) for rule in pack.rules)


def and_earlier(part: str, word: str, packs: Packs) -> list[str]:
    """A word, or a setting, and those whose place it took in any of the packs, directly or by others between them."""
    found = [word]
    for new in found:  # grows on the way
        found += {old for pack in packs for old in succeeded(part, new, pack)}.difference(found)
    return found


# -- succession: which no stands, and which yes lifts it


class Source(NamedTuple):
    """Why a no to a setting is one to the question: a pack let it govern what has come to be this.

    number: of that pack. words: the purpose, kind of data and recipient that its rule named.
    since:  the pack with which the no came to reach the question; `number` where it governed just this.
    """

    setting: str
    number: int
    words: tuple[str, str, str]
    since: int
    signals: tuple[str, ...]


def find_sources(case: Case) -> list[Source]:
    """For every setting that a rule names, and for those whose place it took (law 3: under any later name)."""
    found = []
    for number, pack in enumerate(case.packs):
        for rule, setting in [(one, one.setting) for one in pack.rules if one.setting is not None]:
            settings = and_earlier("settings", setting, case.packs[: number + 1])
            for words in itertools.product(rule.purposes, rule.categories, rule.recipients):
                since = reaches_since(words, number, case)
                signals = pack.settings[setting].honours
                found += [Source(one, number, words, since, signals) for one in settings if since < FOR_GOOD]
    return found


def noes(case: Case) -> list[tuple[Code, str | None, int]]:
    """What the member said no to: every use, and what governed the question under earlier packs: settings, signals.

    Each with the number of the pack from which on a yes to the question lifts it. An objection to every use: any; a yes
    that was there before it has ended with it. Last, at narrower levels, the noes to this one record and an
    organisation's to its work data, which no yes to anything wider lifts.
    """
    found: list[Any] = [(Code.REFUSED, EVERY_USE, 0)] if is_no(case.facts.choices.get(EVERY_USE)) else []
    earlier = [source for source in case.sources if source.number < len(case.packs) - 1]
    found += [(Code.REFUSED, one, no_until(one, case)) for one in sorted({of.setting for of in earlier})]
    for signal in sorted(case.facts.signals):
        of_it = [one for one in earlier if signal in one.signals]
        until = max((FOR_GOOD if one.since == one.number else one.since for one in of_it), default=NEVER)
        found.append((Code.REFUSED, signal, until))
    return found + [(no.code, no.named, FOR_GOOD) for no in case.request.noes_in_order if covers(no, case)]


def covers(no: No, case: Case) -> bool:
    """Whether a no at a narrower level is one to the question: to what its setting governs, and its kind reaches.

    An organisation's counts where any of the packs let it: a later one that no longer does turns no no into a yes.
    """
    settings, kinds = {ANY, *(one.setting for one in case.sources)}, kinds_reached(no.category, case)[-1][1]
    may = no.code is Code.RECORD_REFUSED or any(pack.lets_organisations(*no[1:]) for pack in case.packs)
    return may and no.setting in settings and not kinds.isdisjoint({ANY, *case.above})


def lifted_from(setting: str, case: Case) -> int:
    """The pack from which on a yes to another setting came after a no to this one, as far as the packs can tell.

    After all in which the setting was there and governed the question, itself or by one that takes its place. Where it
    never did: with the first in which another did in its place. And for what its no only came to reach: with the pack
    with which it did.
    """
    of_it = [source for source in case.sources if source.setting == setting]
    came = [source.since for source in of_it if source.since > source.number]
    exact = [source.number for source in of_it if source.since == source.number]
    was_there = [number + 1 for number in exact if setting in case.packs[number].settings]
    return max(0, *came, *(was_there or exact[:1]))


def no_until(setting: str, case: Case) -> int:
    """The pack from which on a yes to another setting ends the member's no to this one; `NEVER` where there is none.

    Law 3: a no holds at any level of detail.
    """
    facts, lifted, given = case.facts, lifted_from(setting, case), numbers(case.facts.bound, setting, case)
    said = [(facts.choices.get(setting), given, lifted, outlives(setting, given, case))]
    bound = facts.narrow_bound.get(setting) if isinstance(facts.narrow_bound, Mapping) else None
    for kind, state in facts.narrow.get(setting, {}).items():
        reached, given = kinds_reached(kind, case), numbers(bound, kind, case)
        since = next((number for number, kinds in reached if {ANY, *case.above} & kinds), None)
        goes_on = outlives(setting, given, case)
        if since == reached[0][0]:
            said.append((state, given, lifted, goes_on))
        elif since is not None:
            # What a no to one kind only came to reach ends with a yes to the whole of the setting, too; with one to
            # that kind only where that spoke for the kind, and the no had reached no other by then.
            goes_on |= any(n <= max(given, default=NEVER) and kinds != reached[0][1] for n, kinds in reached)
            said.append((state, given, since if lifted >= len(case.packs) else max(since, lifted), goes_on))
    held = [one for one in said if is_no(one[0]) or (one[3] and one[0] is ChoiceState.GIVEN_AGAIN)]
    return max((max(until, after(setting, given, case)) for _, given, until, _ in held), default=NEVER)


def after(setting: str, said: list[int], case: Case) -> int:
    """The pack from which on a yes to another setting came after a no for certain, by the one it was said under.

    What a setting had ceased to govern was no part of the no; one that was gone spoke of all that it ever governed.
    """
    last = max(said, default=None)
    return FOR_GOOD if last is None else 0 if setting in case.packs[last].settings else last + 1


def outlives(setting: str, given: list[int], case: Case) -> bool:
    """Law 3: whether a no goes on for the question after a yes to the same setting, said under a pack.

    Not where the yes speaks for it, nor for all that the no had reached by then. One bound to nothing lifts nothing.
    """
    if not given or spoken_for(setting, given, case) > NEVER:
        return not given
    then, packs = case.packs[given[-1]], case.packs[: given[-1] + 1]
    for source in case.sources:
        if source.setting == setting and source.number < min(len(packs), len(case.packs) - 1):
            named = zip(PARTS, source.words, strict=True)
            words = itertools.product(*(reach(*part, source.number, packs)[-1] for part in named))
            if not all(governs(setting, then, then.purpose_line(p), ancestors(c), r) for p, c, r in words):
                return True
    return False


# -- what a no reaches: what it once reached it reaches for good (law 3)


def reaches_since(words: tuple[str, str, str], number: int, case: Case) -> int:
    """With which pack a no to these words, governed under one pack, came to reach the question, or `FOR_GOOD`."""
    recipient, found = case.request.recipient, []
    asked = ({*case.line, ANY}, {*case.above}, {recipient, ANY} if recipient != SELF else {SELF})
    for part, word, meant in zip(PARTS, words, asked, strict=True):
        reached = enumerate(reach(part, word, number, case.packs), number)
        found.append(next((later for later, within in reached if within & meant), FOR_GOOD))
    return max(found)


def kinds_reached(kind: object, case: Case) -> list[tuple[int, set[str]]]:
    """The kinds of data that a no to one reaches, pack by pack from the first on that spoke of it."""
    if not isinstance(kind, str):
        return [(0, {ANY})]  # what is no kind is everything
    first = min((n for n, pack in enumerate(case.packs) if kind in spoken("categories", pack)), default=0)
    # Where nobody ever said what it is, it is its root.
    root = set() if any(knows("categories", kind, pack) for pack in case.packs) else {kind.partition(".")[0]}
    return [*enumerate((kinds | root for kinds in reach("categories", kind, first, case.packs)), first)]


def reach(part: str, word: str, number: int, packs: Packs) -> list[set[str]]:
    """The words that a no to one reaches, under each pack from one on to the last."""
    found = [with_kinds(part, {word}, packs[number])]
    for later in range(number + 1, len(packs)):
        found.append(reached_with(part, found[-1], packs[later], packs[:later]))
    return found


def reached_with(part: str, words: set[str], pack: Pack, before: Packs) -> set[str]:
    """What a no to these words reaches with one more pack, under any later name (law 3)."""
    words = with_kinds(part, words, pack)
    known = ({*PURPOSES} if part == "purposes" else set[str]()).union(*(spoken(part, one) for one in before))
    # A word that says it succeeds one of these; and one that is ruled on again takes back what its heirs have.
    heirs = [(old, new) for new in spoken(part, pack) for old in succeeded(part, new, pack)]
    heirs = [(old, new) for old, new in heirs if is_within(part, old, known)]
    new_words = spoken(part, pack) - known - {new for _, new in heirs}
    again = ruled(part, pack) - ruled(part, before[-1])
    for one in before:
        heirs += [(new, old) for new in spoken(part, one) for old in succeeded(part, new, one) & again]
    found = {*words}
    for word in words:
        # What is new beside it, and does not say what it succeeds; and what lies around it, where the pack dropped it.
        parents = {parent for one in before if (parent := parent_of(part, word, one)) is not None}
        found |= {new for new in new_words if parent_of(part, new, pack) in parents}
        found |= set() if knows(part, word, pack) else around(part, word, parents)
    # What was below a kind of data that is reached was reached with it, wherever its heir stands.
    while more := {new for old, new in heirs if is_within(part, old, found)} - found:
        found |= more
    return with_kinds(part, found, pack)


# -- the words of a pack


def spoken(part: str, pack: Pack) -> set[str]:
    """The words that a pack declares or its rules name."""
    return {*getattr(pack, part), *ruled(part, pack)}


def ruled(part: str, pack: Pack) -> set[str]:
    return {word for rule in pack.rules for word in getattr(rule, part)}


def succeeded(part: str, word: str, pack: Pack) -> set[str]:
    entry = getattr(pack, part).get(word)
    return set() if entry is None else {*(entry.replaces if part == "settings" else entry.succeeds)}


def parent_of(part: str, word: str, pack: Pack) -> str | None:
    """What a word shares with its siblings: the kind of data above; what a purpose is a kind of; a recipient's sort."""
    if part == "categories" or word in PURPOSES:
        return word.rpartition(".")[0] or None
    if part == "recipients":
        return pack.recipients[word].kind if word in pack.recipients else None
    return pack.purposes[word].kind_of or ANY if word in pack.purposes else None


def is_within(part: str, word: str, words: set[str]) -> bool:
    """Whether a word is one of these; a kind of data also where one above it is."""
    return not words.isdisjoint(ancestors(word) if part == "categories" else (word,))


def knows(part: str, word: str, pack: Pack) -> bool:
    found = (pack.purpose_line(word), pack.category_term(word), pack.knows_recipient(word))
    return bool(found[PARTS.index(part)])


def around(part: str, word: str, parents: set[str]) -> set[str]:
    """What a no to a word falls back on that a pack has dropped: its root, what it was a kind of, everybody else."""
    if part == "categories":
        return {word.partition(".")[0]}
    return parents if part == "purposes" and parents else {ANY}


def with_kinds(part: str, words: set[str], pack: Pack) -> set[str]:
    """Purposes with the pack's own that are kinds of them: a later pack may move those, and the no goes along."""
    return words | {id_ for id_, one in pack.purposes.items() if part == "purposes" and one.kind_of in words}
