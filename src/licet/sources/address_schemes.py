"""How recipients of lists have an e-mail address written before it is hashed; each differently, and so to other hashes.

An address that is not plain has no identifier: one with a letter outside ASCII, with anything but one `@` between two
parts, or longer than any may be. To hand over a hash that the recipient writes otherwise matches nobody today, and
cannot be taken back by the right one tomorrow. A hash of an address names a person like the address itself.

`enforce.hashed_addresses` says the same in the engines' own SQL, and is held to this.

Sources, each with published examples in the tests: Google, "Format user data" of the Data Manager API (2026); Meta,
"Customer file custom audiences", and what its own kit strips; Microsoft, "Customer List Item" of the Bulk service;
LinkedIn, "DMP Segment Users" (2026).
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal, NamedTuple

Scheme = Literal["microsoft", "google", "meta", "linkedin"]

#: White space, as ASCII has it.
SPACES = " \t\n\r\x0b\x0c"
#: Letters of an address, RFC 5321 section 4.5.3.1.3.
MOST_LETTERS = 254
#: Beyond this nothing is looked at.
MOST_BYTES = 1024


class Writing(NamedTuple):
    """stripped: letters taken off both ends. within: whether white space goes from the middle, too. mailboxes: domains
    of which one mailbox has many names: dots are taken out of them, and what follows a plus."""

    stripped: str
    within: bool = False
    mailboxes: tuple[str, ...] = ()


WRITINGS: dict[Scheme, Writing] = {
    "microsoft": Writing(SPACES),
    "google": Writing(SPACES, within=True, mailboxes=("gmail.com", "googlemail.com")),
    "meta": Writing(SPACES + "."),
    "linkedin": Writing(SPACES),
}

_PLAIN = re.compile(f"[{SPACES}!-~]*")
_ADDRESS = re.compile("[!-?A-~]+@[!-?A-~]+")


def written(address: str, scheme: Scheme) -> str | None:
    """An address as a recipient has it written; None for one that has no identifier."""
    writing = WRITINGS[scheme]
    if len(address) > MOST_BYTES or _PLAIN.fullmatch(address) is None:
        return None
    text = address.strip(writing.stripped).lower()
    if writing.within:
        text = "".join(letter for letter in text if letter not in SPACES)
    if len(text) > MOST_LETTERS or _ADDRESS.fullmatch(text) is None:
        return None
    name, _, domain = text.partition("@")
    if domain in writing.mailboxes:
        name = name.partition("+")[0].replace(".", "")
    return f"{name}@{domain}" if name else None


def identifier(address: str, scheme: Scheme) -> str | None:
    """SHA-256 of it, 64 hexadecimal digits; None for one that has none."""
    text = written(address, scheme)
    return None if text is None else hashlib.sha256(text.encode("ascii")).hexdigest()
