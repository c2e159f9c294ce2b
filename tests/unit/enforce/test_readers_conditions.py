"""What a reader makes of a table that a gate handed out is made of permitted rows alone, on either engine.

An engine is free to look at a reader's condition before it looks at who permits what. A condition that fails would then
tell of rows that are held back by how it fails, and a function of the reader's own would be shown them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import AT, MEMBERS, POSTS, SALT, Told, make_gate

from licet.enforce import Gate

#: Ibis 12 sets an option of pandas that pandas 3 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")


@pytest.mark.parametrize("prepared", [False, True])
def test_a_reader_s_condition_is_shown_no_row_that_is_held_back(
    engine: Any, prepared: bool, tmp_path: Path
) -> None:
    texts = pa.array(["1", "of ben, who said no", "2", "3", "4"])
    pq.write_table(POSTS.set_column(2, "text", texts), tmp_path / "posts.parquet")
    told = make_gate(
        ledger=Told(("ben", "sharing", None, "refused")), table={"location": {"parquet": "posts.parquet"}}
    )
    gate = Gate(
        told.policy, told.purpose, AT, told._catalogue, engine, told._ledger,
        base=tmp_path, tables={"members": MEMBERS}, salt=SALT,
    )  # fmt: skip
    if prepared:
        gate.prepare(["posts"])
    rows, seen = gate.table("posts"), tmp_path / "seen"

    @ibis.udf.scalar.python
    def spy(text: str) -> bool:
        with seen.open("a") as file:
            file.write(text + "\n")
        return True

    assert rows.filter(rows.text.cast("int64") > 0).count().to_pyarrow().as_py() == 1
    assert rows.mutate(n=rows.text.cast("int64")).filter(ibis._.n > 0).to_pyarrow()["text"].to_pylist() == [
        "1"
    ]
    assert rows.filter(spy(rows.text)).to_pyarrow()["text"].to_pylist() == ["1"]
    assert set(seen.read_text().splitlines()) == {"1"}
