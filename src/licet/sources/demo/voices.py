"""Voices: what members call themselves, where they work, and how they come to speak a language of theirs.

`settle` completes a drawn member; `voice` gives them a Speaker with the facts phrases may name. Organisations
and schools are drawn from pools by country and trade, so colleagues and fellow students exist.
"""

from __future__ import annotations

import functools

from licet.sources.demo.cast import END, Member
from licet.sources.demo.contacts import ascii_letters, email_for, iban_for, phone_in
from licet.sources.demo.grammar import Phrase, Speaker, capitalise, parse_phrase, phrases_of
from licet.sources.demo.random_streams import Stream

#: Organisations a trade has in a country; a few of them are large.
ORGANISATIONS, SCHOOLS = 60, 12


def settle(member: Member) -> Member:
    """Give a drawn member a handle, an organisation and a school; returns the member."""
    stream = member.stream("settle")
    number = f"{member.k}" if member.k >= 12 else ""
    member.handle = f"{ascii_letters(member.first)}_{ascii_letters(member.last)}{number}"
    place = int(ORGANISATIONS * stream.uniform() * stream.uniform())
    member.organisation = organisation(member.seed, member.country.code, member.language, member.trade, place)
    member.school = school(member.seed, member.country.code, member.language, stream.between(0, SCHOOLS - 1))
    return member


@functools.lru_cache(maxsize=50_000)
def organisation(seed: int, country: str, language: str, trade: str, number: int) -> str:
    return capitalise(
        _nameless(language, trade, Stream(seed, "firm", country, language, trade, number)).say("company")
    )


@functools.lru_cache(maxsize=10_000)
def school(seed: int, country: str, language: str, number: int) -> str:
    return _nameless(language, "software", Stream(seed, "school", country, language, number)).say("school")


def _nameless(language: str, trade: str, stream: Stream) -> Speaker:
    return Speaker(phrases_of(language, trade), {}, stream.uniform, True)


def voice(
    member: Member,
    language: str,
    stream: Stream,
    *,
    year: int,
    who: str = "",
    third: str = "",
    trade: str | None = None,
) -> Speaker:
    """The member speaking `language` in `year`, to or about `who`; `trade` when they talk of another's."""
    facts = member.facts.get(language)
    if facts is None:
        facts = member.facts[language] = _facts(member, language)
    values = dict(facts)
    values["language"] = language
    values["year"] = str(year)
    values["past_year"] = str(max(year - 1 - int(14 * stream.uniform() * stream.uniform()), 1990))
    values["who"], values["third"] = who, third
    return Speaker(phrases_of(language, trade or member.trade), values, stream.uniform, member.feminine)


def _facts(member: Member, language: str) -> dict[str, str]:
    stream = member.stream(f"facts.{language}")
    speaker = Speaker(phrases_of(language, member.trade), {}, stream.uniform, member.feminine)
    title = speaker.say("title")
    born_year = member.born.year if member.born else END.year - 40
    years = max(2, int((END.year - born_year - 20) * (0.4 + 0.6 * stream.uniform())))
    return {
        "name": member.name,
        "city": member.city.name,
        "citytag": tag(member.city.name),
        "company": member.organisation,
        "title": title,
        "a_title": f"{article(title)} {title}",
        "years": str(years),
        "since": str(END.year - years),
        "tag": tag(speaker.say("field")),
        "tag2": tag(speaker.say("skill")),
        "email": email_for(member.first, member.last, member.stream("email")),
        "phone": phone_in(member.country.code, member.stream("phone")),
        "iban": iban_for(language, member.stream("iban")),
        "handle": f"@{member.handle}",
    }


def article(noun: str) -> str:
    """The English indefinite article before `noun`."""
    return "an" if noun[:1].lower() in "aeio" or noun.startswith("HR") else "a"


def tag(text: str) -> str:
    """`text` as a hashtag without its ``#``: words run together, each with a capital."""
    words = "".join([c if c.isalnum() else " " for c in text]).split()
    return "".join([capitalise(word) for word in words])


@functools.cache
def frame(text: str) -> Phrase:
    """A phrase written in code rather than in a text file: the build of a whole text."""
    return parse_phrase(text)
