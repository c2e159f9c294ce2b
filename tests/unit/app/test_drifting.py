"""Quotations held against policy texts: word for word, altered or gone, whatever the layout, within bounds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from licet.cli.main import app
from licet.policies.quotations import Drift, Limits, check_quotes
from licet.policies.quotations.nearest_passage import SearchedText, lay_over
from licet.policies.quotations.passage_words import words_of
from licet.terms import AppError, LicetError

ROOT = Path(__file__).parents[3]

PACK = """
licet_pack: 1
id: acme
title: Acme
version: "1"
observed: 2026-01-01
controller: {name: Acme}
sources:
  terms: {title: Terms, kind: official}
  help: {title: Help, kind: official}
notices:
  news:
    {title: News, published: 2025-01-01, effective: 2025-02-01,
     cite: {source: help, quote: "From February we will learn more."}}
categories:
  content.posts: {cite: {source: terms, quote: "your public posts, comments and photos"}}
purposes:
  generative_ai_training: {cite: {source: terms, quote: "We use them to train our models… unless you say no"}}
settings:
  ai:
    label: AI
    path: [AI]
    observed: 2026-01-01
    default: {state: on, cite: {source: terms, quote: "the “AI” setting – on by default – won't reach what’s built"}}
rules:
  - id: train
    effect: permit
    purposes: [generative_ai_training]
    categories: [content.posts]
    notice: news
    setting: ai
    cite: {source: terms, quote: "your public posts, comments and photos"}
"""

TERMS = """# Terms

