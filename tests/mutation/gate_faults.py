"""Faults of the gate: rules compiled for whole tables. Each must make some generated world disagree with `decide`."""

from __future__ import annotations

from faults import Fault

_ROWS, _FACTS, _TABULATE = (
    "licet.enforce.rows",
    "licet.enforce.member_facts",
    "licet.enforce.verdict_table",
)
_COMBINATION, _REFUSED = "licet.decide.combination", "licet.enforce.refused_rows"
_GATE, _MARKS, _PLANS = "licet.enforce.gate", "licet.enforce.owned_rows", "licet.enforce.table_plans"
_CELLS, _NUMBERS, _PSEUDONYMS = (
    "licet.enforce.masking",
    "licet.enforce.row_numbers",
    "licet.enforce.pseudonyms",
)

ROWS = [
    Fault(
        "cut excludes its own moment",
        _ROWS,
        "return made >= _naive(cut)",
        "return made > _naive(cut)",
        "a record made at the first moment of a cut-off day counts as made before it",
    ),
    Fault(
        "undated rows count as old",
        _ROWS,
        '(~known, ibis.literal(missing, "int64"))',
        '(~known, ibis.literal(0, "int64"))',
        "records whose date is not known pass as old ones",
    ),
    Fault(
        "undated tables count as old",
        _ROWS,
        '    if table.created is None:\n        return ibis.literal(missing, "int64")',
        '    if table.created is None:\n        return ibis.literal(0, "int64")',
        "a table without a date column passes as made before every cut-off",
    ),
    Fault(
        "unknown audience counts as another",
        _ROWS,
        'unknown = ibis.literal(missing, "int64")',
        'unknown = ibis.literal(other, "int64")',
        "the reason told for rows of unknown audience is wrong",
    ),
    Fault(
        "other audiences count as the first",
        _ROWS,
        'column.isin(looks.audiences), ibis.literal(other, "int64")',
        'column.isin(looks.audiences), ibis.literal(0, "int64")',
        "records shown to an audience no rule names pass as public",
    ),
    Fault(
        "no stated audience counts as another",
        _ROWS,
        "else other if stated in looks.audiences else missing",
        "else other",
        "tables of unknown audience get the wrong reason",
    ),
    Fault(
        "kinds of rows run into each other",
        _ROWS,
        "found = part if found is None else found * classes + part",
        "found = part if found is None else found * (classes - 1) + part",
        "undated rows of one audience are judged as old rows of the next",
    ),
    Fault(
        "rows of a second kind vanish",
        _ROWS,
        "for r, (mask, _) in enumerate(answers) if mask)",
        "for r, (mask, _) in enumerate(answers) if mask & 1)",
        "rows are lost of which only a later kind of data is permitted",
    ),
    Fault(
        "any one person suffices, judged",
        _ROWS,
        "        mask = mask & next_mask",
        "        mask = mask | next_mask",
        "a record about two people passes though one of them said no",
    ),
    Fault(
        "any one person suffices, read",
        _ROWS,
        "functools.reduce(lambda one, other: one & other, (rows[mask] for mask in masks))",
        "functools.reduce(lambda one, other: one | other, (rows[mask] for mask in masks))",
        "a record about two people is read though one of them permits none of its kinds",
    ),
    Fault(
        "region of the first person",
        _ROWS,
        "region = ibis.ifelse((reason < 0) & (next_reason >= 0), next_region, region)",
        "region = region",
        "what is held back is counted for the region of somebody who permitted it",
    ),
    Fault(
        "reason of the last person",
        _ROWS,
        "reason = ibis.ifelse(reason < 0, next_reason, reason)",
        "reason = ibis.ifelse(next_reason < 0, reason, next_reason)",
        "the reason told is not that of the first who denies",
    ),
    Fault(
        "no reason when people disagree",
        _ROWS,
        "(reason >= 0, reason), else_=Reasons.disagree)",
        "(reason >= 0, reason), else_=-1)",
        "rows are held back without a reason",
    ),
    Fault(
        "any one of a list suffices",
        _ROWS,
        "mask=told.mask.bit_and()",
        "mask=told.mask.bit_or()",
        "a record about many people passes when one of them permits it",
    ),
    Fault(
        "order in a list is lost",
        _ROWS,
        "denied_reason=told.reason.argmin(told.position, where=no)",
        "denied_reason=told.reason.max(where=no)",
        "the reason told for a list is not that of its first who denies",
    ),
    Fault(
        "region of the first of a list",
        _ROWS,
        "denied_region=told.region.argmin(told.position, where=no)",
        "denied_region=told.region.argmin(told.position)",
        "a list is counted for the region of somebody who permitted it",
    ),
    Fault(
        "unknown people of a list are left out",
        _ROWS,
        'each.people.cast("string") == people.subject, how="left")',
        'each.people.cast("string") == people.subject, how="inner")',
        "a record passes though one of its people is known to nobody",
    ),
    Fault(
        "a missing list permits everything",
        _ROWS,
        "mask = lists.mask.fill_null(0)",
        "mask = lists.mask.fill_null(-1)",
        "a record whose list of people is missing passes",
    ),
    Fault(
        "kinds of rows mixed in lists",
        _ROWS,
        "keys = [signature, *([_ROW_CLASS] if _ROW_CLASS in rows.columns else [])]",
        "keys = [signature]",
        "for records about lists of people, audience and date are ignored",
    ),
    Fault(
        "every kind of row as the first",
        _ROWS,
        'mask = ibis.cases(*((at == n, people[f"mask_{n}"])',
        'mask = ibis.cases(*((at == n, people["mask_0"])',
        "audience and date of a record are ignored",
    ),
    Fault(
        "unknown people permit",
        _ROWS,
        '    zero = ibis.literal(0, "int64")\n    if _ROW_CLASS',
        '    zero = ibis.literal(1, "int64")\n    if _ROW_CLASS',
        "data of people whom nobody knows passes",
    ),
]

