"""An export in the layout of a Hugging Face dataset: Parquet under ``data/`` and a dataset card.

Only a folder is written: nothing is uploaded. `datasets.load_dataset(folder)` reads it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from licet.uses.corpus.exports.dataset_card import make_card
from licet.uses.corpus.exports.document_order import in_order
from licet.uses.corpus.exports.export_account import TITLE, Account
from licet.uses.corpus.exports.export_folder import SPILL, Export, new_folder, summarise
from licet.uses.corpus.exports.exported_documents import Documents
from licet.uses.corpus.exports.plain_files import ROWS_PER_FILE, check_count, write_shards


def export_huggingface(
    documents: Iterable[pa.RecordBatch | pa.Table],
    account: Account,
    out: str | Path,
    *,
    overwrite: bool = False,
    rows_per_file: int = ROWS_PER_FILE,
    title: str = TITLE,
    license_id: str = "unknown",
) -> Export:
    """Write ``data/train-00000-of-000NN.parquet``, ``README.md``, a manifest and sums to the folder `out`.

    license_id: one of Hugging Face's licence ids; ``unknown`` and ``other`` are among them.
    Raises: UseError CORP-201 to CORP-206.
    """
    with new_folder(out, overwrite=overwrite) as folder:
        stream = Documents(in_order(documents, folder.root / SPILL))
        write_shards(folder, "data/train", stream, rows_per_file)
        check_count(stream, account)
        download_bytes = sum(entry.bytes for entry in folder.entries())
        folder.write("README.md", make_card(account, stream.tally, title, license_id, download_bytes))
        folder.finish("huggingface", account)
        return summarise(folder, out, account.documents)
