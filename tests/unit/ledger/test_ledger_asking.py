"""Where subjects stood, at the end and in between."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest

from licet.ledger.choices import CHOICES_TABLE, SIGNALS_TABLE
from licet.terms import ChoiceState, LedgerError


def test_off_is_a_refusal_unless_it_was_on_before(ledger, choice) -> None:
    ledger.append([choice("ann", "off")])
    assert [found.state for found in ledger.choices_of("ann")] == [ChoiceState.REFUSED]
    ledger.append([choice("ann", "on")])
    assert [found.state for found in ledger.choices_of("ann")] == [ChoiceState.GIVEN_AGAIN]
    ledger.append([choice("ann", "off"), choice("ann", "off")])
    assert [found.state for found in ledger.choices_of("ann")] == [ChoiceState.WITHDRAWN]
    assert [found.state for found in ledger.choices_of("ann", 1)] == [ChoiceState.REFUSED]


def test_silence_is_no_choice(ledger, choice) -> None:
    ledger.append([choice("ann", "off")])
    assert ledger.choices_of("bob") == []
    assert ledger.choices_of("ann", 0) == []
    assert ledger.signals_of("bob") == frozenset()


def test_choice_says_since_when_it_stands(ledger, clock, choice) -> None:
    ledger.append([choice("ann", "on")])
    later = clock.forward(hours=1)
    ledger.append([choice("bob", "on"), choice("ann", "off")])
    (found,) = ledger.choices_of("ann")
    assert (found.setting, found.category, found.value, found.entry, found.at) == (
        "ai_training",
        None,
        "off",
        2,
        later,
    )


def test_category_and_whole_setting_are_choices_of_their_own(ledger, choice) -> None:
    ledger.append(
        [choice("ann", "on"), choice("ann", "off", category="profile"), choice("ann", "off", setting="ads")]
    )
    found = [(c.setting, c.category, c.value) for c in ledger.choices_of("ann")]
    assert found == [("ads", None, "off"), ("ai_training", None, "on"), ("ai_training", "profile", "off")]


def test_signal_counts_until_it_is_taken_back(ledger, signal) -> None:
    ledger.append([signal("ann", True), signal("ann", True, "dnt"), signal("ann", False)])
    assert ledger.signals_of("ann") == {"dnt"}
    assert ledger.signals_of("ann", 2) == {"gpc", "dnt"}
    assert ledger.signals_table().to_pylist() == [{"subject": "ann", "signal": "dnt"}]
    assert ledger.signals_table(1).to_pylist() == [{"subject": "ann", "signal": "gpc"}]


def test_choices_table_has_the_latest_of_everybody(ledger, choice) -> None:
    ledger.append(
        [choice("bob", "on"), choice("ann", "on"), choice("ann", "off"), choice("ann", "off", category="x")]
    )
    table = ledger.choices_table()
    assert table.schema == CHOICES_TABLE
    table.validate(full=True)
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("ann", "ai_training", None, "off", "withdrawn", 2, None),
        ("ann", "ai_training", "x", "off", "refused", 3, None),
        ("bob", "ai_training", None, "on", "given", 0, None),
    ]
    assert [row["value"] for row in ledger.choices_table(2).to_pylist()] == ["on", "on"]


def test_tables_of_nobody_are_empty_and_typed(ledger) -> None:
    assert ledger.choices_table() == pa.Table.from_batches([], CHOICES_TABLE)
    assert ledger.signals_table() == pa.Table.from_batches([], SIGNALS_TABLE)


def test_changed_subjects_are_those_between_two_positions(ledger, choice, signal) -> None:
    ledger.append([choice("ann", "on"), choice("bob", "on"), signal("cat", True), choice("ann", "off")])
    assert ledger.changed_subjects(0) == {"ann", "bob", "cat"}
    assert ledger.changed_subjects(1, 3) == {"bob", "cat"}
    assert ledger.changed_subjects(3, 4) == {"ann"}
    assert ledger.changed_subjects(4) == set()


def test_long_answer_comes_in_batches_of_one_state_whatever_is_appended_meanwhile(
    ledger, home, signer, choice, monkeypatch
) -> None:
    ledger.append([choice(f"m{number:04d}", "on") for number in range(2500)])
    monkeypatch.setattr("licet.ledger.choice_reader._BATCH_ROWS", 1000)
    storage, sizes = ledger._storage, []
    batches = type(storage).batches

    def watched(self, statement, rows):
        for batch in batches(self, statement, rows):
            sizes.append(len(batch))
            with home.open(signer) as other:
                other.append([choice("m9999", "on")])
            yield batch

    monkeypatch.setattr(type(storage), "batches", watched)
    table = ledger.choices_table()
    assert sizes == [1000, 1000, 500] and table.num_rows == 2500
    assert table["subject"].to_pylist() == [f"m{number:04d}" for number in range(2500)]
    assert ledger.choices_table().num_rows == 2501


@pytest.mark.parametrize("values", [*itertools.product(("on", "off"), repeat=4)], ids="-".join)
def test_the_ledger_tells_what_one_choice_after_another_makes(
    ledger, choice, values: tuple[str, ...]
) -> None:
    state = None
    for value in values:
        state = ChoiceState.after(state, value == "on")
    ledger.append([choice("ann", value) for value in values])
    assert [found.state for found in ledger.choices_of("ann")] == [state]
    assert ledger.choices_table()["state"].to_pylist() == [str(state)]


def test_where_somebody_stands_is_what_their_choices_and_signals_say(ledger, choice, signal) -> None:
    ledger.append([choice("ann", "on"), choice("ann", "off", category="profile"), signal("ann", True)])
    ledger.append([choice("bob", "off"), choice("ann", "off"), signal("ann", False), signal("bob", True)])
    ledger.append(
        [choice("ann", "on"), choice("ann", "off", setting="ads"), choice("ann", "on", setting="ads")]
    )
    ledger.erase("bob")
    ledger.append([choice("bob", "on", category="posts"), choice("bob", "off", setting="ads")])
    size = ledger.position
    for subject, position in itertools.product(("ann", "bob", "nobody"), range(size + 1)):
        stances = ledger.stances_of(subject, position)
        whole, narrow = {}, {}
        for found in ledger.choices_of(subject, position):
            told = (found.state, found.pack)
            if found.category is None:
                whole[found.setting] = told
            else:
                narrow[found.setting, found.category] = told
        assert stances.position == position
        assert stances.signals == ledger.signals_of(subject, position)
        assert {one: (state, stances.bound.get(one)) for one, state in stances.choices.items()} == whole
        assert {
            (setting, category): (state, stances.narrow_bound.get(setting, {}).get(category))
            for setting, kinds in stances.narrow.items()
            for category, state in kinds.items()
        } == narrow
        if position == size:
            assert ledger.stances_of(subject) == stances  # of now, by one question, which names the position


def test_a_ledger_that_went_back_says_where_nobody_stands(ledger, choice) -> None:
    ledger.append([choice("ann", "off")])
    assert ledger.stances_of("ann").position == 1
    ledger._reached = 2  # as after an entry that an older copy of the file does not have
    with pytest.raises(LedgerError) as error:
        ledger.stances_of("ann")
    assert error.value.code == "LEDG-017"


def test_where_somebody_stands_now_follows_what_another_process_records_and_erases(
    ledger, home, signer, choice, signal
) -> None:
    everybody = ("ann", "bob", "nobody")
    assert {ledger.stances_of(subject).position for subject in everybody} == {0}
    with home.open(signer) as other:
        for record in (
            lambda: other.append([choice("ann", "off"), signal("bob", True)]),
            lambda: other.append([choice("ann", "on", category="posts")]),
            lambda: other.erase("ann"),
            lambda: other.append([choice("ann", "on", setting="ads")]),
            lambda: other.erase("bob"),
        ):
            record()
            for subject in everybody:  # as of a position, each is always asked for under their mark, too
                assert ledger.stances_of(subject) == ledger.stances_of(subject, other.position)
    assert ledger.stances_of("ann").choices == {"ai_training": ChoiceState.REFUSED, "ads": ChoiceState.GIVEN}
    assert ledger.stances_of("bob").signals == {"gpc"}


def test_whoever_was_erased_in_a_ledger_put_in_the_place_of_this_one_still_refuses(
    sqlite_ledger, sqlite_home, signer, choice
) -> None:
    sqlite_ledger.append([choice("ann", "off")])
    fork = sqlite_home.copy("fork")
    sqlite_ledger.append([choice("bob", "off")])
    assert sqlite_ledger.stances_of("nobody").position == 2
    with fork.open(signer) as forked:
        forked.erase("ann")
    sqlite_home.put_back(fork)
    assert sqlite_ledger.stances_of("ann").choices == {"ai_training": ChoiceState.REFUSED}