POPULATION = [
    Fault(
        "unknown facts are the first known",
        "licet.enforce.population",
        "pc.fill_null(encoded.indices, len(values))",
        "pc.fill_null(encoded.indices, 0)",
        "members whose region is not known get somebody else's",
    ),
    Fault(
        "a fact left out once is known",
        _FACTS,
        "(rows[name].min() == rows[name].max()) & (rows[name].count() == rows.count())",
        "(rows[name].min() == rows[name].max())",
        "a member is permitted by a fact that one of two rows leaves out",
    ),
    Fault(
        "of two facts the lesser is known",
        _FACTS,
        "(rows[name].min() == rows[name].max()) & (rows[name].count() == rows.count())",
        "(rows[name].count() == rows.count())",
        "of two contradicting regions the first in the alphabet counts",
    ),
    Fault(
        "of age the day after",
        _FACTS,
        "lived <= born_by(age, at)",
        "lived < born_by(age, at)",
        "on their birthday people still count as a year younger",
    ),
    Fault(
        "of age a year late",
        _FACTS,
        "else lived >= age,",
        "else lived > age,",
        "people of just the minimum age are denied",
    ),
    Fault(
        "birthdays by the asker's clock",
        _FACTS,
        "day = day_begun_everywhere(at)",
        "day = at.date()",
        "the same moment makes somebody of age or not, as the time zone it was written in has it",
    ),
    Fault(
        "signals are ignored",
        _FACTS,
        '"signals", looks.signals, lambda',
        '"signals", (), lambda',
        "a member's browser signal opts nobody out",
    ),
    Fault(
        "silent people are unknown",
        _FACTS,
        'people.subject == states.subject, how="left")',
        'people.subject == states.subject, how="inner")',
        "who never chose anything is not known at all",
    ),
    Fault(
        "narrow refusals count as whole",
        _FACTS,
        '"=", table.category.fill_null(""), "=", table.state]',
        '"==", table.state]',
        "who refuses posts has refused everything",
    ),
    Fault(
        "a yes under any pack is bound to one",
        _FACTS,
        "for word in chunk.dictionary.to_pylist()] + [len(words)]",
        "for word in chunk.dictionary.to_pylist()] + [0]",
        "a yes that is bound to nothing speaks",
    ),
]

