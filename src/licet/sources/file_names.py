"""Names of files from a stranger, as they can be shown: nothing in them that deceives a reader, and no two the same.

Nothing is ever unpacked under such a name; it is shown, and told apart from the others.
"""

from __future__ import annotations

import re
import unicodedata

#: How long a name may be shown, in characters; of a longer one both ends are.
LONGEST_NAME = 400
#: Characters that change the order in which a name is shown, or that are not seen at all.
_REORDERING = frozenset(
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
#: What an operating system leaves beside the files that it copied.
_SHADOW = re.compile(
    r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\.localized$)", re.IGNORECASE
)
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")


def plain_name(name: str) -> str:
    """The name with what hides or reorders written out (``[U+200F]``), and cut in the middle where it has no end."""
    shown = (
        name
        if name.isprintable()
        else "".join(
            f"[U+{ord(each):04X}]" if each in _REORDERING or unicodedata.category(each) in _HIDDEN else each
            for each in name
        )
    )
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[: LONGEST_NAME // 2]}…{shown[-LONGEST_NAME // 2 :]}"
    return shown or "(without a name)"


class DistinctNames:
    """Hands out names as they can be shown, no two the same: the second of one name gets a number."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def add(self, name: str) -> str:
        """The name as it is shown: as it is, or with a number before its ending where another has it."""
        plain = plain_name(name)
        count = self._taken.get(plain, 0) + 1
        self._taken[plain] = count
        while count > 1:
            stem, dot, ending = plain.rpartition(".")
            numbered = f"{stem} (no. {count}).{ending}" if dot else f"{plain} (no. {count})"
            if numbered not in self._taken:
                self._taken[numbered] = 1
                return numbered
            count += 1
        return plain


def is_shadow(name: str) -> bool:
    """Whether an operating system left a file there, and nobody's download has it."""
    return _SHADOW.search(name.replace("\\", "/")) is not None


def leads_outside(name: str) -> bool:
    """Whether a name, if somebody unpacked it, could lead out of its folder."""
    parts = re.split(r"[/\\]", name)
    return parts[0] == "" or re.match(r"[A-Za-z]:", name) is not None or ".." in parts
