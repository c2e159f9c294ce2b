"""Every way to tamper with the database, done to the database itself, and what verification says of it.

The tampering has the database's own tools and, where the test says so, the ledger's code to make the tree whole
again; it never has the key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger_homes import Connection, Home, codes, found
from licet.ledger import Checkpoint, Ledger, Signer
from licet.ledger.entries import commit, leaf_bytes
from licet.ledger.tiles import pieces_of
from licet.terms import LedgerError
from licet.terms.canonical import canonical_json
from licet.terms.log_tree import Frontier, leaf_hash


def rebuild_tree(connection: Connection) -> None:
    """What somebody with the code and without the key can do: make tiles fit the entries again."""
    connection.execute("DELETE FROM tiles")
    rows = connection.execute(
        "SELECT idx, recorded_at_us, kind, commitment FROM entries ORDER BY idx"
    ).fetchall()
    for piece in pieces_of(0, Frontier().extend([leaf_hash(leaf_bytes(*row)) for row in rows])):
        connection.execute("INSERT INTO tiles VALUES (?, ?, ?)", piece)


def renumber(connection: Connection, above: int) -> None:
    for table, column in (("entries", "idx"), ("choices", "entry"), ("signals", "entry")):
        connection.execute(f"UPDATE {table} SET {column} = -{column} WHERE {column} > ?", (above,))
        connection.execute(f"UPDATE {table} SET {column} = -{column} - 1 WHERE {column} < 0")


def delete(connection: Connection, where: str) -> None:
    connection.execute(f"DELETE FROM entries WHERE idx {where}")
    for table in ("choices", "signals"):
        connection.execute(f"DELETE FROM {table} WHERE entry {where}")


# -- entries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        """payload = '{"category":null,"setting":"ai_training","value":"on","via":"web"}'""",
        "payload = replace(payload, '}', ' }')",
        "subject = 'ann'",
        "subject = NULL",
        "salt = zeroblob(16)",
        "salt = zeroblob(0)",
        "payload = zeroblob(1)",
    ],
)
def test_edited_payload_is_found(written, home, edit: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE entries SET {edit} WHERE idx = 1")
    report = written.verify()
    assert found(report) == {(1, "payload_edited")}
    assert "entry 1" in report.problems[0].what


def test_edited_payload_is_found_even_when_the_table_of_choices_is_edited_with_it(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET payload = replace(payload, 'off', 'on') WHERE idx = 1")
        connection.execute("UPDATE choices SET is_on = 1 WHERE entry = 1")
    assert found(written.verify()) == {(1, "payload_edited")}


@pytest.mark.parametrize(
    "edit",
    [
        "recorded_at_us = recorded_at_us + 1",
        "kind = 'signal'",
        "kind = ''",
    ],
)
def test_edited_leaf_is_found(written, home, edit: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE entries SET {edit} WHERE idx = 5")
    assert (5, "leaf_edited") in found(written.verify())


def test_edited_commitment_is_found_once_as_payload_and_once_as_leaf(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET commitment = zeroblob(32) WHERE idx = 1")
    assert found(written.verify()) == {(1, "payload_edited"), (1, "leaf_edited")}


def test_payload_rewritten_with_its_commitment_and_tree_is_a_fork(written, home) -> None:
    payload, salt = (
        canonical_json({"setting": "ai_training", "category": None, "value": "on", "via": "web"}),
        bytes(16),
    )
    with home.tampering() as connection:
        connection.execute(
            "UPDATE entries SET payload = ?, salt = ?, commitment = ? WHERE idx = 1",
            (payload, salt, commit(salt, payload, "bob")),
        )
        connection.execute("UPDATE choices SET is_on = 1 WHERE entry = 1")
        rebuild_tree(connection)
    # The checkpoint file beside it disagrees as well.
    assert found(written.verify()) == {(3, "forked"), (12, "forked")}


def test_moment_moved_before_the_one_before_it_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET recorded_at_us = 5 WHERE idx = 6")
    assert found(written.verify()) == {(6, "leaf_edited"), (6, "time_runs_back")}


def test_payload_that_vanished_without_an_erasure_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET payload = NULL, salt = NULL, subject = NULL WHERE idx = 0")
        connection.execute("DELETE FROM choices WHERE entry = 0")
    assert found(written.verify()) == {(0, "payload_missing")}


@pytest.mark.parametrize("part", ["payload", "salt"])
def test_half_an_erasure_is_found(written, home, part: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE entries SET {part} = NULL WHERE idx = 0")
    assert found(written.verify()) == {(0, "payload_missing")}


def test_payload_that_should_be_gone_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute(
            "UPDATE entries SET payload = '{}', salt = zeroblob(16), subject = 'cat' WHERE idx = 4"
        )
    assert found(written.verify()) == {(4, "payload_edited"), (4, "payload_not_erased")}


# -- deletion and order ------------------------------------------------------------------------------------------


def test_entry_deleted_from_the_middle_is_found(written, home) -> None:
    with home.tampering() as connection:
        delete(connection, "= 6")
    assert found(written.verify()) == {(6, "entry_missing")}


def test_first_entries_deleted_are_found(written, home) -> None:
    with home.tampering() as connection:
        delete(connection, "< 2")
    assert found(written.verify()) == {(0, "entry_missing"), (1, "entry_missing")}


def test_entry_deleted_and_the_rest_moved_up_is_found(written, home) -> None:
    with home.tampering() as connection:
        delete(connection, "= 6")
        renumber(connection, 6)
    assert {(6, "leaf_edited"), (10, "leaf_edited"), (11, "truncated")} <= found(written.verify())


def test_entry_deleted_the_rest_moved_up_and_the_tree_rebuilt_is_found(written, home) -> None:
    with home.tampering() as connection:
        delete(connection, "= 7")
        renumber(connection, 7)
        rebuild_tree(connection)
    assert {(9, "forked"), (11, "truncated"), (11, "checkpoint_missing")} <= found(written.verify())


def test_swapped_entries_are_found(written, home) -> None:
    with home.tampering() as connection:
        for table, column in (("entries", "idx"), ("choices", "entry")):
            connection.execute(f"UPDATE {table} SET {column} = -1 WHERE {column} = 3")
            connection.execute(f"UPDATE {table} SET {column} = 3 WHERE {column} = 5")
            connection.execute(f"UPDATE {table} SET {column} = 5 WHERE {column} = -1")
    assert found(written.verify()) == {(3, "leaf_edited"), (5, "leaf_edited")}


def test_swapped_entries_under_a_rebuilt_tree_are_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET idx = -1 WHERE idx = 3")
        connection.execute("UPDATE entries SET idx = 3 WHERE idx = 5")
        connection.execute("UPDATE entries SET idx = 5 WHERE idx = -1")
        rebuild_tree(connection)
    assert (6, "forked") in found(written.verify())


def test_entry_slipped_in_at_the_end_is_found(written, home) -> None:
    with home.tampering() as connection:
        columns = "recorded_at_us, kind, commitment, subject, payload, salt"
        connection.execute(f"INSERT INTO entries SELECT 12, {columns} FROM entries WHERE idx = 11")
        columns = "subject, setting, category, 12, is_on, pack"
        connection.execute(f"INSERT INTO choices SELECT {columns} FROM choices WHERE entry = 11")
    assert found(written.verify()) == {(12, "node_edited"), (13, "checkpoint_missing")}


@pytest.mark.parametrize("place", [-1, 2**62])
def test_entry_slipped_in_where_none_can_be_is_found(written, home, place: int) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET idx = ? WHERE idx = 11", (place,))
    assert {(place, "entry_unexpected"), (11, "truncated")} <= found(written.verify())


# -- truncation --------------------------------------------------------------------------------------------------


def cut_off_tail(connection: Connection, size: int) -> None:
    delete(connection, f">= {size}")
    for start, hashes in connection.execute("SELECT start, hashes FROM tiles WHERE level = 0").fetchall():
        connection.execute("DELETE FROM tiles WHERE level = 0 AND start = ?", (start,))
        if start < size:
            piece = bytes(hashes)[: (size - start) * 32]
            connection.execute("INSERT INTO tiles VALUES (0, ?, ?)", (start, piece))


def test_tail_deleted_shows_against_the_stored_checkpoints(written, home) -> None:
    with home.tampering() as connection:
        cut_off_tail(connection, 10)
    written.checkpoint_path.unlink()
    assert found(written.verify()) == {(10, "truncated")}


def test_tail_deleted_between_two_commits_shows(written, home) -> None:
    with home.tampering() as connection:
        cut_off_tail(connection, 11)
    written.checkpoint_path.unlink()
    assert found(written.verify()) == {(11, "truncated"), (11, "checkpoint_missing")}


def test_tail_deleted_with_its_checkpoints_shows_against_the_file_beside_it(written, home) -> None:
    with home.tampering() as connection:
        cut_off_tail(connection, 9)
        connection.execute("DELETE FROM checkpoints WHERE size > 9")
    # Entry 4 was erased, and the entry that says so was cut off.
    assert found(written.verify()) == {(9, "truncated"), (4, "payload_missing")}


def test_tail_deleted_with_every_checkpoint_here_shows_only_against_one_kept_elsewhere(
    written, home, choice
) -> None:
    before = written.checkpoint().text
    written.append([choice("hal", "off")])
    kept = written.checkpoint()
    with home.tampering() as connection:
        cut_off_tail(connection, 12)
        connection.execute("DELETE FROM checkpoints WHERE size > 12")
    written.checkpoint_path.write_text(before)
    assert written.verify().ok
    report = written.verify(against=[kept.text, before])
    assert found(report) == {(12, "truncated")}
    assert "signs 13" in report.problems[0].what
    assert report.held_against == (12, 12)


def test_emptied_ledger_shows(written, home) -> None:
    with home.tampering() as connection:
        for table in ("entries", "tiles", "choices", "signals"):
            connection.execute(f"DELETE FROM {table}")
    report = written.verify()
    assert report.size == 0 and codes(report) == {"truncated"}


# -- forks -------------------------------------------------------------------------------------------------------


@pytest.fixture
def fork(written, home: Home, signer: Signer, clock, choice) -> Callable[[], Ledger]:
    """A second history from the same twelve entries, signed with the real key: what only its holder can make."""
    elsewhere = home.copy("elsewhere")

    def make() -> Ledger:
        with elsewhere.open(signer, clock) as other:
            other.append([choice("hal", "on"), choice("ida", "on")])
        return elsewhere.open()

    return make


def test_fork_from_the_same_beginning_shows_against_a_checkpoint_of_the_other_side(
    written, choice, fork
) -> None:
    common = written.checkpoint().text
    written.append([choice("hal", "off"), choice("ida", "off")])
    with fork() as other:
        assert other.verify(against=[common]).ok
        assert found(other.verify(against=[common, written.checkpoint().text])) == {(14, "forked")}
        assert found(written.verify(against=[other.checkpoint().text])) == {(14, "forked")}


def test_forks_of_unequal_length_show(written, choice, fork) -> None:
    written.append([choice("hal", "off")])
    with fork() as other:
        report = other.verify(against=[written.checkpoint().text])
        assert found(report) == {(13, "forked")}
        assert report.held_against == (14,)
        assert found(written.verify(against=[other.checkpoint().text])) == {(13, "truncated")}


# -- the rest of the file ----------------------------------------------------------------------------------------


@pytest.fixture
def grown(ledger: Ledger, choice) -> Ledger:
    """600 entries in three commits: two full tiles of leaves, a third begun, and the last of the level above."""
    for count in (250, 300, 50):
        ledger.append([choice(f"m{number}", "off") for number in range(count)])
    assert ledger.verify().ok
    return ledger


#: What is done to tiles, and what verification says of it where nothing else was touched.
EDITS = [
    ("UPDATE tiles SET hashes = zeroblob(32) WHERE level = 1", {(255, "node_edited"), (511, "node_edited")}),
    ("UPDATE tiles SET hashes = zeroblob(64) WHERE level = 1", {(255, "node_edited"), (511, "node_edited")}),
    ("UPDATE tiles SET start = 1 WHERE level = 1", {(255, "node_edited"), (511, "node_edited")}),
    ("UPDATE tiles SET level = 2 WHERE level = 1", {(255, "node_edited"), (511, "node_edited")}),
    ("DELETE FROM tiles WHERE level = 1", {(255, "node_edited"), (511, "node_edited")}),
    (
        "UPDATE tiles SET hashes = zeroblob(192) WHERE start = 250",
        {(n, "leaf_edited") for n in range(250, 256)},
    ),
    ("DELETE FROM tiles WHERE start = 250", {(n, "node_edited") for n in range(250, 256)}),
    (
        "UPDATE tiles SET hashes = zeroblob(31) WHERE start = 250",
        {(n, "node_edited") for n in range(250, 256)},
    ),
    ("INSERT INTO tiles VALUES (0, 600, zeroblob(32))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (0, 599, zeroblob(32))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (0, 9000, zeroblob(0))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (0, -1, zeroblob(32))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (-1, 0, zeroblob(32))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (1, 2, zeroblob(32))", {(600, "node_edited")}),
    ("INSERT INTO tiles VALUES (7, 0, zeroblob(32))", {(600, "node_edited")}),
]


@pytest.mark.parametrize(("edit", "problems"), EDITS)
def test_edited_tile_is_found(grown, home, edit: str, problems: set[tuple[int, str]]) -> None:
    with home.tampering() as connection:
        connection.execute(edit)
    assert problems <= found(grown.verify())


@pytest.mark.parametrize(("edit", "problems"), EDITS[:8])
def test_nothing_is_proved_or_appended_by_tiles_that_give_no_signed_root(
    grown, home, signer, choice, edit: str, problems: set[tuple[int, str]]
) -> None:
    at = min(index for index, _ in problems)
    with home.tampering() as connection:
        connection.execute(edit)
    with home.open() as reader:
        with pytest.raises(LedgerError, match="LEDG-017"):
            reader.inclusion_proof(at)
        with pytest.raises(LedgerError, match="LEDG-017"):
            reader.consistency_proof(at)
    if (
        "level" in edit
    ):  # the last tiles of all levels; the others are looked at by who asks about their entries
        grown.checkpoint_path.unlink()
        with home.open(signer) as again, pytest.raises(LedgerError, match="LEDG-017"):
            again.append([choice("ann", "off")])


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE choices SET is_on = 1 - is_on WHERE entry = 1", 1),
        ("UPDATE choices SET subject = 'zed' WHERE entry = 1", 1),
        ("UPDATE choices SET category = 'all' WHERE entry = 1", 1),
        ("DELETE FROM choices WHERE entry = 1", 1),
        ("UPDATE signals SET is_on = 0 WHERE entry = 2", 2),
        ("DELETE FROM signals", 2),
        ("INSERT INTO choices VALUES ('ann', 'ai_training', '', 7, 1, 0)", 7),
        ("INSERT INTO choices VALUES ('cat', 'ai_training', '', 4, 1, 0)", 4),
        ("INSERT INTO choices VALUES ('ann', 'ai_training', '', 90, 1, 0)", 90),
        ("INSERT INTO signals VALUES ('ann', 'gpc', -1, 1)", -1),
    ],
)
def test_table_that_says_other_than_the_payloads_is_found(written, home, statement: str, index: int) -> None:
    with home.tampering() as connection:
        connection.execute(statement)
    assert found(written.verify()) == {(index, "index_table_edited")}


def test_checkpoint_that_is_not_signed_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE checkpoints SET signature = zeroblob(64) WHERE size = 6")
        connection.execute("UPDATE checkpoints SET root = zeroblob(1) WHERE size = 9")
    assert found(written.verify()) == {(6, "checkpoint_edited"), (9, "checkpoint_edited")}


@pytest.mark.parametrize("size", [-2, 400])
def test_checkpoint_of_a_size_nobody_signed_is_found(written, home, size: int) -> None:
    with home.tampering() as connection:
        connection.execute(
            "INSERT INTO checkpoints SELECT ?, root, signature FROM checkpoints WHERE size = 3", (size,)
        )
    assert found(written.verify()) == {(12, "checkpoint_edited")}


def test_last_checkpoint_removed_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("DELETE FROM checkpoints WHERE size = 12")
    assert found(written.verify()) == {(12, "checkpoint_missing")}


def test_key_exchanged_in_the_file_shows_to_who_knows_the_right_one(written, home, tmp_path: Path) -> None:
    other = Signer.create(tmp_path / "other.key", written.origin)
    with home.tampering() as connection:
        connection.execute(
            "UPDATE licet_ledger SET value = ? WHERE key = 'public_key'", (other.public_key_text,)
        )
        for size, root in connection.execute("SELECT size, root FROM checkpoints").fetchall():
            signature = Checkpoint.sign(other, size, root).signature
            connection.execute("UPDATE checkpoints SET signature = ? WHERE size = ?", (signature, size))
    trusted = written.public_key_text
    written.checkpoint_path.unlink()
    with home.open() as again:
        assert again.verify().ok
        assert {"key_changed", "checkpoint_edited"} <= codes(again.verify(public_key_text=trusted))


@pytest.mark.parametrize("text", ["", "nonsense\n", "licet\n12\nAAAA\n\n— licet AAAA\n"])
def test_text_that_is_no_checkpoint_is_refused_by_name(written, text: str) -> None:
    report = written.verify(against=[text])
    assert found(report) == {(None, "checkpoint_refused")}
    assert "checkpoint 1 handed in" in report.problems[0].what


def test_checkpoint_file_of_somebody_else_is_refused(written, tmp_path: Path) -> None:
    other = Signer.create(tmp_path / "other.key")
    written.checkpoint_path.write_text(Checkpoint.sign(other, 12, written.checkpoint().root).text)
    assert found(written.verify()) == {(None, "checkpoint_refused")}


@pytest.mark.parametrize("kept", ["later", "other", "garbage"])
def test_signer_does_not_open_a_ledger_that_its_checkpoint_file_contradicts(
    written, home, signer, kept: str
) -> None:
    texts = {
        "later": Checkpoint.sign(signer, 13, bytes(32)).text,
        "other": Checkpoint.sign(signer, 9, bytes(32)).text,
        "garbage": "12\n",
    }
    written.close()
    written.checkpoint_path.write_text(texts[kept])
    with pytest.raises(LedgerError, match="LEDG-016" if kept == "garbage" else "LEDG-017"):
        home.open(signer)
    with home.open() as reader:
        assert not reader.verify().ok


def test_progress_ends_with_everything(ledger, choice) -> None:
    ledger.append([choice("ann", "on")] * 9000)
    seen: list[tuple[int, int]] = []
    assert ledger.verify(progress=lambda done, total: seen.append((done, total))).ok
    assert seen[-1] == (9000, 9000)
    assert len(seen) > 2 and seen == sorted(seen)


def test_report_counts_what_it_does_not_list(ledger, home, choice) -> None:
    ledger.append([choice("ann", "on")] * 1200)
    with home.tampering() as connection:
        connection.execute("UPDATE entries SET salt = zeroblob(16)")
    report = ledger.verify()
    assert (len(report.problems), report.problem_count) == (1000, 1200)
    assert report.as_dict()["problems"][0] == {
        "index": 0,
        "code": "payload_edited",
        "what": "entry 0 does not say what was committed to",
    }
