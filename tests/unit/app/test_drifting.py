"""Quotations held against the document they were read from: kept, moved, altered or gone, within bounds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from journeys.policy_archives import APPENDED, PACK, POLICY, write_folder, write_pack
from licet.cli.main import app
from licet.packs import shipped
from licet.policies.quotations import Limits, Watched, check_quotes
from licet.policies.quotations.nearest_passage import SearchedText, lay_over
from licet.policies.quotations.passage_words import words_of
from licet.policies.quotations.text_passages import pages_of
from licet.terms import AppError, LicetError

ROOT = Path(__file__).parents[3]
READ, LATER = "2025-01-02", "2025-06-02"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    write_pack(tmp_path)
    (tmp_path / "texts").mkdir()
    return tmp_path


def check(acme: Path, versions: dict[str, str], *sources: str) -> Watched:
    return check_quotes(write_folder(acme / "texts", versions), [str(acme / "acme.yaml")], sources)


def statuses(found: Watched) -> dict[str, tuple[str, bool]]:
    """The beginnings of quotations, with what became of them and whether the words stand."""
    return {it.quotation.quote[:8]: (it.status, it.quote_stands) for it in found.quotations()}


def after(acme: Path, text: str) -> dict[str, tuple[str, bool]]:
    return statuses(check(acme, {READ: POLICY, LATER: text}))


KEPT = {
    "your pub": ("kept", True),
    "To train": ("kept", True),
    "the “AI”": ("kept", True),
    "we keep ": ("kept", True),
}


def test_layout_markup_links_and_capitals_do_not_count(acme: Path) -> None:
    other = POLICY.replace(" -- ", " – ").replace("We keep what", "we **KEEP**\nwhat")
    other = other.replace("https://acme.example/built", "https://acme.example/elsewhere").replace(
        "*   You", "-   You"
    )
    found = check(acme, {READ: POLICY, LATER: other})
    assert statuses(found) == KEPT and not found.drifted
    posts = next(it for it in found.quotations() if it.quotation.quote.startswith("your public"))
    assert posts.now is not None and (posts.now.file, posts.now.line) == (f"{LATER}.md", 11)
    assert posts.quotation.cited_by == ("kind of data content.posts", "rule train")


def test_a_kind_of_data_added_to_the_row_alters_a_quotation_that_stands(acme: Path) -> None:
    found = check(
        acme, {READ: POLICY, LATER: POLICY.replace("and photos.", "and photos, and your messages.")}
    )
    assert statuses(found) == KEPT | {"your pub": ("altered", True), "To train": ("altered", True)}
    altered = next(found.quotations("altered"))
    assert [tuple(it) for it in altered.differences] == [("", ", and your messages")]
    assert altered.since is not None and altered.since.isoformat() == LATER and found.drifted


def test_other_words_in_its_place_are_altered_and_nothing_like_it_is_gone(acme: Path) -> None:
    other = POLICY.replace("for 30 days", "for 365 days").replace("To train our models", "Improvement")
    found = check(acme, {READ: POLICY, LATER: other})
    assert statuses(found)["we keep "] == ("altered", False) and statuses(found)["To train"] == (
        "gone",
        False,
    )
    kept = next(it for it in found.quotations("altered") if it.quotation.quote.startswith("we keep"))
    assert [tuple(it) for it in kept.differences] == [("30", "365")] and kept.quotation.cited_by == (
        "rule train",
    )


def test_a_passage_under_another_heading_is_moved_and_no_drift(acme: Path) -> None:
    sentence = "We keep what we learnt for 30 days.\n"
    found = check(acme, {READ: POLICY, LATER: POLICY.replace(sentence, "Storage\n-------\n\n" + sentence)})
    assert statuses(found) == KEPT | {"we keep ": ("moved", True)} and not found.drifted


def test_of_two_passages_that_hold_a_quotation_one_that_stays_is_enough(acme: Path) -> None:
    twice = POLICY + "\nTo train our models we ask nobody.\n"
    found = check(acme, {READ: twice, LATER: twice.replace("ask nobody", "ask everybody")})
    assert statuses(found) == KEPT


def test_what_never_stood_in_its_own_version_is_misquoted_whatever_stands_later(acme: Path) -> None:
    found = check(acme, {READ: POLICY.replace("30 days", "90 days"), LATER: POLICY})
    assert statuses(found)["we keep "] == ("misquoted", False) and found.is_wrong and not found.drifted


def test_what_the_pack_has_read_since_is_no_drift(acme: Path) -> None:
    newer = "  newer: {title: New, kind: official, archive: made-up-versions,"
    newer += " document: Acme/Privacy Policy.md, recorded: 2025-06-02}\n  help: {"
    pack = PACK.replace("  help: {", newer)
    pack = pack.replace('terms, quote: "To train our models"', 'newer, quote: "To train all models"')
    write_pack(acme, pack=pack)
    later = POLICY.replace("To train our", "To train all").replace("for 30 days", "for 365 days")
    found = check(acme, {READ: POLICY, LATER: later, "2025-09-01": later})
    assert statuses(found)["we keep "] == ("earlier", False) and not found.drifted
    found = check(acme, {READ: POLICY, LATER: later, "2025-09-01": later.replace("-- on", "-- off")})
    assert (
        statuses(found)["the “AI”"] == ("altered", False)
        and next(found.quotations("altered")).since is not None
    )


def test_an_appended_page_is_no_change_and_a_quotation_is_not_sought_in_another_document(acme: Path) -> None:
    assert after(acme, POLICY + APPENDED) == KEPT
    (acme / "texts" / "other.md").write_text(POLICY)
    found = check(acme, {READ: POLICY, LATER: POLICY.replace("We keep what we learnt for 30 days.", "")})
    assert statuses(found)["we keep "] == ("gone", False)
    assert [it.id for it in found.no_text] == ["help"], "the notes are not here"


def test_a_text_without_a_table_is_known_by_its_quotations_or_says_nothing(acme: Path) -> None:
    pack, texts = [str(acme / "acme.yaml")], acme / "texts"
    (texts / "policy.md").write_text(POLICY)
    found = check_quotes(texts, pack)
    assert statuses(found) == KEPT and found.documents[0].known_by == "quotations"
    (texts / "policy.md").write_text(POLICY.replace("our models", "what we like").replace("photos", "films"))
    with pytest.raises(AppError, match="APP-135"):
        check_quotes(texts, pack)
    found = check_quotes(texts / "policy.md", pack, ["terms"])
    assert found.documents[0].known_by == "caller" and found.drifted
    assert statuses(found)["your pub"] == ("altered", False)


def test_html_is_read_like_markdown_and_hidden_text_is_no_text(acme: Path) -> None:
    html = (
        "<html><head><title>T</title></head><body>\n<p>We train with your&nbsp;<b>pub</b>lic posts,\n\tcomments &amp;"
        " more. Your <i>things</i>.</p><script>To train our models</script>\n"
        "<!-- we keep what we learnt for 30 days -->\n"
        "<ul><li>your public posts, comments <em>and</em> photos</li></ul></body></html>"
    )
    (acme / "texts" / "terms.html").write_text(html)
    found = statuses(check_quotes(acme / "texts" / "terms.html", [str(acme / "acme.yaml")], ["terms"]))
    assert found["your pub"] == ("kept", True)
    assert found["To train"][0] == found["we keep "][0] == "gone"


def test_the_day_of_a_page_is_read_and_the_day_until_which_it_holds_is_not() -> None:
    two = "Policy\n======\n\nGoes into effect on November 15, 2024.\n\nText.\n\nPolicy\n======\n\n"
    two += "### Effective until November 15, 2024\n\nText.\n\n**Effective:** 29 September 2023\n"
    days = [page.says and page.says.day for page in pages_of(two + APPENDED)]
    assert days == ["2024-11-15", "2023-09-29", None]
    (page,) = pages_of("# Statement\n\nLast Updated: July 2026\n")
    assert page.says is not None and (page.says.day, page.says.line) == ("2026-07", 3)


def test_text_glued_to_a_link_is_another_word_and_an_em_dash_parts_words() -> None:
    text = words_of(
        "Effective July 8, 2026[Previous Version](https://x.example/a) icon—we [![a](b)](c)d, 16–17"
    ).words
    assert text == [
        "Effective",
        "July",
        "8",
        ",",
        "2026",
        "Previous",
        "Version",
        "icon",
        "we",
        "a",
        "d",
        ",",
        "16-17",
    ]


def test_the_command_says_where_and_ends_with_status_1_where_something_drifted(acme: Path) -> None:
    run, pack, texts = CliRunner(), str(acme / "acme.yaml"), str(acme / "texts")
    write_folder(acme / "texts", {READ: POLICY})
    told = run.invoke(app, ["packs", "check", texts, "--pack", pack])
    assert told.exit_code == 0 and f"{READ}.md:11" in told.stdout and "1 rest on no text here" in told.stdout
    write_folder(acme / "texts", {READ: POLICY, LATER: POLICY.replace("for 30 days", "for 365 days")})
    told = run.invoke(app, ["packs", "check", texts, "--pack", pack])
    assert told.exit_code == 1 and "“30” is now “365”" in told.stdout
    answer = json.loads(run.invoke(app, ["packs", "check", texts, "--pack", pack, "--json"]).stdout)
    (document,) = answer["documents"]
    assert answer["drifted"] is True and document["known_by"] == "table" and not answer["misquoted"]
    assert {it["status"] for it in document["quotations"]} == {"kept", "altered"}


def test_every_quotation_of_every_shipped_pack_stands_in_its_own_text() -> None:
    for name, packs, least in (("platforms.md", (), 30), ("exemplum.md", ("exemplum",), 15)):
        found = check_quotes(ROOT / "docs" / name, packs)
        assert {it.status for it in found.quotations()} == {"kept"} and sum(
            1 for _ in found.quotations()
        ) > least


if "LICET_TEXTS" in os.environ:  # the archives' texts are not part of the project

    def test_every_quotation_with_a_document_stands_in_the_archives_text() -> None:
        found = check_quotes(os.environ["LICET_TEXTS"])
        assert not found.not_held and {it.status for it in found.quotations()} <= {"kept", "moved", "earlier"}
        quoted = {it.quotation.pack for it in found.quotations()}
        assert set(shipped()) - quoted == {"exemplum", "linkedin_as_reported", "openai_jobs"}


def test_what_cannot_be_read_is_refused_or_named(acme: Path) -> None:
    pack = [str(acme / "acme.yaml")]
    for place in (acme / "nowhere", acme / "texts"):
        with pytest.raises(AppError, match="APP-130"):
            check_quotes(place, pack)
    texts = acme / "texts"
    write_folder(texts, {READ: POLICY})
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
    assert statuses(found) == KEPT
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
    write_folder(acme / "texts", {READ: POLICY})
    with pytest.raises(LicetError, match="APP-132"):
        check_quotes(acme / "texts", [str(acme / "acme.yaml")], ["notes"])


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000, "<a " * 60_000, "<!--" * 50_000, "<script>" * 20_000, "](" * 100_000, "](" + "(x" * 50_000,
        "&#" + "9" * 200_000 + ";", "&" * 200_000, "_" * 200_000, "* " * 100_000, "\n" * 200_000,
        "your public posts, comments and photos " * 5_000, "To train our models\n" * 5_000,
        "- - -\n\nx\n\n" * 3_000, "# To train our models\n" * 3_000, "Effective January 1, 2025\n\n" * 5_000,
        "\ud7ff\u202e\u0000"[:2] * 50_000, "[" * 100_000 + "]" * 100_000,
    ],
    ids=range(18),
)  # fmt: skip
def test_hostile_text_is_read_in_a_time_that_follows_its_length(acme: Path, text: str) -> None:
    found = check(acme, {READ: POLICY, LATER: text})
    assert found.files == 2 and not list(found.quotations("misquoted"))


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
    assert any(searched.find_all(plain))
    other = [*plain[:-1], plain[-1] + "q"]
    assert not any(searched.find_all(other))
    window = searched.likeliest(other)
    if window is not None and len(plain) > 3:
        near = lay_over(other, window)
        assert near.alike < 1 and near.differences
