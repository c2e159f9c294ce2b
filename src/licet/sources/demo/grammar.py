"""Phrases: the small grammar in which the demo world's text files are written, and how a phrase is said.

A file has sections, ``[launch]`` or ``[nursing.thing]``, and one phrase a line. Inside a phrase ``{a|b}`` picks
one, ``{thing}`` says another section or a fact about the speaker, ``{thing_}`` says it with a capital,
``{#3-9}`` is a whole number, ``<m/f>`` follows the speaker's gender. A phrase that names an unknown section
fails with KeyError when said; a test says every one.

A language is there when it has both its files, ``en.txt`` (frames) and ``en_work.txt`` (the trades).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files

#: Sections whose lines hold several short phrases, parted by semicolons.
LISTS = frozenset(
    ["title", "company", "skill", "event", "school", "degree", "group_name", "certification", "course", "ad"]
)

#: Sections that are word lists, parted by spaces.
WORDS = frozenset({"stem_a", "stem_b"})

#: Sections that speak of earlier years: there ``{year}`` means the speaker's `past_year`.
PAST = frozenset(
    {"detail", "practice", "thing", "publication", "patent", "project", "honour", "certification"}
)

#: Sections that every language has without writing them down.
COMMON = {
    "month": ("{months}",),
    "weekday": ("{weekdays}",),
    "weekday2": ("{weekdays}",),
    "day": ("{#1-28}",),
    "stem": ("{stem_a}{stem_b}",),
    "stem2": ("{stem_a}{stem_b}",),
}

#: What a left-out part leaves behind, and what belongs there; French has a space before ``?`` and ``!``.
GAPS = (("  ", " "), (" \n", "\n"), (" .", "."), (" ,", ","), (",,", ","))
GAPS_BEFORE_MARKS = (*GAPS, (" ?", "?"), (" !", "!"))

Phrase = tuple["str | Callable[[Speaker], str]", ...]
Phrases = dict[str, tuple[Phrase, ...]]


class Speaker:
    """Whoever is saying something: their phrases, the facts they may name, their source of chance.

    `used` keeps a text from saying the same phrase twice; `begin` empties it for a new text.
    """

    __slots__ = ("feminine", "phrases", "uniform", "used", "values")

    def __init__(
        self, phrases: Phrases, values: dict[str, str], uniform: Callable[[], float], feminine: bool
    ) -> None:
        self.phrases, self.values, self.uniform, self.feminine = phrases, values, uniform, feminine
        self.used: set[int] = set()

    def begin(self) -> None:
        self.used.clear()

    def say(self, name: str) -> str:
        """One phrase of the section, or the fact, called `name`."""
        value = self.values.get(name)
        if value is not None:
            return value
        options = self.phrases[name]
        count = len(options)
        at = int(self.uniform() * count)
        for step in range(count):
            phrase = options[(at + step) % count]
            if id(phrase) not in self.used:
                break
        self.used.add(id(phrase))
        return expand(phrase, self)

    def sentence(self, name: str) -> str:
        """One phrase of the section as a text of its own."""
        return tell((lambda speaker: speaker.say(name),), self)


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def tell(phrase: Phrase, speaker: Speaker) -> str:
    """A whole text: the phrase said, with a capital first and without the gaps that left-out parts leave."""
    text = capitalise(expand(phrase, speaker).strip())
    for gap, closed in GAPS if speaker.values.get("language") == "fr" else GAPS_BEFORE_MARKS:
        while gap in text:
            text = text.replace(gap, closed)
    return text


def expand(phrase: Phrase, speaker: Speaker) -> str:
    return "".join([part if part.__class__ is str else part(speaker) for part in phrase])  # type: ignore[operator]


def parse_phrase(text: str) -> Phrase:
    """Read one phrase.

    Raises: ValueError when a brace is left open.
    """
    phrase, end = _parse(text, 0, "")
    if end != len(text):
        raise ValueError(f"stray brace in phrase {text!r}")
    return phrase


def parse_sections(text: str) -> dict[str, tuple[str, ...]]:
    """Section name to its raw phrases, in file order."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    kind = ""
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("# "):
            continue
        if line.startswith("[") and "]" in line:
            name, _, rest = line[1:].partition("]")
            current = sections.setdefault(name, [])
            line = rest.strip()
            kind = name.rpartition(".")[2]
            if not line:
                continue
        if kind in LISTS:
            current.extend(part.strip() for part in line.split(";"))
        elif kind in WORDS:
            current.extend(line.split())
        else:
            current.append(line)
    return {name: tuple(lines) for name, lines in sections.items()}


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages the demo world speaks: those with both files, in alphabetical order."""
    names = {path.name for path in (files(__package__) / "text").iterdir()}
    return tuple(sorted(n[:-4] for n in names if n.endswith(".txt") and f"{n[:-4]}_work.txt" in names))


@functools.cache
def phrases_of(language: str, trade: str) -> Phrases:
    """Everything someone of `trade` can say in `language`: the frames, and the trade's own phrases.

    Where both have a section (insight, detail, practice) both are used, the trade's own twice as often.
    """
    frames, trades = _compiled(f"{language}.txt"), _compiled(f"{language}_work.txt")
    merged = {name: tuple(parse_phrase(line) for line in lines) for name, lines in COMMON.items()} | frames
    start = trade + "."
    for name, own in trades.items():
        if name.startswith(start):
            short = name[len(start) :]
            merged[short] = own + own + frames[short] if short in frames else own
    return merged


@functools.cache
def _compiled(file_name: str) -> Phrases:
    text = (files(__package__) / "text" / file_name).read_text(encoding="utf-8")
    return {
        name: tuple(parse_phrase(_dated(name, line)) for line in lines)
        for name, lines in parse_sections(text).items()
    }


def _dated(section: str, line: str) -> str:
    return line.replace("{year}", "{past_year}") if section.rpartition(".")[2] in PAST else line


def _parse(text: str, at: int, stops: str) -> tuple[Phrase, int]:
    """Parts of `text` from `at` to the first of `stops` outside braces, and where that is."""
    parts: list[str | Callable[[Speaker], str]] = []
    plain = ""
    while at < len(text):
        char = text[at]
        if char in stops:
            break
        if char == "{":
            part, at = _braces(text, at + 1)
        elif char == "<":
            part, at = _gendered(text, at + 1)
        else:
            plain, at = plain + char, at + 1
            continue
        if plain:
            parts.append(plain)
            plain = ""
        parts.append(part)
    if plain:
        parts.append(plain)
    return tuple(parts), at


def _braces(text: str, at: int) -> tuple[Callable[[Speaker], str], int]:
    start, options = at, []
    while True:
        option, at = _parse(text, at, "|}")
        options.append(option)
        if at >= len(text):
            raise ValueError(f"open brace in phrase {text!r}")
        at += 1
        if text[at - 1] == "}":
            break
    name = text[start : at - 1]
    if len(options) > 1:
        return _choice(tuple(options)), at
    if name.startswith("#"):
        low, _, high = name[1:].partition("-")
        return _number(int(low), int(high)), at
    if name.endswith("_"):
        return (lambda speaker: capitalise(speaker.say(name[:-1]))), at
    return (lambda speaker: speaker.say(name)), at


def _choice(options: tuple[Phrase, ...]) -> Callable[[Speaker], str]:
    count = len(options)
    return lambda speaker: expand(options[int(speaker.uniform() * count)], speaker)


def _number(low: int, high: int) -> Callable[[Speaker], str]:
    span = high - low + 1
    return lambda speaker: str(low + int(speaker.uniform() * span))


def _gendered(text: str, at: int) -> tuple[Callable[[Speaker], str], int]:
    end = text.index(">", at)
    masculine, _, feminine = text[at:end].partition("/")
    return (lambda speaker: feminine if speaker.feminine else masculine), end + 1