TABULATE = [
    Fault(
        "maximum ages have no other side",
        _TABULATE,
        "{clause.maximum_age, clause.maximum_age + 1}",
        "{clause.maximum_age}",
        "people older than a rule's maximum are covered by it",
    ),
    Fault(
        "exceptions by plan are not looked at",
        _TABULATE,
        "or any(start.plans is not None for control in controls for start in control.starts)",
        "or False",
        "a setting that starts off on some plans is judged as if plans were not known",
    ),
    Fault(
        "refusals of replaced settings dropped",
        _TABULATE,
        "found |= {old for control in controls for old in control.answers_for}",
        "found |= set()",
        "renaming a setting turns every no into a yes",
    ),
    Fault(
        "carried refusals dropped",
        _TABULATE,
        "return found | {setting for cell in cells for setting in cell.carried}",
        "return found",
        "a new policy turns a member's earlier no into a yes",
    ),
    Fault(
        "carried signals dropped",
        _TABULATE,
        "| {signal for cell in cells for signal in cell.signals}",
        "| set()",
        "a new policy forgets the browser signals that an earlier one honoured",
    ),
    Fault(
        "honoured signals dropped",
        _TABULATE,
        "{signal for control in controls for signal in control.honours}",
        "set()",
        "a setting that honours a signal does not",
    ),
    Fault(
        "cut-offs to the past forgotten",
        _TABULATE,
        "for cut in (clause.created_from, clause.created_before) if",
        "for cut in (clause.created_from,) if",
        "a rule about records made before a day covers those made after",
    ),
    Fault(
        "unknown and other audiences swapped",
        _TABULATE,
        "return [*looks.visibilities, next(iter(looks.audiences), None), None]",
        "return [*looks.visibilities, None, next(iter(looks.audiences), None)]",
        "the reasons for unknown and for other audiences are swapped",
    ),
    Fault(
        "narrow choices count as whole",
        "licet.enforce.population",
        "narrow.setdefault(setting, {})[category] = ChoiceState(state)",
        "choices[setting] = ChoiceState(state)",
        "who permits one kind of data has permitted all",
    ),
    Fault(
        "reason of the first kind of data",
        _COMBINATION,
        "nearest = min(decisions, key=lambda decision: _NEAR[decision.code])",
        "nearest = decisions[0]",
        "the reason told is not the nearest one",
    ),
    Fault(
        "yeses are alike under whatever pack they were given",
        _TABULATE,
        "tuple((setting, pack, pack) for",
        "tuple((setting, pack, policy.pack.digest) for",
        "who agreed under an earlier policy counts as having agreed under this one",
    ),
]

GATE = [
    Fault(
        "what one permits is shown in every row",
        _PLANS,
        "return functools.reduce(int.__and__, masks) if masks else 0",
        "return functools.reduce(int.__or__, masks) if masks else 0",
        "cells are shown that their own people did not permit",
    ),
    Fault(
        "empty columns stand there",
        _PLANS,
        " if self.permitted_anywhere & seen.bits_of(shape) else None",
        "",
        "a use sees columns that nobody permits",
    ),
    Fault(
        "a no to a record is not counted in",
        "licet.enforce.row_numbers",
        "        found[rows] += refusals.astype(np.uint16)\n",
        "",
        "a record is used that its people said no to",
    ),
    Fault(
        "noes run into kinds of rows",
        "licet.enforce.row_numbers",
        "kinds.astype(np.uint16) * np.uint16(sets)",
        "kinds.astype(np.uint16)",
        "a private row of which somebody said no counts as another",
    ),
    Fault(
        "a gap in a list is nobody at all",
        "licet.enforce.row_numbers",
        "    counts = np.maximum(told, 1)\n",
        "    counts = told\n",
        "a row about an empty list is judged as another's",
    ),
    Fault(
        "unknown people judged as the first class",
        _MARKS,
        "np.append(rows.class_of, len(rows.told) - 1)",
        "np.append(rows.class_of, 0)",
        "rows about people nobody knows pass once a table is prepared",
    ),
]

