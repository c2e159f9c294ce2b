"""The index by itself: exact after deletes, nothing left of what went, no query read as anything but words."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.terms import UseError
from licet.uses.search.search_sentence import MOST_CHARACTERS, WORDS, Wanted, read_sentence
from licet.uses.search.searchable_rows import SEARCHABLE
from licet.uses.search.text_index import MOST_TEXT, MOST_TITLE, Filters, TextIndex

NOW = datetime(2026, 3, 10)  # noqa: DTZ001 - rows have plain timestamps
MARKER = "zzmarkerzz"


def rows(*given_rows: dict[str, Any]) -> pa.Table:
    made = []
    for number, row in enumerate(given_rows):
        empty = {"text": "", "skills": [], "title": "?", "kind": "jobs", "document_id": f"{number:032x}"}
        subject = row.get("subject")
        made.append(
            {"owner": subject or f"{number}", "shown_subject": subject, "key": f"k{number}", **empty, **row}
        )
    return pa.Table.from_pylist(made, SEARCHABLE)


TOWN = rows(
    {"title": "Senior data engineer", "place": "Berlin, Germany", "seniority": "Senior", "skills": ["Python", "SQL"],
     "remote": True},
    {"title": "Data engineer", "place": "Hamburg, Germany", "skills": ["Java"], "remote": False, "text": "with Java"},
    {"title": "Welder", "place": "Berlin, Germany", "skills": ["TIG welding"]},
    {"title": "東京の看護師", "text": "病院で働く", "place": "東京"},
    {"title": "Harbour pilot", "expires": datetime(2026, 1, 1)},  # noqa: DTZ001
)  # fmt: skip


def found(sentence: str, *without: str, index: TextIndex | None = None) -> list[str]:
    index = index or TextIndex.of(TOWN)
    wanted = read(sentence, *without, index=index)
    finds = index.find(wanted.words, wanted.filters, NOW, 10, fill=wanted.is_filters_alone)
    return [one.title for one in finds]


def read(sentence: str, *without: str, index: TextIndex | None = None) -> Wanted:
    return read_sentence(sentence, (index or TextIndex.of(TOWN)).known(), without)


def test_a_sentence_becomes_words_and_filters_each_of_which_can_be_taken_off() -> None:
    sentence = "a senior data engineer in Berlin, remote, no Java please"
    chips = ["seniority:senior", "place:berlin", "remote:yes", "not:java"]
    assert [chip.id for chip in read(sentence).chips] == chips
    assert found(sentence) == ["Senior data engineer"]
    for chip in chips:
        wanted = read(sentence, chip)
        assert [one.id for one in wanted.chips] == [one for one in chips if one != chip]
        assert [one.id for one in wanted.off] == [chip]
    assert found("data engineer in Berlin", "place:berlin") == ["Senior data engineer", "Data engineer"]
    assert found("data engineer in Berlin") == ["Senior data engineer"]
    assert found("engineer without Java") == ["Senior data engineer"]
    assert found("TIG welding") == ["Welder"], "the longest name, and its words need stand in no title"


def test_filters_alone_find_what_has_none_of_their_words_and_others_do_not() -> None:
    assert found("remote") == ["Senior data engineer"]
    assert found("Germany") == ["Senior data engineer", "Data engineer", "Welder"]
    assert found("juggler in Berlin") == [] and found("juggler remote") == []


def test_what_has_expired_is_not_found() -> None:
    assert found("harbour pilot") == []
    index = TextIndex.of(TOWN)
    assert index.find(["pilot"], Filters(), datetime(2025, 12, 1), 5)[0].title == "Harbour pilot"  # noqa: DTZ001


def test_a_script_without_spaces_is_searched() -> None:
    assert found("看護師") == ["東京の看護師"] and found("病院") == ["東京の看護師"] and found("大阪") == []


@pytest.mark.parametrize(
    "hostile",
    ['"', "*", '" OR 1=1 --', "NEAR(a b)", "title:x", "a AND", "^", "(((",
     "-welder", "%_\\", "'; DROP TABLE rows", "\x00"],
)  # fmt: skip
def test_nothing_typed_is_read_as_the_index_s_own_language(hostile: str) -> None:
    index = TextIndex.of(TOWN)
    found(hostile, index=index)
    assert len(index) == len(TOWN) and found("welder", index=index) == ["Welder"]


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_text_can_be_looked_for(text: str) -> None:
    assert set(found(text, index=_STANDING)) <= {*TOWN["title"].to_pylist()}


_STANDING = TextIndex.of(TOWN)


def test_ten_megabytes_are_refused_at_once() -> None:
    for sentence in ("a" * 10_000_000, "no " * (MOST_CHARACTERS // 3 + 1)):
        with pytest.raises(UseError, match="RCMD-103"):
            read(sentence)


def test_after_deletes_scores_are_those_of_an_index_that_never_had_them() -> None:
    rng = random.Random(3)
    words = ["dock", "crane", "pilot", "rope", "tide", "quay", "mast", "keel"]
    told = [
        {"subject": f"s{n}", "title": " ".join(rng.choices(words, k=3)), "text": " ".join(rng.choices(words, k=9))}
        for n in range(60)
    ]  # fmt: skip
    table = rows(*told)
    for _ in range(5):
        gone = set(rng.sample(range(60), 25))
        index = TextIndex.of(table)
        index.replaced([f"s{n}" for n in gone], SEARCHABLE.empty_table())
        never = TextIndex.of(table.filter([n not in gone for n in range(60)]))
        for word in words:
            asked = [word, rng.choice(words)]
            assert index.find(asked, Filters(), NOW, 60) == never.find(asked, Filters(), NOW, 60)


def test_who_comes_back_is_found_as_before() -> None:
    table = rows({"subject": "ann", "title": "Welder"}, {"subject": "ben", "title": "Welder too"})
    index, before = TextIndex.of(table), TextIndex.of(table).find(["welder"], Filters(), NOW, 5)
    index.replaced(["ann"], SEARCHABLE.empty_table())
    assert [one.subject for one in index.find(["welder"], Filters(), NOW, 5)] == ["ben"]
    index.replaced(["ann"], table.slice(0, 1))
    assert index.find(["welder"], Filters(), NOW, 5) == before


def test_of_what_went_no_byte_is_left_and_the_control_is_found() -> None:
    told = [{"subject": f"s{n}", "title": f"Welder {n}", "text": "plain words"} for n in range(200)]
    table = rows(*told, {"subject": "ann", "title": f"{MARKER} welder", "text": f"said {MARKER}"})
    index = TextIndex.of(table)
    assert index.to_bytes().count(MARKER.encode()) >= 2, "what is there is found"
    index.replaced(["ann"], SEARCHABLE.empty_table())
    assert MARKER.encode() not in index.to_bytes()
    assert MARKER[:6].encode() not in index.to_bytes(), "nor the start of it, as a prefix that terms share"


def test_a_name_with_signs_keeps_out_itself_alone() -> None:
    index = TextIndex.of(
        rows({"title": "Dev", "skills": ["C++"]}, {"title": "Dev", "skills": ["C#"]}, {"title": "C"})
    )
    for unwanted, left in (("c++", {"k1", "k2"}), ("c#", {"k0", "k2"}), ('c"#', {"k0", "k1"})):
        found = index.find([], Filters(unwanted=(unwanted,)), NOW, 5)
        assert {one.key for one in found} == left


def test_no_c_keeps_c_plus_plus_and_c_sharp() -> None:
    index = TextIndex.of(
        rows({"title": "Dev", "skills": ["C++"]}, {"title": "Dev", "text": "C# and .NET"},
             {"title": "Dev", "text": "in C."}, {"title": "Dev", "text": "net fishing, 3+ years"})
    )  # fmt: skip

    def keys(sentence: str) -> set[str | None]:
        wanted = read(sentence, index=index)
        found = index.find(wanted.words, wanted.filters, NOW, 9, fill=wanted.is_filters_alone)
        assert index.count(wanted.words, wanted.filters, NOW, fill=wanted.is_filters_alone) == len(found)
        return {one.key for one in found}

    assert keys("dev, no C") == {"k0", "k1", "k3"} and keys("dev, no C#") == {"k0", "k2", "k3"}
    assert keys("C++") == {"k0"} and keys(".NET") == {"k1"} and keys("net") == {"k3"}
    assert keys("dev, no .NET") == {"k0", "k2", "k3"} and keys("3 years") == {"k3"}


def test_accents_and_the_turkish_i_make_no_difference() -> None:
    index = TextIndex.of(
        rows(
            {
                "title": "Hemşire",
                "place": "İzmir, Türkiye",
                "seniority": "Kıdemli",
                "skills": ["Çocuk Sağlığı"],
            }
        )
    )
    for sentence in (
        "İzmir",
        "izmir",
        "IZMIR",
        "Izmir",
        "in I\u0307zmir",
        "hemsire",
        "Hemşire in İZMİR",
        "kidemli",
    ):
        assert found(sentence, index=index) == ["Hemşire"], sentence
    for sentence, chip in (("Çocuk sağlığı", "skill:cocuk saglıgı"), ("TÜRKIYE", "place:turkiye")):
        assert [one.id for one in read(sentence, index=index).chips] == [chip.replace("ı", "i")]
        assert found(sentence, index=index) == ["Hemşire"]


def test_a_sentence_without_spaces_finds_what_has_its_neighbours_and_its_places_are_filters() -> None:
    index = TextIndex.of(
        rows({"title": "Python工程师", "place": "北京", "skills": ["Python"]}, {"title": "护士", "place": "上海"},
             {"title": "数据工程师", "place": "上海"}, {"title": "ครูสอนภาษา", "place": "กรุงเทพ"})
    )  # fmt: skip
    assert found("我想在北京找Python工程师的工作", index=index) == ["Python工程师"]
    assert [one.id for one in read("我想在北京找Python工程师的工作", index=index).chips] == [
        "place:北京",
        "skill:python",
    ]
    assert found("工程师的工作", index=index)[:2] in (
        ["Python工程师", "数据工程师"],
        ["数据工程师", "Python工程师"],
    )
    assert found("หาครูที่กรุงเทพ", index=index) == ["ครูสอนภาษา"]
    assert found("東京の看護師を探しています") == ["東京の看護師"]


def test_what_finds_nothing_finds_something_without_its_words() -> None:
    wanted = read("a remote juggler")
    assert found("a remote juggler") == [] and wanted.other_words == ("juggler",)
    without = read("a remote juggler", WORDS)
    assert without.words == () and [one.id for one in without.off] == [WORDS]
    assert found("a remote juggler", WORDS) == ["Senior data engineer"]
    assert read("juggler", WORDS).words == ("juggler",), "where no filter is left, all words stay"


def test_of_a_row_of_megabytes_all_words_are_found_and_few_are_told() -> None:
    index = TextIndex.of(rows({"title": f"Rigger {'x ' * 100_000}aloft", "text": f"{'y ' * 500_000}astern"}))
    for word in ("rigger", "aloft", "astern"):
        (one,) = index.find((word,), Filters(), NOW, 10)
        assert (len(one.title), len(one.text)) == (MOST_TITLE, MOST_TEXT)
