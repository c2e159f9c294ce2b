"""Faults of following who changed, and of what gates keep on disk. Killed by tests of what is kept."""

from __future__ import annotations

from faults import Fault

_CACHE, _FILES, _OWNED, _REFERRING = (
    "licet.enforce.gate_cache",
    "licet.enforce.gate_files",
    "licet.enforce.owned_rows",
    "licet.enforce.referring_rows",
)

FAULTS = [
    Fault(
        "who chose stays where they stood",
        "licet.enforce.population",
        "class_of[places[members]] = np.array(moved, np.int32)[numbers]",
        "class_of[places[members]] = earlier",
        "a no changes nothing until the gate is opened in another process",
    ),
    Fault(
        "an emptied class stays",
        "licet.enforce.population",
        "    if peopled.all():\n",
        "    if peopled.any():\n",
        "columns are shown that nobody permits any more",
    ),
    Fault(
        "erasures are followed",
        _CACHE,
        "            and not ledger.erased_since(min(position, earlier.position))\n",
        "",
        "the past answers as before an erasure",
    ),
    Fault(
        "what is kept is not authenticated",
        _FILES,
        'if not hmac.compare_digest(found, hmac.digest(self._key, rest, "sha256")):',
        "if len(found) != _HASH_BYTES:",
        "whoever edits the cache turns a no into a yes",
    ),
    Fault(
        "what is kept is of any ledger",
        _FILES,
        '                and (ledger is None or _is_of(ledger, position, head["root"]))\n',
        "",
        "noes of a ledger that was restored or replaced are not heard",
    ),
    Fault(
        "a stand never lies",
        _FILES,
        '                and head["ends"] == _ends(stand)\n',
        "",
        "rows get the verdicts of rows that lay there before",
    ),
    Fault(
        "what is kept under a name is what was asked for",
        _FILES,
        '                head["of"] == [_FORMAT, _version(), key]\n',
        '                bool(head["of"])\n',
        "a file that was moved over another answers for it",
    ),
    Fault(
        "people nobody knows are told what they were told",
        _OWNED,
        "        and before.told[-1] == rows.told[-1]\n",
        "",
        "rows about unknown people pass after the policy denies them",
    ),
    Fault(
        "rows keep their kinds",
        _OWNED,
        "        and before.kinds is rows.kinds\n",
        "",
        "a row that became private is told what it was told as a public one",
    ),
    Fault(
        "whoever is of the same class is told the same",
        _OWNED,
        "np.take(then, before.class_of) != np.take(now, rows.class_of)",
        "before.class_of != rows.class_of",
        "a class that is answered otherwise keeps its rows",
    ),
    Fault(
        "rows of the neighbour are put anew",
        _OWNED,
        "np.repeat(starts[subjects] - ahead, counts)",
        "np.repeat(starts[subjects - 1] - ahead, counts)",
        "somebody's no is written on somebody else's rows",
    ),
    Fault(
        "one of several is enough",
        _OWNED,
        "together = np.bitwise_and.reduceat(permitted, ahead)",
        "together = np.bitwise_or.reduceat(permitted, ahead)",
        "a row about two passes where one of them said no",
    ),
    Fault(
        "the last who permits nothing says why",
        _OWNED,
        "denying = np.minimum.reduceat(np.where(permitted == 0, np.arange(nobody), nobody), ahead)",
        "denying = np.maximum.reduceat(np.where(permitted == 0, np.arange(nobody), -1), ahead) % (nobody + 1)",
        "reports tell a reason and a region that are not those of the first",
    ),
    Fault(
        "people who disagree have no reason",
        _OWNED,
        "Verdict(mask, None if mask else DISAGREE, verdicts",
        "Verdict(mask, None, verdicts",
        "rows that are held back count as rows that pass",
    ),
    Fault(
        "rows about several are those of the next row",
        _OWNED,
        'np.unique(np.searchsorted(self.starts, found, "right") - 1)',
        'np.unique(np.searchsorted(self.starts, found, "left") - 1)',
        "the no of who stands first in a row is not followed",
    ),
    Fault(
        "a reference to nothing passes",
        _REFERRING,
        "np.append(passes, False)[places.numbers[which]]",
        "np.append(passes, True)[places.numbers[which]]",
        "a like stays when the post that it is about is gone",
    ),
    Fault(
        "one row of a key is enough",
        _REFERRING,
        "held_back = keys[masks == 0]",
        "held_back = np.setdiff1d(keys[masks == 0], keys[masks != 0])",
        "a like passes with one post of a name while another is held back",
    ),
    Fault(
        "the last reference decides",
        _REFERRING,
        "        all_pass &= np",
        "        all_pass = np",
        "a row passes though one of those that it refers to does not",
    ),
    Fault(
        "what is referred to is told first",
        _REFERRING,
        "Verdict(0, WITHHELD, verdict.region) if verdict.mask else verdict for",
        "Verdict(0, WITHHELD, verdict.region) for",
        "whose rows they refer to is told to people who said no themselves",
    ),
    Fault(
        "rows that refer to who changed are not followed",
        _REFERRING,
        "            touched.append(now.places.rows_of(changed))\n",
        "",
        "a like stays after the author of the post said no",
    ),
    Fault(
        "rows that refer are not followed themselves",
        _REFERRING,
        "        touched.append(np.flatnonzero(before.own.numbers != own.numbers))\n",
        "        pass\n",
        "the no of who liked is not heard",
    ),
    Fault(
        "tallies only grow",
        _OWNED,
        "count_numbers(put, len(verdicts)) - count_numbers(earlier, len(verdicts))",
        "count_numbers(put, len(verdicts))",
        "reports count rows twice",
    ),
]
