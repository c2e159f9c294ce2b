"""Lists under any history: members refuse and come back, change addresses and are erased; deliveries and answers are
lost, repeated and late; the platform dies at any step. Once all is answered, no list holds anyone refused, and nobody
who may be on it is missing.

Each history is carried out in a real workspace, with a recipient who does what it is told and no more.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import licet
from journeys.lists import (
    AUDIENCE,
    CROWD,
    NOW,
    Affiliate,
    Clock,
    address_of,
    hashed,
    make_club,
    write_contacts,
)
from licet.app.ads.list_statuses import held_of, lists_in
from licet.app.followed_copies import book
from licet.store.sealed_files import SealedFiles
from licet.terms import LicetError
from licet.testing.effort import EFFORT, examples

PEOPLE = ("ann", "ben", "cy", "dot", "eli")
ADDRESSES = ("quay@club.example", "pier@club.example", *map(address_of, PEOPLE))


class ListMachine(RuleBasedStateMachine):
    """permits: who does; addresses: of whom. outbox: answers on their way."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.addresses = {who: address_of(who) for who in (*PEOPLE, *CROWD)}
        self.permits, self.erased = {*PEOPLE}, set[str]()
        self.outbox: list[str] = []
        self.answered: list[str] = []
        self.is_open = False

    @initialize()
    def open(self) -> None:
        self.affiliate = Affiliate(self.folder / "key", "", self.clock)
        self.workspace = make_club(
            self.folder / "club", PEOPLE, self.affiliate.signer.public_key_text, self.clock, removal_days=7,
            lease_days=60,
        )  # fmt: skip
        self.affiliate.trusts(self.workspace.ledger.public_key_text)
        self.is_open = True

    def teardown(self) -> None:
        self.workspace.close()
        shutil.rmtree(self.folder)

    @property
    def permitted(self) -> set[str]:
        return {hashed(self.addresses[who]) for who in (*self.permits, *CROWD)}

    @rule(who=st.sampled_from(PEOPLE), value=st.sampled_from(["on", "off"]))
    def choose(self, who: str, value: str) -> None:
        if who not in self.erased:
            self.workspace.choices.choose(who, "share", value)
            (self.permits.add if value == "on" else self.permits.discard)(who)

    @rule(who=st.sampled_from(PEOPLE), address=st.sampled_from(ADDRESSES))
    def change_address(self, who: str, address: str) -> None:
        self.addresses[who] = address
        write_contacts(self.folder / "club", self.addresses)

    @rule(who=st.sampled_from(PEOPLE))
    def erase(self, who: str) -> None:
        self.workspace.choices.choose(who, "share", "off")
        self.workspace.choices.erase(who)
        self.erased.add(who)
        self.permits.discard(who)

    @rule(is_lost=st.booleans(), done=st.sampled_from([True, True, False]))
    def deliver(self, is_lost: bool, done: bool) -> None:
        """is_lost: what is handed out never arrives."""
        before, late = self.affiliate.identifiers, self.workspace.uses.ads.lists(overdue=True)
        ever = self.ever_delivered()
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        made = self.workspace.uses.ads.deliver(AUDIENCE, out)
        if late:
            assert not made.added
        if not is_lost:
            self.outbox += self.affiliate.take(out, done=done)
            if done:
                assert not (self.affiliate.identifiers - before) - self.permitted, (
                    "nobody is added who refused"
                )
                if late:
                    assert self.affiliate.identifiers <= ever, "nobody new goes to who is overdue"

    def ever_delivered(self) -> set[str]:
        found = set[str]()
        for delivery in lists_in(book(self.workspace)):
            held, state = held_of(self.workspace, delivery)
            found |= {*held.identifiers(state)["identifier"].to_pylist()}
        return found

    @rule(at=st.integers(1, 8))
    def deliver_and_die(self, at: int) -> None:
        """The n-th file that is written is the last."""
        patch = pytest.MonkeyPatch()
        count, write = [0], SealedFiles.write

        def dying(self: SealedFiles, name: str, data: bytes) -> None:
            count[0] += 1
            if count[0] > at:
                raise OSError(28, "No space left on device")
            write(self, name, data)

        patch.setattr(SealedFiles, "write", dying)
        with contextlib.suppress(LicetError):
            self.workspace.uses.ads.deliver(AUDIENCE)
        patch.undo()
        self.workspace.close()
        self.workspace = licet.open(self.folder / "club", clock=self.clock)

    @rule()
    def update(self) -> None:
        assert all(one.how != "failed" for one in self.workspace.uses.update())

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """One of the answers on their way, in any order; or an old one once more."""
        answers = self.outbox + self.answered
        if answers:
            answer = data.draw(st.sampled_from(answers))
            self.workspace.uses.ads.hand_in(answer)
            self.answered.append(answer)
            if answer in self.outbox:
                self.outbox.remove(answer)

    @rule()
    def lose(self) -> None:
        self.outbox.clear()

    @rule(days=st.sampled_from([1, 8]))
    def wait(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    @invariant()
    def whatever_the_recipient_has_could_be_taken_back(self) -> None:
        is_under_lease = self.clock.now < NOW + timedelta(days=60)
        if self.is_open and is_under_lease:
            assert self.affiliate.identifiers <= self.ever_delivered()

    @rule()
    def settle(self) -> None:
        """All answer: then the list is exactly who may be on it."""
        for _ in range(2):  # the first may be to who is overdue, and add nobody
            self.deliver(False, True)
            for answer in self.outbox:
                self.workspace.uses.ads.hand_in(answer)
            self.answered += self.outbox
            self.outbox.clear()
        assert self.affiliate.identifiers == self.permitted
        assert self.ever_delivered() == self.permitted, "nothing is held that was taken back"
        for who in PEOPLE:
            if who not in self.permits and who not in self.erased:
                told = self.workspace.uses.ads.who_has(who)
                assert {one.state for one in told} <= {"shared"}


def test_once_all_answer_a_list_is_exactly_who_may_be_on_it() -> None:
    run_state_machine_as_test(
        ListMachine, settings=settings(examples(3), stateful_step_count=8 if EFFORT == 1 else 40)
    )
