"""Members: who they are, where, what they do, how old, on which plan. Member k depends on the seed and k alone.

Shares are those of a professional network: most adults, a few of sixteen or seventeen, some without a date of
birth or a known region, because silence is what a policy is tested by. The first members are the cast of the
demo's story and always the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

from licet.sources.demo.grammar import languages, parse_sections
from licet.sources.demo.random_streams import Stream, Weighted

#: The demo world ends here: nothing in it is younger. It is a fact of the made-up world, not today's date.
END = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
START_YEAR = 2003

TRADES: Weighted[str] = Weighted(
    ("software", "nursing", "teaching", "logistics", "law", "design", "agronomy", "carpentry", "sales",
     "research", "hospitality", "recruiting"),
    (17, 10, 10, 9, 6, 8, 5, 6, 12, 7, 6, 4),
)  # fmt: skip
PLANS: Weighted[str] = Weighted(("free", "premium", "business", "student"), (72, 15, 7, 6))
JOINED_YEARS: Weighted[int] = Weighted(
    tuple(range(START_YEAR, 2027)),
    (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 12, 12, 12, 13, 13, 14, 14, 13, 12, 10, 4),
)

UNKNOWN_REGION, UNKNOWN_SUBDIVISION, UNKNOWN_BIRTH, MINOR = 0.022, 0.06, 0.06, 0.014


@dataclass(frozen=True)
class City:
    name: str
    subdivision: str | None
    language: str | None


@dataclass(frozen=True)
class Country:
    code: str
    name: str
    languages: Weighted[str]
    names: str
    currency: str
    cities: tuple[City, ...]


@dataclass(frozen=True)
class Part:
    """What the story fixes about one of the cast; the rest is drawn like everybody's."""

    key: str
    role: str
    first: str
    last: str
    feminine: bool
    country: str
    city: str
    trade: str
    born: date | None
    plan: str
    joined_year: int
    region_known: bool = True


# fmt: off
CAST: tuple[Part, ...] = (
    Part("lena", "a nurse in Zürich who switches AI training off", "Lena", "Brunner", True, "CH", "Zürich",
         "nursing", date(1984, 3, 9), "premium", 2008),
    Part("marc", "a carpenter in Québec, whom both uses of the policy reach", "Marc", "Tremblay", False, "CA",
         "Montréal", "carpentry", date(1979, 11, 21), "free", 2010),
    Part("wing", "a dispatcher in Hong Kong", "Wing", "Lau", True, "HK", "Kowloon", "logistics",
         date(1990, 6, 2), "business", 2012),
    Part("sofia", "a teacher in Porto with posts since 2005", "Sofia", "Marques", True, "PT", "Porto",
         "teaching", date(1975, 1, 30), "free", 2004),
    Part("daniel", "a sales manager in California, whose browser sends a privacy signal", "Daniel", "Reed",
         False, "US", "Oakland", "sales", date(1988, 8, 14), "premium", 2011),
    Part("amira", "a designer in Bristol, outside the European Union", "Amira", "Hassan", True, "GB", "Bristol",
         "design", date(1993, 4, 27), "free", 2015),
    Part("jonas", "an apprentice of sixteen in Göteborg", "Jonas", "Berg", False, "SE", "Göteborg",
         "carpentry", date(2009, 8, 20), "student", 2025),
    Part("priya", "a software engineer in Pune", "Priya", "Nair", True, "IN", "Pune", "software",
         date(1995, 12, 5), "business", 2014),
    Part("robin", "a researcher whose region nobody knows", "Robin", "Keller", False, "DE", "Leipzig",
         "research", date(1986, 10, 11), "free", 2013, region_known=False),
    Part("claire", "a recruiter in Lyon who posts jobs", "Claire", "Dubois", True, "FR", "Lyon", "recruiting",
         date(1981, 5, 17), "business", 2009),
    Part("noor", "a chef in Utrecht without a date of birth", "Noor", "Bakker", True, "NL", "Utrecht",
         "hospitality", None, "free", 2016),
    Part("giulia", "an agronomist in Bologna", "Giulia", "Conti", True, "IT", "Bologna", "agronomy",
         date(1991, 2, 8), "premium", 2017),
)
# fmt: on


@dataclass
class Member:
    """One member as the other modules see them. `k` is their number, `id` what tables carry."""

    k: int
    id: str
    seed: int
    first: str
    last: str
    feminine: bool
    country: Country
    city: City
    region: str | None
    language: str
    english_share: float
    trade: str
    rank: float
    born: date | None
    minor: bool
    plan: str
    joined: datetime
    handle: str = ""
    organisation: str = ""
    school: str = ""
    facts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def recruits(self) -> bool:
        return self.trade == "recruiting" and not self.minor

    def stream(self, subject: str) -> Stream:
        return Stream(self.seed, subject, self.k)


def member_id(k: int) -> str:
    return f"m{k:06d}"


