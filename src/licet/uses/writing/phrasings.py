"""The phrasings: how a headline, a summary or the start of a post may be put, whichever fields are there.

A phrasing is a row of parts, a part some ways to say it, the fullest first; a way that needs a field which is not there
is no way, and a part without one is left out. So no bracket stays empty and no sentence hangs. They were written by
hand, of no member's words, and claim nothing about a member that a field does not say. A value is put in once, as it
is: what looks like a field or like markup in it is neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Literal, NamedTuple, get_args

from licet.uses.writing.wording import shortened, upfirst

TextKind = Literal["headline", "summary", "post"]
TEXT_KINDS: tuple[TextKind, ...] = get_args(TextKind)
#: Letters of a text of each kind, at most.
MOST_LETTERS: dict[TextKind, int] = {"headline": 120, "summary": 600, "post": 280}


class Phrasing(NamedTuple):
    """parts: of each the ways to say it; said are at most so many. between: what stands between two parts."""

    parts: tuple[tuple[str, ...], ...]
    between: str = " "
    most_parts: int = 5

    def filled(self, fields: Mapping[str, str], most_letters: int) -> Filled | None:
        """The text, its last parts left out where it would be too long; None where no part can be said."""
        said = [made for ways in self.parts if (made := _first(ways, fields)) is not None]
        del said[self.most_parts :]
        if self.between != ", ":
            said = [made._replace(text=upfirst(made.text)) for made in said]
        while len(said) > 1 and len(self.between.join(made.text for made in said)) > most_letters:
            said.pop()
        if not said:
            return None
        text = upfirst(self.between.join(made.text for made in said))
        used = dict.fromkeys(field for made in said for field in made.fields)
        return Filled(shortened(text, most_letters), tuple(used))


class Filled(NamedTuple):
    """fields: the names of those that are in the text."""

    text: str
    fields: tuple[str, ...]


def fill(kind: TextKind, fields: Mapping[str, str]) -> list[Filled]:
    """Every text of a kind that some fields make, each once, in the order of the phrasings."""
    found: dict[str, Filled] = {}
    for phrasing in PHRASINGS[kind]:
        made = phrasing.filled(fields, MOST_LETTERS[kind])
        if made is not None:
            found.setdefault(made.text.casefold(), made)
    return [*found.values()]


def _first(ways: tuple[str, ...], fields: Mapping[str, str]) -> Filled | None:
    for way in ways:
        pieces = [*Formatter().parse(way)]
        needed = [field for _, field, _, _ in pieces if field is not None]
        if all(field in fields for field in needed):
            text = "".join(said + ("" if field is None else fields[field]) for said, field, _, _ in pieces)
            return Filled(text, tuple(needed))
    return None


_WORK = ("{position} at {organisation}", "{position}", "{organisation}")
_WORK_OR_FIELD = (*_WORK, "{industry}")
_AS = (
    "I am {a_position} at {organisation}.",
    "I am {a_position}.",
    "My work: {position}.",
    "I work at {organisation}.",
)
_LEARNT = ("I learnt at {school}: {degree}.", "I learnt at {school}.", "What I learnt: {degree}.")
_EARLIER = (
    "Earlier I worked as {earlier_position} at {earlier_organisation}.",
    "Earlier I worked as {earlier_position}.",
    "Earlier I worked at {earlier_organisation}.",
)
_SPEAK = ("I speak {languages}.",)
_BESIDES = (
    "Besides: {volunteering}.",
    "Among what I have done: {project}.",
    "An honour of mine: {honour}.",
)
_BASED = ("You find me in {place}.",)
_SINCE = ("I have been at work since {since}.",)
_CERTIFIED = ("I hold “{certification}”.",)
_WROTE = ("I wrote “{post}”.",)
#: The last part of the last phrasing: so that whatever is there, something is said of it.
_ANY = (
    "{honour}", "{project}", "{volunteering}", "{certification}", "{degree}", "{school}", "{skills}", "{place}",
    "formerly {earlier_position}", "formerly at {earlier_organisation}", "{languages}", "at work since {since}",
    "author of “{post}”",
)  # fmt: skip

PHRASINGS: dict[TextKind, tuple[Phrasing, ...]] = {
    "headline": (
        Phrasing((_WORK_OR_FIELD, ("{skills}",)), " | "),
        Phrasing((("{position}", "{industry}"), ("{organisation}",), ("{place}",)), " · "),
        Phrasing((("{skills} in {industry}", "{skills}", "{industry}"), ("{organisation}", "{position}")), " – "),
        Phrasing((_WORK, ("{degree}, {school}", "{degree}", "{school}")), " | "),
        Phrasing((_WORK_OR_FIELD, ("at work since {since}",)), ", "),
        Phrasing((
            ("{position}", "{industry}"),
            ("formerly {earlier_position} at {earlier_organisation}", "formerly {earlier_position}",
             "formerly at {earlier_organisation}"),
        ), ", "),
        Phrasing((("{position} in {place}", "{industry} in {place}", "at work in {place}"), ("{skills}",)), " | "),
        Phrasing((("{position}", "{industry}"), ("{certification}",), ("{organisation}",)), " · "),
        Phrasing((_WORK_OR_FIELD, ("{languages}",), ("{place}",)), " · "),
        Phrasing((_WORK_OR_FIELD, ("ask me about {skills}",)), " – "),
        Phrasing((_WORK, ("{volunteering}", "{project}", "{honour}")), " | "),
        Phrasing((("{industry}",), _ANY), " | "),
    ),
    "summary": (
        Phrasing((_AS, ("My days go to {skills}.",), _EARLIER, _LEARNT, _SPEAK)),
        Phrasing((
            ("Ask me about {skills}.", "Ask me about {industry}."), _AS, _SINCE, _BESIDES,
        )),
        Phrasing((
            ("{industry} is my field, and {skills} what I do in it.", "{industry} is my field.",
             "What I do: {skills}."),
            ("At {organisation} I am {a_position}.", "I am {a_position}.", "I work at {organisation}."),
            _LEARNT, _BASED,
        )),
        Phrasing((
            ("I have been at work since {since}, now as {position} at {organisation}.",
             "I have been at work since {since}, now as {position}.",
             "I have been at work since {since}, now at {organisation}.", *_SINCE),
            _EARLIER, ("What I bring: {skills}.",), _SPEAK,
        )),
        Phrasing((
            ("I went from {earlier_position} to {position}.", *_EARLIER), ("Today I work at {organisation}.",),
            ("What stayed with me: {skills}.",), _CERTIFIED, _BASED,
        )),
        Phrasing((
            ("In {place} I work as {position}.", *_BASED), ("My field is {industry}.",), ("I know about {skills}.",),
            _CERTIFIED, _BESIDES,
        )),
        Phrasing((
            _LEARNT,
            ("Now I am {a_position} at {organisation}.", "Now I am {a_position}.", "Now I work at {organisation}."),
            ("Talk to me about {skills}.",), _BESIDES, _SPEAK,
        )),
        Phrasing((
            ("{skills}: that is what I can be asked about.",), _AS, _CERTIFIED, _WROTE,
        )),
        Phrasing((
            ("If you look for somebody in {industry} who speaks {languages}, write to me.",
             "If you look for somebody in {industry}, write to me.", *_SPEAK),
            ("You get {a_position} with a hand for {skills}.", "You get {a_position}.", "You get a hand for {skills}."),
            _SINCE, _BASED,
        )),
        Phrasing((_WROTE, _AS, _BESIDES, _CERTIFIED, _BASED, _SPEAK, _SINCE, _EARLIER, _LEARNT,
                  ("I know about {skills}.",), ("My field is {industry}.",)), most_parts=3),
    ),
    "post": (
        Phrasing((
            ("What I wish I had known in my first weeks as {position} at {organisation}:",
             "What I wish I had known in my first weeks as {position}:",
             "What I wish I had known in my first weeks at {organisation}:"),
        )),
        Phrasing((("Three things I would tell anybody who begins with {skill}:",
                   "Three things I would tell anybody who begins in {industry}:"),)),
        Phrasing((("A while ago I wrote “{post}”. Here is what I see differently today:",),)),
        Phrasing((
            ("A question for everybody in {industry}: what would you do differently about {skill} if you began today?",
             "A question for everybody in {industry}: what would you do differently if you began today?",
             "A question for everybody who knows about {skill}: what would you do differently if you began today?"),
        )),
        Phrasing((("From {earlier_position} to {position}: what carried over, and what did not:",
                   "What I took with me from my time as {earlier_position}:",
                   "What I took with me from {earlier_organisation}:"),)),
        Phrasing((("Who else works with {skill} in {place}? I would like to compare notes. What I can offer first:",
                   "What people elsewhere would not guess about working in {place}:"),)),
        Phrasing((("What should one read about {skill} this year? My own list so far:",
                   "What should one read about {industry} this year? My own list so far:"),)),
        Phrasing((("Looking back on the work since {since}, the one decision that I would make again:",),)),
        Phrasing((("What I learnt at {school} and still use as {position}:", "What I learnt at {school} and still use:",
                   "“{degree}”: what it gave me, and what it did not:"),)),
        Phrasing((("“{certification}”: what it gave me, and what it did not:",),)),
        Phrasing((("“{project}”: what worked, and what I would leave out:",),)),
        Phrasing((("“{volunteering}”: why I do it, and what it gives back:",),)),
        Phrasing((("“{honour}”: who stands behind it:",),)),
        Phrasing((("Working in {languages}: where it helps, and where it misleads:",),)),
    ),
}  # fmt: skip
