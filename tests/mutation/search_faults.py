"""Faults of search, people and insights: who said no is found, a hidden list is told, a release tells much."""

from __future__ import annotations

from faults import Fault

_INDEX, _SEARCHES = "licet.uses.search.text_index", "licet.app.searches"
_GRAPH, _PEOPLE = "licet.uses.people.connection_graph", "licet.app.people_suggestions"
_RELEASE = "licet.uses.insights.monthly_release"

FAULTS = [
    Fault(
        "a search goes by the choices of when it was built",
        _SEARCHES,
        "if touched:",
        "if not touched:",
        "who said no is found until an update",
    ),
    Fault(
        "a find names whose row it is, permitted or not",
        _INDEX,
        "SELECT document_id, shown_subject, key",
        "SELECT document_id, subject, key",
        "an id that its column does not let be told is told",
    ),
    Fault(
        "the words of deleted rows stay in the index",
        _INDEX,
        "VALUES ('optimize')",
        "VALUES ('integrity-check')",
        "what somebody wrote stands in a file after they left",
    ),
    Fault(
        "what to leave out is told without being tried",
        _SEARCHES,
        "if (one := tried(ids, labels)).found]",
        "if (one := tried(ids, labels))]",
        "who looks for something is sent where nothing is found, either",
    ),
    Fault(
        "what became of members' rows is nothing to a search for them",
        "licet.uses.run",
        "read = use.asks_for() if tables is None else tables",
        "read = use.asks_for() if tables is None else ()",
        "who is no longer in a table is found by what stood there",
    ),
    Fault(
        "hidden lists are walked through",
        _GRAPH,
        "walked = connections[self._is_readable[connections]]",
        "walked = connections",
        "one account that befriends somebody is shown whom they hide",
    ),
    Fault(
        "people are suggested by way of who has left since",
        _PEOPLE,
        "present.snapshot), present.touched",
        "present.snapshot), frozenset[str]()",
        "who does not train is suggested to others until an update",
    ),
    Fault(
        "what stands in memory of an artefact knows no noon",
        "licet.app.standing_views",
        "days_of(core.now())",
        "days_of(core.now())[0]",
        "who is too old or too young from noon on is found until midnight",
    ),
    Fault(
        "each level of a release has the whole budget",
        _RELEASE,
        "share = EPSILON / len(layout.levels)",
        "share = EPSILON",
        "a release tells of a member more than it says",
    ),
    Fault(
        "few members are told of",
        _RELEASE,
        ">= LEAST_MEMBERS",
        ">= 1",
        "a figure is of one or two people",
    ),
]
