"""The rows: a platform's uses, each with what the pack says on every column, for a region or for everyone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from licet.decide import Policy
from licet.decide.explain import purpose_term, region_name
from licet.packs import Pack, Rule, open_pack, shipped
from licet.policies.comparison.comparison_cells import COLUMNS, Cell, Comparison, Line, Row, cell
from licet.policies.comparison.comparison_columns import LINES, Use
from licet.policies.comparison.rule_reach import Reach, reach
from licet.policies.control_pages import source_of
from licet.terms import SENTENCES, AppError, Code
from licet.terms.decisions import to_you
from licet.terms.moments import midnight
from licet.terms.region_names import country_name
from licet.terms.regions import is_region

_ORDER = ("yes", "unstated", "if_on", "later", "announced", "no")


def compare(names: Iterable[str] = (), *, region: str | None = None, day: date) -> Comparison:
    """The shipped policies, or those named (by name or path), side by side.

    region: rows then say whether they reach an adult there who never chose anything, and hold only what does.
    day:    the day they speak of; nothing here reads the clock.
    Raises: PackErrors for a policy that cannot be read; AppError APP-110 for a region that is not one.
    """
    return compare_packs([open_pack(name) for name in (*names,) or shipped()], region=region, day=day)


def compare_packs(packs: Iterable[Pack], *, region: str | None = None, day: date) -> Comparison:
    """The same, for packs at hand."""
    require_region(region)
    found = list(packs)
    rows = tuple(row for pack in found for row in _rows(pack, region, day))
    name = None if region is None else region_name(found[0], region) if found else region
    return Comparison(region, name, day.isoformat(), rows)


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


def uses_of(pack: Pack) -> list[tuple[tuple[str, ...], tuple[Rule, ...]]]:
    """The uses of a pack: purposes that the same permits open, together; those only forbidden; one of none at all."""
    permits: dict[str, dict[str, None]] = {}
    for use in pack.uses():
        permits.setdefault(use.purpose, {}).update((rule.id, None) for rule in pack.permits(*use))
    found: dict[tuple[str, ...], list[str]] = {}
    for purpose in dict.fromkeys((*pack.purposes, *(word for rule in pack.rules for word in rule.purposes))):
        line = {*pack.purpose_line(purpose)}
        forbids = (rule.id for rule in pack.rules if not line.isdisjoint(rule.purposes))
        if key := tuple(rule.id for rule in pack.rules if rule.id in permits.get(purpose, ())) or tuple(
            forbids
        ):
            found.setdefault(key, []).append(purpose)
    rules = pack.rules_by_id
    made = [
        (tuple(purposes), tuple(rules[id_] for id_ in ids if rules[id_].effect == "permit"))
        for ids, purposes in found.items()
    ]
    return made or [((), ())]


def _rows(pack: Pack, region: str | None, day: date) -> Iterable[Row]:
    policy = Policy(pack)
    for purposes, permits in uses_of(pack):
        lines = {word for purpose in purposes for word in pack.purpose_line(purpose)}
        forbids = tuple(r for r in pack.rules if r.effect == "forbid" and not lines.isdisjoint(r.purposes))
        reached = {} if region is None else {r.id: reach(r, policy, region, midnight(day)) for r in permits}
        there = tuple(rule for rule in permits if rule.id in reached and reached[rule.id].kinds)
        shown = (
            there or permits
        )  # what reaches nobody there is shown as it is elsewhere, and said not to reach
        kinds = {rule.id: reached[rule.id].kinds if there else rule.categories for rule in shown}
        use = Use(pack, purposes, shown, forbids, kinds)
        state, because = (None, None) if region is None else _because(pack, permits, forbids, reached)
        named = [purpose_term(pack, purpose).label for purpose in purposes]
        yield Row(
            pack.id, pack.controller.name, pack.title, pack.observed.isoformat(),
            None if pack.review_by is None else pack.review_by.isoformat(),
            pack.review_by is not None and pack.review_by < day,
            ", and ".join(named) or "nothing is known of how it uses data", purposes, state, because, _cells(use),
        )  # fmt: skip


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


def _because(
    pack: Pack, permits: tuple[Rule, ...], forbids: tuple[Rule, ...], reached: dict[str, Reach]
) -> tuple[str, Line]:
    """Whether a use reaches someone in the region, and why, with where that was read."""
    if not permits and not forbids:
        notices = [one for one in pack.notices.values() if one.effective is None]
        cite = notices[0].cite if notices else None
        return "announced", Line("It was announced, and how it uses data is not known", source_of(cite, pack))
    if not permits:
        return "never", Line("The policy says that this is never done", source_of(forbids[0].cite, pack))
    best = min(reached.values(), key=lambda one: _ORDER.index(one.state))
    rule = pack.rules_by_id[best.rule]
    source = source_of(rule.cite, pack)
    if best.state == "yes":
        return "yes", Line("It is used, unless you opted out" if rule.setting else "It is used", source)
    if best.state == "unstated":
        return "unstated", Line("No source says whether it is used unless you act", source)
    if best.state == "if_on":
        return "if_on", Line("It is used only if you switch it on", source)
    if best.state == "later":
        return "later", Line(f"It is used from {best.starts:%Y-%m-%d} on", source)
    if best.state == "announced":
        return "announced", Line("It was announced, and no day is named", source)
    said = "the policy forbids it there" if best.code is Code.FORBIDDEN else to_you(SENTENCES[best.code])
    return "no", Line(f"It is not used: {said.format(rule=rule.id, setting='a setting')}", source)
