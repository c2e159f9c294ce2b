"""Receipts: what a member chose, in a file they can hold and check without anyone's help.

`check` needs the receipt, or the certificate of who is in an artefact, and the ledger's public key. Issuing is a method
of the workspace.
"""

from licet.receipts.examination import ReceiptProblem, ReceiptProblemCode
from licet.receipts.forgetting_certificate import ForgettingCheck, check_forgetting_certificate
from licet.receipts.membership_certificate import CertificateCheck, check_certificate
from licet.receipts.membership_proof_file import ProofFileCheck, check_proof_file, proof_file_bytes
from licet.receipts.receipt_check import ReceiptCheck, check, check_file
from licet.receipts.receipt_file import read_receipt, to_bytes

__all__ = [
    "CertificateCheck",
    "ForgettingCheck",
    "ProofFileCheck",
    "ReceiptCheck",
    "ReceiptProblem",
    "ReceiptProblemCode",
    "check",
    "check_certificate",
    "check_file",
    "check_forgetting_certificate",
    "check_proof_file",
    "proof_file_bytes",
    "read_receipt",
    "to_bytes",
]
