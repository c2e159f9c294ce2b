"""Checks that a pack's words mean something: every id it uses is there, and nothing it permits is closed.

Each check yields problems and throws nothing, so all of them are reported together. What is merely doubtful is
not here but in `lint`.
"""

from __future__ import annotations

from collections.abc import Iterator

from licet.packs.model import Citation, Pack, Rule, Scope, State, Status
from licet.packs.pack_problems import Path, Problem, nearest
from licet.packs.pack_regions import check_codes, check_groups, check_regions
from licet.terms import SELF
from licet.terms.ids import is_id
from licet.terms.vocabulary import CATEGORIES, PURPOSES, UNSAYABLE, ancestors

#: The parts of a pack whose entries may say what they succeed.
SUCCEEDING = ("purposes", "categories", "recipients")


def check_references(pack: Pack) -> Iterator[Problem]:
    """Everything in `pack` that points nowhere, stands twice, or may not be said."""
    yield from _check_ids(pack)
    yield from _check_categories(pack)
    yield from _check_purposes(pack)
    yield from _check_recipients(pack)
    yield from _check_succession(pack)
    yield from check_groups(pack)
    yield from check_regions(pack)
    yield from _check_settings(pack)
    yield from _check_statements(pack)
    yield from _check_scope(pack)
    yield from _check_versions(pack)
    for number, rule in enumerate(pack.rules):
        yield from _check_rule(pack, rule, ("rules", number))
    yield from _check_citations(pack)


def citations(pack: Pack) -> Iterator[tuple[Path, Citation]]:
    """Every quotation of the pack, with the way to it."""
    for part in ("notices", "region_groups", "categories", "purposes", "recipients", "settings"):
        for id_, entry in getattr(pack, part).items():
            if entry.cite is not None:
                yield (part, id_, "cite"), entry.cite
    for id_, recipient in pack.recipients.items():
        if recipient.terms_cite is not None:
            yield ("recipients", id_, "terms_cite"), recipient.terms_cite
    for id_, setting in pack.settings.items():
        if setting.default.cite is not None:
            yield ("settings", id_, "default", "cite"), setting.default.cite
    for id_, statement in pack.statements.items():
        yield ("statements", id_, "cite"), statement.cite
    for id_, version in pack.versions.items():
        for number, change in enumerate(version.changes):
            if change.cite is not None:
                yield ("versions", id_, "changes", number, "cite"), change.cite
    for number, rule in enumerate(pack.rules):
        if rule.cite is not None:
            yield ("rules", number, "cite"), rule.cite
        if rule.retention_cite is not None:
            yield ("rules", number, "retention_cite"), rule.retention_cite


def _check_ids(pack: Pack) -> Iterator[Problem]:
    fix = "use a-z, 0-9, _ . and -, starting and ending with a letter or digit, at most 128 characters"
    if not is_id(pack.id):
        yield Problem("PACK-018", ("id",), f'"{pack.id}" is not an id', fix)
    for part in (
        "sources",
        "notices",
        "region_groups",
        "categories",
        "purposes",
        "recipients",
        "settings",
        "statements",
        "versions",
    ):
        for id_ in getattr(pack, part):
            if not is_id(id_):
                yield Problem("PACK-018", (part, id_), f'"{id_}" is not an id', fix, at_key=True)
    seen: dict[str, int] = {}
    for number, rule in enumerate(pack.rules):
        path: Path = ("rules", number, "id")
        if not is_id(rule.id):
            yield Problem("PACK-018", path, f'"{rule.id}" is not an id', fix)
        if rule.id in seen:
            what = f'the rule id "{rule.id}" is used twice, first by rules[{seen[rule.id]}]'
            yield Problem("PACK-019", path, what, "give each rule an id of its own")
        seen.setdefault(rule.id, number)


def _check_categories(pack: Pack) -> Iterator[Problem]:
    for id_ in pack.categories:
        if is_id(id_) and not any(word in CATEGORIES for word in ancestors(id_)):
            root = id_.split(".")[0]
            meant = nearest(root, (word for word in CATEGORIES if "." not in word))
            fix = (
                f"write {meant}{id_[len(root) :]}"
                if meant
                else "put it below a known kind, as content.videos"
            )
            what = f'the kind of data "{id_}" lies below no word of the vocabulary'
            yield Problem("PACK-024", ("categories", id_), what, fix, at_key=True)


