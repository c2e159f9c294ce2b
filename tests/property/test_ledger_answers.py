"""As-of answers against a naive model that replays a list, over histories that Hypothesis makes up.

Every step of a history is a step of the machine: appending, erasing, reopening, waiting. After any of them,
every question about any position must answer as the replay does, and the whole ledger must verify.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger_homes import Home, PostgresHome, SqliteHome
from licet.ledger import EntryKind, NewEntry, Signer
from licet.terms import ChoiceState
from postgres_server import PostgresServer

NAMES = ["ann", "bob", "Zoë", "ann ", "Ann", f"erased:{'z' * 64}"]
SUBJECTS = st.sampled_from(NAMES)
SETTINGS = st.sampled_from(["ai_training", "ads"])
CATEGORIES = st.sampled_from([None, "profile", "profile.photo"])
CHOICES = st.builds(
    lambda subject, setting, category, value, pack: NewEntry(
        EntryKind.CHOICE,
        subject,
        {"setting": setting, "category": category, "value": value, "via": "web", "pack": pack},
    ),
    SUBJECTS,
    SETTINGS,
    CATEGORIES,
    st.sampled_from(["on", "off"]),
    st.sampled_from([None, "d1", "d2", "d3"]),
)
SIGNALS = st.builds(
    lambda subject, signal, value: NewEntry(EntryKind.SIGNAL, subject, {"signal": signal, "value": value}),
    SUBJECTS,
    st.sampled_from(["gpc", "dnt"]),
    st.booleans(),
)
OTHERS = st.one_of(
    st.builds(
        lambda subject: NewEntry(EntryKind.NOTICE_SHOWN, subject, {"notice": "n"}), st.none() | SUBJECTS
    ),
    st.builds(
        lambda kind, digest: NewEntry(
            kind, None, {"pack": "p", "version": "1", "digest": digest, "file": "f"}
        ),
        st.sampled_from([EntryKind.PACK_IN_FORCE, EntryKind.PACK_ANNOUNCED]),
        st.sampled_from(["d1", "d2", "d3", "d4"]),
    ),
    st.just(NewEntry(EntryKind.USE_RUN, None, {"use": "corpus"})),
)


class Model:
    """The history as a list of (moment, entry or None once erased), and what each erasure left of an entry."""

    def __init__(self) -> None:
        self.history: list[tuple[datetime, NewEntry | None]] = []
        self.left: dict[int, NewEntry] = {}

    def forget(self, subject: str, indices: list[int]) -> dict[str, list[dict[str, object]]]:
        """Blank the entries of a subject; return what is left of them: the noes and signals that stand now."""
        end = len(self.history)
        noes = sorted(
            ((key[1], key[2] or "", stand[2]) for key, stand in self.choices(end).items()
             if key[0] == subject and stand[0] == "off" and stand[2] in indices),
        )  # fmt: skip
        sent = sorted(
            (signal, max(i for i, e in self.of(EntryKind.SIGNAL, end)
                         if (e.subject, e.payload["signal"]) == (subject, signal)))
            for who, signal in self.signals(end) if who == subject
        )  # fmt: skip
        sent = [pair for pair in sent if pair[1] in indices]
        for index in indices:
            self.history[index] = (self.history[index][0], None)
        for setting, category, index in noes:
            said = {"setting": setting, "category": category or None, "value": "off"}
            self.left[index] = NewEntry(EntryKind.CHOICE, subject, said)
        for signal, index in sent:
            self.left[index] = NewEntry(EntryKind.SIGNAL, subject, {"signal": signal, "value": True})
        return {
            "refused": [{"setting": s, "category": c or None, "entry": i} for s, c, i in noes],
            "signals": [{"signal": s, "entry": i} for s, i in sent],
        }

    def of(self, kind: EntryKind, position: int) -> list[tuple[int, NewEntry]]:
        numbered = ((n, entry or self.left.get(n)) for n, (_, entry) in enumerate(self.history[:position]))
        return [(index, entry) for index, entry in numbered if entry is not None and entry.kind is kind]

    def choices(self, position: int) -> dict[tuple[str, str, str | None], tuple[str, ChoiceState, int]]:
        stands: dict[tuple[str, str, str | None], tuple[str, ChoiceState, int]] = {}
        was_on, was_off = set(), set()
        for index, entry in self.of(EntryKind.CHOICE, position):
            key = (str(entry.subject), entry.payload["setting"], entry.payload["category"])
            if entry.payload["value"] == "on":
                was_on.add(key)
                again = ChoiceState.GIVEN_AGAIN if key in was_off else ChoiceState.GIVEN
                stands[key] = ("on", again, index)
            else:
                was_off.add(key)
                stands[key] = ("off", ChoiceState.WITHDRAWN if key in was_on else ChoiceState.REFUSED, index)
        return stands

    def bound(self, index: int) -> str | None:
        """The pack of a choice, where an earlier entry names it."""
        _, entry = self.history[index]
        named = (*self.of(EntryKind.PACK_IN_FORCE, index), *self.of(EntryKind.PACK_ANNOUNCED, index))
        pack = None if entry is None else entry.payload["pack"]
        return pack if pack in {one.payload["digest"] for _, one in named} else None

    def signals(self, position: int) -> set[tuple[str, str]]:
        active: set[tuple[str, str]] = set()
        for _, entry in self.of(EntryKind.SIGNAL, position):
            pair = (str(entry.subject), entry.payload["signal"])
            (active.add if entry.payload["value"] else active.discard)(pair)
        return active

    def changed(self, since: int, until: int) -> set[str]:
        kinds, told = (EntryKind.CHOICE, EntryKind.SIGNAL), [entry for _, entry in self.history]
        return {str(one.subject) for one in told[since:until] if one is not None and one.kind in kinds}


class AsOfMachine(RuleBasedStateMachine):
    #: Gives each history a home of its own, in a folder of its own.
    new_home: Callable[[Path], Home]

    @initialize()
    def make(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        # Nothing is recorded yet, so a clock that was put back before the first entry says when that was.
        self.now, self.latest = datetime(2026, 1, 1, tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
        self.signer = Signer.create(Path(self.folder.name) / "key")
        self.home = type(self).new_home(Path(self.folder.name))
        self.ledger = self.home.create(self.signer, lambda: self.now)
        self.marks: dict[str, str] = {}
        self.model, self.kept = Model(), [self.ledger.checkpoint().text]

    @rule(entries=st.lists(st.one_of(CHOICES, CHOICES, SIGNALS, OTHERS), min_size=1, max_size=6))
    def append(self, entries: list[NewEntry]) -> None:
        self.latest = max(self.latest, self.now)
        appended = self.ledger.append(entries)
        assert [entry.index for entry in appended] == list(
            range(len(self.model.history), len(self.model.history) + len(entries))
        )
        self.model.history += [(self.latest, entry) for entry in entries]
        self.kept.append(self.ledger.checkpoint().text)

    @rule(subject=SUBJECTS)
    def erase(self, subject: str) -> None:
        theirs = [n for n, (_, e) in enumerate(self.model.history) if e is not None and e.subject == subject]
        entry = self.ledger.erase(subject, compact=False)
        assert (entry is None) == (not theirs)
        if entry is not None:
            left = self.model.forget(subject, theirs)
            tombstone = entry.payload.pop("tombstone", {"refused": [], "signals": []})
            assert self.marks.setdefault(tombstone.pop("mark", subject), subject) == subject
            assert (entry.payload, tombstone) == ({"erased": theirs}, left)
            self.latest = max(self.latest, self.now)
            self.model.history.append((self.latest, NewEntry(EntryKind.ERASURE, None, {"erased": theirs})))

    @rule(seconds=st.integers(-30, 90))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = self.home.open(self.signer, lambda: self.now)

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        size = len(self.model.history)
        position = data.draw(st.integers(0, size), label="position")
        expected = self.model.choices(position)
        rows = self.ledger.choices_table(position, known=lambda: NAMES).to_pylist()
        assert len(rows) == len(expected)
        for row in rows:
            key = (row["subject"], row["setting"], row["category"])
            assert expected[key] == (row["value"], row["state"], row["entry"])
            assert row["pack"] == self.model.bound(row["entry"])
        subject = data.draw(SUBJECTS, label="subject")
        theirs = {key[1:]: stand for key, stand in expected.items() if key[0] == subject}
        found = self.ledger.choices_of(subject, position)
        assert {(c.setting, c.category): (c.value, c.state, c.entry) for c in found} == theirs
        assert [c.pack for c in found] == [self.model.bound(c.entry) for c in found]
        assert [(c.entry, c.at) for c in found] == [(c.entry, self.model.history[c.entry][0]) for c in found]
        signals = self.model.signals(position)
        told = self.ledger.signals_table(position, known=lambda: NAMES).to_pylist()
        assert {tuple(row.values()) for row in told} == signals
        assert self.ledger.signals_of(subject, position) == {
            signal for who, signal in signals if who == subject
        }
        some = data.draw(st.sets(SUBJECTS), label="some")
        assert self.ledger.choices_table(position, some).to_pylist() == [
            row for row in rows if row["subject"] in some
        ]
        sent = self.ledger.signals_table(position, some).to_pylist()
        assert {tuple(row.values()) for row in sent} == {pair for pair in signals if pair[0] in some}
        since = data.draw(st.integers(0, position), label="since")
        assert self.ledger.changed_subjects(since, position) == self.model.changed(since, position)
        packs = [index for index, _ in self.model.of(EntryKind.PACK_IN_FORCE, position)]
        assert [entry.index for entry in self.ledger.packs_in_force(position)] == packs
        later = [entry.index for entry in self.ledger.packs_in_force(position, since=position // 2)]
        assert later == [index for index in packs if index >= position // 2]
        moment = data.draw(st.integers(-60, 600), label="moment")
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
        assert self.ledger.position_at(at) == sum(recorded <= at for recorded, _ in self.model.history)

    @invariant()
    def verifies_against_every_checkpoint_ever_given_out(self) -> None:
        if hasattr(self, "ledger"):
            report = self.ledger.verify(against=self.kept)
            assert report.ok, report.problems
            assert report.size == self.ledger.position == len(self.model.history)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            self.folder.cleanup()


HISTORIES = settings(max_examples=25, stateful_step_count=12, deadline=None)


def test_as_of_answers_are_those_of_a_replay_on_sqlite() -> None:
    class OnSqlite(AsOfMachine):
        @staticmethod
        def new_home(folder: Path) -> Home:
            return SqliteHome(folder / "ledger.sqlite")

    run_state_machine_as_test(OnSqlite, settings=HISTORIES)


def test_as_of_answers_are_those_of_a_replay_on_postgresql(postgres_server: PostgresServer) -> None:
    class OnPostgres(AsOfMachine):
        @staticmethod
        def new_home(folder: Path) -> Home:
            return PostgresHome(postgres_server, folder)

    run_state_machine_as_test(OnPostgres, settings=HISTORIES)
