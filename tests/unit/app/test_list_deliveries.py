"""Lists that are delivered: who is on them, who is taken off, and what is said of it, in real workspaces."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import licet
from journeys.lists import (
    AUDIENCE,
    CROWD,
    SEGMENTS,
    Affiliate,
    Clock,
    address_of,
    hashed,
    make_club,
    write_contacts,
)
from licet.app import Workspace
from licet.app.ads.list_deliveries import ListDelivered
from licet.app.ads.list_statuses import held_of, lists_in
from licet.app.followed_copies import book
from licet.deliveries import held_identifiers, read_acknowledgement, write_acknowledgement
from licet.deliveries.delivery_book import DeliveryBook
from licet.deliveries.held_identifiers import PERMITTING, HeldIdentifiers, HeldState, rows_of
from licet.deliveries.list_delivery import delivery_name, read_delivery
from licet.deliveries.received_list import ReceivedList, read_plain
from licet.ledger import EntryKind, PublicKey, Signer
from licet.receipts import check_forgetting_certificate
from licet.store.sealed_files import SealedFiles
from licet.terms import DeliveryError, LicetError, UseError
from licet.terms.moments import format_moment
from licet.testing.effort import EFFORT

PEOPLE = ("ann", "ben", "cy")


class Club:
    """A club, its affiliate, and how what is handed out gets there."""

    def __init__(self, folder: Path, is_keyed: bool = True, **recipient: int) -> None:
        self.folder, self.clock = folder, Clock()
        self.affiliate = Affiliate(folder / "key", "", self.clock)
        key = self.affiliate.signer.public_key_text if is_keyed else None
        self.workspace: Workspace = make_club(folder / "club", PEOPLE, key, self.clock, **recipient)
        self.affiliate.trusts(self.workspace.ledger.public_key_text)
        self.ads = self.workspace.uses.ads

    def deliver(self) -> ListDelivered:
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").mkdir()
        return self.ads.deliver(AUDIENCE, self.folder / "out")

    def take(self, *, done: bool = True) -> list[str]:
        return self.affiliate.take(self.folder / "out", done=done)

    def again(self) -> Workspace:
        return licet.open(self.folder / "club", clock=self.clock)

    def answer(self) -> None:
        for answer in self.take():
            self.ads.hand_in(answer)

    def choose(self, who: str, value: str) -> None:
        self.workspace.choices.choose(who, "share", value)

    def states(self, who: str) -> list[str]:
        return [one.state for one in self.ads.who_has(who)]

    def held(self) -> set[str]:
        found = set[str]()
        for one in lists_in(book(self.workspace)):
            held, state = held_of(self.workspace, one)
            found |= {*held.identifiers(state)["identifier"].to_pylist()}
        return found


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Club]]:
    made: list[Club] = []

    def make(**how: int) -> Club:
        made.append(Club(tmp_path, is_keyed=bool(how.pop("is_keyed", True)), **how))
        return made[-1]

    yield make
    for one in made:
        one.workspace.close()


def mail(*people: str) -> frozenset[str]:
    return frozenset(hashed(address_of(who)) for who in people)


def test_a_list_is_delivered_taken_back_and_said_to_be_gone_only_when_it_is(
    make: Callable[..., Club],
) -> None:
    club = make()
    first = club.deliver()
    assert (first.sequence, first.action, first.added, first.listed) == (1, "replace", 303, 303)
    assert club.states("ann") == ["there"], "it left, whether or not anybody answered"
    club.answer()
    assert club.affiliate.identifiers == mail(*PEOPLE, *CROWD)
    assert (club.ads.lists()[0].reach, club.ads.lists()[0].listed) == ("applied", 303)
    assert not club.deliver().is_new, "nothing changed"
    past = club.workspace.members.member("ann").past_uses()[0]
    assert (past.how, past.recipient) == ("deliver", "adco") and past.documents is not None
    assert [row["key"] for row in past.documents] == [AUDIENCE]
    (of_list,) = (one for one in club.workspace.uses.status() if one.name == f"list {AUDIENCE}")
    assert of_list.standing == "exact"

    club.choose("ann", "off")
    assert club.states("ann") == ["there"], "a no alone takes nothing back"
    second = club.deliver()
    assert (second.sequence, second.action, second.added, second.removed) == (2, "change", 0, 1)
    assert (
        hashed(address_of("ann")) in (club.folder / "out" / f"{AUDIENCE}-000002" / "list.jsonl").read_text()
    )
    (told,) = club.ads.who_has("ann")
    assert (told.state, told.reach, told.is_overdue, told.is_permitted) == ("removing", "sent", False, False)
    (answer,) = club.take(done=False)
    club.ads.hand_in(answer)
    (told,) = club.ads.who_has("ann")
    assert (told.state, told.reach) == ("removing", "received") and "not yet" in told.sentence
    club.answer()
    assert club.states("ann") == [] and club.affiliate.identifiers == mail("ben", "cy", *CROWD)
    assert club.held() == set(club.affiliate.identifiers), "nothing is held of who was taken back"
    made = club.ads.deliveries(AUDIENCE)
    assert [(one.sequence, one.answered) for one in made] == [(1, "applied"), (2, "applied")]
    payloads = [
        entry.payload for entry in club.workspace.choices.entries() if entry.kind is EntryKind.USE_RUN
    ]
    assert [one["how"] for one in payloads if one] == ["build", "deliver", "update", "deliver"]


def test_two_members_with_one_address_keep_it_there_until_neither_permits(make: Callable[..., Club]) -> None:
    club = make()
    addresses = {who: address_of(who) for who in (*PEOPLE, *CROWD)} | {"ben": address_of("ann")}
    write_contacts(club.folder / "club", addresses)
    club.deliver()
    club.answer()
    assert len(club.affiliate.identifiers) == 302
    club.choose("ann", "off")
    assert not club.deliver().is_new
    (told,) = club.ads.who_has("ann")
    assert told.state == "shared" and "another account" in told.sentence
    club.choose("ben", "off")
    assert club.deliver().removed == 1
    club.answer()
    assert not club.affiliate.identifiers & mail("ann") and club.states("ann") == club.states("ben") == []


def test_an_audience_that_falls_below_the_minimum_is_emptied_and_comes_back(
    make: Callable[..., Club],
) -> None:
    club = make()
    club.deliver()
    club.answer()
    for who in (*PEOPLE, CROWD[0]):
        club.choose(who, "off")
    emptied = club.deliver()
    assert (emptied.action, emptied.added, emptied.removed, emptied.listed) == ("replace", 0, 303, 0)
    assert emptied.why is not None and "300" in emptied.why
    club.answer()
    assert club.affiliate.identifiers == frozenset() and club.held() == set()
    club.choose("ann", "on")
    back = club.deliver()
    assert (back.added, back.listed) == (300, 300)
    club.answer()
    assert club.affiliate.identifiers == mail("ann", *CROWD[1:])


def test_who_is_overdue_gets_nobody_new_and_a_silent_ones_lease_runs_out(make: Callable[..., Club]) -> None:
    club = make(removal_days=7, lease_days=20)
    club.choose("cy", "off")
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    club.deliver()
    club.clock.now += timedelta(days=8)
    club.choose("cy", "on")
    late = club.deliver()
    assert (late.added, late.held_back, late.is_new) == (0, 1, False)
    (status,) = club.ads.lists(overdue=True)
    assert (status.reach, status.removing) == ("overdue", 1)
    (told,) = club.ads.who_has("ann")
    assert told.is_overdue and "did not confirm" in told.sentence
    club.clock.now += timedelta(days=13)
    gone = club.deliver()
    assert (gone.action, gone.listed) == ("replace", 0) and club.held() == set()
    assert club.states("ann") == ["lapsed"] and "never confirmed" in club.ads.who_has("ann")[0].sentence
    club.answer()
    assert club.states("ann") == []
    assert club.deliver().listed == 302
    club.answer()
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD)


def test_who_comes_back_during_a_removal_is_there_after_it(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    club.deliver()
    removal = club.take()
    club.choose("ann", "on")
    assert club.deliver().added == 1
    for answer in removal:
        club.ads.hand_in(answer)
    assert club.states("ann") == ["there"]
    club.answer()
    assert club.affiliate.identifiers == mail(*PEOPLE, *CROWD)


def test_nobody_who_refused_since_is_handed_out_again(make: Callable[..., Club]) -> None:
    club = make()
    club.choose("ann", "off")
    club.deliver()
    club.answer()
    club.choose("ann", "on")
    assert club.deliver().added == 1  # and it is lost on its way
    club.choose("ann", "off")
    again = club.deliver()
    assert (again.action, again.sequence) == ("replace", 3)
    out = b"".join(path.read_bytes() for path in (club.folder / "out").rglob("*") if path.is_file())
    assert next(iter(mail("ann"))).encode() not in out
    club.answer()
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD) and club.states("ann") == []


def test_a_changed_address_takes_the_one_back_that_was_delivered(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    club.answer()
    addresses = {who: address_of(who) for who in (*PEOPLE, *CROWD)} | {"ann": "new@club.example"}
    write_contacts(club.folder / "club", addresses)
    changed = club.deliver()
    assert (changed.added, changed.removed) == (1, 1)
    club.choose("ann", "off")
    club.answer()
    club.deliver()
    club.answer()
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD) == club.held()


def test_an_erasure_cuts_the_link_and_what_was_delivered_is_still_taken_back(
    make: Callable[..., Club],
) -> None:
    club = make()
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    club.workspace.choices.erase("ann")
    assert club.states("ann") == [] and mail("ann") <= club.held()
    for path in (club.folder / "club" / "deliveries").rglob("*"):
        assert path.is_dir() or b"ann" not in path.read_bytes()
    assert club.deliver().removed == 1
    club.answer()
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD) == club.held()


def test_a_forgetting_is_pending_until_the_removal_is_confirmed(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    club.answer()
    told = club.workspace.uses.forget("ann").people[0]
    assert told.standing == "pending" and any("adco" in why for why in told.pending)
    assert told.certificate is not None
    check = check_forgetting_certificate(told.certificate, club.workspace.ledger.public_key_text)
    assert check.ok and check.outcome is not None
    assert (check.outcome.status, check.outcome.copies.sent) == ("PENDING", 1)
    club.deliver()
    assert club.ads.lists()[0].sequence == 2, "the forgetting made the delivery itself"
    club.answer()
    assert club.workspace.uses.forget("ann").people[0].standing == "exact"
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD)


def test_answers_that_are_wrong_repeated_late_or_anothers_confirm_nothing(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    club.deliver()
    (answer,) = club.take()
    signer = club.affiliate.signer
    said = read_acknowledgement(answer, signer.public_key)
    stranger = Signer.create(club.folder / "stranger", "adco.example")
    for update, key, code in (
        ({"documents": 303}, signer, "DLVR-042"), ({"root": "0" * 64}, signer, "DLVR-042"),
        ({"message": "0" * 64}, signer, "DLVR-041"), ({"sequence": 9}, signer, "DLVR-041"),
        ({"sequence": 1}, signer, "DLVR-041"), ({"export": "0" * 16}, signer, "DLVR-002"),
        ({"recipient": "other"}, signer, "DLVR-020"), ({}, stranger, "DLVR-010"),
    ):  # fmt: skip
        with pytest.raises(DeliveryError) as caught:
            club.ads.hand_in(write_acknowledgement(said.model_copy(update=update), key))
        assert caught.value.code == code
    assert club.states("ann") == ["removing"]
    size = club.ads.hand_in(answer).as_of.position
    assert club.ads.hand_in(answer).as_of.position == size, "once more changes nothing"


def test_who_cannot_answer_is_unconfirmed_until_their_result_file_is_imported(
    make: Callable[..., Club],
) -> None:
    club = make(is_keyed=0)
    first = club.deliver()
    assert first.export is not None
    assert club.ads.lists()[0].reach == "unconfirmed"
    assert club.ads.record_result(first.export, 1, source="0" * 64, refused=1).reach == "unconfirmed"
    assert club.ads.record_result(first.export, 1, source="0" * 64).reach == "applied"
    with pytest.raises(DeliveryError) as caught:
        club.ads.record_result(first.export, 2, source="0" * 64)
    assert caught.value.code == "DLVR-041"


@pytest.mark.parametrize("at", [2, 3, 5] if EFFORT == 1 else range(9))
def test_a_full_disk_at_any_write_leaves_what_the_next_run_goes_on_from(
    make: Callable[..., Club], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    club = make()
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    written, write = 0, SealedFiles.write

    def full(self: SealedFiles, name: str, data: bytes) -> None:
        nonlocal written
        written += 1
        if written > at:
            raise OSError(28, "No space left on device")
        write(self, name, data)

    with monkeypatch.context() as broken:
        broken.setattr(SealedFiles, "write", full)
        try:
            club.ads.deliver(AUDIENCE)
        except LicetError as error:
            assert error.code in ("DLVR-004", "DLVR-034")
        else:
            assert written <= at
    assert mail("ann") <= club.held(), "until it is confirmed it is held"
    club.deliver()
    assert [one.sequence for one in club.ads.deliveries()] == [1, 2], "once, and not twice"
    club.answer()
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD) == club.held()


def test_an_audience_that_is_taken_out_of_the_file_is_emptied(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    club.answer()
    path = club.folder / "club" / "segments.yaml"
    path.write_text(SEGMENTS.replace(f"{AUDIENCE}:", "others:"))
    assert [one.how for one in club.workspace.uses.update()][-1] == "told"
    club.deliver()
    club.answer()
    assert club.affiliate.identifiers == frozenset()
    with pytest.raises(UseError) as caught:
        club.ads.deliver("nobody")
    assert caught.value.code == "ADS-006"


def test_nothing_is_delivered_to_whom_nobody_could_take_it_back_from(make: Callable[..., Club]) -> None:
    club = make()
    club.workspace.layout.recipients.unlink()
    with pytest.raises(DeliveryError) as caught:
        club.deliver()
    assert caught.value.code == "DLVR-037" and club.ads.lists() == []


def test_every_tenth_delivery_is_whole(make: Callable[..., Club]) -> None:
    club = make()
    actions = []
    for number in range(11):
        club.choose("ann", "off" if number % 2 else "on")
        actions.append(club.deliver().action)
        club.answer()
    assert actions == ["replace", *["change"] * 8, "replace", "change"]


def test_a_delivery_verifies_as_it_was_signed(make: Callable[..., Club]) -> None:
    club = make()
    club.deliver()
    (place,) = (club.folder / "out").iterdir()
    jws = (place / "delivery.jws").read_text()
    said = read_delivery(jws, club.workspace.signer.public_key)
    assert (said.audience, said.label, said.listed, said.position) == (
        AUDIENCE, "Welders", 303, club.ads.deliveries()[0].position,
    )  # fmt: skip
    assert club.ads.deliveries()[0].message == delivery_name(jws)
    head, body, signature = jws.split(".")
    for forged in (f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}", "", f"{body}.{body}.{signature}", "é.é.é",
                   jws + "=", f"{head}.{body[:-3]}AAA.{signature}"):  # fmt: skip
        with pytest.raises(DeliveryError) as caught:
            read_delivery(forged, club.workspace.signer.public_key)
        assert caught.value.code == "DLVR-032"


def test_who_refuses_while_it_is_delivered_stops_it_before_a_byte_leaves(
    make: Callable[..., Club], monkeypatch: pytest.MonkeyPatch
) -> None:
    club, write, refusing = make(), SealedFiles.write, iter(CROWD)

    def meanwhile(self: SealedFiles, name: str, data: bytes) -> None:
        if name.endswith(".feed"):
            club.choose(next(refusing), "off")
        write(self, name, data)

    with monkeypatch.context() as busy:
        busy.setattr(SealedFiles, "write", meanwhile)
        with pytest.raises(DeliveryError) as caught:
            club.deliver()
    assert caught.value.code == "DLVR-039" and list((club.folder / "out").iterdir()) == []
    assert club.deliver().listed == 0, "too few are left of who did not refuse meanwhile"
    club.answer()
    assert club.affiliate.identifiers == frozenset()


def test_files_that_cannot_be_written_or_made_as_signed_are_told(
    make: Callable[..., Club],
) -> None:
    club = make()
    (club.folder / "file").write_text("in its place")
    with pytest.raises(DeliveryError) as caught:
        club.ads.deliver(AUDIENCE, club.folder / "file")
    assert caught.value.code == "DLVR-038"
    (delivery,) = lists_in(book(club.workspace))
    held, _ = held_of(club.workspace, delivery)
    held.write_rows(1, held.rows(1).slice(1), PERMITTING.empty_table())  # as another version would write them
    with pytest.raises(DeliveryError) as caught:
        club.deliver()
    assert caught.value.code == "DLVR-040"
    again = club.deliver()
    assert (again.sequence, again.action, again.listed) == (2, "replace", 303), (
        "one whole delivery, in its place"
    )
    club.answer()
    assert club.affiliate.identifiers == mail(*PEOPLE, *CROWD)


GOOGLE = (
    "format: {kind: google, account: {type: GOOGLE_ADS, id: '1'}, ad_user_data: granted, ad_personalization: granted,"
    " accepts_terms: true, audiences: {welders_adco: '7'}}, removal_days"
)


@pytest.mark.parametrize("way", ["place", "format", "scheme"])
def test_a_list_that_goes_another_way_is_emptied_where_it_was(make: Callable[..., Club], way: str) -> None:
    """Whatever it is delivered by anew: at the place of before nobody stays who might refuse later."""
    club = make()
    file, root = club.workspace.layout.recipients, club.folder / "club"
    plain = file.read_text()
    said = plain if way == "scheme" else plain.replace("removal_days", GOOGLE)
    file.write_text(plain if way == "format" else said)
    club.deliver()
    if way == "scheme":
        for name in ("catalogue.yaml", "segments.yaml"):
            text = (root / name).read_text()
            (root / name).write_text(
                text.replace("scheme: google", "scheme: microsoft").replace("{google:", "{microsoft:")
            )
        other = "scheme: microsoft"
    else:
        other = said.replace("'7'", "'8'") if way == "place" else said
        file.write_text(other)
    club.workspace.close()
    club.workspace = club.again()
    club.ads = club.workspace.uses.ads
    made = club.deliver()
    (emptied,) = made.others
    assert (emptied.sequence, emptied.action, emptied.listed, emptied.removed) == (2, "replace", 0, 303)
    assert (made.sequence, made.added, made.listed) == (1, 303, 303) and made.export != emptied.export
    places = sorted(one.name for one in (club.folder / "out").iterdir())
    assert places == [f"{AUDIENCE}-000002", f"{AUDIENCE}-{(made.export or '')[:8]}-000001"]
    if way == "place":  # where it was, by name
        asked = [
            one.read_text() for one in (club.folder / "out" / places[0]).iterdir() if "remove" in one.name
        ]
        assert len(asked) == 1 and hashed(address_of("ann")) in asked[0] and '"7"' in asked[0]
    assert sorted(club.states("ann")) == ["removing", "there"], "until they confirmed, both have her"
    if way == "format":  # once more, as the file was at first: the first list goes on
        file.write_text(plain)
        back = club.deliver()
        assert (back.export, back.sequence, back.listed) == (emptied.export, 3, 303)
        assert [(one.export, one.listed) for one in back.others] == [(made.export, 0)]


def test_a_delivery_that_waits_is_handed_out_as_it_was_signed_and_then_anew(
    make: Callable[..., Club],
) -> None:
    """What a recipient wants otherwise at the same place changes no byte of what was signed."""
    club = make()
    file = club.workspace.layout.recipients
    file.write_text(file.read_text().replace("removal_days", GOOGLE))
    club.deliver()
    club.choose("ann", "off")
    file.write_text(
        file.read_text().replace(
            "accepts_terms: true", "login_account: {type: DATA_PARTNER, id: '5'}, accepts_terms: true"
        )
    )
    made = club.deliver()
    assert (made.sequence, made.action, made.others) == (2, "replace", ())
    assert [one.name for one in (club.folder / "out").iterdir()] == [f"{AUDIENCE}-000002"]
    file.unlink()  # nobody is named any more: by what it was delivered by, they are still told who goes
    club.choose("ben", "off")
    made = club.deliver()
    assert (made.sequence, made.removed) == (3, 1)
    assert all(
        hashed(address_of("ben")) not in one.read_text()
        for one in (club.folder / "out" / f"{AUDIENCE}-000003").iterdir()
        if "ingest" in one.name
    )


def test_who_is_overdue_with_one_list_gets_nobody_new_on_another(make: Callable[..., Club]) -> None:
    club = make(removal_days=7)
    club.deliver()
    club.clock.now += timedelta(days=8)
    segments = club.folder / "club" / "segments.yaml"
    line = "welders_adco: {segment: welders, recipient: adco, scheme: google}"
    segments.write_text(segments.read_text().replace(line, f"{line}, more_{line}"))
    made = club.ads.deliver(f"more_{AUDIENCE}", club.folder / "more")
    assert (made.is_new, made.export, made.held_back) == (False, None, 303) and "overdue" in (made.why or "")
    club.answer()
    assert club.ads.deliver(f"more_{AUDIENCE}", club.folder / "more").added == 303


def test_a_shorter_lease_is_told_and_a_longer_one_waits(make: Callable[..., Club]) -> None:
    club = make(lease_days=30)
    club.deliver()
    club.answer()
    file = club.workspace.layout.recipients
    for days, is_told in ((40, False), (20, True)):
        file.write_text(
            f"recipients: {{adco: {{removal_days: 7, lease_days: {days}, "
            f"key: '{club.affiliate.signer.public_key_text}'}}}}"
        )
        club.clock.now += timedelta(seconds=1)
        made = club.deliver()
        assert made.is_new == is_told
        club.answer()
    assert club.ads.lists()[0].lease == format_moment(club.clock.now + timedelta(days=20))


def test_a_lease_ends_where_nobody_can_tell_who_may_be_on_the_list(make: Callable[..., Club]) -> None:
    club = make(lease_days=20)
    club.deliver()
    club.answer()
    (club.folder / "club" / "segments.yaml").write_text("segments: [")
    club.clock.now += timedelta(days=21)
    *_, failed = [one for one in club.workspace.uses.update() if one.how == "failed"]
    assert "segments.yaml" in failed.why and club.held() == set()
    assert club.states("ann") == ["lapsed"]


def test_what_was_judged_before_a_no_is_not_made_after_it(
    make: Callable[..., Club], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two processes one may judge, the other deliver that somebody goes, and the first go on with what it saw."""
    club, alone = make(), DeliveryBook.alone
    club.deliver()
    club.answer()
    did = []

    def meanwhile(self: DeliveryBook) -> AbstractContextManager[None]:
        if not did:
            did.append(True)
            club.choose("ann", "off")
            club.ads.deliver(AUDIENCE)
        return alone(self)

    with monkeypatch.context() as busy:
        busy.setattr(DeliveryBook, "alone", meanwhile)
        club.deliver()
    made = club.ads.deliveries()
    assert [(one.sequence, one.added, one.removed) for one in made] == [(1, 303, 0), (2, 0, 1)]
    assert club.states("ann") == ["removing"]


