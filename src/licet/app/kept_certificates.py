"""The certificates of forgettings as they were made, the last of each, for the person to fetch.

Made anew later they could not be: the artefacts that a certificate speaks of may have been superseded and purged since.
Each names whose data it was, so they lie sealed (`forgetting_files`), and go with the erasure of whom they are about.
"""

from __future__ import annotations

from pathlib import Path

from licet.app.forgetting_files import ForgettingFiles
from licet.receipts import read_receipt, to_bytes
from licet.terms import AppError, LicetError
from licet.terms.canonical import JsonObject


class KeptCertificates:
    """Those of one workspace, by the number of the forgetting."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._files = ForgettingFiles(folder, salt, b"licet certificates", ".certificate", "a certificate")

    def read(self, number: int) -> JsonObject | None:
        """The last that was made; None where none was. Raises: AppError APP-241 for what was damaged."""
        try:
            data = self._files.read(number)
            return None if data is None else read_receipt(data)
        except (ValueError, LicetError):
            raise AppError(
                "APP-241",
                "the certificate that was kept was damaged, or kept under another salt",
                str(self._files.path(number)),
                "restore it or keys/salt from a backup, or run licet forget again for that person: it makes another",
            ) from None

    def keep(self, number: int, certificate: JsonObject) -> None:
        """On the disk when this returns, in place of an earlier one. Raises: AppError APP-020 and its like."""
        self._files.write(number, to_bytes(certificate))

    def drop(self, number: int) -> None:
        """Let go of it. Raises: AppError APP-020 and its like."""
        self._files.drop(number)

    def numbers(self) -> list[int]:
        """Of which forgettings one is kept."""
        return self._files.numbers()
