"""The letter on top of a member's archive: what each file is, how to check it, and what is not in it."""

from __future__ import annotations

import textwrap
from datetime import datetime

from licet.terms.moments import format_moment

_COMMAND = "licet verify receipts/FILE --key public_key.txt --checkpoint checkpoint.txt"

_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "choices.json",
        (
            "Every choice you made and every privacy signal that was recorded for you, oldest first, each with the "
            "name of its receipt.",
        ),
    ),
    (
        "receipts/",
        (
            "One signed receipt a choice. Check one on any machine, without {controller} and without a network:",
            _COMMAND,
            "A receipt proves that the choice stands in the ledger at its position, recorded at its moment. It does "
            "not prove that {controller} did as you chose.",
        ),
    ),
    (
        "uses.json",
        (
            "Each use that held documents of yours: what for, by whom, under which policy, and the documents with "
            "their text. Where a document is about other people as well, its text is left out. Where what was made "
            "is gone, only the use is told.",
        ),
    ),
    (
        "lists.json",
        (
            "Each list that was delivered to somebody else and has you, or may, as of when this archive was drawn: "
            "whose it is, since when, what it tells of you, and what is known of your removal.",
        ),
    ),
    (
        "proofs/",
        (
            "For each of those uses, and for each time you asked to be forgotten: its entry in the ledger and the "
            "proof that it stands there.",
        ),
    ),
    (
        "requests.json",
        (
            "What else you asked of {controller}: that something it knows of you is wrong, or a complaint; when it "
            "was acknowledged, and what was answered.",
        ),
    ),
    (
        "forgettings.json",
        (
            "Each time you asked to be forgotten, and what came of it: EXACT, PENDING or UNREACHED, and what it "
            "waits for. It ends with the name of its certificate.",
        ),
    ),
    (
        "certificates/",
        (
            "The signed certificate of each, as it was made last. It is checked like a receipt, and says itself what "
            "it does not reach.",
        ),
    ),
    (
        "policies/",
        (
            "The policies that those choices and uses were made under. The SHA-256 of a file is its name, and is "
            "what a receipt calls the policy's digest.",
        ),
    ),
    (
        "data/",
        (
            'The records about you, one file a table, one record a line. Under "columns" is the record; under '
            '"left_out" are the names of columns that are not shown, or not whole, because they hold something '
            "about other people.",
        ),
    ),
    (
        "checkpoint.txt",
        ("The ledger's signed size and root. Keep it: a ledger that is rewritten later no longer fits it.",),
    ),
    (
        "public_key.txt",
        (
            "The key that all this is signed with. Compare it with the key as {controller} publishes it elsewhere; "
            "a key that only came with the archive proves no more than the archive does.",
        ),
    ),
)


def readme(controller: str, subject: str, size: int, at: datetime | None, not_here: tuple[str, ...]) -> str:
    """The text. Names are data: what would start a new line in them, or hide something, is made visible.

    at: when the last of the ledger's `size` entries was recorded; None where there are none.
    """
    named = _seen(controller)
    since = "" if at is None else f"; the last of them was recorded at {format_moment(at)}"
    drawn = f"This archive was drawn from the ledger when it had {size} entries{since}."
    blocks = [f"What {named} holds about {_seen(subject)}", _folded(drawn, "")]
    for name, paragraphs in _FILES:
        texts = [
            f"        {text}" if text == _COMMAND else _folded(text.replace("{controller}", named), "    ")
            for text in paragraphs
        ]
        blocks.append("\n".join([name, *texts]))
    if not_here:
        names = ", ".join(not_here)
        blocks.append(_folded(f"Not here, because they exist only while a program runs: {names}.", ""))
    return "\n\n".join(blocks) + "\n"


def _folded(text: str, indent: str) -> str:
    return textwrap.fill(
        text,
        96,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _seen(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
