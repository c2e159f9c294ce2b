"""The report as a page: alone, silent, and unmoved by what an archive holds."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from journeys.archives import COMPLETE, zipped
from licet.audit import Report, audit_archive, write_page
from licet.audit.audit_page import page
from licet.standalone.standalone_page import environment
from licet.terms.moments import parse_moment

EVIL = (
    '"><img src=https://evil.example/x onerror=alert(1)></script><script>alert(2)</script>\u202e\x07{{ 7*7 }}'
)
_ROOM = Path(__file__).parents[3] / "src" / "licet"


class Seen(HTMLParser):
    """Every element with its attributes, and what stands open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report of an archive whose words, names, columns and files try to be markup."""
    shares = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\r\n"
    quoted = EVIL.replace('"', '""')
    files = COMPLETE | {
        "Shares_1234567.csv": f'{shares}2019-06-01 08:00:00,javascript:alert(1),"{quoted}",,,"{quoted}"\r\n',
        "Skills.csv": f'Name,"{quoted}"\r\nStatics,x\r\n',
        "<img src=x onerror=alert(3)>.csv": "a,b\r\n1,2\r\n",
    }
    path = zipped(tmp_path_factory.mktemp("page") / "a.zip", files)
    return audit_archive(path, parse_moment("2026-10-01"))


def test_the_page_asks_for_nothing_and_runs_nothing(report: Report) -> None:
    text = page(report)
    seen = Seen(text)
    assert not seen.open
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & {
        tag for tag, _ in seen.elements
    }
    for tag, attributes in seen.elements:
        assert not {
            name for name in attributes if name in ("src", "style", "srcset") or name.startswith("on")
        }
        address = attributes.get("href")
        assert address is None or (tag == "a" and address.startswith(("https://www.linkedin.com/", "#")))
    assert "url(" not in text and "@import" not in text


def test_its_own_policy_allows_its_style_alone(report: Report) -> None:
    text = page(report)
    (allowed,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert html.unescape(allowed).startswith(f"default-src 'none'; style-src 'sha256-{seal}';")


def test_what_an_archive_holds_is_shown_as_text(report: Report) -> None:
    text = page(report)
    assert "&lt;img src=https://evil.example/x onerror=alert(1)&gt;" in text  # among the owner's words
    assert "&lt;img src=x onerror=alert(3)&gt;.csv" in text  # a file's name
    assert "\u202e" not in text and "\x07" not in text and "<img" not in text
    assert "{{ 7*7 }}" in text  # what it holds is no template, either


def test_templates_escape_text_and_attributes_and_links_are_https_alone() -> None:
    parts = '{% from "licet.standalone/templates/parts.html" import link %}'

    def made(source: str, **given: object) -> str:
        return environment().from_string(parts + source).render(given)

    shown = made('<p title="{{ it }}">{{ it }}</p>', it="\"'><b>\u202e\x00\t&")
    assert shown == '<p title="&#34;&#39;&gt;&lt;b&gt;  \t&amp;">&#34;&#39;&gt;&lt;b&gt;  \t&amp;</p>'
    assert made("{{ link(it, it) }}", it="javascript:alert(1)") == "javascript:alert(1)"
    assert made("{{ link(it, '<go>') }}", it="http://x.example") == "&lt;go&gt;"
    assert made("{{ link(it, '\u202e<') }}", it='https://x"\x07') == (
        '<a href="https://x&#34; " rel="noreferrer noopener"> &lt;</a>'
    )
    with pytest.raises(UndefinedError):
        made("{{ nobody_gave_this }}")


def test_no_template_of_a_page_that_stands_alone_lets_anything_past() -> None:
    templates = [path for path in _ROOM.rglob("templates/*.html") if "web" not in path.parts]
    assert len(templates) >= 6
    for path in templates:
        text = path.read_text()
        assert not re.search(r"\|\s*(safe|xmlattr|forceescape)|autoescape|Markup", text), path
        assert not re.search(r"\s[a-z-]+=\{|\bon[a-z]+=|\bstyle=|<script", text), (
            path
        )  # attributes are quoted


def test_the_page_takes_its_place_whole(report: Report, tmp_path: Path) -> None:
    write_page(report, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page(report)


def test_the_colours_stand_in_one_file_that_every_page_reads(report: Report) -> None:
    palette = (_ROOM / "standalone/styles/palette.css").read_text()
    for other in ("audit/templates/report.css", "standalone/styles/standalone.css", "web/static/licet.css"):
        assert not re.findall(r"--[a-z-]+:", (_ROOM / other).read_text()), other
    assert palette in page(report)
    assert 'href="/static/palette.css"' in (_ROOM / "web/templates/base.html").read_text()
