"""Replace personal data in texts by what kind it was: ``Call [phone] or write to [email]``.

A text without candidates is returned byte for byte and never leaves Arrow. Redaction is a fixed point: what
it returns, it would return again. It replaces what it recognises (see `recognisers`); it does not promise
that a text holds no other personal data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import SUPPORTED_REGIONS

from licet.terms import UseError
from licet.uses.corpus.text.recognisers import (
    RECOGNISERS,
    UNTYPED,
    Author,
    Recogniser,
    Span,
    as_handle,
    as_typed,
)

#: Every kind there is, in the order in which they claim text.
KINDS: tuple[str, ...] = tuple(recogniser.kind for recogniser in RECOGNISERS)

#: What is redacted unless the recipe says otherwise: everything but links that lead to nobody's page.
DEFAULT_KINDS: tuple[str, ...] = tuple(kind for kind in KINDS if kind != "url")


def redact(
    texts: pa.Array,
    kinds: Sequence[str] = DEFAULT_KINDS,
    keep: pa.Array | None = None,
    regions: pa.Array | None = None,
) -> tuple[pa.Array, dict[str, int]]:
    """Replace each recognised piece by its token, such as ``[email]``.

    keep:    per row the author's declared name or list of names; a handle that spells one of them stays,
             because what an author calls themselves in public is theirs to say.
    regions: per row the author's country (``CH``, ``CA-QC``) or a list of the authors', for telephone numbers in
             national form; where it is null or not given, numbers count in international form only.
    Returns: the texts (nulls stay null) and how many pieces of each kind were replaced, every asked kind named.
    Raises:  UseError CORP-105 for a kind that does not exist.
    """
    redacted, counts = redact_each(texts, kinds, keep, regions)
    found = counts.drop_null().to_pylist()
    return redacted, {kind: sum(row[n] for row in found) for n, kind in enumerate(kinds)}


def redact_each(
    texts: pa.Array,
    kinds: Sequence[str] = DEFAULT_KINDS,
    keep: pa.Array | None = None,
    regions: pa.Array | None = None,
) -> tuple[pa.Array, pa.Array]:
    """As `redact`, with the count of each text: a list of integers in the order of `kinds`, null for none."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise UseError(
            "CORP-105",
            f"there is no way to redact {', '.join(unknown)}",
            fix=f"choose from {', '.join(KINDS)}",
        )
    asked = [recogniser for recogniser in RECOGNISERS if recogniser.kind in kinds]
    rows = _rows_matching(texts, "|".join((*(_first_look(recogniser) for recogniser in asked), UNTYPED)))
    found = texts.take(rows).to_pylist()
    typed = [as_typed(text) for text in found]
    hinted = _hinted(typed, asked)
    at = np.flatnonzero(hinted.any(axis=0))
    rows, hinted = rows[at], hinted[:, at]
    pieces = [
        _Piece(found[nth], typed[nth], author)
        for nth, author in zip(at.tolist(), _authors(rows, keep, regions), strict=True)
    ]
    _redact_pieces(pieces, asked, hinted)
    told: list[list[int] | None] = [None] * len(texts)
    for row, piece in zip(rows.tolist(), pieces, strict=True):
        if piece.counts:
            told[row] = [piece.counts[kind] for kind in kinds]
    redacted = put_back(texts, rows, [piece.text for piece in pieces]) if len(rows) else texts
    return redacted, pa.array(told, pa.list_(pa.int32()))


def as_mask(flags: pa.Array) -> npt.NDArray[np.bool_]:
    """An Arrow boolean array as NumPy, null meaning no."""
    mask: npt.NDArray[np.bool_] = pc.fill_null(flags, False).to_numpy(zero_copy_only=False)
    return mask


def put_back(texts: pa.Array, rows: npt.NDArray[Any], replaced: list[str]) -> pa.Array:
    """`texts` with `replaced` in `rows` (ascending)."""
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(replaced, texts.type))


def names_per_row(names: pa.Array | None, rows: npt.NDArray[Any]) -> Iterator[list[str]]:
    """The names in `rows` of a column of names or of lists of names; none where there is no column."""
    for value in names.take(rows).to_pylist() if names is not None else [None] * len(rows):
        yield [value] if isinstance(value, str) else [name for name in value or [] if name]


def _authors(rows: npt.NDArray[Any], keep: pa.Array | None, regions: pa.Array | None) -> Iterator[Author]:
    for places, names in zip(names_per_row(regions, rows), names_per_row(keep, rows), strict=True):
        countries = sorted({place[:2] for place in places} & SUPPORTED_REGIONS)
        yield Author(tuple(countries), frozenset(as_handle(name) for name in names))


class _Piece:
    """A text on its way: as it was written and, letter for letter, as a plain keyboard would have typed it."""

    __slots__ = ("author", "counts", "text", "typed")

    def __init__(self, text: str, typed: str, author: Author) -> None:
        self.text, self.typed, self.author = text, typed, author
        self.counts: Counter[str] = Counter()

    def replace(self, recogniser: Recogniser) -> bool:
        """Put the recogniser's token where it finds something; whether it did."""
        spans = list(recogniser.find(self.typed, self.author))
        if not spans:
            return False
        same = self.text == self.typed
        self.text = _spliced(self.text, spans, recogniser.token)
        self.typed = self.text if same else _spliced(self.typed, spans, recogniser.token)
        self.counts[recogniser.kind] += len(spans)
        return True


def _redact_pieces(pieces: list[_Piece], asked: list[Recogniser], hinted: npt.NDArray[np.bool_]) -> None:
    """Apply recognisers until none finds anything; ends, since each replacement takes digits or an @ away.

    hinted: which recognisers may find something in which piece as it is, shape (recognisers, pieces).
    """
    is_first = True
    while pieces:
        changed = []
        for nth, piece in enumerate(pieces):
            has_changed = False
            for recogniser, may_find in zip(asked, hinted[:, nth].tolist(), strict=True):
                # What a replacement has just uncovered, no hint has seen.
                if may_find or (has_changed and not is_first):
                    has_changed |= piece.replace(recogniser)
            if has_changed:
                changed.append(piece)
        pieces, is_first = changed, False
        typed = pa.array([piece.typed for piece in pieces], pa.string())
        pieces = [pieces[nth] for nth in _rows_matching(typed, "|".join(map(_first_look, asked)))]
        hinted = _hinted([piece.typed for piece in pieces], asked)


def _first_look(recogniser: Recogniser) -> str:
    return f"(?:{recogniser.sign or recogniser.hint})"


def _hinted(typed: list[str], asked: list[Recogniser]) -> npt.NDArray[np.bool_]:
    """Which recognisers may find something in which text, shape (recognisers, texts)."""
    hinted = np.zeros((len(asked), len(typed)), dtype=np.bool_)
    if typed:
        column = pa.array(typed, pa.string())
        for nth, recogniser in enumerate(asked):
            hinted[nth] = as_mask(pc.match_substring_regex(column, recogniser.hint))
    return hinted


def _rows_matching(texts: pa.Array, pattern: str) -> npt.NDArray[np.intp]:
    return np.flatnonzero(as_mask(pc.match_substring_regex(texts, pattern)))


def _spliced(text: str, spans: list[Span], token: str) -> str:
    parts, past = [], 0
    for start, end in spans:
        parts += [text[past:start], token]
        past = end
    return "".join([*parts, text[past:]])
