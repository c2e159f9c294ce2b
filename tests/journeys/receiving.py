"""The reference recipient over HTTP, in a thread, and a workspace that asks it to delete."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import uvicorn

from licet.app.reference_recipient import HeldList, Manner, ReferenceRecipient
from licet.app.workspace import Workspace
from licet.deliveries.deletion_tokens import jwk_of
from licet.deliveries.guarded_requests import GuardedRequests
from licet.store.private_files import write_private
from licet.terms.canonical import canonical_json
from licet.web.connections import OPTIONS
from licet.web.recipient.recipient_application import make_recipient

OURS = "network.example"


class Receiving(NamedTuple):
    """recipient: what is asked. place: host and port. requests: that may ask it."""

    recipient: ReferenceRecipient
    place: str
    requests: GuardedRequests

    def holds(self, audience: str = "nurses") -> set[str]:
        return set(self.recipient.holding().lists[audience].identifiers)

    def put(self, identifiers: set[str], audience: str = "nurses") -> None:
        """Put some on a list of theirs, as a delivery would."""
        held = self.recipient.holding()
        held.lists[audience] = HeldList(identifiers=sorted(identifiers))
        write_private(self.recipient.folder / "holding.json", canonical_json(held.model_dump(mode="json")))


@contextmanager
def receiving(
    workspace: Workspace,
    folder: Path,
    manner: Manner = Manner.HONEST,
    clock: Callable[[], datetime] | None = None,
    name: str = "lab",
) -> Iterator[Receiving]:
    """A recipient whom the workspace's `recipients.yaml` names by their keys, and as the policy has them."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        recipient = ReferenceRecipient(
            folder, place, {OURS: (jwk_of(workspace.signer),)}, manner, clock or workspace.now,
            workspace.signer.public_key,
        )  # fmt: skip
        keys = f"{jwk_of(recipient.signer).thumbprint!r}"
        deletion = f"{{domain: '{place}', ours: {OURS}, keys: [{keys}]}}"
        said = f"{{key: '{recipient.signer.public_key_text}', deletion: {deletion}}}"
        workspace.layout.recipients.write_text(f"recipients:\n  {name}: {said}\n", "utf-8")
        server = uvicorn.Server(uvicorn.Config(make_recipient(recipient, f"http://{place}"), **OPTIONS))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Receiving(recipient, place, GuardedRequests([place]))
        finally:
            server.should_exit = True
            thread.join(30)
