"""A person's own archive, at home: what of it is used for what, and what to do. Nothing leaves the machine.

Start at `archive_audit`: `download_inventory` counts the files, `judgement` asks `decide` about them, `audit_report` is
what comes of it, `audit_page` the same as one HTML file.
"""

from licet.audit.archive_audit import audit_archive
from licet.audit.audit_page import write_page
from licet.audit.audit_report import Report

__all__ = ["Report", "audit_archive", "write_page"]