def _check_purposes(pack: Pack) -> Iterator[Problem]:
    known = ", ".join(PURPOSES)
    for id_, purpose in pack.purposes.items():
        path: Path = ("purposes", id_)
        if id_ in PURPOSES:
            if purpose.kind_of is not None:
                what = f'"{id_}" is a shared purpose and cannot be a kind of another'
                yield Problem("PACK-025", (*path, "kind_of"), what, "remove kind_of, or choose another id")
        elif purpose.kind_of is None:
            meant = nearest(id_, PURPOSES)
            fix = f"use {meant}, or say which it is a kind_of: {known}" if meant else f"add kind_of: {known}"
            yield Problem(
                "PACK-025", path, f'the purpose "{id_}" is a kind of nothing known', fix, at_key=True
            )
        elif purpose.kind_of not in PURPOSES:
            meant = nearest(purpose.kind_of, PURPOSES)
            fix = f"write {meant}" if meant else f"write one of: {known}"
            what = f'"{purpose.kind_of}" is not a shared purpose'
            yield Problem("PACK-025", (*path, "kind_of"), what, fix)


def _check_recipients(pack: Pack) -> Iterator[Problem]:
    if SELF in pack.recipients:
        what = f'"{SELF}" always means the platform itself'
        yield Problem("PACK-026", ("recipients", SELF), what, "choose another id", at_key=True)


def _check_succession(pack: Pack) -> Iterator[Problem]:
    for part in SUCCEEDING:
        for id_, entry in getattr(pack, part).items():
            if id_ in entry.succeeds:
                path = (part, id_, "succeeds", entry.succeeds.index(id_))
                what = f'"{id_}" cannot succeed itself: a refusal of it holds as it is'
                yield Problem("PACK-140", path, what, "remove it, or name the word that it comes after")


def _check_settings(pack: Pack) -> Iterator[Problem]:
    for id_, setting in pack.settings.items():
        if id_ in setting.replaces:
            path = ("settings", id_, "replaces", setting.replaces.index(id_))
            yield Problem("PACK-026", path, f'the setting "{id_}" cannot replace itself', "remove it")
        if setting.default.stated is False and setting.default.state is State.ON:
            what = f'the setting "{id_}" starts on, and no source says so; what nobody says is no'
            fix = "write state: off, or remove stated: and cite where it is said"
            yield Problem("PACK-029", ("settings", id_, "default", "state"), what, fix)


def _check_statements(pack: Pack) -> Iterator[Problem]:
    for id_, statement in pack.statements.items():
        for number, rule in enumerate(statement.rules):
            if rule not in pack.rules_by_id:
                where = ("statements", id_, "rules", number)
                yield _undefined("PACK-030", where, "rule", rule, set(pack.rules_by_id), "rules")


def _check_scope(pack: Pack) -> Iterator[Problem]:
    for place, part in enumerate(pack.scope or ()):
        yield from _check_words(pack, part, ("scope", place))
        if part.from_ is not None and part.until is not None and part.until <= part.from_:
            what = "this part of the scope ends before it begins, so it speaks for nothing"
            yield Problem("PACK-033", ("scope", place, "until"), what, "write a later day, or remove until:")


def _check_versions(pack: Pack) -> Iterator[Problem]:
    for id_, version in pack.versions.items():
        for number, source in enumerate(version.sources):
            if source not in pack.sources:
                where: Path = ("versions", id_, "sources", number)
                yield _undefined("PACK-013", where, "source", source, set(pack.sources), "sources")
        for number, change in enumerate(version.changes):
            for place, rule in enumerate(change.rules):
                if rule not in pack.rules_by_id:
                    where = ("versions", id_, "changes", number, "rules", place)
                    yield _undefined("PACK-030", where, "rule", rule, set(pack.rules_by_id), "rules")


