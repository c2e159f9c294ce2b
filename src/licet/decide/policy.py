"""A pack made ready to decide: for each question the few rules that speak of it, looked up once.

A question is (purpose, kind of data, recipient); its `Cell` holds the permits and forbids in scope, sorted by
id so that their order in the file cannot matter. Nothing here knows a subject or a moment.

A policy also knows the packs before it. Where one of them let a setting govern a question, a member's no to that
setting still holds, whatever the new pack says, and under every later name (see `succession`); and a yes speaks only
for what its setting governed in the pack under which it was given (law 3).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from licet.decide.clauses import Clause, Places, clause_of, control_of, places_of
from licet.decide.rule_index import Rules
from licet.decide.succession import ANY, EXACT, FOR_GOOD, Carry, Governed, Reach, Span, Succession
from licet.packs import Pack, Rule
from licet.packs.model import Recipient
from licet.terms import SELF, ChoiceState, Code
from licet.terms.canonical import canonical_json, digest
from licet.terms.moments import midnight
from licet.terms.vocabulary import CLOSED, UNSAYABLE, ancestors, is_closed, min_age

#: Views that one policy remembers: callers choose moments and regions.
_MOST_VIEWS = 1 << 16


class Read(NamedTuple):
    """A part of what the pack speaks for, as far as one question is in it; None means it leaves out nothing."""

    starts: datetime | None
    ends: datetime | None
    places: Places | None


class Cell(NamedTuple):
    """Everything a policy says about one question.

    code:    set when the question itself is answered: an unknown word, or a pair closed by the vocabulary.
    carried: settings of earlier packs whose refusal reaches this question, and how.
    bars:    for these and all that the permits' settings answer for, the pack from which on a yes to another setting
             that speaks for the question ends a refusal of it; `FOR_GOOD` where it is there and governs the question.
    signals: privacy signals that switched those settings off, and so still do; with the pack from which on a yes to the
             question ends that, `FOR_GOOD` where none does.
    yeses:   by setting and pack, what `Policy.speaks_for` has said of this question before.
    noes:    the same of what `outlives` has said.
    read:    what the pack speaks for of this question; None: all of it.
    permitting, forbidding: the permits and the forbids by what they ask about; None where there is none.
    """

    code: Code | None
    permits: tuple[Clause, ...]
    forbids: tuple[Clause, ...]
    carried: Mapping[str, Carry]
    bars: Mapping[str, int]
    signals: Mapping[str, int]
    yeses: dict[tuple[str, str], int]
    noes: dict[tuple[str, str], bool]
    read: tuple[Read, ...] | None
    permitting: Rules | None = None
    forbidding: Rules | None = None


#: An answer in making: as `Answer`, and as cheap as can be.
Told = tuple[bool, Code, str | None, str | None, ChoiceState | None]


class View(NamedTuple):
    """What a day and a region leave of a question.

    told:    set where no more need be asked; `is_early` where that is so of whoever is asked about, known or not.
    is_read: whether the pack speaks for it; None where that turns on a region that is not known.
    permits, forbids: the rules that neither leaves out, as `Rules` numbers them; `unsure_permits`, `unsure_forbids`
             those of them of which the region leaves nobody able to say.
    nearest: where no permit is left, the one that came nearest, and why it does not apply.
    """

    told: Told | None
    is_early: bool
    cell: Cell
    is_read: bool | None
    permits: int
    unsure_permits: int
    forbids: int
    unsure_forbids: int
    nearest: tuple[Code, Clause] | None


class Policy:
    """A pack with its cells, after the packs that were in force before it."""

    def __init__(self, pack: Pack, earlier: Sequence[Pack] = (), *, as_written: bool = False) -> None:
        """earlier:    in the order in which they were in force. A pack's number is its place among them.
        as_written: to read what somebody else's policy says: what the vocabulary closes to advertising beside it, and
                    to the young, is as the pack has it. Never for a use of data.
        """
        self.pack, self.earlier, self.as_written = pack, tuple(earlier), as_written
        self._packs = (*self.earlier, pack)
        self.in_force_from = pack.in_force_from
        known: dict[tuple[str, ...], Places] = {}
        self.succession = Succession(self._packs)
        self.controls = {
            id_: control_of(id_, setting, self.succession.replaced.get(id_, ()), pack, known)
            for id_, setting in pack.settings.items()
        }
        # By the purposes it reaches: a question then touches only what may reach it.
        self._carried: dict[str, list[tuple[Governed, Span]]] = {}
        for governed, span in self.succession.governed.items():
            for purpose in governed.reaches[-1].purposes:
                self._carried.setdefault(purpose, []).append((governed, span))
        self._governing: dict[int, dict[tuple[str, str, str], frozenset[str]]] = {}
        self._clauses = {
            rule.id: clause_of(rule, pack, self.controls, known)
            for rule in sorted(pack.rules, key=lambda rule: rule.id)
        }
        # Rules by (purpose, category): a question then touches only the rules that name its words.
        self._index: dict[tuple[str, str], list[Rule]] = {}
        for rule in sorted(pack.rules, key=lambda rule: rule.id):
            for purpose in rule.purposes:
                for category in rule.categories:
                    self._index.setdefault((purpose, category), []).append(rule)
        self._cells: dict[tuple[str, str, str], Cell] = {}
        self._rules: dict[tuple[tuple[str, int | None], ...], Rules] = {}
        #: By purpose, kind of data, recipient, day and region; see `evaluator.look`.
        self.views: dict[tuple[str, str, str, int, str | None], View] = {}

    @functools.cached_property
    def digest(self) -> str:
        """Two policies of one digest answer every question alike: the pack's, with those of the packs before it."""
        earlier = [pack.digest for pack in self.earlier]
        read = {"as_written": True} if self.as_written else {}
        return digest(canonical_json({"pack": self.pack.digest, "earlier": earlier, **read}))

    @functools.cached_property
    def numbers(self) -> dict[str, int]:
        """The packs that were in force and the present one, by digest; one that came again counts as it first was."""
        return {pack.digest: number for number, pack in reversed([*enumerate(self._packs)])}

    @functools.cached_property
    def last_numbers(self) -> dict[str, int]:
        """The same; one that came again counts as it last was."""
        return {pack.digest: number for number, pack in enumerate(self._packs)}

    def cell(self, purpose: str, category: str, recipient: str) -> Cell:
        """The rules that speak of this question. Words that are not text are unknown words."""
        question = (purpose, category, recipient)
        try:
            return self._cells[question]
        except KeyError:
            cell = self._make_cell(purpose, category, recipient)
            if cell.code is None:  # unknown words are not kept: callers could fill the memory with them
                self._cells[question] = cell
            return cell
        except TypeError:
            return _answered(Code.PURPOSE_UNKNOWN)

    def clause(self, rule: str) -> Clause:
        """A rule of the pack as decisions need it."""
        return self._clauses[rule]

    @property
    def earlier_settings(self) -> frozenset[str]:
        """Settings of earlier packs; a member may still switch them, since their refusals still hold."""
        return frozenset(governed.setting for governed in self.succession.governed)

    def lets_organisations(self, setting: str, category: str) -> bool:
        """Whether any pack so far let an organisation refuse a setting, or a kind of data."""
        return any(pack.lets_organisations(setting, category) for pack in self._packs)

    def speaks_for(self, setting: str, pack: str | None, purpose: str, category: str, recipient: str) -> int:
        """Whether a yes to a setting is one to this question: the number of the pack it was given under, or -1.

        pack: its digest. The yes speaks where the setting governed purpose, kind of data and recipient under it, or in
        the last pack that had it, where that one has it no more. A pack that the ledger does not know governed nothing;
        words that mean something else now are not what was agreed to.
        """
        number = -1 if pack is None else self.numbers.get(pack, -1)
        if number < 0:
            return -1
        # What is gone was last known by what it governed in the last pack that had it.
        had = [one for one in range(number + 1) if setting in self._packs[one].settings]
        return number if had and self._meant(had[-1], setting, purpose, category, recipient) else -1

    def _meant(self, number: int, setting: str, purpose: str, category: str, recipient: str) -> bool:
        """Whether a setting governed, under a pack, this question, by every name that its words had then.

        A word that was moved since below one that was agreed to is no part of what was agreed to.
        """
        pack, line = self._packs[number], self.pack.purpose_line(purpose)
        then, now = pack.recipients.get(recipient), self.pack.recipients.get(recipient)
        if recipient != SELF and not _is_same(then, now):
            return False
        lines = [was for one in self._became("purposes", purpose, number) if (was := pack.purpose_line(one))]
        if line not in lines:  # a purpose that was a kind of something else then is another purpose now
            lines.append(line[1:])
        known = {
            one for one in self._became("categories", category, number) if pack.category_term(one) is not None
        }
        governing = self._governing_under(number)
        return all(
            any(
                recipient in governing.get((setting, word, kind), ())
                for word in was
                for kind in ancestors(one)
            )
            for was in lines
            for one in {category, *known}
        )

    def _became(self, part: str, word: str, number: int) -> tuple[str, ...]:
        """What became a word since a pack: itself, and all that it succeeds in later ones, by however many steps."""
        found = [word]
        for one in found:  # grows on the way
            entries = (getattr(pack, part).get(one) for pack in self._packs[number + 1 :])
            olds = {old for entry in entries if entry is not None for old in entry.succeeds}
            found += sorted(olds.difference(found))
        return tuple(found)

    def covers(self, setting: str, number: int, governed: Governed) -> bool:
        """Whether a yes to a setting under a pack is one to all that a no to it had reached by then."""
        reach = [one for one in governed.reaches if one.since <= number][-1]
        pack, governing = self._packs[number], self._governing_under(number)
        return all(
            any(
                recipient in governing.get((setting, word, kind), ())
                for word in pack.purpose_line(purpose)
                for kind in ancestors(category)
            )
            for purpose in reach.purposes
            for category in reach.categories
            for recipient in reach.recipients
        )

    def lifts_from(self, setting: str, pack: str | None) -> int:
        """The number of the pack from which on a yes to another setting came after a no to this one for certain.

        pack: the digest of that under which the no was said. Where that pack had the setting, what the setting has
        ceased to govern was no part of the no, and its own pack says nothing: 0. A no to one that was gone already
        speaks of all that it ever governed.
        """
        last = self.last_numbers.get(pack, -1) if pack is not None else -1
        if last < 0:
            return FOR_GOOD
        return 0 if setting in self._packs[last].settings else last + 1

    def unspoken(self, setting: str, pack: str | None) -> tuple[list[tuple[str, str, str]], bool]:
        """What a setting governs now and a yes under a pack does not speak for; and whether it speaks for anything.

        Returns: purpose, kind of data and recipient of each question, as the rules name them.
        """
        governed = {
            (purpose, category, recipient): self.speaks_for(setting, pack, purpose, category, recipient) >= 0
            for rule in self.pack.rules
            if rule.setting == setting
            for purpose in rule.purposes
            for category in rule.categories
            for recipient in rule.recipients
        }
        return [question for question, speaks in governed.items() if not speaks], any(governed.values())

    def lifted_by(self, setting: str) -> tuple[str, ...]:
        """The settings whose refusal ends when the member switches `setting` on.

        Those it replaces, if it governs all that they did: what it does not govern, a yes to it cannot have meant.
        """
        control = self.controls.get(setting)
        return tuple(
            old
            for old in (control.answers_for[1:] if control is not None else ())
            if old not in self.pack.settings  # it is switched by itself
            and all(
                self._takes_over(setting, governed.reaches[0])
                for governed in self.succession.governed
                if governed.setting == old
            )
        )

    def _takes_over(self, setting: str, exact: Reach) -> bool:
        """Whether a setting governs all that an earlier one did, or what succeeds it."""
        purposes = {line for word in exact.purposes for line in self._lines(word)}
        kinds = {kind for word in exact.categories for kind in self._named("categories", word)}
        recipients = {one for word in exact.recipients for one in self._named("recipients", word)}
        return all(
            self._governs(setting, line, ancestors(kind), recipient)
            for line in purposes
            for kind in kinds
            for recipient in recipients
        )

    def _lines(self, word: str) -> list[tuple[str, ...]]:
        """A purpose of an earlier pack, and what succeeds it, each with what it is a kind of."""
        return [
            self.pack.purpose_line(one)
            or (one, *sorted(up for up in self.succession.parents.get(one, ()) if up))
            for one in self._named("purposes", word)
        ]

    def _named(self, part: str, word: str) -> set[str]:
        """What a word of an earlier pack is called now: itself where it is still known, and all that succeed it."""
        known = {
            "purposes": lambda one: bool(self.pack.purpose_line(one)),
            "categories": lambda one: self.pack.category_term(one) is not None,
            "recipients": self.pack.knows_recipient,
        }[part]
        return {one for one in (word, *self.succession.heirs(part, word)) if known(one)} or {word}

    def _governs(self, setting: str, line: tuple[str, ...], above: tuple[str, ...], recipient: str) -> bool:
        """Whether a setting governs a question by the rules of the present pack."""
        governing = self._governing_under(len(self.earlier))
        return any(recipient in governing.get((setting, word, kind), ()) for word in line for kind in above)

    def _governing_under(self, number: int) -> dict[tuple[str, str, str], frozenset[str]]:
        if number not in self._governing:
            self._governing[number] = _governing(self._packs[number])
        return self._governing[number]

    def _make_cell(self, purpose: str, category: str, recipient: str) -> Cell:
        pack = self.pack
        line = pack.purpose_line(purpose) if isinstance(purpose, str) else ()
        if not line:
            return _answered(Code.PURPOSE_UNKNOWN)
        if not isinstance(category, str) or pack.category_term(category) is None:
            return _answered(Code.CATEGORY_UNKNOWN)
        if not isinstance(recipient, str) or not pack.knows_recipient(recipient):
            return _answered(Code.RECIPIENT_UNKNOWN)
        above = ancestors(category)
        read = self._read_of(line, above, recipient)
        if is_closed(line, category, UNSAYABLE if self.as_written else CLOSED):
            return _answered(Code.CLOSED_BY_VOCABULARY)._replace(read=read)
        rules = {
            rule.id: rule
            for word in line
            for kind in above
            for rule in self._index.get((word, kind), ())
            if recipient in rule.recipients
        }
        governing = {rule.setting for rule in rules.values() if rule.effect == "permit" and rule.setting}
        found: dict[str, list[tuple[Governed, int]]] = {}
        bars: dict[str, int] = {}
        there = set[str]()  # settings that were there and governed just this
        instead: dict[str, int] = {}  # by settings that were gone by then
        signals: dict[str, int] = {}
        for word in (*line, ANY):
            for governed, span in self._carried.get(word, ()):
                since = governed.since(line, above, recipient)
                if since is None:
                    continue
                setting, bar = governed.setting, span.bar(governed, since)
                found.setdefault(setting, []).append((governed, span.first))
                if since == EXACT and not governed.was_there:
                    instead[setting] = min(instead.get(setting, bar), bar)
                else:
                    bars[setting] = max(bars.get(setting, 0), bar)
                    there |= {setting} if since == EXACT else set()
                for signal in governed.signals:
                    signals[signal] = max(signals.get(signal, 0), FOR_GOOD if since == EXACT else since)
        for setting in (one for id_ in governing for one in self.controls[id_].answers_for):
            if setting in pack.settings:
                bars[setting] = FOR_GOOD  # it has not ceased to
                there.add(setting)
            else:
                instead.setdefault(setting, len(self.earlier))
        for setting, bar in instead.items():
            if setting not in there:
                bars[setting] = max(bars.get(setting, 0), bar)
        carried = {setting: Carry(bars[setting], tuple(sources)) for setting, sources in found.items()}
        clauses = [(rules[id_].effect, self._clauses[id_]) for id_ in sorted(rules)]
        permits = tuple(clause for effect, clause in clauses if effect == "permit")
        if not self.as_written:
            permits = tuple(
                clause._replace(minimum_age=min_age(rules[clause.id], line, above)) for clause in permits
            )
        forbids = tuple(clause for effect, clause in clauses if effect == "forbid")
        return Cell(
            None,
            permits,
            forbids,
            dict(sorted(carried.items())),
            bars,
            dict(sorted(signals.items())),
            {},
            {},
            read,
            self.rules(permits),
            self.rules(forbids),
        )

    def rules(self, clauses: tuple[Clause, ...]) -> Rules | None:
        """Rules by what they ask about; those of many questions are the same ones."""
        if not clauses:
            return None
        rules = tuple((clause.id, clause.minimum_age) for clause in clauses)
        if rules not in self._rules:
            self._rules[rules] = Rules(clauses, self.pack.plans, self.pack.audiences)
        return self._rules[rules]

    def remember(self, question: tuple[str, str, str, int, str | None], view: View) -> None:
        if len(self.views) >= _MOST_VIEWS:
            self.views.clear()
        self.views[question] = view

    def _read_of(
        self, line: tuple[str, ...], above: tuple[str, ...], recipient: str
    ) -> tuple[Read, ...] | None:
        """The parts of the scope that name a purpose and a kind of data, each with what lies above, and a recipient."""
        known: dict[tuple[str, ...], Places] = {}
        return (
            None
            if self.pack.scope is None
            else tuple(
                Read(
                    None if part.from_ is None else midnight(part.from_),
                    None if part.until is None else midnight(part.until),
                    places_of(part.regions, self.pack, known),
                )
                for part in self.pack.scope
                if part.names(line, above, recipient)
            )
        )


def _answered(code: Code) -> Cell:
    """A question that its own words answer."""
    return Cell(code, (), (), {}, {}, {}, {}, {}, None)


def _is_same(one: Recipient | None, other: Recipient | None) -> bool:
    """Whether a recipient's id still means who it meant."""
    return one is not None and other is not None and (one.name, one.kind) == (other.name, other.kind)


def _governing(pack: Pack) -> dict[tuple[str, str, str], frozenset[str]]:
    """The recipients for whom a setting governs a purpose and a kind of data."""
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    for rule in pack.rules:
        if rule.effect == "permit" and rule.setting is not None:
            for purpose in rule.purposes:
                for category in rule.categories:
                    question = (rule.setting, purpose, category)
                    found[question] = found.get(question, frozenset()).union(rule.recipients)
    return found
