"""Hints: cheap patterns that Arrow runs over a whole column, so that costly ones see only the texts they may match.

A hint is RE2, so linear in the text, and never misses what the pattern it stands for would find. RE2 reads some of
Python's words more narrowly: white space and letters are ASCII's, and no dotless or dotted capital i is an i.
"""

from __future__ import annotations

import re

#: White space as Python knows it, as the inside of a class.
SPACE = r"\s\x{0B}\x{1C}-\x{1F}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_ESCAPED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|i")


def as_hint(pattern: str) -> str:
    """RE2 that matches wherever the pattern would when Python ignores case.

    pattern: of what RE2 and Python both know; classes are taken as they are.
    """
    return f"(?i:{_ESCAPED.sub(_widened, pattern)})"


def _widened(match: re.Match[str]) -> str:
    return {"i": "[iıİ]", r"\s": f"[{SPACE}]", r"\w": "."}.get(match.group(), match.group())
