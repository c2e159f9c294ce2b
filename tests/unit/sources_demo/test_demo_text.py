"""What the demo's members say: readable, varied, in several languages, with something to redact."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from licet.sources.demo.cast import TRADES, draw_member
from licet.sources.demo.contacts import IBAN_FOR_LANGUAGE, iban_for
from licet.sources.demo.grammar import COMMON, Speaker, expand, languages, parse_phrase, phrases_of
from licet.sources.demo.random_streams import Stream
from licet.sources.demo.voices import article, settle, tag, voice
from licet.uses.corpus.text.language import detect_language
from licet.uses.corpus.text.near_duplicates import find_duplicates
from licet.uses.corpus.text.redaction import redact
from licet.uses.corpus.text.signatures import signatures

TEXTS = (
    ("posts", "body"), ("comments", "text"), ("messages", "text"), ("group_messages", "text"),
    ("ai_conversations", "output"), ("profiles", "summary"), ("profiles", "headline"), ("jobs", "description"),
    ("applications", "letter"),
)  # fmt: skip


def texts(world: Any, table: str, column: str) -> list[str]:
    return [row[column] for row in world.rows(table) if row[column] and not row.get("copied_from")]


def sentences(text: str) -> set[str]:
    return {part for part in re.split(r"(?<=[.!?:])\s+|\n+", text) if len(part.split()) > 1}


@pytest.mark.parametrize(("table", "column"), TEXTS)
def test_texts_begin_with_a_capital_and_have_no_gaps_or_braces(world: Any, table: str, column: str) -> None:
    for text in texts(world, table, column):
        assert not re.search(r"  | \n|[{}<>|]| \.| ,|,,", text.replace(" | ", " ")), text
        assert text == text.strip() and not text[0].islower(), text


@pytest.mark.parametrize(("table", "column"), TEXTS)
def test_english_texts_have_the_right_article_and_no_doubled_word(
    world: Any, table: str, column: str
) -> None:
    said = texts(world, table, column)
    wrong = re.compile(r"\b([A-Za-z]{3,}) \1\b|\ba (?!one\b)[aeio]\w+|\ban [bcdfgjklmnpqrstvwxyz]\w+")
    for text, language in zip(said, detect_language(pa.array(said)).to_pylist(), strict=True):
        assert language != "en" or not wrong.search(text), text


def test_posts_are_varied(world: Any) -> None:
    posts = texts(world, "posts", "body")
    assert len(set(posts)) / len(posts) > 0.99
    ((_, most),) = Counter(s for text in posts for s in sentences(text)).most_common(1)
    assert most / len(posts) < 0.025, "no sentence is in more than one post of forty"
    openers = Counter(text.split("\n")[0] for text in posts)
    assert openers.most_common(1)[0][1] / len(posts) < 0.02


def test_comments_and_summaries_are_varied(world: Any) -> None:
    comments, summaries = texts(world, "comments", "text"), texts(world, "profiles", "summary")
    assert len(set(comments)) / len(comments) > 0.8 and len(set(summaries)) / len(summaries) > 0.99


def test_a_title_and_its_post_speak_of_the_same_event(world: Any) -> None:
    titled = [
        row for row in world.rows("posts") if row["title"] and '"' in row["title"] and row["language"] == "en"
    ]
    assert titled
    for row in titled:
        assert row["title"][row["title"].index('"') :] in row["body"]


def test_members_write_in_every_language_there_is(world: Any) -> None:
    posts = world.rows("posts")
    assert {row["language"] for row in posts} == set(languages()) >= {"en", "de", "fr"}


def test_a_post_is_in_the_language_it_says(world: Any) -> None:
    posts = [row for row in world.rows("posts") if len(row["body"]) > 120]
    found = detect_language(pa.array([row["body"] for row in posts])).to_pylist()
    agree = sum(row["language"] == language for row, language in zip(posts, found, strict=True))
    assert agree / len(posts) > 0.95


def test_posts_and_messages_hold_what_redaction_must_find(world: Any) -> None:
    _, counts = redact(pa.array([row["body"] for row in world.rows("posts")]))
    assert all(counts[kind] for kind in ("email", "phone", "iban", "handle")), counts
    _, counts = redact(pa.array([row["text"] for row in world.rows("messages")]))
    assert counts["phone"] and counts["email"]


def test_no_address_or_number_is_missed_by_redaction(world: Any) -> None:
    redacted, _ = redact(pa.array([row["body"] for row in world.rows("posts")]))
    assert not [text for text in redacted.to_pylist() if re.search(r"@example\.|\+\d\d? ?\d\d", text)]


def test_copied_posts_are_near_duplicates_of_what_they_copy(world: Any) -> None:
    posts = world.rows("posts")
    copies = [row for row in posts if row["copied_from"]]
    assert len(copies) >= 20
    table = pa.table(
        {
            "doc_id": [row["post_id"] for row in posts],
            "order": [row["created"].timestamp() for row in posts],
            "signature": signatures(pa.array([row["body"] for row in posts])),
        }
    )
    found = find_duplicates(table)
    duplicates = {
        i for i, d in zip(found["doc_id"].to_pylist(), found["duplicate_of"].to_pylist(), strict=True) if d
    }
    caught = sum(row["post_id"] in duplicates for row in copies)
    assert caught / len(copies) > 0.6
    assert len(duplicates) - caught < len(posts) * 0.01, "texts that nobody copied are not alike"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("trade", TRADES.options)
def test_every_phrase_of_a_language_can_be_said(language: str, trade: str) -> None:
    member = settle(draw_member(7, 0))
    stream = Stream("every phrase")
    for _name, options in sorted(phrases_of(language, trade).items()):
        for phrase in options:
            for _ in range(8):
                speaker = voice(member, language, stream, year=2024, who="A", third="B", trade=trade)
                speaker.values |= {"wanted": "x", "employer": "y"}
                assert not set("{}") & set(expand(phrase, speaker))


def test_languages_have_the_sections_that_english_has() -> None:
    english = phrases_of("en", "law").keys()
    for language in languages():
        for trade in TRADES.options:
            assert phrases_of(language, trade).keys() == english
    assert set(COMMON) <= english


def test_a_phrase_follows_choice_number_gender_and_capital() -> None:
    def say(text: str, feminine: bool) -> str:
        speaker = Speaker({}, {"thing": "a lamp"}, Stream("x").uniform, feminine)
        return expand(parse_phrase(text), speaker)

    assert say("{one|one} of {#3-3}: {thing_}, <he/she>", True) == "one of 3: A lamp, she"
    assert say("<he/she>", False) == "he"


@pytest.mark.parametrize("text", ["{a|b", "{a|{b}", "{"])
def test_an_open_brace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="open brace"):
        parse_phrase(text)


def test_a_section_is_not_repeated_within_a_text() -> None:
    phrases = {"word": (("a",), ("b",), ("c",))}
    speaker = Speaker(phrases, {}, Stream("y").uniform, True)
    assert sorted(speaker.say("word") for _ in range(3)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("nurse", "a"),
        ("account manager", "an"),
        ("HR business partner", "an"),
        ("illustrator", "an"),
        ("user", "a"),
    ],
)
def test_the_article_fits_the_noun(noun: str, expected: str) -> None:
    assert article(noun) == expected


def test_a_tag_runs_words_together() -> None:
    assert tag("parents' evenings") == "ParentsEvenings" and tag("Québec") == "Québec"


@pytest.mark.parametrize("language", sorted({*IBAN_FOR_LANGUAGE, "es"}))
def test_ibans_have_right_check_digits(language: str) -> None:
    iban = iban_for(language, Stream("iban", language)).replace(" ", "")
    digits = "".join(str(int(c, 36)) for c in iban[4:] + iban[:4])
    assert int(digits) % 97 == 1
