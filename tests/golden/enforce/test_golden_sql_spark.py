"""The same gates as SQL for Spark, beside DuckDB's: `spark/` holds what Spark is asked, to the letter.

`LICET_GOLDEN=write pytest tests/golden/enforce` writes both anew; read the difference before you commit it.
"""

from __future__ import annotations

from typing import Any

import pytest
from test_golden_sql import HERE, QUESTIONS, Listening, assert_sql_is_what_it_was

from licet.enforce.spark_engine import SparkEngine


class ListeningSpark(Listening, SparkEngine):
    """Spark, listened to."""


@pytest.mark.parametrize("name", QUESTIONS)
def test_sql_for_spark_is_what_it_was(name: str, spark_session: Any) -> None:
    assert_sql_is_what_it_was(name, ListeningSpark(spark_session), "spark", HERE / "spark" / f"{name}.sql")
