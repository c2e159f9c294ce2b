"""Rows of a Stack Exchange dump file, one at a time: ``<row Id="1" .../>`` elements inside one root element.

Streams: no tree is ever built, and memory is bounded by one row. A document type declaration, and with it every
entity a file could define, is refused before it takes effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from licet.terms import SourceError

_CHUNK_BYTES = 256 * 1024
#: The longest row: a post's body is at most 30,000 characters on the sites themselves.
_LONGEST_ROW_BYTES = 16 * 1024 * 1024


def read_rows(path: Path, on_bytes: Callable[[int], None] | None = None) -> Iterator[dict[str, str]]:
    """The attributes of every ``row`` element of the file, in its order.

    on_bytes: called with the bytes read so far.
    Raises: SourceError SRC-021 when it is not XML, or cannot be read; SRC-022 for a document type declaration;
    SRC-023 for a row longer than 16 MiB.
    """
    rows: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            rows.append(attributes)

    def refuse(*_: object) -> None:
        raise SourceError(
            "SRC-022",
            "the file declares a document type, which dumps never do and attacks use",
            f"{path}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}",
            "download the dump again from its publisher",
        )

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    done = since_row = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)
                done += len(chunk)
                since_row = 0 if rows else since_row + len(chunk)
                if since_row > _LONGEST_ROW_BYTES:
                    raise SourceError(
                        "SRC-023",
                        "a row is longer than 16 MiB",
                        f"{path}:{parser.CurrentLineNumber}",
                        "check that this is a dump of a Stack Exchange site",
                    )
                yield from rows
                rows.clear()
                if on_bytes is not None:
                    on_bytes(done)
            parser.Parse(b"", True)
            yield from rows
    except expat.ExpatError as error:
        raise SourceError(
            "SRC-021",
            f"this is not XML: {expat.ErrorString(error.code)}",
            f"{path}:{error.lineno}:{error.offset + 1}",
            "download the dump again; the file may be cut off",
        ) from None
    except (OSError, ValueError, LookupError) as error:  # the last two: an encoding that Python cannot read
        raise SourceError(
            "SRC-021", f"the file cannot be read: {error}", str(path), "check the file"
        ) from None