We look at **your public posts, comments and
photos**. We use them to [train our models](https://acme.example/models "More"), with care and for
everyone, unless you say *no*.

The "AI" setting -- on by default — won’t reach what's built.

> From February we will learn more.
"""


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(PACK)
    (tmp_path / "texts").mkdir()
    return tmp_path


def check(acme: Path, text: str, name: str = "terms.md") -> Drift:
    (acme / "texts" / name).write_text(text, encoding="utf-8")
    return check_quotes(acme / "texts", [str(acme / "acme.yaml")])


def statuses(found: Drift) -> dict[str, str]:
    return {one.quote[:12]: one.status for one in found.quotes}


def test_what_stands_there_in_another_dress_is_found(acme: Path) -> None:
    found = check(acme, TERMS.replace("--", "–").replace("The", "the"))
    assert set(statuses(found).values()) == {"found"} and not found.drifted
    posts = next(one for one in found.quotes if one.quote.startswith("your public"))
    assert posts.passage is not None and (posts.passage.file, posts.passage.line) == ("terms.md", 3)
    assert posts.cited_by == ("rule train", "kind of data content.posts")


def test_html_is_read_like_markdown_and_hidden_text_is_no_text(acme: Path) -> None:
    html = (
        "<html><head><title>T</title></head><body>\n<p>We see your&nbsp;<b>pub</b>lic posts,\n\tcomments &amp; more. "
        "Your <i>things</i>.</p><script>From February we will learn more.</script>\n"
        "<!-- your public posts, comments and photos -->\n"
        "<ul><li>your public posts, comments <em>and</em> photos</li></ul></body></html>"
    )
    found = statuses(check(acme, html, "terms.html"))
    assert found["your public "] == "found" and found["From Februar"] == "gone"


def test_an_altered_passage_shows_the_words_that_differ(acme: Path) -> None:
    found = check(acme, TERMS.replace("posts, comments", "posts, private messages"))
    (altered,) = [one for one in found.quotes if one.status == "altered" and "posts" in one.quote]
    assert altered.passage is not None and altered.passage.line == 3
    assert [tuple(one) for one in altered.passage.differences] == [("comments", "private messages")]
    assert altered.passage.text == "your public posts, private messages and photos"
    assert found.drifted


def test_an_ellipsis_leaves_out_some_words_and_not_the_page(acme: Path) -> None:
    near = TERMS.replace("everyone, unless", f"everyone, {'word ' * 60} unless")
    far = TERMS.replace("everyone, unless", f"everyone, {'word ' * 200} unless")
    assert statuses(check(acme, near))["We use them "] == "found"
    assert statuses(check(acme, far))["We use them "] != "found"


def test_the_command_says_where_and_ends_with_status_1_where_something_drifted(acme: Path) -> None:
    run, pack, texts = CliRunner(), str(acme / "acme.yaml"), str(acme / "texts")
    (acme / "texts" / "terms.md").write_text(TERMS.replace("The", "the").replace("--", "-"))
    told = run.invoke(app, ["packs", "check", texts, "--pack", pack])
    assert told.exit_code == 0 and "terms.md:3" in told.stdout
    (acme / "texts" / "terms.md").write_text(TERMS.replace("learn more", "learn less"))
    told = run.invoke(app, ["packs", "check", texts, "--pack", pack])
    assert told.exit_code == 1 and "“more” is now “less”" in told.stdout
    answer = json.loads(run.invoke(app, ["packs", "check", texts, "--pack", pack, "--json"]).stdout)
    assert answer["drifted"] is True and {one["status"] for one in answer["quotes"]} == {"found", "altered"}
    told = run.invoke(app, ["packs", "check", texts, "--pack", pack, "--source", "help", "--json"])
    assert [one["source"] for one in json.loads(told.stdout)["quotes"]] == ["help"]


def test_the_shipped_packs_quote_the_notes_word_for_word() -> None:
    found = check_quotes(ROOT / "docs" / "platforms.md")
    assert not found.drifted and len(found.quotes) > 50
    assert found.elsewhere == ("linkedin_as_reported", "linkedin_official", "exemplum")


def test_what_cannot_be_read_is_refused_or_named(acme: Path) -> None:
    pack = [str(acme / "acme.yaml")]
    for place in (acme / "nowhere", acme / "texts"):
        with pytest.raises(AppError, match="APP-130"):
            check_quotes(place, pack)
    texts = acme / "texts"
    (texts / "terms.md").write_text(TERMS)
    (texts / "picture.txt").write_bytes(b"GIF\0\1")
    (texts / "long.txt").write_text("word " * 1000)
    (texts / "secret.md").symlink_to("/etc/passwd")
    (texts / "round").symlink_to(acme)
    os.mkfifo(texts / "pipe.md")
    (texts / ".git").mkdir()
    (texts / ".git" / "own.md").write_text("own")
    deep = texts
    for number in range(8):
        deep /= f"d{number}"
        deep.mkdir()
    (deep / "deep.md").write_text("deep")
    found = check_quotes(texts, pack, limits=Limits(file_bytes=2000, depth=4))
    assert {(one.name, one.why) for one in found.not_read} == {
        ("picture.txt", "it is not text"), ("long.txt", "it is larger than 0 MB"), ("secret.md", "it is a link"),
        ("round", "it is a link"), ("d0/d1/d2/d3/d4", "it lies too deep"),
    }  # fmt: skip
    assert found.files == 1


def test_a_folder_beyond_the_bounds_is_refused_whole(acme: Path) -> None:
    for number in range(5):
        (acme / "texts" / f"{number}.md").write_text("words " * 100)
    for limits in (Limits(files=4), Limits(all_bytes=1000), Limits(entries=3)):
        with pytest.raises(AppError, match="APP-131"):
            check_quotes(acme / "texts", ["meta_ai"], limits=limits)


def test_a_source_that_no_pack_has_is_refused(acme: Path) -> None:
    (acme / "texts" / "terms.md").write_text(TERMS)
    with pytest.raises(LicetError, match="APP-132"):
        check_quotes(acme / "texts", [str(acme / "acme.yaml")], ["notes"])


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000, "<a " * 60_000, "<!--" * 50_000, "<script>" * 20_000, "](" * 100_000, "](" + "(x" * 50_000,
        "&#" + "9" * 200_000 + ";", "&" * 200_000, "_" * 200_000, "* " * 100_000, "\n" * 200_000,
        "your public " * 30_000,
        "We use them to train our models " * 10_000, "\ud7ff\u202e\u0000"[:2] * 50_000, "[" * 100_000 + "]" * 100_000,
    ],
    ids=range(15),
)  # fmt: skip
def test_hostile_text_is_read_in_a_time_that_follows_its_length(acme: Path, text: str) -> None:
    assert check(acme, text).files == 1


WORD = st.text(st.characters(categories=["Ll"], max_codepoint=0x24F), min_size=1, max_size=8)


@given(st.lists(WORD, min_size=3, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_dress_never_counts_and_words_always_do(words: list[str], rng: Random) -> None:
    def dressed(word: str) -> str:
        spelt = "".join(f"&#{ord(c)};" if rng.random() < 0.2 else c for c in word)
        return rng.choice(["{}", "**{}**", "<b>{}</b>", "*{}*", "[{}](http://x.example/a)", "“{}”"]).format(
            spelt
        )

    text = (
        "x y z. " + rng.choice([" ", "\n", " \t", "<br>", "\r\n", " — "]).join(map(dressed, words)) + " end"
    )
    plain, searched = words_of(" ".join(words)).words, SearchedText(words_of(text))
    assert searched.find([plain]) is not None
    other = [*plain[:-1], plain[-1] + "q"]
    assert searched.find([other]) is None
    window = searched.likeliest(other)
    if window is not None and len(plain) > 3:
        near = lay_over(other, window)
        assert near.alike < 1 and near.differences
