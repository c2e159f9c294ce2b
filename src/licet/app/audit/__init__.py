"""A person's own archive, at home: what of it is used for what, and what to do. Nothing leaves the machine.

Start at `auditing.audit_archive`: `reading` counts the files into `contents`, `judging` asks `decide` about them,
`report` is what comes of it, `page` the same as one HTML file.
"""

from licet.app.audit.auditing import audit_archive
from licet.app.audit.page import write_page
from licet.app.audit.report import Report

__all__ = ["Report", "audit_archive", "write_page"]
