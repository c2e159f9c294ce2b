"""Where things lie in a workspace folder, and how one is made: readable by its owner only, whatever the umask."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from licet.app.ledger_place import HERE, address_to_keep, asked_place, make_ledger
from licet.ledger import Signer
from licet.ledger.postgres_address import is_postgres
from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import save_catalogue
from licet.terms import AppError
from licet.terms.canonical import JsonObject

FORMAT_VERSION = 1
_SALT_BYTES = 32


class Layout(NamedTuple):
    """The files of a workspace."""

    root: Path

    @property
    def marker(self) -> Path:
        return self.root / "licet.json"

    @property
    def signing_key(self) -> Path:
        return self.root / "keys" / "ledger.key"

    @property
    def salt(self) -> Path:
        return self.root / "keys" / "salt"

    @property
    def tokens(self) -> Path:
        return self.root / "keys" / "tokens.json"

    @property
    def ledger(self) -> Path:
        """The ledger's file, where it is not on PostgreSQL."""
        return self.root / "ledger.sqlite"

    @property
    def checkpoint(self) -> Path:
        return self.root / "ledger.checkpoint"

    @property
    def absences(self) -> Path:
        """Who of those who refused was absent from the members' table at the last run, as keyed digests."""
        return self.root / "keys" / "absences.json"

    @property
    def gate_files(self) -> Path:
        """What gates keep for the next process: members' ids, what they chose, and whose the rows are."""
        return self.root / "cache"

    @property
    def kept_keys(self) -> Path:
        """What stands for members in artefacts, for the next build."""
        return self.gate_files / "keys"

    @property
    def kept_checkpoints(self) -> Path:
        """What an interrupted training had made; members' texts went into it."""
        return self.gate_files / "checkpoints"

    @property
    def trials(self) -> Path:
        """Where a model is tried on members' texts, for as long as that takes."""
        return self.gate_files / "trials"

    @property
    def deliveries(self) -> Path:
        """What copies that left hold, and what they were sent; encrypted."""
        return self.root / "deliveries"

    @property
    def deletions(self) -> Path:
        """What recipients of lists were asked to delete, and their answers; encrypted."""
        return self.root / "deletions"

    @property
    def drop(self) -> Path:
        """What is kept of California's deletion lists; encrypted."""
        return self.root / "drop"

    @property
    def forgettings(self) -> Path:
        """What is still to be looked for of people who are being forgotten; encrypted."""
        return self.root / "forgettings"

    @property
    def certificates(self) -> Path:
        """The certificates of forgettings, for whom they are about; encrypted."""
        return self.root / "certificates"

    @property
    def recipients(self) -> Path:
        return self.root / "recipients.yaml"

    @property
    def reports(self) -> Path:
        """What only the operator can say in a report."""
        return self.root / "reports.yaml"

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue.yaml"

    @property
    def recipe(self) -> Path:
        return self.root / "recipe.yaml"

    @property
    def recommend(self) -> Path:
        """Which tables recommendations go by, and what their columns mean."""
        return self.root / "recommend.yaml"

    @property
    def campaigns(self) -> Path:
        """Whose advertisements are shown, to whom, for how much."""
        return self.root / "campaigns.yaml"

    @property
    def ad_images(self) -> Path:
        """The images of advertisements, by the names that campaigns call them."""
        return self.root / "ads"

    @property
    def told_audiences(self) -> Path:
        """What advertisers were told of audiences, and those that they have."""
        return self.root / "ads" / "audiences.json"

    @property
    def ad_budgets(self) -> Path:
        """What of each budget is reserved, where that is in no database; of money, and of no member."""
        return self.root / "ad_server" / "budgets.sqlite"

    @property
    def ad_choices(self) -> Path:
        """The logs of choices and clicks; no member is named in them."""
        return self.root / "ad_server" / "choices"

    @property
    def measured_effect(self) -> Path:
        """What opting out does to recommendations, as it was measured last; it counts members and names nobody."""
        return self.root / "recommend-effect.json"

    @property
    def packs(self) -> Path:
        return self.root / "packs"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def store(self) -> Path:
        return self.root / "store"


