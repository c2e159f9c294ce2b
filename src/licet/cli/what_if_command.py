"""`licet whatif`: the same members under every platform's policy."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, At, WorkspaceDir, answers, out, print_json, say
from licet.terms.canonical import JsonObject
from licet.terms.moments import parse_moment

#: Kinds of data a table names before it counts the rest; `--json` has all.
_MOST_KINDS = 3


@answers
def whatif(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Policies by name or file. Default: all shipped.")
    ] = None,
    member: Annotated[
        str | None, typer.Option("--member", help="Only this member's records, by id. Default: everybody's.")
    ] = None,
    at: At = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Count what each policy would use of the workspace's own data, were it in force. Nothing is recorded.

    Example: licet whatif

    Example: licet whatif linkedin_official meta_ai --member 42 --at 2026-01-01
    """
    with licet.open(workspace) as opened:
        found = opened.policies.what_if(
            *(packs or ()), member=member, at=None if at is None else parse_moment(at)
        )
    told = found.as_json()
    if as_json:
        print_json(told)
        return
    for policy in told["policies"]:
        out.print()
        say(f"{policy['title']} ({policy['pack']} {policy['version']})", "bold")
        if not policy["uses"]:
            nothing = "Of what was read, nothing" if policy["speaks_of"] else "Under this policy nothing"
            say(f"  {nothing} would be used{_why(policy, told)}.")
            _read(policy)
            continue
        _read(policy)
        if member is None:
            _network(policy, told["members"])
        else:
            for use in policy["uses"]:
                say(
                    f"  {_records(use['records'])} of yours would be used for {use['label']}, by {use['to']}:"
                )
                say(f"    {', '.join(kind['kind'] for kind in use['kinds'])}", "dim")


def _read(policy: JsonObject) -> None:
    """What the policy speaks of, where that is not everything: of the rest nobody here has read what applies."""
    from licet.policies.scope_sentences import scope_sentence

    if policy["speaks_of"]:
        say(f"  {scope_sentence(tuple(policy['speaks_of']))}", "dim")


def _why(policy: JsonObject, told: JsonObject) -> str:
    if policy["starts"] is None:
        return ": it permits nothing on any day"
    if policy["starts"] > told["at"]:
        return f": it permits nothing before {policy['starts'][:10]}"
    return " of this data"


def _network(policy: JsonObject, members: int) -> None:
    made = terminal.table(
        f"Of {terminal.count(members)} members, something of {terminal.count(policy['members'])} would be used",
        "for", "by", "records", "members", "kinds of data", numbers=(2, 3),
    )  # fmt: skip
    for use in policy["uses"]:
        most = sorted(use["kinds"], key=lambda kind: -kind["records"])
        kinds = [f"{kind['kind']} ({terminal.count(kind['records'])})" for kind in most[:_MOST_KINDS]]
        kinds += [f"{len(most) - _MOST_KINDS} more"] if len(most) > _MOST_KINDS else []
        terminal.row(
            made, use["label"], use["to"], *map(terminal.count, (use["records"], use["members"])), ", ".join(kinds)
        )  # fmt: skip
    out.print(made)


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{terminal.count(count)} records"
