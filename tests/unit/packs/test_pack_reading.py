"""The YAML of policies: few scalar words, no surprises, bounded, and every refusal with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from licet.packs import PackErrors, load_pack, parse_pack
from licet.packs.yaml_reader import MAX_BYTES, read
from licet.terms import PackError
from unit.packs.pack_samples import pack_text


def first(text: str) -> PackError:
    with pytest.raises(PackErrors) as caught:
        read(text, "x.yaml")
    return caught.value


def test_norway_is_a_word_and_only_true_and_false_are_booleans() -> None:
    value, _ = read("[NO, no, on, off, yes, y, true, False, 'true']", "x.yaml")
    assert value == ["NO", "no", "on", "off", "yes", "y", True, False, "true"]


def test_numbers_are_decimal_and_days_are_days() -> None:
    value, _ = read("[010, 12:30, 2025-11-03, '2025-11-03', 2025-11-03T00:00:00Z, ~]", "x.yaml")
    assert value == [10, "12:30", date(2025, 11, 3), "2025-11-03", "2025-11-03T00:00:00Z", None]


def test_every_key_and_value_has_its_place() -> None:
    _, positions = read("a: 1\nb:\n  - x\n  - c: é y\n", "x.yaml")
    assert positions.at(("b", 0)) == "x.yaml:3:5"
    assert positions.at(("b", 1, "c")) == "x.yaml:4:8"
    assert positions.at(("b", 1, "c"), at_key=True) == "x.yaml:4:5"
    assert positions.at(("b", 1, "absent")) == "x.yaml:4:5"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", "PACK-005", "x.yaml:3:1"),
        ("1: x\n", "PACK-005", "x.yaml:1:1"),
        ("true: x\n", "PACK-005", "x.yaml:1:1"),
        ("? [a]\n: x\n", "PACK-005", "x.yaml:1:3"),
        ("a: [1\n", "PACK-003", "x.yaml:2:1"),
        ("a: 1\n---\nb: 2\n", "PACK-003", "x.yaml:2:1"),
        ("a: *nowhere\n", "PACK-003", "x.yaml:1:4"),
        ("", "PACK-003", "x.yaml"),
        ("# nothing\n", "PACK-003", "x.yaml"),
        ("a: !!python/object:os.system x\n", "PACK-003", "x.yaml:1:4"),
        ("a: !!binary aGk=\n", "PACK-003", "x.yaml:1:4"),
        ("a: !mine {b: 1}\n", "PACK-003", "x.yaml:1:4"),
        ("a: !!int word\n", "PACK-003", "x.yaml:1:4"),
        ('a: "\\UFFFFFFFF"\n', "PACK-003", "x.yaml"),
        ("a: 2025-02-30\n", "PACK-028", "x.yaml:1:4"),
        ('a: "x\\u202ey"\n', "PACK-002", "x.yaml:1:4"),
        ('a: "x\\x1b[31m"\n', "PACK-002", "x.yaml:1:4"),
        ('a: "\\ud800"\n', "PACK-002", "x.yaml:1:4"),
        ('"x\\u202ey": 1\n', "PACK-002", "x.yaml:1:1"),
        ("a: 1\nb: \x00\n", "PACK-002", "x.yaml:2:4"),
        ("a: &a [*a]\n", "PACK-004", None),
        ("[" * 1000, "PACK-004", "x.yaml:1:21"),
        ("- " * 1000, "PACK-004", "x.yaml:1:41"),
        ("x" * (MAX_BYTES + 1), "PACK-004", "x.yaml"),
    ],
)
def test_what_is_not_a_plain_policy_text_is_refused_with_its_place(
    text: str, code: str, where: str | None
) -> None:
    error = first(text)
    assert error.code == code
    assert where is None or error.where == where
    assert error.fix


def test_aliases_count_each_time_they_are_used() -> None:
    ten = "[" + ", ".join(["1"] * 10) + "]"
    bomb = f"a: &a {ten}\n" + "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcde", "bcdef", strict=True)
    )
    assert first(bomb).code == "PACK-004"
    value, _ = read("a: &a [1, 2]\nb: *a\n", "x.yaml")
    assert value == {"a": [1, 2], "b": [1, 2]}


def test_a_merge_key_is_just_an_unknown_key() -> None:
    value, _ = read("a: &a {x: 1}\nb:\n  <<: *a\n", "x.yaml")
    assert value["b"] == {"<<": {"x": 1}}


def test_all_problems_of_a_text_come_together_in_its_order() -> None:
    with pytest.raises(PackErrors) as caught:
        read("a: 2025-02-30\nb: !!set {}\na: 1\n", "x.yaml")
    assert [problem.where for problem in caught.value.problems] == ["x.yaml:1:4", "x.yaml:2:4", "x.yaml:3:1"]
    assert caught.value.line() == caught.value.problems[0].line()


def test_a_file_must_be_utf8_and_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_bytes(b"\xef\xbb\xbf" + pack_text().encode())
    bad.write_bytes(b"licet_pack: 1\nid: caf\xe9\n")
    assert load_pack(good).digest == parse_pack(pack_text()).digest
    with pytest.raises(PackErrors) as caught:
        load_pack(bad)
    assert (caught.value.code, caught.value.where) == ("PACK-002", "bad.yaml:2:8")


def test_a_file_that_is_absent_a_folder_or_huge_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (MAX_BYTES + 1))
    for path, code in ((tmp_path / "absent.yaml", "PACK-001"), (tmp_path, "PACK-001"), (huge, "PACK-004")):
        with pytest.raises(PackErrors) as caught:
            load_pack(path)
        assert caught.value.code == code
