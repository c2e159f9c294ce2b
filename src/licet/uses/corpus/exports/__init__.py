"""Exports of a corpus snapshot to a folder outside the store: Parquet, JSON Lines, Hugging Face, Croissant.

An export is a copy, and a copy does not hear of later opt-outs: each says so, names the snapshot it was made
from, and carries no subject ids. It is written whole or not at all, and the same snapshot gives the same bytes.
"""

from licet.uses.corpus.exports.croissant import export_croissant
from licet.uses.corpus.exports.export_folder import Export
from licet.uses.corpus.exports.huggingface import export_huggingface
from licet.uses.corpus.exports.plain_files import export_jsonl, export_parquet

__all__ = [
    "Export",
    "export_croissant",
    "export_huggingface",
    "export_jsonl",
    "export_parquet",
]
