"""From a file to a `Pack`: read, shape, references; the only way a policy enters licet.

Guarantees that a pack returned from here makes sense as a whole. Refuses with one `PackErrors` that carries
every problem found, each with file, line and column; nothing is loaded in part.
"""

from __future__ import annotations

import functools
import itertools
import os
from pathlib import Path as FilePath

from licet.packs.model import Pack
from licet.packs.pack_problems import MOST_PROBLEMS, PackErrors, Positions, raise_all
from licet.packs.pack_references import check_references
from licet.packs.pack_shape import build, check_version
from licet.packs.yaml_reader import MAX_BYTES, decode, read
from licet.terms import PackError

#: As many texts are kept with what they say: the packs that ship, and some of a workspace's own.
_KEPT = 32


def load_pack(path: str | os.PathLike[str]) -> Pack:
    """Read the policy file at `path`.

    Raises: PackErrors (a PackError); PACK-001 when the file cannot be read, else what is wrong in it.
    """
    return locate_pack(*read_file(path))[0]


def parse_pack(text: str, where: str = "pack.yaml") -> Pack:
    """The pack that `text` says. `where` names the text in errors.

    Raises: PackErrors (a PackError) with every problem in `.problems`, in the order of the text.
    """
    return locate_pack(text, where)[0]


@functools.lru_cache(maxsize=_KEPT)
def locate_pack(text: str, where: str = "pack.yaml") -> tuple[Pack, Positions]:
    """Like `parse_pack`, with the place of every key and value, for whoever points back into the text.

    Neither is ever changed, so one text is read once a process, as long as few others are.
    """
    value, positions = read(text, where)
    version = check_version(value)
    if version is not None:
        raise_all([version], positions)
    pack, problems = build(value)
    raise_all(problems, positions)
    assert pack is not None  # build gives a pack or problems
    check_pack(pack, positions)
    return pack, positions


def check_pack(pack: Pack, positions: Positions | None = None) -> None:
    """Hold a pack made in Python to what a file is held to.

    Raises: PackErrors when something in it points nowhere or may not be permitted, with the first so many problems.
    """
    raise_all(itertools.islice(check_references(pack), MOST_PROBLEMS), positions or Positions(pack.id))


def read_file(path: str | os.PathLike[str]) -> tuple[str, str]:
    """The text of a policy file and its name for errors.

    Raises: PackErrors PACK-001, PACK-002 or PACK-004.
    """
    file = FilePath(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)  # never more than is needed to refuse it
    except OSError as error:
        said = (error.strerror or "it cannot be opened").lower()
        fix = "check the path; `licet packs list` shows the policies that come with licet"
        raise PackErrors(
            [PackError("PACK-001", f"the policy cannot be read: {said}", str(file), fix)]
        ) from None
    return decode(data, file.name), file.name