def is_workspace(root: Path) -> bool:
    try:
        return Layout(root).marker.is_file()
    except OSError:  # a path that no system opens
        return False


def make_workspace(root: Path, ledger: str | None = None, ledger_role: str | None = None) -> Layout:
    """Make an empty workspace; the marker is written last, so a half-made one is not taken for whole.

    ledger, ledger_role: as `app.create` has them.
    Raises: AppError APP-003 when there is one already, APP-041 and APP-042 for an unfit address of the ledger.
    """
    layout = Layout(root)
    if is_workspace(root):
        raise AppError(
            "APP-003", "there is a workspace here already", str(root), "use it, or choose another folder"
        )
    from licet.store import Store  # late: one decision needs none

    kept = address_to_keep(ledger, ledger_role)
    root.mkdir(parents=True, exist_ok=True)
    layout.signing_key.parent.mkdir(mode=0o700, exist_ok=True)
    layout.packs.mkdir(mode=0o700, exist_ok=True)
    layout.data.mkdir(mode=0o700, exist_ok=True)
    if not layout.salt.exists():
        _write_secret(layout.salt, secrets.token_bytes(_SALT_BYTES).hex().encode())
    signer = (
        Signer.open(layout.signing_key) if layout.signing_key.exists() else Signer.create(layout.signing_key)
    )
    make_ledger(asked_place(ledger, None, layout.ledger), signer, layout.checkpoint, ledger_role)
    if not layout.catalogue.exists():
        save_catalogue(Catalogue(licet_catalogue=1, tables={}), layout.catalogue)
    Store.open(layout.store, create=True)
    layout.store.chmod(0o700)
    marker = {"licet_workspace": FORMAT_VERSION} | ({} if kept is None else {"ledger": kept})
    layout.marker.write_text(json.dumps(marker) + "\n", encoding="utf-8")
    return layout


def open_layout(root: Path) -> Layout:
    """Raises: AppError APP-001 when there is no workspace, APP-002 when a newer licet made it."""
    layout = Layout(root)
    version = _read_marker(layout)["licet_workspace"]
    if version != FORMAT_VERSION:
        raise AppError("APP-002", f"the workspace is of version {version!r}", str(root), "use a newer licet")
    return layout


def _read_marker(layout: Layout) -> JsonObject:
    try:
        marker = json.loads(layout.marker.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise AppError(
            "APP-001",
            "there is no workspace here",
            str(layout.root),
            "make one with `licet init`, or try `licet demo`",
        ) from None
    except OSError as error:
        raise AppError(
            "APP-214",
            f"the workspace cannot be opened: {(error.strerror or 'its marker cannot be read').lower()}",
            str(layout.marker)[-200:],
            "check the path, and that you may read it",
        ) from None
    except (ValueError, RecursionError):
        raise _damaged(layout) from None
    if not isinstance(marker, dict) or "licet_workspace" not in marker:
        raise _damaged(layout)
    return marker


def _damaged(layout: Layout) -> AppError:
    return AppError("APP-002", "the workspace's marker is damaged", str(layout.marker), "restore the file")


def ledger_place(layout: Layout) -> str:
    """What opens the workspace's ledger. Raises: AppError APP-001, APP-002 like `open_layout`."""
    kept = _read_marker(layout).get("ledger")
    if kept not in (None, HERE) and not (isinstance(kept, str) and is_postgres(kept)):
        raise _damaged(layout)
    return asked_place(None, kept, layout.ledger)


def read_salt(layout: Layout) -> bytes:
    """The workspace's secret salt. Raises: AppError APP-004 when it is missing or damaged."""
    try:
        salt = bytes.fromhex(layout.salt.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        salt = b""
    if len(salt) != _SALT_BYTES:
        raise AppError(
            "APP-004",
            "the workspace's salt is missing or damaged",
            str(layout.salt),
            "restore it from a backup",
        )
    return salt


def _write_secret(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