def test_an_answer_counts_once_the_ledger_has_it_whatever_dies_after(
    make: Callable[..., Club], monkeypatch: pytest.MonkeyPatch
) -> None:
    club = make()
    club.deliver()
    club.answer()
    club.choose("ann", "off")
    club.deliver()

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(SealedFiles, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            club.answer()
    assert club.ads.lists()[0].reach == "applied"
    assert not club.deliver().is_new and club.states("ann") == []
    assert club.held() == set(club.affiliate.identifiers)


def test_a_recipient_takes_only_the_next_delivery_whole_and_as_signed(make: Callable[..., Club]) -> None:
    club = make()
    key = PublicKey.parse(club.workspace.ledger.public_key_text)
    places = []
    for value in ("on", "off", "on", "off"):
        club.choose("ann", value)
        club.deliver()
        places.append(club.folder / f"kept-{len(places)}")
        shutil.copytree(max((club.folder / "out").iterdir()), places[-1])
        club.answer()
    jws = [(place / "delivery.jws").read_text() for place in places]
    files = [{"list.jsonl": (place / "list.jsonl").read_bytes()} for place in places]
    said = read_delivery(jws[0], key)
    start = ReceivedList(said.export)
    one = start.after(jws[0], files[0], key)
    assert one.after(jws[0], files[0], key) == one, "the last once more changes nothing"
    two = one.after(jws[1], files[1], key)
    for state, number, changed, code in (
        (one, 2, files[2], "DLVR-012"), (two, 0, files[0], "DLVR-013"),
        (ReceivedList("0" * 16), 0, files[0], "DLVR-011"), (start, 0, files[1], "DLVR-033"),
        (one, 1, {}, "DLVR-033"), (one._replace(identifiers=frozenset()), 1, files[1], "DLVR-043"),
    ):  # fmt: skip
        with pytest.raises(DeliveryError) as caught:
            state.after(jws[number], changed, key)
        assert caught.value.code == code
    for form in ({"list.jsonl": b"{}\n[]\n"}, {"list.jsonl": b"{}\nnonsense\n"}, {}):
        with pytest.raises(DeliveryError) as caught:
            read_plain(form)
        assert caught.value.code == "DLVR-033"


def test_what_is_held_is_read_by_its_salt_alone_and_a_lost_part_is_found_out(
    make: Callable[..., Club],
) -> None:
    club = make()
    club.deliver()
    club.answer()
    (folder,) = [one for one in (club.folder / "club" / "deliveries").iterdir() if one.is_dir()]
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert next(iter(mail("ann"))).encode() not in path.read_bytes()
    (part,) = folder.glob("identifiers-*")
    data = part.read_bytes()
    for broken in (None, data[:-1] + bytes([data[-1] ^ 1])):
        part.unlink() if broken is None else part.write_bytes(broken)
        with pytest.raises(DeliveryError) as caught:
            club.deliver()
        assert caught.value.code == "DLVR-035"
        assert club.ads.lists()[0].fault is not None
        assert {one.standing for one in club.workspace.uses.status() if one.name == f"list {AUDIENCE}"} == {
            "unreached"
        }
        told = club.workspace.uses.forget("ben").people[0]
        assert told.standing != "exact", "nobody can tell whether they are on it"


def test_a_list_whose_held_part_was_lost_is_begun_anew_and_nobody_is_told_that_they_are_not_on_it(
    make: Callable[..., Club],
) -> None:
    club = make()
    club.deliver()
    club.answer()
    with pytest.raises(DeliveryError) as caught:
        club.ads.begin_anew(AUDIENCE)
    assert caught.value.code == "DLVR-088"
    club.choose("ann", "off")
    (folder,) = [one for one in (club.folder / "club" / "deliveries").iterdir() if one.is_dir()]
    next(folder.glob("identifiers-*")).unlink()
    assert club.states("ann") == club.states("ben") == ["unknown"]
    (begun,) = club.ads.begin_anew(AUDIENCE)
    assert begun.fault is not None and club.states("ann") == ["unknown"]
    (told,) = club.ads.who_has("ann")
    assert "nobody here can tell" in told.sentence and told.definition == {}
    assert club.workspace.uses.forget("ann").people[0].standing != "exact"
    made = club.deliver()
    assert [one.action for one in club.ads.deliveries()] == ["replace", "replace", "change"], (
        "emptied, then filled"
    )
    assert (made.export, made.sequence, made.listed) == (begun.export, 3, 302)
    assert club.states("ann") == ["unknown"], "until they confirmed it"
    club.answer()
    assert club.states("ann") == [] and club.states("ben") == ["there"]
    assert club.affiliate.identifiers == mail("ben", "cy", *CROWD)


def test_a_list_of_many_lies_in_parts_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_identifiers, "_MOST_IN_ONE", 3)
    monkeypatch.setattr(held_identifiers, "_PARTS", 4)
    held, names = HeldIdentifiers(tmp_path, "0" * 16, b"salt"), [f"{number:064d}" for number in range(10)]

    def permitting(*numbers: int) -> pa.Table:
        who = pa.array([f"who-{number}" for number in numbers], pa.string())
        return pa.table([who, pa.array([names[number] for number in numbers], pa.string())], PERMITTING.names)

    def identifiers(*numbers: int) -> pa.Array:
        return pa.array([names[number] for number in numbers], pa.string())

    state = HeldState(1, 0)
    held.write_rows(1, rows_of("add", identifiers(0, 1)), permitting(0, 1))
    state = held.take(state, 1, "2026-01-01", "")
    held.write_rows(2, rows_of("add", identifiers(*range(2, 10))), permitting(*range(10)))
    state = held.take(state, 2, "2026-01-02", "2026-02-01")
    held.tidy(state, [])
    assert (state.parts, held.count(state)) == (4, (10, 0))
    gone = pa.concat_tables([rows_of("remove", identifiers(0, 5)), rows_of("add", identifiers())])
    held.write_rows(3, gone, permitting(1, 2, 3, 4, 6, 7, 8, 9))
    once = held.take(state, 3, "2026-01-03", "2026-02-02")
    assert held.take(state, 3, "2026-01-03", "2026-02-02") == once, "done twice it is the same"
    (told,) = held.standing(once, ["who-5"])
    assert (told.state, told.since, told.sequence, told.until) == ("removing", "2026-01-02", 3, "2026-02-02")
    assert held.cut(once, ["who-5", "nobody"]) == 1 and held.standing(once, ["who-5"]) == []
    assert held.count(once) == (8, 2), "cut off, and held all the same"
    assert held.settle(once, 2, "2026-01-04", "2026-02-03") == 0 and held.count(once) == (8, 2)
    assert held.settle(once, 3, "2026-01-04", "2026-02-03") == 0 and held.count(once) == (8, 0)
    assert held.settle(once, 3, "2026-02-03", "2026-02-03") == 8 and held.count(once) == (0, 0)
    assert [one.state for one in held.standing(once, ["who-1"])] == ["lapsed"]
    held.forget_lapsed(once, "2026-02-04")
    assert held.standing(once, ["who-1"]) == []
    held.begin_anew()
    assert held.count(HeldState(1, 3)) == (0, 0)
