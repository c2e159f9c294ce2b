"""The header that makes a write safe to send again: one key, one entry, one answer.

What was recorded under a key stands in the ledger, in the transaction of the entry itself (docs/decisions/0011); so the
same key is answered the same by every worker and after every crash, for as long as there is the ledger. A key belongs
to the token that sent it.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from licet.app.access_tokens import Token

SentKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="A text of your own, new for every request, the same when one is sent again. The answer is then "
        "the same, and nothing is recorded twice; with another body it is refused.",
        examples=["0b1f6c0e-6e0c-4a37-9a3b-0c7f1d1f2a55"],
    ),
]


def key_of(token: Token, sent: str | None) -> str | None:
    """The key as the ledger is to know it: two tokens that choose the same text do not meet."""
    return None if sent is None else f"{token.id} {sent}"
