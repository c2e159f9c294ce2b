"""What a member's own permitted rows say of them, field by field: all that a phrasing may be filled with.

Read are only rows about this member alone, and only columns whose kind of data a field is made of; what the gate left
out of them is not there, and is not looked for elsewhere. Nothing is guessed from a name, a message or a picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from licet.uses.writing.wording import listed, plain, with_article

#: Letters of one field, and things in a list.
_MOST_LETTERS, _MOST_LISTED = 60, 3
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "hi": "Hindi", "it": "Italian",
    "ja": "Japanese", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "sv": "Swedish", "zh": "Chinese",
}  # fmt: skip


class Rows(NamedTuple):
    """The permitted rows of one table, all about one member alone, oldest first.

    kinds: per column the kind of data in it; a column that is not named is not read.
    """

    table: str
    rows: pa.Table
    kinds: Mapping[str, str]


class Origin(NamedTuple):
    """Where a field was read."""

    table: str
    kind: str


class OwnWords(NamedTuple):
    """Each field as it may stand in a sentence. None: nothing permitted says it."""

    position: str | None = None
    organisation: str | None = None
    industry: str | None = None
    place: str | None = None
    skill: str | None = None
    skills: str | None = None
    languages: str | None = None
    earlier_position: str | None = None
    earlier_organisation: str | None = None
    since: str | None = None
    school: str | None = None
    degree: str | None = None
    certification: str | None = None
    volunteering: str | None = None
    project: str | None = None
    honour: str | None = None
    post: str | None = None

    def fields(self) -> dict[str, str]:
        """By its name each field that is there, and `a_position` with its article."""
        found = {name: value for name, value in self._asdict().items() if value is not None}
        article = None if self.position is None else with_article(self.position)
        return found if article is None else found | {"a_position": article}


#: For each field the kind of data, and the words that a column of it goes by; read as it stands in the newest row.
_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("position", "profile.position", r"position|title|role|occupation|job"),
    ("organisation", "profile.position", r"organi[sz]ation|company|employer"),
    ("industry", "profile.industry", r""),
    ("place", "profile.location", r"location|place|city|town"),
    ("certification", "profile.certifications", r"certification|name|title"),
    ("volunteering", "profile.volunteering", r"volunteering|role"),
    ("project", "profile.projects", r"project|title|name"),
    ("honour", "profile.honours", r"honou?r|award|title|name"),
)
_TITLE, _FIRM = r"title|position|role", r"organi[sz]ation|company|employer"
_BEGUN, _ENDED = r"start|begun|from", r"end|finish|until"
_SCHOOL, _DEGREE = r"school|university|institution", r"degree|qualification"
_SKILL, _LANGUAGE, _HEADING = r"skill|name", r"language|name", r"title|subject|heading"
_WORK, _LEARNT, _POSTS = "profile.work_history", "profile.education", "content.posts"
_SKILLS, _SPOKEN = "profile.skills", "profile.languages"
#: All that is read: a kind of data, and how its columns are called.
_READ: tuple[tuple[str, str], ...] = (
    *((kind, pattern) for _, kind, pattern in _FIELDS),
    *((_WORK, pattern) for pattern in (_TITLE, _FIRM, _BEGUN, _ENDED)),
    *((_LEARNT, pattern) for pattern in (_SCHOOL, _DEGREE, _ENDED)),
    (_SKILLS, _SKILL),
    (_SPOKEN, _LANGUAGE),
    (_POSTS, _HEADING),
)


class Read(NamedTuple):
    """words, and by the name of each field where it was read."""

    words: OwnWords
    origins: dict[str, Origin]


def is_read(column: str, kind: str | None) -> bool:
    """Whether a field may be made of a column, by its name and the kind of data in it."""
    return any(kind == one and re.search(pattern, column, re.IGNORECASE) for one, pattern in _READ)


def read_own_words(tables: Sequence[Rows]) -> Read:
    """What some tables say. tables: each with the permitted rows about one member, and nobody else."""
    found, origins = dict[str, str](), dict[str, Origin]()

    def keep(field: str, value: str | None, origin: Origin) -> None:
        if value is not None and field not in found:
            found[field], origins[field] = value, origin

    for given in tables:
        for field, kind, pattern in _FIELDS:
            values = _texts(given, kind, pattern)
            if values:
                keep(field, values[-1], Origin(given.table, kind))
        _read_lists(given, keep)
        _read_work(given, keep)
        _read_school(given, keep)
        titles = _texts(given, _POSTS, _HEADING)
        if titles:
            keep("post", titles[-1], Origin(given.table, _POSTS))
    return Read(OwnWords(**found), origins)


_Keep = Callable[[str, str | None, Origin], None]


def _read_lists(given: Rows, keep: _Keep) -> None:
    skills = [plain(one, 30) for one in _values(given, _SKILLS, _SKILL)]
    named = list(dict.fromkeys(one for one in skills if one is not None))[:_MOST_LISTED]
    if named:
        origin = Origin(given.table, _SKILLS)
        keep("skill", named[0], origin)
        keep("skills", listed(named), origin)
    spoken = [str(one) for one in _values(given, _SPOKEN, _LANGUAGE) if one]
    known = [_LANGUAGES.get(one.lower()) if len(one) <= 3 else plain(one, 30) for one in spoken]
    languages = list(dict.fromkeys(one for one in known if one is not None))[:_MOST_LISTED]
    if len(languages) > 1:
        keep("languages", listed(languages), Origin(given.table, _SPOKEN))


def _read_work(given: Rows, keep: _Keep) -> None:
    """The position that has not ended, the last that has, and the year of the first."""
    rows = _rows(given, _WORK, {"title": _TITLE, "firm": _FIRM, "begun": _BEGUN, "ended": _ENDED})
    origin = Origin(given.table, _WORK)
    begun = [year for row in rows if (year := _year(row["begun"])) is not None]
    if begun:
        keep("since", min(begun), origin)
    for row in reversed(rows):
        if not row["ended"]:
            keep("position", plain(row["title"], _MOST_LETTERS), origin)
            keep("organisation", plain(row["firm"], _MOST_LETTERS), origin)
    ended = sorted((row for row in rows if row["ended"]), key=lambda row: _year(row["ended"]) or "")
    if ended:
        keep("earlier_position", plain(ended[-1]["title"], _MOST_LETTERS), origin)
        keep("earlier_organisation", plain(ended[-1]["firm"], _MOST_LETTERS), origin)


def _read_school(given: Rows, keep: _Keep) -> None:
    rows = _rows(given, _LEARNT, {"school": _SCHOOL, "degree": _DEGREE, "ended": _ENDED})
    for row in sorted(rows, key=lambda row: _year(row["ended"]) or "", reverse=True)[:1]:
        origin = Origin(given.table, _LEARNT)
        keep("school", plain(row["school"], _MOST_LETTERS), origin)
        keep("degree", plain(row["degree"], _MOST_LETTERS), origin)


def _columns(given: Rows, kind: str, pattern: str) -> list[str]:
    """The columns of a kind of data whose names say what is looked for, in the order of the table."""
    return [
        name
        for name in given.rows.column_names
        if given.kinds.get(name) == kind and re.search(pattern, name, re.IGNORECASE)
    ]


def _rows(given: Rows, kind: str, patterns: Mapping[str, str]) -> list[dict[str, object]]:
    """Per row what is looked for, by a name of ours; nothing where the table has no column of the kind."""
    columns = {name: _columns(given, kind, pattern)[:1] for name, pattern in patterns.items()}
    if not any(columns.values()):
        return []
    values = {
        name: given.rows[column[0]].to_pylist() if column else [None] * len(given.rows)
        for name, column in columns.items()
    }
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _values(given: Rows, kind: str, pattern: str) -> list[object]:
    """What stands in the first column of a kind that goes by a name, lists taken apart."""
    found: list[object] = []
    for column in _columns(given, kind, pattern)[:1]:
        for value in given.rows[column].to_pylist():
            found.extend(value if isinstance(value, list) else [value])
    return [value for value in found if value is not None]


def _texts(given: Rows, kind: str, pattern: str) -> list[str]:
    texts = [plain(value, _MOST_LETTERS) for value in _values(given, kind, pattern)]
    return [text for text in texts if text is not None]


def _year(value: object) -> str | None:
    found = _YEAR.search("" if value is None else str(value))
    return None if found is None else found[0]
