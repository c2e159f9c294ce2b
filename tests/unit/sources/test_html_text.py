"""HTML becomes text a person can read, whatever its state."""

from __future__ import annotations

import pytest

from licet.sources.html_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>a  \n b</p>", "a b"),
        ("one<br>two", "one\ntwo"),
        ("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n- two"),
        ("<p>call <code>f(x)</code> now</p>", "call `f(x)` now"),
        (
            "<pre><code>def f():\n    return 1\n\n\n\n# end\n</code></pre>",
            "def f():\n    return 1\n\n\n\n# end",
        ),
        ("<p>x</p>\n<pre>\n  kept</pre>\n<p>y</p>", "x\n\n  kept\n\ny"),
        ("<a href='javascript:alert(1)'>words</a>", "words"),
        ("<script>bad()</script><style>p{}</style>seen", "seen"),
        ("<img src=x alt='a cat'>", "a cat"),
        ("&lt;b&gt; &amp;amp; &eacute;", "<b> &amp; é"),
        ("1 < 2 and a<b", "1 < 2 and a<b"),
        ("before <!-- hidden --> after", "before after"),
        ("before <!-- never ends", "before"),
        ("<!DOCTYPE html><p>x", "x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("</p></pre></script>ok", "ok"),
        ("", ""),
    ],
)
def test_words_stay_and_markup_goes(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "piece", ["<!--", "<", "<a ", "<![CDATA[", "</", '<a href="', "<script></", "&#", "<pre>"]
)
def test_broken_markup_repeated_many_times_is_read_to_its_end(piece: str) -> None:
    assert isinstance(plain_text(piece * 50_000 + "x"), str)
