"""What a member's own permitted rows say of them, field by field: all that a phrasing may be filled with.

Read are only rows about this member alone, and only columns whose kind of data a field is made of; what the gate left
out of them is not there, and is not looked for elsewhere. Nothing is guessed from a name, a message or a picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

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
        if self.earlier_position == self.position:  # nobody went from a post to the same
            found.pop("earlier_position", None)
        article = None if self.position is None else with_article(self.position)
        return found if article is None else found | {"a_position": article}


#: For each field the kind of data, and the words that a column of it goes by; read as it stands in the newest row.
_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("industry", "profile.industry", r""),
    ("place", "profile.location", r"location|place|city|town"),
    ("certification", "profile.certifications", r"certification|name|title"),
    ("volunteering", "profile.volunteering", r"volunteering|role"),
    ("project", "profile.projects", r"project|title|name"),
    ("honour", "profile.honours", r"honou?r|award|title|name"),
)
_TITLE, _FIRM = r"title|position|role|occupation", r"organi[sz]ation|company|employer"
_BEGUN, _ENDED = r"start|begun|from", r"end|finish|until"
_SCHOOL, _DEGREE = r"school|university|institution", r"degree|qualification"
_SKILL, _LANGUAGE, _HEADING = r"skill|name", r"language|name", r"title|subject|heading"
_WORK, _LEARNT, _POSTS = "profile.work_history", "profile.education", "content.posts"
_POSITION, _SKILLS, _SPOKEN = "profile.position", "profile.skills", "profile.languages"
#: All that is read: a kind of data, and how its columns are called.
_READ: tuple[tuple[str, str], ...] = (
    *((kind, pattern) for _, kind, pattern in _FIELDS),
    *((_POSITION, pattern) for pattern in (_TITLE, _FIRM)),
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

    def keep(origin: Origin, **fields: str | None) -> None:
        # All of them or none: what stands in one sentence stood in one row.
        said = {field: value for field, value in fields.items() if value is not None}
        if found.keys().isdisjoint(fields):
            found.update(said)
            origins.update(dict.fromkeys(said, origin))

    for given in tables:
        for field, kind, pattern in _FIELDS:
            values = _texts(given, kind, pattern)
            if values:
                keep(Origin(given.table, kind), **{field: values[-1]})
        _read_lists(given, keep)
        _read_position(given, keep)
        _read_work(given, keep)
        _read_school(given, keep)
        titles = _texts(given, _POSTS, _HEADING)
        if titles:
            keep(Origin(given.table, _POSTS), post=titles[-1])
    return Read(OwnWords(**found), origins)


class _Keep(Protocol):
    def __call__(self, origin: Origin, **fields: str | None) -> None: ...


def _read_lists(given: Rows, keep: _Keep) -> None:
    skills = [plain(one, 30) for one in _values(given, _SKILLS, _SKILL)]
    named = list(dict.fromkeys(one for one in skills if one is not None))[:_MOST_LISTED]
    if named:
        keep(Origin(given.table, _SKILLS), skill=named[0], skills=listed(named))
    spoken = [str(one) for one in _values(given, _SPOKEN, _LANGUAGE) if one]
    known = [_LANGUAGES.get(one.lower()) if len(one) <= 3 else plain(one, 30) for one in spoken]
    languages = list(dict.fromkeys(one for one in known if one is not None))[:_MOST_LISTED]
    if len(languages) > 1:
        keep(Origin(given.table, _SPOKEN), languages=listed(languages))


def _read_position(given: Rows, keep: _Keep) -> None:
    for row in reversed(_rows(given, _POSITION, {"title": _TITLE, "firm": _FIRM})):
        _keep_job(Origin(given.table, _POSITION), row, keep)


def _keep_job(origin: Origin, row: Mapping[str, object], keep: _Keep, when: str = "") -> None:
    """Position and organisation of one row, where it has either. when: earlier_, of one that has ended."""
    title, firm = plain(row["title"], _MOST_LETTERS), plain(row["firm"], _MOST_LETTERS)
    if title is not None or firm is not None:
        keep(origin, **{f"{when}position": title, f"{when}organisation": firm})


def _read_work(given: Rows, keep: _Keep) -> None:
    """The newest position that has not ended, the last that has, and the year of the first.

    Where no column says which have ended, nothing is said of any to be held now.
    """
    rows = _rows(given, _WORK, {"title": _TITLE, "firm": _FIRM, "begun": _BEGUN, "ended": _ENDED})
    origin = Origin(given.table, _WORK)
    begun = [year for row in rows if (year := _year(row["begun"])) is not None]
    if begun:
        keep(origin, since=min(begun))
    if not _columns(given, _WORK, _ENDED):
        return
    for row in reversed(rows):
        if not row["ended"]:
            _keep_job(origin, row, keep)
    ended = sorted((row for row in rows if row["ended"]), key=lambda row: _year(row["ended"]) or "")
    for row in ended[-1:]:
        _keep_job(origin, row, keep, "earlier_")


def _read_school(given: Rows, keep: _Keep) -> None:
    rows = _rows(given, _LEARNT, {"school": _SCHOOL, "degree": _DEGREE, "ended": _ENDED})
    for row in sorted(rows, key=lambda row: _year(row["ended"]) or "", reverse=True)[:1]:
        said = {field: plain(row[field], _MOST_LETTERS) for field in ("school", "degree")}
        keep(Origin(given.table, _LEARNT), **said)


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
