"""Which campaigns fit a page: by its words (BM25) and by what stands with them (latent semantic analysis), together.

Made of the campaigns' own words alone; a page is asked about once for its content, whoever reads it. Needs the extra
`ads` (bm25s and scipy).

Source: Robertson and Zaragoza 2009 (BM25); Deerwester et al. 1990 (LSA).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.terms import UseError
from licet.uses.ad_choice.page_words import page_words

_K1, _B, _DIMENSIONS = 1.2, 0.75, 200
#: Campaigns that one page is given, and pages that are remembered.
MOST_CANDIDATES, MOST_PAGES = 40, 20_000
#: Of fewer texts nothing is learnt about what stands with what.
_FEWEST_TEXTS = 20
#: From this cosine on what stands with the words of a page says something.
_LEAST_COSINE = 0.1

Vector = npt.NDArray[np.float32]


class Fitting(NamedTuple):
    """A campaign by its place, and how well it fits: 1.0 the best of the page, more than 0.0."""

    place: int
    relevance: float


class PageIndex:
    """Of some texts, one a campaign, in their order. Any number of threads may share one."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises: UseError ADS-042 without the extra `ads`."""
        try:
            import bm25s
            from scipy.sparse import csr_array
            from scipy.sparse.linalg import svds
        except ImportError as error:
            raise UseError(
                "ADS-042", f"choosing by the page needs {error.name}", fix="pip install 'licet[ads]'"
            ) from error
        self._pages: OrderedDict[bytes, tuple[Fitting, ...]] = OrderedDict()
        self._texts = len(texts)
        documents = [page_words(text) for text in texts]
        self._vocabulary: dict[str, int] = {}
        for word in (word for words in documents for word in words):
            self._vocabulary.setdefault(word, len(self._vocabulary))
        self._bm25: Any = None
        self._places: Vector | None = None
        if not self._vocabulary:
            return
        self._bm25 = bm25s.BM25(k1=_K1, b=_B)
        self._bm25.index([words or [""] for words in documents], show_progress=False)
        counts = [Counter(self._vocabulary[word] for word in words) for words in documents]
        held = np.zeros(len(self._vocabulary), np.float32)
        for counted in counts:
            held[list(counted)] += 1
        self._idf = np.log1p((len(texts) - held + 0.5) / (held + 0.5)).astype(np.float32)
        most = min(_DIMENSIONS, min(len(texts), len(held)) - 1)
        if len(texts) < _FEWEST_TEXTS or most < 2:
            return
        rows = [place for place, counted in enumerate(counts) for _ in counted]
        columns = [word for counted in counts for word in counted]
        weights = np.log1p([times for counted in counts for times in counted.values()]) * self._idf[columns]
        norms = np.sqrt(np.bincount(rows, weights**2, len(texts)))
        normed = (weights / np.maximum(norms, 1e-9)[rows]).astype(np.float32)
        matrix = csr_array((normed, (rows, columns)), shape=(len(texts), len(held)))
        left, strengths, right = svds(matrix, k=most, rng=np.random.default_rng(1))
        places = left * strengths
        lengths = np.linalg.norm(places, axis=1, keepdims=True)
        self._places = (places / np.maximum(lengths, 1e-9)).astype(np.float32)
        self._directions: Vector = np.ascontiguousarray(right.T, np.float32)

    def fitting(self, text: str, digest: bytes) -> tuple[Fitting, ...]:
        """The campaigns that fit a page, best first; none where it has no word of theirs. digest: of the text."""
        known = self._pages.get(digest)
        if known is None:
            known = self._best(page_words(text))
            self._pages[digest] = known
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return known

    def scores(self, words: Sequence[str]) -> Vector:
        """How well each campaign fits some words; 0.0 or less where it does not."""
        counted = Counter(self._vocabulary[word] for word in words if word in self._vocabulary)
        if self._bm25 is None or not counted:
            return np.zeros(self._texts, np.float32)
        known = list(dict.fromkeys(word for word in words if word in self._vocabulary))
        by_words: Vector = self._bm25.get_scores(known)
        together, fits = _standardised(by_words), by_words > 0
        if self._places is not None:
            numbers = np.fromiter(counted, np.int64, len(counted))
            weights = np.log1p(np.fromiter(counted.values(), np.float32, len(counted))) * self._idf[numbers]
            asked = weights @ self._directions[numbers]
            cosines = self._places @ (asked / (np.linalg.norm(asked) + 1e-9)).astype(np.float32)
            together, fits = together + _standardised(cosines), fits | (cosines > _LEAST_COSINE)
        # Moved so that the least of those that fit still fits.
        return np.where(fits, together - together.min() + 1e-3, 0).astype(np.float32)

    def _best(self, words: Sequence[str]) -> tuple[Fitting, ...]:
        scores = self.scores(words)
        best = np.argsort(-scores, kind="stable")[:MOST_CANDIDATES]
        most = float(scores[best[0]]) if len(best) else 0.0
        if most <= 0:
            return ()
        return tuple(Fitting(int(i), float(scores[i]) / most) for i in best if scores[i] > 0)


def _standardised(values: npt.NDArray[Any]) -> Vector:
    told: Vector = ((values - values.mean()) / (values.std() + 1e-9)).astype(np.float32)
    return told
