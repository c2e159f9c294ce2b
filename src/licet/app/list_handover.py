"""Handing deliveries that were written to a folder to a reference recipient, and keeping what it answers.

The transport of a trial: how files get to anybody else is for whoever has an account there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from licet.deliveries.guarded_requests import GuardedRequests
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject

#: As a delivery is called among its files, and as its answer is written beside them.
DELIVERY, ANSWER = "delivery.jws", "answer.note"


class HandedOver(NamedTuple):
    """One delivery. status: of HTTP. answer: the file that the answer was written to; None where none was given.
    why: what was said in its place."""

    delivery: str
    status: int
    answer: str | None
    why: str

    def as_json(self) -> JsonObject:
        return self._asdict()


def hand_over(folder: Path, address: str, requests: GuardedRequests) -> Iterator[HandedOver]:
    """Hand over each delivery of a folder, in its order. address: of the recipient, such as http://127.0.0.1:9000.

    Raises: DeliveryError DLVR-087 for a folder that cannot be read or written; as `GuardedRequests.ask`.
    """
    try:
        for place in sorted(one for one in folder.iterdir() if (one / DELIVERY).is_file()):
            files = {
                path.name: path.read_bytes().decode()
                for path in sorted(place.iterdir())
                if path.name not in (DELIVERY, ANSWER)
            }
            body = json.dumps({"delivery": (place / DELIVERY).read_text("ascii"), "files": files}).encode()
            answer = requests.ask("POST", f"{address}/deliveries", body, "application/json")
            text, path = answer.body.decode("utf-8", "replace"), place / ANSWER
            if answer.status == 202 and text:
                path.write_text(text, encoding="utf-8")
                yield HandedOver(place.name, answer.status, str(path), "")
            else:
                yield HandedOver(place.name, answer.status, None, text.strip()[:200])
    except (OSError, UnicodeDecodeError) as error:
        raise DeliveryError(
            "DLVR-087",
            f"the deliveries cannot be read, or their answers written: {error}",
            str(folder),
            "name the folder that they were written to",
        ) from None
