"""Faults of the corpus as a log: what left it is read on, stays in its files, or never leaves. Killed by tests of any
history, and of gates that stay open."""

from __future__ import annotations

from faults import Fault

_LOG, _DELTAS, _RECORDS = (
    "licet.uses.corpus.corpus_log",
    "licet.uses.corpus.deltas",
    "licet.store.record_file",
)

FAULTS = [
    Fault(
        "what is gone from a corpus is found",
        _LOG,
        "                stays[changed[now == GONE]] = False\n",
        "",
        "documents of somebody who refused are looked up, and told to be in it",
    ),
    Fault(
        "what is gone from a corpus is read",
        _LOG,
        "                    gone.add(id_)\n",
        "                    pass\n",
        "words of somebody who refused leave with an export",
    ),
    Fault(
        "a delta forgets what those it takes in had ended",
        _DELTAS,
        "            if became.get(id_) != GONE:\n                became[id_] = now\n",
        "            pass\n",
        "the second update brings back whom the first took out",
    ),
    Fault(
        "what left is put together with the rest",
        _DELTAS,
        'tables.append(rows.filter(pc.invert(pc.is_in(rows["document_id"], value_set=gone))))',
        "tables.append(rows)",
        "a purge leaves the words of whoever left",
    ),
    Fault(
        "what repeated a document that left is taken to repeat no other",
        _LOG,
        "        return counts > 2\n",
        "        return counts > 1_000_000\n",
        "two copies of what somebody took out are both learnt from, and an update no longer ends as a build does",
    ),
    Fault(
        "pages of records are read as they lie",
        _RECORDS,
        "                        if sha256(part).digest()[:_CHECK_BYTES] != check:\n",
        "                        if len(part) == 0:\n",
        "whoever edits an index hides a document from the update that is to take it out",
    ),
    Fault(
        "a gate that stays open is as of when it was opened",
        "licet.app.standing_gates",
        "        gate = opened(earlier)\n",
        "        gate = earlier or opened(None)\n",
        "no update after the first hears of a no, and pages say that nothing would change",
    ),
]
