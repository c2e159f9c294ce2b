"""Below the cell: values masked part by part, as Ibis expressions that every engine compiles.

A value of which nothing is permitted is null; so a reader does not even see how long a list was. Of anything else
each part is shown or null, and the type stays as it was. A list keeps its positions. A map keeps the entries that
the catalogue names by their key; of the others it keeps those of which something is shown, because a key is data too.

An element about somebody else is shown only as its own subjects permit, beside the row's. `with_people` puts
what they permit beside each row, as a map from id to mask; an id that is null or unknown is not in it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from licet.enforce.column_shapes import Elements, Entries, Fields, Shape, Whole, is_complete, kinds_in
from licet.enforce.rows import Eligibility, list_text, row_class
from licet.enforce.verdict_table import Dimensions
from licet.sources.catalogue import Table
from licet.sources.paths import EACH, Step

#: The column that `with_people` adds.
PEOPLE = "__licet_element_people"
_IDS, _SIGNATURE, _ROW_CLASS = "__licet_element_ids", "__licet_element_list", "__licet_element_row_class"


class Seen(NamedTuple):
    """What the people concerned permit, where a value is looked at.

    bits:   each kind of data as its bit of a mask.
    mask:   what is permitted here, an int64.
    sure:   the bits that are set whatever the row: those need no looking at.
    people: subject id to mask, for those whom elements are about.
    depth:  of nested functions over elements, each of which needs a name of its own.
    """

    bits: Mapping[str, int]
    mask: ir.Value
    sure: int = 0
    people: ir.Value | None = None
    depth: int = 0

    def bits_of(self, shape: Shape) -> int:
        return functools.reduce(int.__or__, (self.bits[kind] for kind in kinds_in(shape)), 0)

    def nothing(self, bits: int) -> ir.Value | None:
        """Whether none of these kinds is permitted; None when one surely is."""
        return None if bits & self.sure else (self.mask & bits) == 0

    def everything(self, bits: int) -> ir.Value | None:
        """Whether all of these kinds are permitted; None when they surely are."""
        bits &= ~self.sure
        return (self.mask & bits) == bits if bits else None


def shown(value: ir.Value, shape: Shape, seen: Seen, permitted_around: int = 0) -> ir.Value:
    """The value as it may be seen; of the same type.

    permitted_around: kinds of which one is known to be permitted, since something around the value is shown.
    """
    bits, null = seen.bits_of(shape), ibis.null(value.type())
    if not bits:
        return null
    everything, nothing = seen.everything(bits), seen.nothing(bits)
    if isinstance(shape, Whole):
        return value if everything is None else ibis.ifelse((seen.mask & bits) != 0, value, null)
    cases: list[tuple[ir.Value, ir.Value]] = []
    if is_complete(shape):
        if everything is None:
            return value
        if not isinstance(shape, Fields):
            # Most lists and maps are permitted entirely, and are handed on as they are: to go through their elements
            # costs more. To put a struct together costs next to nothing, and less than to choose between two.
            cases.append((everything, value))
    is_null = value.isnull()
    if nothing is not None and bits != permitted_around:
        is_null = is_null | nothing
    return ibis.cases(*cases, (is_null, null), else_=_rebuilt(value, shape, seen, bits))


def _rebuilt(value: ir.Value, shape: Fields | Elements | Entries, seen: Seen, bits: int) -> ir.Value:
    """The value put together from its parts as they may be seen; it is not null, and one of `bits` is permitted."""
    if isinstance(shape, Fields):
        return ibis.struct(
            {name: shown(value[name], part, seen, bits) for name, part in shape.fields.items()}
        )
    deeper = seen._replace(depth=seen.depth + 1)
    if isinstance(shape, Entries):
        return _entries(value, shape, deeper)
    if not shape.subjects:
        told = _each(value, seen.depth, lambda element: shown(element, shape.each, deeper, bits))
    else:
        told = _about_others(value, shape, deeper)
    # A list of fixed length is one still.
    return told if value.type().length is None else told.cast(value.type())


def _about_others(value: ir.Value, shape: Elements, seen: Seen) -> ir.Value:
    """Each element by what its own subjects permit too; their masks are looked up once an element."""
    people = seen.people

    def judge(element: ir.Value) -> ir.Value:
        masks = [seen.mask, *(_mask_of(people, _field(element, steps)) for steps in shape.subjects)]
        return ibis.struct({"element": element, "mask": functools.reduce(lambda one, two: one & two, masks)})

    def show(judged: ir.Value) -> ir.Value:
        return shown(judged["element"], shape.each, seen._replace(mask=judged["mask"], sure=0))

    return _each(_each(value, seen.depth - 1, judge), seen.depth - 1, show)


def _mask_of(people: ir.Value, subject: ir.Value) -> ir.Value:
    """What a subject permits; nothing when there is none, or none that is known."""
    zero = ibis.literal(0, "int64")
    return ibis.ifelse(subject.isnull(), zero, people.get(subject.cast("string"), zero)).fill_null(zero)


def _entries(value: ir.Value, shape: Entries, seen: Seen) -> ir.Value:
    keys, others = value.keys(), seen.bits_of(shape.others)
    nothing = seen.nothing(others)
    if not others:
        kept = _kept(keys, seen.depth - 1, lambda key: _text(key).isin(list(shape.named)))
    elif nothing is None:
        kept = keys
    else:
        kept = _kept(keys, seen.depth - 1, lambda key: _text(key).isin(list(shape.named)) | ~nothing)

    def show(key: ir.Value) -> ir.Value:
        entry = value.get(key)
        named = ((_text(key) == name, shown(entry, part, seen)) for name, part in shape.named.items())
        rest = shown(entry, shape.others, seen)
        return ibis.cases(*named, else_=rest) if shape.named else rest

    return ibis.map(kept, _each(kept, seen.depth - 1, show))


def _key(value: ir.Value, name: str) -> ir.Value:
    """A key as the map has it; null when it can have no such key."""
    kind = value.type().key_type
    return ibis.literal(name).try_cast(kind) if kind.is_integer() else ibis.literal(name)


def _text(key: ir.Value) -> ir.Value:
    return key if key.type().is_string() else key.cast("string")


def _field(value: ir.Value, steps: tuple[Step, ...]) -> ir.Value:
    return functools.reduce(lambda inner, step: inner[step.name], steps, value)


def _each(array: ir.Value, depth: int, change: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """Every element changed; `depth` names it apart from the elements of the lists around."""
    element = _element(array, depth)
    return ops.ArrayMap(array, param=element, index=None, body=change(element.to_expr())).to_expr()


def _kept(array: ir.Value, depth: int, keep: Callable[[ir.Value], ir.Value]) -> ir.Value:
    element = _element(array, depth)
    return ops.ArrayFilter(array, param=element, index=None, body=keep(element.to_expr())).to_expr()


def _element(array: ir.Value, depth: int) -> ops.Argument:
    return ops.Argument(name=f"licet_{depth}", shape=array.op().shape, dtype=array.type().value_type)


def with_people(
    rows: ir.Table,
    ways: Mapping[str, tuple[tuple[Step, ...], ...]],
    name: str,
    table: Table,
    looks: Dimensions,
    who: Eligibility,
) -> ir.Table:
    """The rows with PEOPLE, a map from the ids of those whom their elements are about to what they permit.

    ways: per column, how one gets to such ids. Who permits nothing of the row's class is not in the map, which is
    null when nobody is. Lists of ids are told apart by a text, so that each is looked up once; where two lists share
    it, their people are put together, and each is still found by nothing but its own id.
    """
    content = list(rows.columns)
    ids = [element_ids(rows[column], steps) for column, told in ways.items() for steps in told]
    # Flattened and not concatenated two by two: that would write out each list twice for every one after it.
    rows = rows.mutate(**{_IDS: ids[0] if len(ids) == 1 else ibis.array(ids).flatten()})
    kind = row_class(rows, name, table, looks)
    zero = ibis.literal(0, "int64")
    rows = rows.mutate(
        **{
            _SIGNATURE: list_text(rows[_IDS]),
            _ROW_CLASS: zero if kind is None or looks.row_classes == 1 else kind,
        }
    )
    keys = [_SIGNATURE, _ROW_CLASS]
    each = rows.select(*keys, person=rows[_IDS]).distinct().unnest("person")
    each = each.filter(each.person.notnull()).distinct()
    people = who.table.view()
    joined = each.join(people, each.person == people.subject, how="inner")
    at = each[_ROW_CLASS]
    masks = ((at == n, people[f"mask_{n}"]) for n in range(len(who.unknown)))
    told = joined.select(
        *(each[key] for key in keys), person=each.person, mask=ibis.cases(*masks, else_=zero)
    )
    told = told.filter(told.mask != 0)
    pairs = told.group_by(keys).agg(
        pairs=ibis.struct({"person": told.person, "mask": told["mask"]}).collect()
    )
    lists = pairs.select(
        *keys,
        **{
            PEOPLE: ibis.map(
                pairs.pairs.map(lambda pair: pair.person), pairs.pairs.map(lambda pair: pair["mask"])
            )
        },
    ).view()
    joined = rows.join(lists, [rows[key] == lists[key] for key in keys], how="left")
    return joined.select([rows[column] for column in content] + [lists[PEOPLE]])


def element_ids(value: ir.Value, steps: tuple[Step, ...], depth: int = 0) -> ir.Value:
    """The ids that a way leads to, as one list of texts; never null."""
    if not steps:
        return ibis.array([value.cast("string")])
    step, rest = steps[0], steps[1:]
    if step.kind == "field":
        return element_ids(value[step.name], rest, depth)
    if step.kind == "key":
        return element_ids(value.get(_key(value, step.name)), rest, depth)
    inner = value if step == EACH else value.values()
    found = _each(inner, depth, lambda element: element_ids(element, rest, depth + 1)).flatten()
    return found.fill_null(ibis.literal([], "array<string>"))
