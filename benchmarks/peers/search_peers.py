"""Searches of others, in a Python of their own: `python search_peers.py DOCS.json ASKED.json FOUND.json NAME`.

DOCS is a list of [id, title, text], ASKED a list of queries of plain words; FOUND gets `found`, of each query the ids
of the best ten, and `ms`, the processor time of each. Nothing of licet is imported here: the benchmark judges what is
found, and all alike. Both look for any word of a query, stem English and leave its stop words out.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

K = 10
Find = Callable[[str], list[str]]


def tantivy(docs: Sequence[Any]) -> Find:
    """Tantivy's BM25 over two fields, in memory. Source: https://github.com/quickwit-oss/tantivy-py"""
    import tantivy as library

    analyser = (
        library.TextAnalyzerBuilder(library.Tokenizer.simple())
        .filter(library.Filter.lowercase())
        .filter(library.Filter.ascii_fold())
        .filter(library.Filter.stopword("english"))
        .filter(library.Filter.stemmer("english"))
        .build()
    )
    schema = library.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("title", "text"):
        schema.add_text_field(field, tokenizer_name="words")
    index = library.Index(schema.build())
    index.register_tokenizer("words", analyser)
    writer = index.writer(num_threads=1)
    for id_, title, text in docs:
        writer.add_document(library.Document(id=id_, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(asked: str) -> list[str]:
        words = " ".join(re.findall(r"\w+", asked))
        query = index.parse_query(words or "nothing", ["title", "text"])
        return [str(searcher.doc(place)["id"][0]) for _, place in searcher.search(query, K).hits]

    return find


def bm25s(docs: Sequence[Any]) -> Find:
    """Lù, BM25S, 2024 (arXiv:2407.03618)."""
    import bm25s as library
    from Stemmer import Stemmer

    stemmer = Stemmer("english")

    def cut(texts: Any) -> Any:
        return library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    ids, index = [id_ for id_, *_ in docs], library.BM25()
    index.index(cut([" ".join(doc[1:]) for doc in docs]), show_progress=False)

    def find(asked: str) -> list[str]:
        places, _ = index.retrieve(cut(asked), k=K, show_progress=False)
        return [ids[place] for place in places[0]]

    return find


if __name__ == "__main__":
    docs_path, asked_path, found_path = map(Path, sys.argv[1:4])
    find = {"tantivy": tantivy, "bm25s": bm25s}[sys.argv[4]](json.loads(docs_path.read_text("utf-8")))
    asked = json.loads(asked_path.read_text("utf-8"))
    found, taken = [], []
    for query in asked:
        start = time.process_time()
        found.append(find(query))
        taken.append((time.process_time() - start) * 1e3)
    found_path.write_text(json.dumps({"found": found, "ms": taken}), "utf-8")
