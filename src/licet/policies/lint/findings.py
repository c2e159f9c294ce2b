"""One finding, and how much it weighs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    WARNING = "warning"
    NOTE = "note"


#: Codes that are notes: true of many honest policies, and still worth reading.
_NOTES = frozenset(
    {
        "PACK-103",
        "PACK-104",
        "PACK-112",
        "PACK-113",
        "PACK-114",
        "PACK-115",
        "PACK-117",
        "PACK-120",
        "PACK-121",
        "PACK-145",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful: what, where, and how to mend it. Reads like an error and stops nothing."""

    code: str
    severity: Severity
    what: str
    where: str
    fix: str

    def line(self) -> str:
        """``warning PACK-106: what · where · fix``."""
        return f"{self.severity} {self.code}: " + " · ".join(
            part for part in (self.what, self.where, self.fix) if part
        )

    def as_dict(self) -> dict[str, str]:
        """The same facts for `--json`."""
        return {key: str(value) for key, value in asdict(self).items()}


def severity_of(code: str) -> Severity:
    return Severity.NOTE if code in _NOTES else Severity.WARNING
