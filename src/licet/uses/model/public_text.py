"""Public text that is no member's: what Python and the packages installed beside it say of themselves.

Docstrings and documents of the standard library and of packages under permissive licences, each source with its
licence and a digest, so that whoever doubts a base can hold the same text in hand. What a package carries of others
(vendored code), tests and texts of licences are left out, and so are lines that name whoever wrote or keeps it: an
address, an author, a copyright. A package whose licence is not one of `PERMISSIVE`, word for word, is no source.
"""

from __future__ import annotations

import ast
import inspect
import platform
import re
import sysconfig
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from licet.terms import UseError

#: SPDX, and what packages wrote before there was SPDX.
PERMISSIVE = frozenset(
    {
        *(
            "0BSD",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "BSL-1.0",
            "CC0-1.0",
            "ISC",
            "LLVM-exception",
        ),
        *("MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
        *("BSD", "Apache 2.0", "Apache License, Version 2.0", "3-Clause BSD License", "ISC License"),
        *(
            "MIT License",
            "BSD License",
            "Apache Software License",
            "ISC License (ISCL)",
            "zlib/libpng License",
        ),
        "Python Software Foundation License",
    }
)
#: Shorter ones say little but the name of what they stand beside.
SHORTEST_CHARACTERS = 200
#: Of one source, so that no few say what the base knows: those texts whose digests come first.
MOST_BYTES = 1_500_000

_STANDARD_LIBRARY = "Python standard library"
_LEFT_OUT = re.compile(
    r"(^|/)(tests?|testing|_?vendor(ed)?|third_party|extern(als?)?|site-packages|licen[cs]es|__pycache__|lib2to3"
    r"|idlelib)/|(^|/)(test_|conftest|licen[cs]e|notice|authors|copying)[^/]*$",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|copyright|©|\bauthors?\b|\bmaintain(ed|ers?)\b|\b(written|contributed|created) by\b|\btodo\(",
    re.IGNORECASE,
)


class TextSource(BaseModel):
    """Where public text is from. sha256: of its texts, each once, by the digests of them in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="a distribution as its index calls it, or the standard library")
    version: str
    licence: str = Field(description="as the distribution states it")
    texts: int = Field(description="how many there are, each once")
    bytes: int = Field(description="of them in UTF-8")
    sha256: str


class PublicText(NamedTuple):
    """texts: each once, by their digests, so that any part of them is of every source."""

    sources: tuple[TextSource, ...]
    texts: list[str]


def read_public_text(
    progress: Callable[[str, int, int | None], None], names: Collection[str] | None = None
) -> PublicText:
    """The text of every source that is installed here, or of those named; the same installation gives the same.

    Raises: UseError MODL-071 for a name that no such source has.
    """
    found = _found_here()
    sources: list[TextSource] = []
    texts: dict[bytes, str] = {}
    wanted = sorted(found if names is None else names)
    if strange := [name for name in wanted if name not in found]:
        raise UseError(
            "MODL-071",
            f"{strange[0]!r} is no source of public text here",
            fix="name a distribution that is installed and says that its licence is a permissive one",
        )
    for done, name in enumerate(wanted):
        progress("reading public text", done, len(wanted))
        own = _share({sha256(text.encode()).digest(): text for text in _texts(found[name].files())})
        if own:
            sources.append(_source(found[name], own))
            texts |= own
    return PublicText(tuple(sources), [texts[key] for key in sorted(texts)])


def not_installed(expected: Sequence[TextSource]) -> list[str]:
    """In plain words which sources are not here, or are of another version."""
    here, told = _found_here(), []
    for source in expected:
        if source.name not in here:
            told.append(f"{source.name} {source.version} is not installed")
        elif here[source.name].version != source.version:
            told.append(f"{source.name} is {here[source.name].version}, not {source.version}")
    return told


def differing(expected: Sequence[TextSource], found: Sequence[TextSource]) -> list[str]:
    """In plain words which sources say something else here than they said there."""
    return [
        f"the text of {source.name} {source.version} is another" for source in expected if source not in found
    ]


def _share(own: dict[bytes, str]) -> dict[bytes, str]:
    """What is taken of a source, by the digests of its texts, in their order."""
    taken: dict[bytes, str] = {}
    room = MOST_BYTES
    for key in sorted(own):
        room -= len(own[key].encode())
        if room < 0:
            break
        taken[key] = own[key]
    return taken


def _source(installed: _Installed, own: dict[bytes, str]) -> TextSource:
    return TextSource(
        name=installed.name,
        version=installed.version,
        licence=installed.licence,
        texts=len(own),
        bytes=sum(len(text.encode()) for text in own.values()),
        sha256=sha256(b"".join(own)).hexdigest(),
    )


def _found_here() -> dict[str, _Installed]:
    """Every source that is installed here; of one that is installed twice the first, which is what is imported."""
    found = {_STANDARD_LIBRARY: _Installed(_STANDARD_LIBRARY, platform.python_version(), "PSF-2.0", None)}
    for installed in map(_distribution, metadata.distributions()):
        if installed is not None:
            found.setdefault(installed.name, installed)
    return found


class _Installed(NamedTuple):
    """distribution: None for the standard library."""

    name: str
    version: str
    licence: str
    distribution: metadata.Distribution | None

    def files(self) -> list[Path]:
        """All that may hold text, in order."""
        if self.distribution is None:
            folder = Path(sysconfig.get_paths()["stdlib"])
            named = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
        else:
            parts = self.distribution.files or ()
            named = {
                part.as_posix(): Path(str(self.distribution.locate_file(part)))
                for part in parts
                if part.suffix in (".py", ".md", ".rst") or part.name == "METADATA"
            }
        return [named[name] for name in sorted(named) if not _LEFT_OUT.search(name)]


def _distribution(installed: metadata.Distribution) -> _Installed | None:
    """One that may be a source; None for whatever is not under a permissive licence, and for licet itself."""
    name, licence = installed.metadata["Name"], _licence(installed.metadata)
    if licence is None or name.lower() == "licet":
        return None
    return _Installed(name, installed.version, licence, installed)


def _licence(said: metadata.PackageMetadata) -> str | None:
    """What the distribution says its licence is, where that is permissive in every part."""
    for expression in said.get_all("License-Expression", []):
        parts = re.split(r"\s+(?:AND|OR|WITH)\s+|[()]+", expression)
        return expression if {part.strip() for part in parts if part.strip()} <= PERMISSIVE else None
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    named = [line.rpartition(" :: ")[2] for line in classifiers if not line.endswith(":: OSI Approved")]
    if named:
        return " AND ".join(sorted(named)) if set(named) <= PERMISSIVE else None
    return next((field.strip() for field in said.get_all("License", []) if field.strip() in PERMISSIVE), None)


def _texts(files: list[Path]) -> Iterator[str]:
    for path in files:
        try:
            whole = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for text in (
            _docstrings(whole, path.parent.name == "pydoc_data")
            if path.suffix == ".py"
            else [_description(whole, path)]
        ):
            kept = "\n".join(line for line in text.splitlines() if not _OF_SOMEBODY.search(line)).strip()
            if len(kept) >= SHORTEST_CHARACTERS:
                yield kept.encode("utf-8", "replace").decode()


def _description(whole: str, path: Path) -> str:
    """A document; of the metadata of a distribution what follows the fields, which name its author."""
    return whole.partition("\n\n")[2] if path.name == "METADATA" else whole


def _docstrings(whole: str, every_string: bool) -> Iterator[str]:
    """What modules, classes and functions say of themselves; of the manual of the language every string."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(whole)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if every_string and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield inspect.cleandoc(node.value)
        elif (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not every_string
        ):
            yield ast.get_docstring(node) or ""
