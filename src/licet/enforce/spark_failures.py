"""What Spark says when it fails, as licet's errors: with a code and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException, PythonException

from licet.enforce.text_columns import refusal
from licet.terms import GateError, SourceError

#: How Spark's own messages begin.
_CONDITION = re.compile(r"\[[A-Z][A-Z_.]+\] .*")

#: Spark's words for a file or folder that is not there.
_MISSING = ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA", "FAILED_READ_FILE.FILE_NOT_EXIST")

#: What is said to be read where nobody knows its name.
_ROWS = "the rows of a table"


@contextmanager
def explained(what: str = _ROWS) -> Iterator[None]:
    """Raises: GateError GATE-020 for a function that failed on an executor, SourceError for all else.

    what: was being read; whoever knows its name tells it.
    """
    try:
        yield
    except PythonException as error:
        told = [line for line in str(error).splitlines() if line and not line[0].isspace()]
        raise GateError(
            "GATE-020",
            f"{what}: what was to be made of them failed on an executor: {told[-1]}",
            fix="install licet and what it needs on every executor, in this process's versions",
        ) from error
    except (PySparkException, Py4JError, pa.ArrowException, ConnectionError) as error:
        raise _told(error, what) from error
    except SourceError as error:
        failure = error.__cause__
        if isinstance(failure, PySparkException | Py4JError) and _ROWS in error.what:
            raise _told(failure, what) from failure
        raise


def _told(error: Exception, what: str) -> SourceError:
    carried = refusal(str(error))
    if carried is not None:
        return carried
    first_line = _cause(str(error)) or type(error).__name__
    condition = (error.getCondition() if isinstance(error, PySparkException) else None) or ""
    if condition.startswith("COLUMN_ALREADY_EXISTS"):
        return SourceError(
            "SRC-161",
            f"{what} has two columns of one name: {first_line}",
            fix="rename one: nothing says which of them a label or a person is about",
        )
    if condition.startswith(_MISSING):
        return SourceError(
            "SRC-062",
            f"{what} is not where the catalogue says, as Spark sees it: {first_line}",
            fix="put it where every executor can read it, or correct its location in the catalogue",
        )
    return SourceError(
        "SRC-063",
        f"Spark cannot read {what}: {first_line}",
        fix="check that the session is alive, and that the file is whole and is what the catalogue says it is",
    )


def _cause(text: str) -> str:
    """Of a Java exception with its causes, the line that says most: Spark's own with its condition, or the last."""
    lines = [line.removeprefix("Caused by: ") for line in text.splitlines() if not line.startswith("\t")]
    lines = [line for line in lines if line.strip() and not line.startswith("py4j.")]
    named = (found[0] for line in lines if (found := _CONDITION.search(line)))
    return next(named, lines[-1] if text.startswith("An error occurred") and lines else "".join(lines[:1]))
