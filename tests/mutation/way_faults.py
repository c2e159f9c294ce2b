"""Faults of the ways out: rows with ids in clear for the uses, and what stands for now. Killed by tests of the laws."""

from __future__ import annotations

from faults import Fault

_ACCESS, _GATE, _TENSES = "licet.enforce.access", "licet.enforce.gate", "licet.app.tenses"
_EXCERPTS = "licet.enforce.row_excerpts"

FAULTS = [
    Fault(
        "uses show keys in clear",
        _ACCESS,
        "shown_key = plan.identity(catalogued.key, rows, seen, gate._pseudonyms)\n",
        "shown_key = id_text(rows[catalogued.key])\n",
        "a document is exported under the private message that is its row's key",
    ),
    Fault(
        "uses are given columns that nobody permits",
        _ACCESS,
        "column: value for column, value in shown.items() if value is not None}",
        "column: rows[column] if value is None else value for column, value in shown.items()}",
        "a template writes what has no label",
    ),
    Fault(
        "uses are given rows of any moment",
        _ACCESS,
        "    gate._require_now()\n    gate._require_still_now()\n",
        "    gate._require_still_now()\n",
        "a corpus is made of what will be permitted one day",
    ),
    Fault(
        "rows of a few people pass whatever is said of them",
        _EXCERPTS,
        "return _where(_Judged(rows, masks), masks != 0)\n",
        "return _Judged(rows, masks)\n",
        "an update takes in the posts of whoever came back that were never shown to anybody",
    ),
    Fault(
        "cells of a few people are shown whatever is said of them",
        _EXCERPTS,
        "return _null_where(rows[texts.get(column, column)], (masks & _bits(plan, column)) == 0)\n",
        "return rows[texts.get(column, column)]\n",
        "an update writes the one column that its member keeps back",
    ),
    Fault(
        "rows of the past",
        _GATE,
        "not (self.for_inspection and self.tense is Tense.PAST)",
        "not self.tense is Tense.PAST",
        "what somebody refused since is handed out by naming a position before it",
    ),
    Fault(
        "what passed stays copied when it passes no more",
        _GATE,
        "            gate._verdicts.drop_copies()\n",
        "",
        "words of somebody who refused since lie about for as long as the process lives",
    ),
    Fault(
        "a gate that is kept stays as it was opened",
        _GATE,
        "if gate._present is not None and (changed or not gate._present.holds(*gate._opened)):",
        "if gate._present is not None and changed:",
        "a program that keeps its gate goes on using those who have since said no",
    ),
    Fault(
        "a table handed out is read for ever",
        _GATE,
        "is_past = self._present is not None and not self._present.holds(*self._opened)",
        "is_past = False",
        "a query that was written before a no reads on",
    ),
    Fault(
        "a table handed out goes by what the gate is now",
        _GATE,
        "is_past = self._present is not None and not self._present.holds(*self._opened)",
        "is_past = self._present is not None and not self._present.holds(self.at, self.position)",
        "a query that was written before a no reads on once the gate was asked anew",
    ),
    Fault(
        "the last entry is not looked at",
        _TENSES,
        "core.ledger.entries(position, size)",
        "core.ledger.entries(position, size - 1)",
        "the latest no counts only once somebody else has chosen",
    ),
    Fault(
        "policies put in force change nothing",
        _TENSES,
        "EntryKind.NOTICE_SHOWN, EntryKind.PACK_ANNOUNCED",
        "EntryKind.NOTICE_SHOWN, EntryKind.PACK_ANNOUNCED, EntryKind.PACK_IN_FORCE",
        "what a new policy forbids is used by whoever opened the gate before",
    ),
    Fault(
        "a gate that is kept knows no days",
        _TENSES,
        "days_of(at) == days_of(self._core.now())",
        "True",
        "a permission that ended is used on by whoever opened the gate before",
    ),
    Fault(
        "a gate that is kept does not look who the members are",
        _TENSES,
        "and self._files == self._core.files_of_facts()",
        "and True",
        "who has moved where nothing is permitted is used on",
    ),
    Fault(
        "whatever reads as a number is one",
        "licet.enforce.member_facts",
        'ibis.ifelse(number.cast("string") == text, number, ibis.null("int64"))',
        "number",
        "on Spark who is written 042 is read as 42 permits",
    ),
    Fault(
        "a batch reads what nobody said as what somebody did",
        "licet.enforce.batch_decisions",
        "(found & kept) | (~kept & found.dtype.type(nothing))",
        "found",
        "of records whose member was never asked the choice of another is told",
    ),
    Fault(
        "of a batch the first records are looked up again and again",
        "licet.enforce.batch_decisions",
        "combined(self._parts, block, possible) if classes is None",
        "combined(self._parts, slice(0, block.stop - block.start), possible) if classes is None",
        "in a long batch a member's no is answered by what another permitted",
    ),
    Fault(
        "of plain words each chunk is put over the one before",
        "licet.enforce.batch_decisions",
        "places[end : end + len(block)] = found.to_numpy()",
        "places[start : start + len(block)] = found.to_numpy()",
        "in a table of several chunks a member's no is answered by what another permitted",
    ),
    Fault(
        "regions are alike where settings begin otherwise",
        "licet.enforce.verdict_table",
        "        *(start.places for control in controls for start in control.starts),\n",
        "",
        "who was never asked is taken for somebody of a country where that is a yes",
    ),
    Fault(
        "records are alike whatever was said no to",
        "licet.app.member.own_records",
        "codes = together(parts if noes is None else [*parts, noes])",
        "codes = together(parts)",
        "a page says that a record is used to which its member said no",
    ),
    Fault(
        "what is recorded meanwhile is supposed too",
        "licet.enforce.member_classes",
        "min(position, ledger.recorded_position)",
        "min(position, ledger.recorded.position)",
        "a preview tells a member what somebody else chose while it was made",
    ),
]