def draw_member(seed: int, k: int) -> Member:
    """Member number `k` of the world grown from `seed`."""
    stream = Stream(seed, "member", k)
    part = CAST[k] if k < len(CAST) else None
    country = _countries_by_code()[part.country] if part else _country_shares().pick(stream)
    city = next(c for c in country.cities if c.name == part.city) if part else stream.pick(country.cities)
    feminine = part.feminine if part else stream.chance(0.5)
    names = _names()
    culture = country.names
    if city.language == "fr":
        culture = "french"
    elif city.language == "it":
        culture = "italian"
    if stream.chance(0.13):
        culture = stream.pick(sorted({key.partition(".")[0] for key in names}))
    first = stream.pick(names[f"{culture}.{'w' if feminine else 'm'}"])
    last = stream.pick(names[f"{culture}.f"])
    language = country.languages.pick(stream)
    if city.language and stream.chance(0.85):
        language = city.language
    minor = stream.chance(MINOR)
    birth = _birth_date(stream, minor)
    born: date | None = birth
    joined = _joined(stream, minor, birth)
    plan = "student" if minor else PLANS.pick(stream)
    trade = TRADES.pick(stream)
    region = _region(stream, country, city)
    if stream.chance(UNKNOWN_BIRTH) and not minor:
        born = None
    if part:
        language = (
            city.language or max(zip(country.languages.weights, country.languages.options, strict=True))[1]
        )
        first, last, trade, plan, born = part.first, part.last, part.trade, part.plan, part.born
        minor = born is not None and born.year > 2008
        joined = joined.replace(year=part.joined_year, month=9, day=1 + k)
        region = (city.subdivision or country.code) if part.region_known else None
    if language not in languages():
        language = "en"
    return Member(
        k=k,
        id=member_id(k),
        seed=seed,
        first=first,
        last=last,
        feminine=feminine,
        country=country,
        city=city,
        region=region,
        language=language,
        english_share=0.0 if language == "en" else stream.pick((0.0, 0.05, 0.3)),
        trade=trade,
        rank=stream.uniform() * (0.12 if part else 1),
        born=born,
        minor=minor,
        plan=plan,
        joined=joined,
    )


def moment_between(stream: Stream, low: datetime, high: datetime, recent: bool = True) -> datetime:
    """A moment on a day from `low` to `high`, mostly in working hours; leaning to the end when `recent`."""
    share = stream.uniform()
    if recent:
        share = max(share, stream.uniform())
    days = max(int((high - low).days * share), 0)
    day = (low + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = _HOURS.pick(stream)
    moment = day + timedelta(
        hours=hour,
        minutes=stream.between(0, 59),
        seconds=stream.between(0, 59),
        microseconds=stream.between(0, 999) * 1000,
    )
    return min(max(moment, low), high)


_HOURS: Weighted[int] = Weighted(
    tuple(range(24)), (1, 1, 1, 1, 2, 4, 9, 14, 16, 14, 12, 12, 13, 11, 10, 10, 11, 12, 12, 12, 11, 8, 4, 2)
)


def _birth_date(stream: Stream, minor: bool) -> date:
    """Minors are 16 or 17 on every day from November 2025 to December 2026."""
    if minor:
        return date(2008, 12, 31) + timedelta(days=stream.between(0, 300))
    year = 2006 - int(43 * min(stream.uniform(), stream.uniform() + 0.1))
    return date(year, 1, 1) + timedelta(days=stream.between(0, 364))


def _joined(stream: Stream, minor: bool, born: date) -> datetime:
    year = JOINED_YEARS.pick(stream)
    earliest = datetime(born.year + (16 if minor else 17), 1, 1, tzinfo=UTC) + timedelta(days=305)
    opened = datetime(START_YEAR, 5, 5, tzinfo=UTC)
    drawn = datetime(year, 1, 1, tzinfo=UTC) + timedelta(
        days=stream.between(0, 364), seconds=stream.between(0, 86_399)
    )
    return min(max(drawn, earliest, opened), END - timedelta(days=10))


def _region(stream: Stream, country: Country, city: City) -> str | None:
    if stream.chance(UNKNOWN_REGION):
        return None
    if city.subdivision and not stream.chance(UNKNOWN_SUBDIVISION):
        return city.subdivision
    return country.code


@functools.cache
def _names() -> dict[str, tuple[str, ...]]:
    text = (files(__package__) / "names.txt").read_text(encoding="utf-8")
    return {name: tuple(" ".join(lines).split()) for name, lines in parse_sections(text).items()}


@functools.cache
def _countries_by_code() -> dict[str, Country]:
    return {country.code: country for country in _country_shares().options}


@functools.cache
def _country_shares() -> Weighted[Country]:
    lines = (files(__package__) / "places.txt").read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]
    return Weighted([_country(row) for row in rows], [int(row[2]) for row in rows])


def _country(row: list[str]) -> Country:
    code, name, _, languages, names, currency, cities = row
    spoken = [entry.split() for entry in languages.split(",")]
    return Country(
        code,
        name,
        Weighted([s[0] for s in spoken], [int(s[1]) for s in spoken]),
        names,
        currency,
        tuple(_city(entry.strip()) for entry in cities.split(",")),
    )


def _city(entry: str) -> City:
    rest, _, language = entry.partition("=")
    name, _, subdivision = rest.partition("@")
    return City(name, subdivision or None, language or None)
