"""The demo's affiliate: it is given a list, says so, and is told whom to take off, where the policy has it so.

Its own half lies in the workspace's folder `affiliate`, as it would lie with it: its key, and what was handed over.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from licet.deliveries.list_delivery import read_delivery
from licet.deliveries.received_list import ReceivedList, answer_to
from licet.ledger import Signer
from licet.store.private_files import write_private
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.terms.signals import GPC

if TYPE_CHECKING:
    from licet.app.ads.list_deliveries import ListDelivered
    from licet.app.workspace import Workspace

#: Of the demo's `segments.yaml`.
AUDIENCE, RECIPIENT, SETTING = "office_workers", "exemplum_media", "sharing"
#: Of so many members some are on the list.
_LOOKED_AT = 1000


class DemoList(NamedTuple):
    """first: the delivery that the affiliate says it applied. off: who said no since, by the control and by Global
    Privacy Control alone. second: the delivery that takes them off, which is not answered yet."""

    first: ListDelivered
    off: tuple[str, str]
    second: ListDelivered

    def as_json(self) -> JsonObject:
        return {"first": self.first.as_json(), "off": list(self.off), "second": self.second.as_json()}


def hand_over(workspace: Workspace) -> DemoList | None:
    """None where the policy in force knows no such affiliate, or too few let it have them.

    Raises: as `AdOperations.deliver`.
    """
    if not workspace.policy().pack.knows_recipient(RECIPIENT):
        return None
    home, ads = workspace.layout.root / "affiliate", workspace.uses.ads
    home.mkdir(mode=0o700)
    signer = Signer.create(home / "affiliate.key", "exemplum-media.example")
    text = (
        f"recipients:\n  {RECIPIENT}: {{key: '{signer.public_key_text}', lease_days: 90, removal_days: 7}}\n"
    )
    write_private(workspace.layout.recipients, text.encode())
    first = ads.deliver(AUDIENCE, home / "delivered")
    if not first.is_new:
        return None
    for answer in _taken(workspace, home / "delivered", signer):
        ads.hand_in(answer)
    off = _two_who_are_on_it(workspace)
    workspace.choices.choose(off[0], SETTING, "off", via="demo")
    workspace.choices.signal(off[1], GPC, True, via="demo")
    return DemoList(first, off, ads.deliver(AUDIENCE, home / "delivered"))


def _taken(workspace: Workspace, folder: Path, signer: Signer) -> list[str]:
    """What the affiliate answers, once it has applied what was handed over."""
    key, answers, has = workspace.signer.public_key, list[str](), None
    for place in sorted(folder.iterdir()):
        jws = (place / "delivery.jws").read_text(encoding="ascii")
        said = read_delivery(jws, key)
        files = {one.name: one.read_bytes() for one in place.iterdir() if one.name != "delivery.jws"}
        has = (has or ReceivedList(said.export)).after(jws, files, key)
        answers.append(answer_to(said, jws, format_moment(workspace.now()), signer))
    return answers


def _two_who_are_on_it(workspace: Workspace) -> tuple[str, str]:
    """The first two by id whom the list has; the same on every run."""
    ads, everybody = workspace.uses.ads, workspace.people().first(_LOOKED_AT)
    found = (one for one in everybody if ads.who_has(one))
    return next(found), next(found)
