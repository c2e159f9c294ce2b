"""Faults of copies that left: one keeps what it may not, or something is said of it that nobody knows."""

from __future__ import annotations

from faults import Fault

_FEED, _BOOK = "licet.deliveries.feed", "licet.deliveries.delivery_book"
_LISTS, _HELD = "licet.app.ads.list_deliveries", "licet.deliveries.held_identifiers"
_COPIES, _REMOVALS, _OUTCOMES = (
    "licet.app.followed_copies", "licet.app.copy_removals", "licet.app.forgetting_outcomes",
)  # fmt: skip

FAULTS = [
    Fault(
        "a lease never ends",
        _REMOVALS,
        "if copy.lease is not None and parse_moment(copy.lease) <= core.now():",
        "if False:",
        "whoever took a copy for thirty days has it for good, and is never asked for it",
    ),
    Fault(
        "an ended lease lists what goes",
        _REMOVALS,
        "    everything = not len(left)\n",
        "    everything = False\n",
        "the last message of a copy names every document that was in it",
    ),
    Fault(
        "a message that asks for everything is taken again",
        _FEED,
        "    if needs_none and sequence > applied:\n",
        "    if needs_none:\n",
        "what was done is done again, and what its holder answers of it is not so",
    ),
    Fault(
        "a message that is missing is not missed",
        _FEED,
        "    if sequence > applied + 1:\n",
        "    if sequence > applied + 1 and previous == head:\n",
        "a holder who lacks a message is told that the platform hands out two histories",
    ),
    Fault(
        "another history is followed",
        _FEED,
        "    if sequence <= applied or previous != head:\n",
        "    if sequence <= applied:\n",
        "a platform can tell one holder this and another that, and nobody finds it out",
    ),
    Fault(
        "another copy's message is taken",
        _FEED,
        "    if named != export:\n",
        "    if False:\n",
        "what was to go from one copy goes from another",
    ),
    Fault(
        "an answer counts whatever its root",
        _COPIES,
        "(said.root, said.documents) != expected:",
        "said.documents != expected[1]:",
        "a holder who kept somebody's words and dropped other ones is said to have done as told",
    ),
    Fault(
        "whoever writes what is kept of copies waits for nobody",
        _BOOK,
        "                    held.enter_context(hold_local(path, 0o600))\n",
        "",
        "of two messages that two processes make at once, one is lost with what it takes out",
    ),
    Fault(
        "what a copy holds is noted before the message",
        _BOOK,
        """            self._write(delivery.export, _FEED, delivery.as_bytes())
            if held is not None:
                self.write_held(delivery.export, held)
""",
        """            if held is not None:
                self.write_held(delivery.export, held)
            self._write(delivery.export, _FEED, delivery.as_bytes())
""",
        "who dies in between never tells the copy what was to go",
    ),
    Fault(
        "a message is as of when it is sent",
        _REMOVALS,
        "position=delivery.judged_position, due=due",
        "position=core.ledger.position, due=due",
        "a copy counts as exact though somebody said no while it was judged",
    ),
    Fault(
        "a copy that was not told counts as told",
        _OUTCOMES,
        "        is_judged = one.is_empty or (since is not None and one.position > since)\n",
        "        is_judged = True\n",
        "somebody is certified forgotten while a copy that nobody could tell holds them",
    ),
    Fault(
        "a message that is not recorded shows that a copy was looked at",
        _COPIES,
        "                if is_recorded and position < delivery.judged_position <= size:\n",
        "                if position < delivery.judged_position <= size:\n",
        "somebody is certified forgotten while the message that takes them out of a copy was never handed out",
    ),
    Fault(
        "what a message leaves is not noted later",
        _COPIES,
        "    if len(held) != len(noted):\n",
        "    if False:\n",
        "who was taken out of a copy is named to its holder once more",
    ),
    Fault(
        "who refused since a list was delivered is handed out again",
        _LISTS,
        "        or _adds_refused(held, delivery.waiting, change.target)\n",
        "",
        "a delivery that was lost adds somebody at the recipient after they said no",
    ),
    Fault(
        "who is overdue gets new people",
        _LISTS,
        "leaving, late or only_removals, late)",
        "leaving, only_removals, late)",
        "a recipient who takes nobody off is sent more",
    ),
    Fault(
        "an identifier is destroyed before its removal is confirmed",
        _HELD,
        'pc.and_(held["is_removing"], pc.less_equal(held["sequence"], confirmed))',
        'held["is_removing"]',
        "a Remove that was lost cannot be made again, and somebody who refused stays on the list",
    ),
    Fault(
        "a list at another place is taken for the one that was delivered",
        "licet.deliveries.formats.list_formats",
        "    return len(ids) <= 1 and len(accounts) == 1\n",
        "    return len(accounts) == 1\n",
        "removals go to where nobody was ever delivered, and whoever refuses stays where they were",
    ),
    Fault(
        "what was judged before a no is made after it",
        _LISTS,
        "            if not judged.is_of_now(core):  # another process may have taken them off already\n",
        "            if False:\n",
        "of two processes one puts somebody on a list again whom the other took off",
    ),
    Fault(
        "a list that nobody can read has nobody on it",
        "licet.app.ads.who_has",
        "        if not standing and status.fault is not None:\n",
        "        if False:\n",
        "a member is told that no list has them, of one of which nobody can tell",
    ),
]
