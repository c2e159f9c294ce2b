"""`licet ads`: advertisements for pages, and audiences for recipients, each command in a module of its own subject."""

from __future__ import annotations

import typer

from licet.cli import (
    ad_choice_commands,
    ad_effect_command,
    advertiser_commands,
    bid_request_command,
    list_commands,
)
from licet.cli.command_support import answers

app = typer.Typer(
    help="Advertisements that go by nobody who does not permit it, and what is shared for them.",
    no_args_is_help=True,
)
for command in (ad_choice_commands.choose, ad_choice_commands.why, ad_choice_commands.campaigns):
    app.command()(answers(command))
for told in (
    advertiser_commands.audience, advertiser_commands.audiences, ad_effect_command.effect, ad_effect_command.report,
    bid_request_command.request,
):  # fmt: skip
    app.command()(told)
for of_lists in (
    list_commands.segments, list_commands.build, list_commands.deliver, list_commands.deliveries,
    list_commands.overdue, list_commands.acknowledge,
):  # fmt: skip
    app.command()(answers(of_lists))
app.command("begin-anew")(answers(list_commands.begin_anew))
