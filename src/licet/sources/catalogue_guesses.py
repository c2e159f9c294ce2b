"""What a catalogue might say of tables that nobody has described: guesses from names, types and ids that meet.

Every guess is marked `confirm`, with what it rests on, so that nothing is used before a person has looked (SRC-195). A
label that stands inside a file is no guess. What a column is, is guessed by its name alone: no value is written down.
Never guessed: that a table is about nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from licet.sources.catalogue import Catalogue, FactsTable, Location
from licet.sources.paths import parse_path
from licet.terms.canonical import JsonObject
from licet.terms.vocabulary import PRIVATE_COMMUNICATION


class Column(NamedTuple):
    """kind: text, integer, time, date, list (of ids, it may be) or other; stamp: the label inside the file, if any."""

    name: str
    kind: str
    stamp: str | None = None


class DescribedTable(NamedTuple):
    """What was seen of one table, none of its values among it.

    key:      a column that names each row once, if one was found or the database says so; else None.
    declared: columns that the database says refer to a table's key, by column.
    stamped:  parts of columns that have a label inside the file, as paths, with that label.
    members:  per column the share, from 0 to 1, of its sampled ids that are members'; `describe_members` says whose.
    """

    name: str
    location: Location
    columns: tuple[Column, ...]
    key: str | None
    declared: Mapping[str, str]
    stamped: Mapping[str, str]
    members: Mapping[str, float]


def guess_members_table(tables: Iterable[DescribedTable]) -> str | None:
    """The table that is most likely to say who the members are: by its name, then by what it says of somebody."""
    named = {word: place for place, word in enumerate(_MEMBERS)}
    found = [
        (named.get(table.name, len(named)), -_says_facts(table), table.name)
        for table in tables
        if table.key is not None and (table.name in named or _says_facts(table) > 1)
    ]
    return min(found)[2] if found else None


def _says_facts(table: DescribedTable) -> int:
    return sum(1 for words in (_REGION, _BORN, _AGE, _PLAN) if _first(table, words) is not None)


def draft_of(tables: Collection[DescribedTable], members: str | None) -> Catalogue:
    """A catalogue that says all that can be guessed, everything of it to be confirmed.

    members: the table that says who the members are, as `guess_members_table` has it.
    """
    known = {table.name: table for table in tables}
    drafted = {table.name: _table(table, members, known) for table in tables}
    _leave_out_circles(drafted)
    facts = None if members is None else _facts(known[members])
    return Catalogue.model_validate({"licet_catalogue": 2, "facts": facts, "tables": drafted})


def _facts(table: DescribedTable) -> FactsTable:
    told = {
        "region": _first(table, _REGION), "birth_date": _first(table, _BORN), "age": _first(table, _AGE),
        "plan": _first(table, _PLAN),
    }  # fmt: skip
    if told["birth_date"] is not None:
        told["age"] = None
    confirm = {"table": "by its name and its columns", "subject": "it names each row once"}
    confirm |= {fact: f"{column} is called so" for fact, column in told.items() if column is not None}
    return FactsTable(table=table.name, subject=str(table.key), confirm=confirm, **told)


def _table(table: DescribedTable, members: str | None, known: Mapping[str, DescribedTable]) -> JsonObject:
    told: JsonObject = {"location": table.location}
    confirm: dict[str, str] = {}
    if table.key is not None:
        told["key"], confirm["key"] = table.key, f"{table.key} names each row once, of those looked at"
    people = {str(table.key): "it names a member"} if table.name == members else _people(table, members)
    if people:
        told["subjects"] = list(people)
        confirm["subjects"] = "; ".join(f"{column}: {why}" for column, why in people.items())
    else:
        confirm["subjects"] = (
            "no column of people was found; name them, or say `about: nobody` if there are none"
        )
    made, audience = _created(table), _first(table, _AUDIENCE)
    if made is not None:
        told["created"], confirm["created"] = made, "its name and type"
    if audience is not None:
        told["visibility"], confirm["visibility"] = audience, "its name"
    references = {
        column: target for column, target in _references(table, known).items() if column not in people
    }
    if references:
        told["references"] = references
        confirm["references"] = "; ".join(
            f"{column}: {'the database says so' if column in table.declared else 'its name'}"
            for column in references
        )
    if table.name != members:
        kind = _rows_are(table, list(people), list(references), made)
        told |= kind
        confirm |= dict.fromkeys(kind, "the table's name and its columns")
    in_parts = {path.column for path in map(parse_path, table.stamped) if path is not None}
    told["columns"] = {
        column.name: None if column.name in in_parts else _label(table, column) for column in table.columns
    }
    guessed = [c.name for c in table.columns if c.stamp is None and told["columns"][c.name] is not None]
    if guessed:
        confirm["columns"] = f"by their names: {', '.join(guessed)}"
    told["columns"] |= table.stamped
    return told | {"confirm": confirm}


def _people(table: DescribedTable, members: str | None) -> dict[str, str]:
    """The columns that name somebody, and why that is thought."""
    found = {}
    for column in table.columns:
        if column.kind not in ("text", "integer", "list"):
            continue
        share = table.members.get(column.name, 0.0)
        if members is not None and table.declared.get(column.name) == members:
            found[column.name] = "the database says that it refers to a member"
        elif share >= 0.5 and column.name != table.key:
            found[column.name] = f"{share:.0%} of the ids looked at are members'"
        elif _PEOPLE.fullmatch(column.name.lower()):
            found[column.name] = "its name"
    return found


def _references(table: DescribedTable, known: Mapping[str, DescribedTable]) -> dict[str, str]:
    found = {}
    for column in table.columns:
        target = table.declared.get(column.name) or _named_table(column.name.lower(), known)
        fits = column.kind in ("text", "integer") and column.name != table.key
        if fits and target is not None and target != table.name and known[target].key is not None:
            found[column.name] = target
    return found


def _named_table(column: str, known: Mapping[str, DescribedTable]) -> str | None:
    """`posts` for `post_id`."""
    if not column.endswith("_id"):
        return None
    stem = column.removesuffix("_id")
    forms = (stem, f"{stem}s", f"{stem}es", f"{stem.removesuffix('y')}ies")
    return next((form for form in forms if form in known), None)


def _leave_out_circles(drafted: dict[str, JsonObject]) -> None:
    """References that lead back are left out, those of the later table first: a catalogue with a circle is refused."""
    kept: dict[str, set[str]] = {}

    def leads_to(start: str, wanted: str) -> bool:
        return start == wanted or any(leads_to(target, wanted) for target in kept.get(start, ()))

    for name, table in drafted.items():
        for column, target in list(table.get("references", {}).items()):
            if leads_to(target, name):
                del table["references"][column]
                table["confirm"]["references"] += f"; {column} led back, and is left out"
            else:
                kept.setdefault(name, set()).add(target)


def _rows_are(
    table: DescribedTable, people: list[str], references: list[str], made: str | None
) -> JsonObject:
    """An event of one person with a thing at a time, or an edge between two, where name and columns say so."""
    name = table.name
    if len(people) == 2 and _EDGES.search(name):
        return {"edge": {"from": people[0], "to": people[1]}}
    if len(people) == 1 and made is not None and references and _EVENTS.search(name):
        return {"event": {"actor": people[0], "item": references[0], "time": made}}
    return {}


def _created(table: DescribedTable) -> str | None:
    """A column of times called as such are; else the only one of times; a day of birth is none."""
    times = [
        c.name for c in table.columns if c.kind in ("time", "date") and not _BORN.fullmatch(c.name.lower())
    ]
    named = [name for name in times if _MADE.fullmatch(name.lower())]
    return named[0] if named else times[0] if len(times) == 1 else None


def _label(table: DescribedTable, column: Column) -> str | None:
    """What kind of data a column is, if its name says it: whatever people write to one another is that throughout."""
    if column.stamp is not None:
        return column.stamp
    of_table = next((label for words, label in _TABLE_KINDS if words.search(table.name)), None)
    if of_table is not None and of_table.partition(".")[0] == PRIVATE_COMMUNICATION:
        return of_table
    by_name = next((label for words, label in _COLUMN_KINDS if words.fullmatch(column.name.lower())), None)
    if by_name is not None:
        return by_name
    is_placing = column.name == table.key or _MADE.fullmatch(column.name.lower()) is not None
    is_what_it_is_of = _CONTENT.fullmatch(column.name.lower()) is not None or column.name.lower().endswith(
        "_id"
    )
    return of_table if is_placing or is_what_it_is_of else None


def _first(table: DescribedTable, words: re.Pattern[str]) -> str | None:
    return next((column.name for column in table.columns if words.fullmatch(column.name.lower())), None)


_MEMBERS = ("members", "users", "people", "persons", "accounts", "customers", "profiles", "member", "user")
_REGION = re.compile(r"region|country(_code)?|(home|location)_(country|region)|residence")
_BORN = re.compile(r"born|birth_?(date|day)|date_of_birth|dob")
_AGE = re.compile(r"age(_years|_in_years)?")
_PLAN = re.compile(r"plan|tier|subscription|membership")
_AUDIENCE = re.compile(r"visibility|audience|privacy|seen_by|shown_to")
_MADE = re.compile(
    r"(created|made|posted|published|sent|written|updated|liked|reacted|voted|viewed|followed|applied|joined"
    r"|registered|inserted)(_?(at|on|date|time))?|creation_?date|date|day|time|timestamp|at|when"
)
_PEOPLE = re.compile(
    r"((member|user|author|owner|creator|poster|sender|recipient|receiver|actor|person|account|customer|profile"
    r"|follower|followed|followee|friend|candidate|applicant|voter|viewer|mentioned|participant|recruiter"
    r"|created_by|sent_by|sent_to)s?)(_user|_member)?(_?ids?)?"
)
_CONTENT = re.compile(
    r"text|body|content|title|subject|message|comment|note|caption|description|headline|summary"
)
_EDGES = re.compile(r"follow|friend|connection|edge|contact|relation|block")
_EVENTS = re.compile(
    r"like|reaction|vote|view|click|impression|event|application|saved?|share|search|visit|play|purchase"
)

#: By the name of a table, what its rows are made of; the first that fits.
_TABLE_KINDS = tuple(
    (re.compile(words), label)
    for words, label in (
        (r"invit", "private_communication.invitations"),
        (r"message|chat|conversation|inbox|mail", "private_communication.messages"),
        (r"group", "group_communication.messages"),
        (r"comment|repl(y|ies)|answer", "content.comments"),
        (r"repost|share", "content.reposts"),
        (r"article", "content.articles"),
        (r"post|status|story|stories|tweet", "content.posts"),
        (r"like|reaction", "activity.reactions"),
        (r"vote", "activity.votes"),
        (r"view|click|impression|visit|play", "activity.views"),
        (r"search", "activity.searches"),
        (r"follow", "activity.follows"),
        (r"friend|connection|contact", "connections"),
        (r"application", "job_seeking.applications"),
        (r"job", "organisation.job_postings"),
        (r"compan|organi[sz]ation", "organisation.pages"),
        (r"payment|invoice|purchase|order", "payment.receipts"),
        (r"login|session", "security.logins"),
    )
)

#: By the name of a column, wherever it stands; the first that fits.
_COLUMN_KINDS = tuple(
    (re.compile(words), label)
    for words, label in (
        (r"(first|last|full|display|given|family|user)?_?name", "profile.name"),
        (r"headline|job_title", "profile.headline"),
        (r"bio|about|about_me|summary", "profile.summary"),
        (r"photo|picture|avatar|image_url", "profile.photo"),
        (r"e?_?mail(_address)?", "contact.email"),
        (r"(tele|mobile_?)?phone(_number)?", "contact.phone"),
        (r"address|street|postcode|zip(_code)?", "contact.address"),
        (_REGION.pattern + r"|city|location", "profile.location"),
        (_BORN.pattern + "|" + _AGE.pattern, "demographic.age"),
        (r"gender|sex", "demographic.gender"),
        (r"salary|wage", "job_seeking.salary"),
        (r"password(_hash)?|token|secret", "security.credentials"),
        (r"ip(_address)?|user_agent|device(_id)?", "device"),
        (r"iban|card(_number)?", "payment.methods"),
    )
)
