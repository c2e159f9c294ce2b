"""The policies that come with licet, by name, and any other by its path.

A shipped pack is a file like every other: it is read, checked and refused the same way.
"""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path

from licet.packs.loading import locate_pack, read_file
from licet.packs.model import Pack
from licet.packs.pack_problems import PackErrors, Positions, nearest
from licet.packs.pack_versions import as_of
from licet.terms import PackError

_FOLDER = "shipped"
#: The pack of the network that the demo makes up, for which every use has data; all others are of platforms there are.
MADE_UP = "exemplum"


def shipped() -> list[str]:
    """Ids of the packs that come with licet, sorted; the made-up network's stands last."""
    folder = resources.files("licet.packs") / _FOLDER
    names = (file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    return sorted(names, key=lambda name: (name == MADE_UP, name))


def read_policy(name_or_path: str | os.PathLike[str]) -> tuple[str, str]:
    """The text of a shipped pack or of a file, and its name for errors.

    Text without a slash or a suffix names a shipped pack, or it as of a version of it, of which the text is then made;
    everything else is a path. Raises: PackErrors PACK-027 for a name that is not shipped; see `read_file` for paths.
    """
    name = os.fspath(name_or_path)
    if isinstance(name_or_path, str) and not _looks_like_path(name):
        names = shipped()
        if name.partition("@")[0] in names and "@" in name:
            told = json.dumps(open_pack(name).as_json(), ensure_ascii=False, indent=2)  # JSON is YAML, too
            return told, f"{name}.yaml"
        if name not in names:
            meant = nearest(name, names)
            fix = (
                f'use "{meant}", or give a path'
                if meant
                else f"use one of: {', '.join(names)}; or give a path"
            )
            raise PackErrors([PackError("PACK-027", f'no policy "{name}" comes with licet', "", fix)])
        file = resources.files("licet.packs") / _FOLDER / f"{name}.yaml"
        return file.read_text(encoding="utf-8"), f"{name}.yaml"
    return read_file(name_or_path)


def open_pack(name_or_path: str | os.PathLike[str]) -> Pack:
    """The shipped pack of that name, or the pack at that path; `name@version` is a shipped one as of a version of it.

    Raises: PackErrors (a PackError) as `read_policy` and `parse_pack`; PACK-034 for a version that it has not.
    """
    name, at, version = os.fspath(name_or_path).partition("@")
    if at and name in shipped():
        return as_of(open_pack(name), version)
    return locate_pack(*read_policy(name_or_path))[0]


def locate_policy(name_or_path: str | os.PathLike[str]) -> tuple[Pack, Positions]:
    """Like `open_pack`, with the place of every key and value in its file."""
    return locate_pack(*read_policy(name_or_path))


def _looks_like_path(name: str) -> bool:
    return os.sep in name or "/" in name or Path(name).suffix in (".yaml", ".yml")
