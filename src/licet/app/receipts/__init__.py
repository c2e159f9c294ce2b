"""Receipts: what a member chose, in a file they can hold and check without anyone's help.

`check` needs the receipt and the ledger's public key. Issuing is a method of the workspace.
"""

from licet.app.receipts.checking import ReceiptCheck, ReceiptProblem, ReceiptProblemCode, check, check_file
from licet.app.receipts.reading import read_receipt, to_bytes

__all__ = [
    "ReceiptCheck",
    "ReceiptProblem",
    "ReceiptProblemCode",
    "check",
    "check_file",
    "read_receipt",
    "to_bytes",
]
