"""Recommenders of others, run in a Python of their own: `python ranking_peers.py ROWS.npz RANKINGS.npz MODEL SETTINGS`.

ROWS has `starts` and `items` of every member, `size` (how many items there are) and `panel` (members to rank for).
SETTINGS is JSON, a list of keyword arguments; RANKINGS gets `ranked_0`, `ranked_1` and so on, one for each, with the
first 20 items of each of the panel that they did not do, and `seconds`. Nothing of licet is imported here: the
benchmark judges the rankings, and all of them alike.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

K = 20
#: Members scored at a time where scores are dense.
_AT_A_TIME = 500


def ials(rows: Any, panel: Any, **settings: Any) -> Any:
    """Hu, Koren and Volinsky, Collaborative filtering for implicit feedback datasets, 2008; by implicit."""
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(num_threads=1, use_gpu=False, random_state=1, **settings)
    model.fit(rows.astype(np.float32), show_progress=False)
    return ranked(rows, panel, lambda some: model.user_factors[some] @ model.item_factors.T)


def item_knn(rows: Any, panel: Any, kind: str = "cosine", neighbours: int = 200) -> Any:
    """Items whose members are alike, by cosine or its TF-IDF kin; by implicit."""
    from implicit import nearest_neighbours

    made = {"cosine": "CosineRecommender", "tfidf": "TFIDFRecommender", "bm25": "BM25Recommender"}[kind]
    model = getattr(nearest_neighbours, made)(K=neighbours, num_threads=1)
    model.fit(rows.astype(np.float64), show_progress=False)
    return ranked(rows, panel, lambda some: np.asarray((rows[some] @ model.similarity).todense()))


def rp3beta(rows: Any, panel: Any, alpha: float = 1.0, beta: float = 0.3, neighbours: int = 200) -> Any:
    """Paudel et al., Updatable, accurate, diverse, and scalable recommendations, 2017; as Dacrema et al. have it."""
    rows = rows.astype(np.float64)
    turned = rows.T.tocsr()
    popularity = np.asarray(turned.sum(axis=1)).ravel()
    to_item, to_member = (_normalised(matrix).power(alpha) for matrix in (rows, turned))
    less = np.where(popularity > 0, np.maximum(popularity, 1) ** -beta, 0)
    parts = []
    for first in range(0, turned.shape[0], 2000):
        part = (to_member[first : first + 2000] @ to_item).multiply(less).tocsr()
        parts.append(_strongest(part, first, neighbours))
    similarity = sp.vstack(parts).tocsr()
    return ranked(rows, panel, lambda some: np.asarray((rows[some] @ similarity).todense()))


def ease(rows: Any, panel: Any, reg: float = 100.0, most_items: int = 6000) -> Any:
    """Steck, Embarrassingly shallow autoencoders, 2019; over the most popular items: it inverts a square matrix."""
    popularity = np.asarray(rows.sum(axis=0)).ravel()
    chosen = np.sort(np.argsort(-popularity, kind="stable")[:most_items])
    some = rows[:, chosen].astype(np.float32)
    gram = (some.T @ some).toarray()
    gram[np.diag_indices_from(gram)] += reg
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)

    def scores(members: Any) -> Any:
        full = np.full((len(members), rows.shape[1]), -np.inf, np.float32)
        full[:, chosen] = some[members] @ weights
        return full

    return ranked(rows, panel, scores)


MODELS: dict[str, Callable[..., Any]] = {"ials": ials, "item_knn": item_knn, "rp3beta": rp3beta, "ease": ease}


def ranked(rows: Any, panel: Any, scores: Callable[[Any], Any]) -> Any:
    """[panel, 20] numbers of items, those of the highest scores first, of equal ones the first; none of their own."""
    found = np.empty((len(panel), K), np.int64)
    for first in range(0, len(panel), _AT_A_TIME):
        some = panel[first : first + _AT_A_TIME]
        told = np.array(scores(some), np.float64)
        of, own = rows[some].nonzero()
        told[of, own] = -np.inf
        top = np.argpartition(-told, K, axis=1)[:, :K]
        order = np.lexsort((top, -np.take_along_axis(told, top, 1)), axis=1)
        found[first : first + len(some)] = np.take_along_axis(top, order, 1)
    return found


def _normalised(matrix: Any) -> Any:
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return (sp.diags(np.where(sums > 0, 1 / np.maximum(sums, 1e-12), 0)) @ matrix).tocsr()


def _strongest(part: Any, first: int, most: int) -> Any:
    """Of each row the largest values, its own place apart."""
    kept_columns, kept_values, ends = [], [], [0]
    for row in range(part.shape[0]):
        inside = slice(part.indptr[row], part.indptr[row + 1])
        columns, values = part.indices[inside], part.data[inside]
        apart = columns != first + row
        columns, values = columns[apart], values[apart]
        if len(values) > most:
            best = np.lexsort((columns, -values))[:most]
            columns, values = columns[best], values[best]
        kept_columns.append(columns)
        kept_values.append(values)
        ends.append(ends[-1] + len(columns))
    return sp.csr_matrix(
        (np.concatenate(kept_values), np.concatenate(kept_columns), ends),
        shape=(part.shape[0], part.shape[1]),
    )


def main(rows_file: str, rankings_file: str, model: str, settings: str) -> None:
    told = np.load(rows_file)
    starts, items = told["starts"], told["items"]
    rows = sp.csr_matrix((np.ones(len(items)), items, starts), shape=(len(starts) - 1, int(told["size"])))
    made: dict[str, Any] = {}
    seconds = []
    for number, setting in enumerate(json.loads(settings)):
        start = time.process_time()
        made[f"ranked_{number}"] = MODELS[model](rows, told["panel"], **setting)
        seconds.append(time.process_time() - start)
    np.savez(rankings_file, seconds=np.array(seconds), **made)


if __name__ == "__main__":
    main(*sys.argv[1:])