def _check_words(pack: Pack, part: Rule | Scope, path: Path) -> Iterator[Problem]:
    for number, purpose in enumerate(part.purposes or ()):
        if not pack.purpose_line(purpose):
            known = {*pack.purposes, *PURPOSES}
            yield _undefined("PACK-007", (*path, "purposes", number), "purpose", purpose, known, "purposes")
    for number, category in enumerate(part.categories or ()):
        if pack.category_term(category) is None:
            known = {*pack.categories, *CATEGORIES}
            where = (*path, "categories", number)
            yield _undefined("PACK-008", where, "kind of data", category, known, "categories")
    for number, recipient in enumerate(part.recipients or ()):
        if not pack.knows_recipient(recipient):
            known = {*pack.recipients, SELF}
            where = (*path, "recipients", number)
            yield _undefined("PACK-009", where, "recipient", recipient, known, "recipients")


def _check_rule(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    yield from _check_words(pack, rule, path)
    if rule.setting is not None and rule.setting not in pack.settings:
        yield _undefined(
            "PACK-011", (*path, "setting"), "setting", rule.setting, set(pack.settings), "settings"
        )
    if rule.notice is not None and rule.notice not in pack.notices:
        yield _undefined("PACK-012", (*path, "notice"), "notice", rule.notice, set(pack.notices), "notices")
    if rule.effect == "permit" and rule.notice is None:
        what = f'the permit "{rule.id}" names no notice, and nothing applies before it is announced'
        yield Problem("PACK-021", path, what, "add notice: with an entry of notices")
    if rule.effect == "forbid" and rule.setting is not None:
        what = f'the forbid "{rule.id}" names a setting, but no choice lifts a forbid'
        yield Problem("PACK-022", (*path, "setting"), what, "remove it, or write a permit with this setting")
    if rule.no_opt_out and (rule.setting is not None or rule.effect == "forbid"):
        what = f'the rule "{rule.id}" says that nothing stops it, and '
        what += "names a setting" if rule.setting is not None else "is a forbid"
        yield Problem(
            "PACK-031", (*path, "no_opt_out"), what, "keep no_opt_out: for permits without a setting"
        )
    sourced = rule.retention_cite is not None or rule.retention_house_rule is not None
    if (rule.retention_days is not None and rule.effect == "forbid") or (
        sourced and rule.retention_days is None
    ):
        why = "is a forbid" if rule.effect == "forbid" else "names no retention_days"
        what = f'the rule "{rule.id}" says how long something is kept, and {why}'
        yield Problem("PACK-032", path, what, "write retention_days: on a permit, with where it is said")
    if rule.effect == "permit":
        yield from _check_closed(pack, rule, path)


def _check_closed(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    """What the vocabulary lets no pack say is in none, not even inside a longer list.

    A purpose counts as what it is a kind of, whether or not that line is well-formed. Kinds of data count with
    everything above them and, should the vocabulary ever close a branch, with everything below.
    """
    opened: dict[str, list[str]] = {}
    for purpose in dict.fromkeys(rule.purposes):
        own = pack.purposes.get(purpose)
        line = (purpose, *((own.kind_of,) if own is not None and own.kind_of is not None else ()))
        for word in dict.fromkeys(line):
            opened.setdefault(word, []).append(purpose)
    for at, category in enumerate(rule.categories):
        above = ancestors(category)
        for word, kind in UNSAYABLE:
            if kind not in above and not kind.startswith(category + "."):
                continue
            for purpose in opened.get(word, ()):
                what = f'the permit "{rule.id}" opens {category} to {purpose}, which no pack can permit'
                fix = "remove one of the two: private communication never trains generative AI, in any policy"
                yield Problem("PACK-020", (*path, "categories", at), what, fix)


def _check_citations(pack: Pack) -> Iterator[Problem]:
    for path, cite in citations(pack):
        if cite.source not in pack.sources:
            yield _undefined(
                "PACK-013", (*path, "source"), "source", cite.source, set(pack.sources), "sources"
            )
        yield from check_codes(pack, (*path, "limited_in"), cite.limited_in or ())
        if cite.limited_in is not None and cite.status is Status.REGULATOR_LIMITED:
            what = "a regulator limited the fact everywhere by its status, and only somewhere by limited_in"
            fix = "write as status how sure the fact is elsewhere, or remove limited_in:"
            yield Problem("PACK-035", (*path, "limited_in"), what, fix)


def _undefined(code: str, path: Path, kind: str, word: str, known: set[str], part: str) -> Problem:
    meant = nearest(word, known)
    fix = f'add it under {part}:, or use "{meant}"' if meant else f"add it under {part}:"
    return Problem(code, path, f'{kind} "{word}" is not defined', fix)