SHARED = [
    Fault(
        "what one permits counts for all who permit",
        _ROWS,
        "if len(masks) == 1 and len(self.open_classes) == 1 else None",
        "if masks and len(self.open_classes) == 1 else None",
        "where people permit different kinds, all are read as one of them permits",
    ),
    Fault(
        "what all who permit permit of some rows counts for the others",
        _ROWS,
        "if len(masks) == 1 and len(self.open_classes) == 1 else None",
        "if len(masks) == 1 else None",
        "who permits one class of rows is read in those of another",
    ),
    Fault(
        "who permits one class of rows alone is not met",
        _ROWS,
        "if any(answers[r][0] for r in opened)",
        "if all(answers[r][0] for r in opened)",
        "rows are lost of those who permit some of their rows",
    ),
    Fault(
        "only the first kind of what all permit",
        _ROWS,
        'if who.shared is None else ibis.literal(who.shared, "int64")',
        'if who.shared is None else ibis.literal(who.shared & 1, "int64")',
        "rows and cells are lost that everybody permits",
    ),
    Fault(
        "words that a rule names are left out with the others",
        _ROWS,
        "told = range(len(values)) if wanted is None or is_all else sorted(wanted)",
        "told = range(len(values)) if wanted is None or is_all else []",
        "rows are lost where only words that a rule names let them through",
    ),
    Fault(
        "other words pass for none where they matter",
        _ROWS,
        "not wanted.isdisjoint((other, missing))",
        "not wanted.isdisjoint((missing,))",
        "rows of words that no rule names are lost",
    ),
]

CELLS = [
    Fault(
        "elements ask only those they are about",
        _CELLS,
        "masks = [seen.mask, *(",
        "masks = [*(",
        "an element is shown though the record's own person refuses",
    ),
    Fault(
        "elements about nobody are shown",
        _CELLS,
        'people.get(subject.cast("string"), zero)).fill_null(zero)',
        'people.get(subject.cast("string"), zero)).fill_null(ibis.literal(-1, "int64"))',
        "elements are shown in rows about whose other people nothing is known",
    ),
    Fault(
        "unknown people of elements permit everything",
        _CELLS,
        'people.get(subject.cast("string"), zero)',
        'people.get(subject.cast("string"), ibis.literal(-1, "int64"))',
        "an element is shown though nobody knows whom it is about",
    ),
    Fault(
        "what all rows permit holds for elements",
        _CELLS,
        'seen._replace(mask=judged["mask"], sure=0)',
        'seen._replace(mask=judged["mask"])',
        "an element is shown whose own person refuses what every passing row permits",
    ),
    Fault(
        "keys are not data",
        _CELLS,
        "key: _text(key).isin(list(shape.named)) | ~nothing)",
        "key: _text(key).isin(list(shape.named)) | (ibis.literal(True) | nothing))",
        "the keys of a map are shown though nothing under them is permitted",
    ),
    Fault(
        "named entries count as others",
        _CELLS,
        "return ibis.cases(*named, else_=rest) if shape.named else rest",
        "return rest",
        "an entry that is labelled by its key is shown as the others are",
    ),
    Fault(
        "the length of a hidden list shows",
        _CELLS,
        "is_null = is_null | nothing",
        "is_null = is_null | (nothing & ibis.literal(False))",
        "a reader sees how long a list is of which nothing is permitted",
    ),
    Fault(
        "one kind permitted shows the whole",
        _CELLS,
        "cases.append((everything, value))",
        "cases.append(((seen.mask & bits) != 0, value))",
        "a list with parts of two kinds is shown whole where one of them is permitted",
    ),
]

