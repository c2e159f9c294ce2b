"""The words: purposes, kinds of data, regions, moments, codes of an answer, and the one error tree.

The ground floor. Imports nothing of licet, does nothing but name things.
"""

from licet.terms.decisions import EVERY_USE, SENTENCES, ChoiceState, Code
from licet.terms.errors import (
    AppError,
    DeliveryError,
    GateError,
    LedgerError,
    LicetError,
    PackError,
    ReportError,
    SourceError,
    StoreError,
    UseError,
)
from licet.terms.ids import SELF

__all__ = [
    "EVERY_USE",
    "SELF",
    "SENTENCES",
    "AppError",
    "ChoiceState",
    "Code",
    "DeliveryError",
    "GateError",
    "LedgerError",
    "LicetError",
    "PackError",
    "ReportError",
    "SourceError",
    "StoreError",
    "UseError",
]
