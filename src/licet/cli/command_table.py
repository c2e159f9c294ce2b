"""Every command of `licet`, where it is and what it does: a command's module is imported when the command is run.

`licet --help` shows this table and imports none of them. It is written plainly for the same reason: boxes would take
longer to load than all the rest. A test holds each sentence to the command's own.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

#: Name, to `module:attribute` under `licet.cli` and the first sentence of its help.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        "demo_command:demo",
        "Make a network, put a policy in force, build a corpus, let a member say no, and update.",
    ),
    "forget-demo": (
        "forgetting_demo_command:forget_demo",
        "Let a model learn and recite what a member wrote, let them say no, and follow that no to its certificate; exit"
        " status 1 if anything came out otherwise than it should.",
    ),
    "serve": ("serve_command:serve", "Serve the members' pages and the API."),
    "notices": (
        "notice_commands:notices",
        "What a member is to be told: policies to come, how each differs, and what it changes for them.",
    ),
    "compare": (
        "compare_commands:compare",
        "Compare policies: what is used, for what, by whom, where, since when, and how to stop it, each with its"
        " source.",
    ),
    "guide": (
        "compare_commands:guide",
        "Show how to opt out, step by step, what it changes and what not, and a letter where there is only a form.",
    ),
    "whatif": (
        "what_if_command:whatif",
        "Count what each policy would use of the workspace's own data, were it in force. Nothing is recorded.",
    ),
    "receipt": ("receipt_commands:receipt", "Print the signed receipt of one choice."),
    "verify": (
        "receipt_commands:verify",
        "Check a receipt, certificate or proof offline, with the ledger's public key alone; exit status 1 if it is not"
        " valid.",
    ),
    "archive": (
        "receipt_commands:archive",
        "Write everything about one member to a zip: choices, receipts, uses, records, proofs.",
    ),
    "audit": ("audit_commands:audit", "What of your own download is used for what, and what to do about it."),
    "init": ("workspace_commands:init", "Make an empty workspace."),
    "choose": ("member_commands:choose", "Record a member's choice; it is durable when the command returns."),
    "decide": (
        "member_commands:decide",
        "Ask about one record of one member, and hear why, and what would turn the answer.",
    ),
    "import": ("import_commands:app", "Bring data in as catalogued tables."),
    "packs": ("pack_commands:app", "Policies: what a platform says it does with its members' data."),
    "catalogue": ("catalogue_commands:app", "The catalogue: which tables there are, and whose."),
    "gate": ("gate_commands:app", "What a purpose may see of the tables."),
    "update": (
        "artefact_commands:update",
        "Bring everything that was made of members' data to the choices of now; exit status 1 if something could not"
        " be.",
    ),
    "status": (
        "artefact_commands:status",
        "Show of everything that was made whether it is as the choices of now have it, and if not, why.",
    ),
    "follow": (
        "artefact_commands:follow",
        "Keep everything that was made at the choices of now, until it is stopped. One process at a time; safe to"
        " kill.",
    ),
    "forget": (
        "removal_commands:forget",
        "Record that people object to every use, take them out of all that was made, and certify it; exit status 1"
        " if something is pending.",
    ),
    "forgettings": (
        "removal_commands:forgettings",
        "List the forgettings that were asked for, how each stands, and what it waits for.",
    ),
    "purge": (
        "removal_commands:purge",
        "Remove for good the snapshots that a later one stands in the place of, and look that nothing is left of"
        " whoever left; exit status 1 if something is.",
    ),
    "contains": (
        "membership_command:contains",
        "Say whether somebody is in an artefact, with a proof that `licet verify` checks offline.",
    ),
    "corpus": ("corpus_commands:app", "A training corpus that holds exactly what may be used."),
    "exports": (
        "copy_commands:app",
        "Copies that left: who has them, what they are told, and what they answered.",
    ),
    "apply": (
        "copy_commands:apply",
        "Take out of your copy what its platform says is to go, and write the signed answers to hand back.",
    ),
    "recipient": (
        "recipient_commands:app",
        "Who gets lists: ask them to delete, or be one, to try a platform against.",
    ),
    "drop": ("drop_commands:app", "California's deletion lists: whom they name, and what is answered."),
    "model": (
        "model_commands:app",
        "A model of what members wrote, from which each of them can be taken out again.",
    ),
    "recommend": (
        "recommend_commands:app",
        "Jobs and posts for members, by what they permit; a no is heard by the very next request.",
    ),
    "insights": ("insight_commands:app", "What skills are asked for and held, released once a month."),
    "search": ("search_commands:app", "Look for jobs and people by the words of a sentence."),
    "ads": (
        "ads_commands:app",
        "Advertisements that go by nobody who does not permit it, and what is shared for them.",
    ),
    "reports": (
        "report_commands:reports",
        "Draw up what a law or a form asks to be told of a corpus or a model, each statement with where it is from.",
    ),
    "ledger": ("ledger_commands:app", "What members chose and what was done, append-only and provable."),
    "tokens": ("token_commands:app", "Tokens of the API: make, list and revoke them."),
    "signals": ("signal_commands:app", "Privacy signals: what a consent string means here."),
    "requests": ("request_commands:app", "Corrections and complaints of members, each with its clock."),
    "subjects": ("subject_commands:app", "Say who goes by which id."),
}


class CommandTable(TyperGroup):
    """The group of all commands, of which only those asked for are there."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.commands = _OnDemand()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        boxes, self.rich_markup_mode = self.rich_markup_mode, None
        try:
            super().format_help(ctx, formatter)
        finally:
            self.rich_markup_mode = boxes

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


class _OnDemand(MutableMapping[str, Any]):
    """Names to commands, each made when it is first looked up."""

    def __init__(self) -> None:
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _command(name: str) -> Any:
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(import_module(f"licet.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
        command.name = name
        return command
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)