NUMBERS = [
    Fault(
        "ids in a gap are the first member's",
        _NUMBERS,
        "np.full(last - first + 2, NOBODY, np.int32)",
        "np.zeros(last - first + 2, np.int32)",
        "rows about people nobody knows are judged as somebody's once a table is prepared",
    ),
    Fault(
        "gaps between ids forgotten",
        _NUMBERS,
        "places[ids - first] = np.arange(",
        "places[: len(ids)] = np.arange(",
        "rows are judged by what another member chose, once a table is prepared",
    ),
    Fault(
        "ids below the first count from the end",
        _NUMBERS,
        "wide.between(first, last)",
        "(wide <= last)",
        "rows about people nobody knows are judged as somebody's once a table is prepared",
    ),
    Fault(
        "unknown people have the first number",
        _NUMBERS,
        "no=known.no.fill_null(NOBODY)",
        "no=known.no.fill_null(0)",
        "rows about people nobody knows are judged as the first member's once a table is prepared",
    ),
]

IDENTITIES = [
    Fault(
        "an id without a label is shown",
        _PLANS,
        "            return pseudonym\n",
        "            return id_text(value)\n",
        "a message or a date of birth leaves because it is a key",
    ),
    Fault(
        "an id is shown in every row",
        _PLANS,
        "id_text(value) if everything is None else ibis.ifelse(everything, id_text(value), pseudonym)",
        "id_text(value)",
        "the id of somebody who refused leaves because another permits theirs",
    ),
    Fault(
        "ids and pseudonyms swapped",
        _PLANS,
        "ibis.ifelse(everything, id_text(value), pseudonym)",
        "ibis.ifelse(everything, pseudonym, id_text(value))",
        "those who refuse are named, and those who permit are not",
    ),
    Fault(
        "of an id that is many things one suffices",
        _PLANS,
        "bits = seen.bits_of(shape) if isinstance(shape, Whole) else 0",
        "bits = seen.bits_of(shape) or 1",
        "an id without a label is shown where the first kind of data is permitted",
    ),
    Fault(
        "people of a list are in clear",
        _PSEUDONYMS,
        'return value.map(lambda one: self._engine.keyed_hash(one.cast("string"), key))',
        'return value.map(lambda one: one.cast("string"))',
        "everybody in a shared record is named whatever they chose",
    ),
    Fault(
        "pseudonyms without the salt",
        _PSEUDONYMS,
        "return _derived(self._salt, _PEOPLE",
        'return _derived(b"", _PEOPLE',
        "anybody can try ids out and find whose a row is",
    ),
    Fault(
        "people hashed as the keys of their table",
        _PSEUDONYMS,
        "_PEOPLE if column in table.subjects else",
        "_PEOPLE if column in table.subjects[1:] else",
        "one person's rows in two tables cannot be put together any more",
    ),
    Fault(
        "keys hashed in one domain",
        _PSEUDONYMS,
        'else f"key {name}")',
        'else "key")',
        "keys of tables that have nothing to do with each other can be matched",
    ),
]

REFUSED = [
    Fault(
        "anybody says no to a record",
        _REFUSED,
        "[each.key == noes[_KEY], each.people == noes.refused_by]",
        "[each.key == noes[_KEY]]",
        "a stranger takes a post out of everything",
    ),
    Fault(
        "noes to single records are forgotten",
        _REFUSED,
        "        if not said.num_rows or table.key is None:",
        "        if True:",
        "a post is used that its author said no to",
    ),
    Fault(
        "what refers to a refused record passes",
        _REFUSED,
        "                if refused is not None:",
        "                if False:",
        "the answers in a chat are used that one of its people said no to",
    ),
    Fault(
        "noes of organisations are forgotten",
        _REFUSED,
        "if table.organisation is not None and self._organisations:",
        "if False:",
        "work data is used that its organisation refused",
    ),
    Fault(
        "every no to a record is to every use",
        _REFUSED,
        "bits = np.left_shift(np.int64(1), shifts)",
        "bits = np.left_shift(np.int64(1), 0 * shifts)",
        "a no to one setting takes a record out of everything",
    ),
    Fault(
        "noes to rows are not asked about",
        _TABULATE,
        "Request(purpose, category, recipient, at, visibility, created, noes)",
        "Request(purpose, category, recipient, at, visibility, created)",
        "rows are told apart and judged alike",
    ),
]

FAULTS = [*ROWS, *POPULATION, *TABULATE, *GATE, *SHARED, *CELLS, *NUMBERS, *IDENTITIES, *REFUSED]
