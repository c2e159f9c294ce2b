"""The rows: a platform's uses, each with what the pack says on every column, for a region or for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from licet.decide import Policy
from licet.decide.explain import place_name, purpose_term
from licet.packs import Pack, Rule, open_pack, shipped
from licet.policies.comparison.comparison_cells import (
    COLUMNS,
    Cell,
    Comparison,
    Line,
    Reading,
    Row,
    cell,
    mark_changed,
)
from licet.policies.comparison.comparison_columns import LINES, Use
from licet.policies.control_pages import source_of
from licet.policies.pack_staleness import NONE, Changes, changes_in, staleness
from licet.policies.rule_reach import STATES, Reach, reach
from licet.policies.scope_sentences import read_for, scope_parts, version_told
from licet.terms import SENTENCES, AppError, Code
from licet.terms.decisions import to_you
from licet.terms.moments import midnight
from licet.terms.region_names import country_name
from licet.terms.regions import is_region, lies_in


def compare(
    names: Iterable[str] = (), *, region: str | None = None, day: date, texts: Path | None = None
) -> Comparison:
    """The shipped policies, or those named (by name or path), side by side.

    region: rows then say whether they reach an adult there who never chose anything, and hold only what does.
    day:    the day they speak of; nothing here reads the clock.
    texts:  the archives' texts, in which what changed makes a policy stale; None: nothing is looked at.
    Raises: PackErrors for a policy that cannot be read; AppError APP-110 for a region that is not one.
    """
    packs = [open_pack(name) for name in (*names,) or shipped()]
    return compare_packs(packs, region=region, day=day, changes=changes_in(texts, packs))


def compare_packs(
    packs: Iterable[Pack], *, region: str | None = None, day: date, changes: Mapping[str, Changes] = NONE
) -> Comparison:
    """The same, for packs at hand."""
    require_region(region)
    found = list(packs)
    rows = tuple(row for pack in found for row in _rows(pack, region, day, changes))
    name = None if region is None else place_name(found[0], region) if found else region
    readings = tuple(
        Reading(pack.id, pack.title, version_told(pack, day), pack.observed.isoformat(), scope_parts(pack))
        for pack in found
    )
    return Comparison(region, name, day.isoformat(), rows, readings)


def require_region(region: str | None) -> None:
    """Raises: AppError APP-110."""
    if region is not None and not is_region(region):
        raise AppError(
            "APP-110", f"{region!r} is no country or province",
            fix="write its ISO 3166 code in capitals, e.g. CA, CH, GB or CA-QC",
        )  # fmt: skip


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """What people call each region, in the order of the names. Raises: AppError APP-110 for one that is none."""
    found = {}
    for code in codes:
        require_region(code)
        found[code] = country_name(code)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def uses_of(pack: Pack, day: date | None = None) -> list[tuple[tuple[str, ...], tuple[Rule, ...]]]:
    """The uses of a pack: purposes that the same permits open, together; those only forbidden; one of none at all.

    day: rules that had ended by then are left out, but where no other permits the use.
    """
    permits: dict[str, dict[str, None]] = {}
    for use in pack.uses():
        found = [rule.id for rule in standing(pack.permits(*use), day)]
        permits.setdefault(use.purpose, {}).update(dict.fromkeys(found))
    found_by: dict[tuple[str, ...], list[str]] = {}
    for purpose in dict.fromkeys((*pack.purposes, *(word for rule in pack.rules for word in rule.purposes))):
        line = {*pack.purpose_line(purpose)}
        forbids = (rule.id for rule in pack.rules if not line.isdisjoint(rule.purposes))
        if key := tuple(rule.id for rule in pack.rules if rule.id in permits.get(purpose, ())) or tuple(
            forbids
        ):
            found_by.setdefault(key, []).append(purpose)
    rules = pack.rules_by_id
    made = [
        (tuple(purposes), tuple(rules[id_] for id_ in ids if rules[id_].effect == "permit"))
        for ids, purposes in found_by.items()
    ]
    return made or [((), ())]


def standing(rules: Iterable[Rule], day: date | None) -> list[Rule]:
    """Those that had not ended by a day; all of them where every one had."""
    found = list(rules)
    return [rule for rule in found if day is None or rule.until is None or rule.until > day] or found


def _rows(pack: Pack, region: str | None, day: date, changes: Mapping[str, Changes]) -> Iterable[Row]:
    policy, at = Policy(pack, as_written=True), midnight(day)
    for purposes, permits in uses_of(pack, day):
        lines = {word for purpose in purposes for word in pack.purpose_line(purpose)}
        forbids = tuple(
            rule
            for rule in pack.rules
            if rule.effect == "forbid"
            and not lines.isdisjoint(rule.purposes)
            and (rule.until is None or rule.until > day)
            and _may_be_there(rule, policy, region, at)
        )
        reached = {} if region is None else {r.id: reach(r, policy, region, at) for r in permits}
        there = tuple(rule for rule in permits if rule.id in reached and reached[rule.id].kinds)
        shown = (
            there or permits
        )  # what reaches nobody there is shown as it is elsewhere, and said not to reach
        kinds = {rule.id: reached[rule.id].kinds if there else rule.categories for rule in shown}
        use = Use(pack, purposes, shown, forbids, kinds, day)
        state, because = (None, None) if region is None else _because(use, permits, reached)
        named = [purpose_term(pack, purpose).label for purpose in purposes]
        row = Row(
            pack.id, pack.controller.name, pack.title, version_told(pack, day), pack.observed.isoformat(),
            None if pack.review_by is None else pack.review_by.isoformat(),
            staleness(pack, day, changes),
            ", and ".join(named) or "nothing is known of how it uses data", purposes, state, because, _cells(use),
        )  # fmt: skip
        yield mark_changed(row, changes[pack.id].quotes) if pack.id in changes else row


def _may_be_there(rule: Rule, policy: Policy, region: str | None, at: datetime) -> bool:
    """Whether a rule may be about somebody in a region; it may where nobody says which."""
    places = policy.clause(rule.id).places
    return region is None or places is None or lies_in(region, places.at(at)) is not False


def _cells(use: Use) -> dict[str, Cell]:
    shown = {rule.id for rule in (*use.permits, *use.forbids)}
    made = {}
    for column in COLUMNS:
        lines = list(LINES[column](use))
        for statement in use.pack.statements.values():
            if statement.about == column and (not statement.rules or not shown.isdisjoint(statement.rules)):
                lines.append(Line(statement.says.rstrip("."), source_of(statement.cite, use.pack)))
        made[column] = cell(lines)
    return made


def _because(use: Use, permits: tuple[Rule, ...], reached: dict[str, Reach]) -> tuple[str, Line]:
    """Whether a use reaches someone in the region, and why, with where that was read."""
    pack = use.pack
    if not use.purposes:
        notices = [one for one in pack.notices.values() if one.effective is None]
        cite = notices[0].cite if notices else None
        return "announced", Line("It was announced, and how it uses data is not known", source_of(cite, pack))
    if use.forbids and not permits:
        source = source_of(use.forbids[0].cite, pack)
        return "never", Line("The policy says that this is never done", source)
    if not permits:
        return "no", Line("No rule of the policy permits it there, and none forbids it there", None, True)
    best = min(reached.values(), key=lambda one: STATES.index(one.state))
    rule = pack.rules_by_id[best.rule]
    if best.state == "yes":
        return "yes", _used([one for one in permits if reached[one.id].state == "yes"], pack)
    source = source_of(rule.cite, pack)
    if best.state == "not_read":
        return "not_read", Line(f"Nobody here has read what applies{_read_elsewhere(use)}", None, True)
    told = {
        "unstated": "No source says whether it is used unless you act",
        "depends": "It turns on which part of it somebody is in: ask with that, such as US-CA",
        "if_on": "It is used only if you switch it on",
        "later": f"It is used from {best.starts:%Y-%m-%d} on" if best.starts else "It is used later",
        "announced": "It was announced, and no day is named",
    }.get(best.state)
    if told is None:
        said = "the policy forbids it there" if best.code is Code.FORBIDDEN else to_you(SENTENCES[best.code])
        told = f"It is not used: {said.format(rule=rule.id, setting='a setting')}"
    return best.state, Line(told, source)


def _used(rules: list[Rule], pack: Pack) -> Line:
    """How much of what is used somebody can stop."""
    open_ones = [rule for rule in rules if rule.setting is None]
    if not open_ones:
        return Line("It is used, unless you opted out", source_of(rules[0].cite, pack))
    said = (
        "It is used"
        if len(open_ones) == len(rules)
        else "It is used, and only part of it can be switched off"
    )
    return Line(said, source_of(open_ones[0].cite, pack))


def _read_elsewhere(use: Use) -> str:
    """What was read instead, so that nobody takes what stands beside it for an answer."""
    found = [
        read_for(use.pack, (purpose, kind, recipient), midnight(use.day))
        for purpose in use.purposes
        for rule in use.permits
        for kind in use.kinds[rule.id]
        for recipient in rule.recipients
    ]
    where = next((one for one in found if one), None)
    return f"; what stands here was read for {where}" if where else " on that day"
