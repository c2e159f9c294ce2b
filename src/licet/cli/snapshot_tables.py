"""Snapshots at the terminal, of whatever use: what every manifest has, and what a use has besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from licet.cli import terminal
from licet.cli.command_support import out, print_json, say
from licet.terms.canonical import JsonObject


def summary(ref: Any, **more: Any) -> JsonObject:
    """What JSON has of one. ref: a snapshot. more: what its use has besides."""
    manifest = ref.manifest
    return {
        "snapshot": ref.id,
        "name": ref.name,
        "root": manifest["root"],
        "at": manifest["at"],
        "position": manifest["ledger"]["position"],
        "policy": manifest["policy"]["id"],
        "documents": manifest["counts"]["documents"],
        "subjects": manifest["counts"]["subjects"],
        **more,
    }


def list_snapshots(summaries: Sequence[JsonObject], as_json: bool, heading: str, nothing: str) -> None:
    """nothing: what is said where there is none."""
    if as_json:
        print_json(summaries)
        return
    if not summaries:
        say(nothing)
        return
    made = terminal.table(heading, "name", "at", "documents", "people", "policy", "root", numbers=(2, 3))
    for one in summaries:
        terminal.row(
            made, one["name"], one["at"] + (", to inspect" if one.get("inspection") else ""),
            terminal.count(one["documents"]), terminal.count(one["subjects"]), one["policy"], one["root"][:16],
        )  # fmt: skip
    out.print(made)


def show_snapshot(ref: Any, use: str, is_behind: bool, more: Iterable[tuple[str, str]]) -> None:
    """more: what its use says of it. is_behind: whether something was recorded since that is not in it."""
    manifest = ref.manifest
    made = terminal.table(ref.name, "what", "value")
    for what, value in (
        ("id", ref.id),
        ("root", manifest["root"]),
        ("purpose", f"{manifest['purpose']['purpose']} for {manifest['purpose']['recipient']}"),
        ("at", manifest["at"] + (", of the past: for inspection" if manifest.get("inspection") else "")),
        ("policy", f"{manifest['policy']['id']} {manifest['policy']['version']}"),
        ("ledger", f"position {manifest['ledger']['position']}, root {manifest['ledger']['root']}"),
        *more,
    ):
        terminal.row(made, what, value)
    out.print(made)
    if is_behind:
        say(
            f"Recorded since, and not in it: see licet ledger show; licet {use} update brings it to now",
            "bold",
        )
