"""What is left of somebody erased: their noes and signals, under a mark, for as long as no new choice lifts them."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from ledger_homes import Home, codes
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.ledger.tombstones import Marks
from licet.terms import LedgerError

ANN = "ann-of-the-green-gate"


def stands(ledger: Ledger, subject: str, position: int | None = None) -> list[tuple[str, str | None, str]]:
    return [(one.setting, one.category, str(one.state)) for one in ledger.choices_of(subject, position)]


def test_erasing_keeps_every_no_that_stood_and_no_yes(ledger, choice, signal) -> None:
    ledger.append([choice(ANN, "on", "ads"), choice(ANN, "off", "ai"), choice(ANN, "off", "ads", "profile")])
    ledger.append(
        [choice(ANN, "off", "old"), choice(ANN, "on", "old"), signal(ANN, True), signal(ANN, False, "dnt")]
    )
    ledger.erase(ANN)
    # A yes that no policy is named with lifts nothing.
    noes = [("ads", "profile", "refused"), ("ai", None, "refused"), ("old", None, "refused")]
    assert stands(ledger, ANN) == noes
    assert ledger.signals_of(ANN) == {"gpc"}
    assert stands(ledger, "bob") == [] and ledger.signals_of("bob") == frozenset()
    assert ledger.verify().ok


def test_everybodys_and_somebodys_table_say_what_is_said_of_one(ledger, choice, signal) -> None:
    ledger.append([choice(ANN, "off"), choice("bob", "off"), signal(ANN, True), choice("cy", "off")])
    ledger.erase(ANN)
    ledger.erase("cy")
    for told in (
        ledger.choices_table(known=lambda: ["bob", ANN, "dan", ANN]),
        ledger.choices_table(subjects=[ANN, "bob", "dan"]),
    ):
        assert [(row["subject"], row["state"], row["entry"]) for row in told.to_pylist()] == [
            (ANN, "refused", 0),
            ("bob", "refused", 1),
        ]
    for told in (ledger.signals_table(known=lambda: [ANN]), ledger.signals_table(subjects=[ANN])):
        assert told.to_pylist() == [{"subject": ANN, "signal": "gpc"}]


def test_a_yes_lifts_the_no_to_its_setting_alone(ledger, choice, signal) -> None:
    ledger.append([choice(ANN, "off", "ai"), choice(ANN, "off", "ads"), signal(ANN, True)])
    ledger.erase(ANN)
    ledger.append([choice(ANN, "on", "ai"), signal(ANN, False)])
    assert stands(ledger, ANN) == [("ads", None, "refused"), ("ai", None, "given_again")]
    assert ledger.signals_of(ANN) == frozenset()
    rows = ledger.choices_table(known=lambda: [ANN]).to_pylist()
    assert rows == ledger.choices_table(subjects=[ANN]).to_pylist()
    assert [(row["setting"], row["value"]) for row in rows] == [("ads", "off"), ("ai", "on")]
    assert ledger.signals_table(known=lambda: [ANN]).num_rows == 0
    ledger.append([choice(ANN, "off", "ai")])
    assert ("ai", None, "withdrawn") in stands(ledger, ANN)


def test_a_no_goes_on_after_a_yes_that_may_not_have_meant_all_of_it(ledger) -> None:
    def said(value: str, pack: str) -> NewEntry:
        return NewEntry(EntryKind.CHOICE, ANN, {"setting": "ai", "value": value, "pack": pack})

    def named(pack: str) -> NewEntry:
        return NewEntry(
            EntryKind.PACK_IN_FORCE, None, {"pack": "p", "version": "1", "digest": pack, "file": "p"}
        )

    ledger.append([named("one"), said("off", "one"), said("on", "one")])
    ledger.erase(ANN)
    assert stands(ledger, ANN) == []
    ledger.append([said("off", "one"), named("two"), said("on", "two")])
    ledger.erase(ANN)
    assert stands(ledger, ANN) == [("ai", None, "refused")] and ledger.verify().ok


def test_a_no_survives_every_further_erasure(ledger, choice) -> None:
    ledger.append([choice(ANN, "off", "ai"), choice(ANN, "off", "ads")])
    ledger.erase(ANN)
    ledger.append([choice(ANN, "on", "ai"), choice(ANN, "off", "more")])
    ledger.erase(ANN)
    # The yes to "ai" is erased, so the no before it is the last word again.
    assert [setting for setting, *_ in stands(ledger, ANN)] == ["ads", "ai", "more"]
    assert {state for *_, state in stands(ledger, ANN)} == {"refused"}
    assert ledger.erase(ANN) is None and len(stands(ledger, ANN)) == 3
    assert ledger.verify().ok


def test_the_past_knows_the_no_from_the_entry_on_that_said_it(ledger, choice) -> None:
    ledger.append([choice("bob", "on"), choice(ANN, "on"), choice(ANN, "off"), choice("bob", "off")])
    ledger.erase(ANN)
    assert [stands(ledger, ANN, position) != [] for position in range(6)] == [False] * 3 + [True] * 3
    tables = [ledger.choices_table(position, known=lambda: [ANN]) for position in range(6)]
    assert [ANN in table["subject"].to_pylist() for table in tables] == [False] * 3 + [True] * 3


def test_nothing_readable_of_the_person_is_left(ledger, home, choice, signal, signer) -> None:
    said = NewEntry(EntryKind.CHOICE, ANN, {"setting": "ai", "value": "off", "via": "of-a-kind"})
    ledger.append([said, signal(ANN, True)])
    ledger.erase(ANN)
    with home.tampering() as connection:
        for table in ("entries", "choices", "signals", "requests"):
            rows = str(
                [tuple(map(_plain, row)) for row in connection.execute(f"SELECT * FROM {table}").fetchall()]
            )
            assert ANN not in rows and "of-a-kind" not in rows
    mark = ledger.entry(2).payload["tombstone"]["mark"]
    assert mark == Marks(signer).of(ANN)


def test_whose_a_mark_is_only_the_ledgers_own_key_tells(signer, tmp_path: Path) -> None:
    other = Signer.create(tmp_path / "other.key")
    assert Marks(signer).of(ANN) == Marks(signer).of(ANN) != Marks(other).of(ANN)
    assert Marks(signer).of("ann") != Marks(signer).of("Ann")


def test_without_the_key_nobody_is_said_to_have_refused_nothing(ledger, home: Home, choice) -> None:
    ledger.append([choice("bob", "off")])
    with home.open() as unsigned:
        assert stands(unsigned, "bob") != [] and stands(unsigned, ANN) == []
    ledger.append([choice(ANN, "off")])
    ledger.erase(ANN)
    with home.open() as unsigned:
        for ask in (
            lambda: unsigned.choices_of(ANN),
            lambda: unsigned.signals_of("bob"),
            lambda: unsigned.choices_table(subjects=["bob"]),
            lambda: unsigned.choices_table(known=lambda: ["bob"]),
        ):
            with pytest.raises(LedgerError, match="LEDG-150"):
                ask()
        assert unsigned.verify().ok


def test_everybody_is_not_told_without_the_ids_to_look_for(ledger, home: Home, signer, choice) -> None:
    ledger.append([choice(ANN, "off"), choice("bob", "off")])
    ledger.erase(ANN)
    with pytest.raises(LedgerError, match="LEDG-151"):
        ledger.choices_table()
    with home.open(signer, read_only=True) as reader:
        assert len(reader.choices_table(known=lambda: [ANN])) == 2


def test_a_mark_is_no_id(ledger, signer, choice) -> None:
    with pytest.raises(LedgerError, match=r"LEDG-013.*mark"):
        ledger.append([choice(Marks(signer).of(ANN), "on")])
    ledger.append([choice("erased:ann", "off"), choice(f"erased:{'g' * 64}", "off"), choice(ANN, "off")])
    ledger.erase(ANN)
    told = ledger.choices_table(known=lambda: [ANN]).to_pylist()
    assert [row["subject"] for row in told] == [ANN, "erased:ann", f"erased:{'g' * 64}"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM choices WHERE entry = 0", "index_table_edited"),
        ("DELETE FROM signals WHERE entry = 1", "index_table_edited"),
        ("UPDATE choices SET is_on = 1 WHERE entry = 0", "index_table_edited"),
        ("UPDATE choices SET setting = 'other' WHERE entry = 0", "index_table_edited"),
        ("UPDATE choices SET subject = 'bob' WHERE entry = 0", "index_table_edited"),
        ("UPDATE choices SET entry = 2 WHERE entry = 0", "index_table_edited"),
        ("UPDATE entries SET payload = NULL, salt = NULL WHERE idx = 4", "payload_missing"),
        ("UPDATE entries SET payload = replace(payload, 'ai_training', 'another') WHERE idx = 4", "payload_edited"),
        ("DELETE FROM entries WHERE idx = 4", "entry_missing"),
    ],
)  # fmt: skip
def test_edited_or_deleted_tombstone_is_found(
    ledger, home, choice, signal, statement: str, code: str
) -> None:
    ledger.append([choice(ANN, "off"), signal(ANN, True), choice(ANN, "on", "more"), choice("bob", "on")])
    ledger.erase(ANN)
    ledger.append([choice("bob", "off")])
    assert ledger.verify().ok
    with home.tampering() as connection:
        connection.execute(statement)
    assert code in codes(ledger.verify())


def test_subject_setting_and_category_leave_room_for_a_mark(postgres_ledger, choice) -> None:
    """What can be recorded can be erased, however long its words are. Random letters: nothing compresses them."""
    letters = random.Random(3)
    setting, kind = ("".join(letters.choice(string.printable[:94]) for _ in range(n)) for n in (1280, 1279))
    postgres_ledger.append([choice("a", "off", setting, kind)])
    assert postgres_ledger.erase("a") is not None
    assert stands(postgres_ledger, "a") == [(setting, kind, "refused")]


def _plain(value: object) -> object:
    return bytes(value).decode("latin1") if isinstance(value, bytes | memoryview) else value
