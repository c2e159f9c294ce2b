"""Microsoft Advertising: a bulk file of a customer list and its items, by hashed e-mail address alone.

Items cannot be downloaded, so what became of them is known from the file of results alone: see `microsoft_result`.

Source: Microsoft Advertising, Bulk service version 13, "Customer List" and "Customer List Item" (2026).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from licet.deliveries.formats.format_settings import MicrosoftFormat
from licet.deliveries.formats.list_request import (
    ListAction,
    ListFile,
    ListRequest,
    batches,
    checked,
    checked_title,
    no_list,
)

_COLUMNS = (
    "Type", "Status", "Id", "Parent Id", "Client Id", "Name", "Scope", "Audience", "Membership Duration", "Action Type",
    "Sub Type", "Text",
)  # fmt: skip
_TERMS = "Accept Customer Match Term"
#: How a list that has no id yet is named in the file that makes it.
_NEW = "-1"
#: Items of a file: one of 100 MB is the largest that is taken.
MOST_ITEMS = 600_000
MOST_DAYS = 180


def microsoft_files(settings: MicrosoftFormat, asked: ListRequest) -> tuple[ListFile, ...]:
    """As `write_list`. A list that Microsoft gave no id yet is made by the file, if one file holds it."""
    asked = checked(asked, "microsoft")
    id_ = settings.audiences.get(asked.audience)
    if id_ is None and (asked.action is ListAction.REMOVE or len(asked.identifiers) > MOST_ITEMS):
        raise no_list("Microsoft", asked.audience)
    if asked.action is ListAction.REPLACE and not asked.identifiers:
        # What a replacement by nothing does is said nowhere; so all are taken off by name first.
        taken = asked._replace(action=ListAction.REMOVE, identifiers=asked.leaving)
        parts = (
            [(ListAction.REMOVE, items) for items in batches(taken.identifiers, MOST_ITEMS)] if id_ else []
        )
        parts.append((ListAction.REPLACE, []))
    else:
        parts = [(asked.action, items) for items in batches(asked.identifiers, MOST_ITEMS)]
        if asked.action is ListAction.REPLACE:  # its first part replaces, and the others are added to that
            parts[1:] = [(ListAction.ADD, items) for _, items in parts[1:]]
    return tuple(
        ListFile(f"{asked.name}-{number:03d}.csv", _file(settings, asked, id_ or _NEW, action, items))
        for number, (action, items) in enumerate(parts, start=1)
    )


def _file(
    settings: MicrosoftFormat, asked: ListRequest, id_: str, action: ListAction, items: Sequence[str]
) -> bytes:
    columns = (*_COLUMNS, _TERMS) if settings.accepts_terms else _COLUMNS
    written = io.StringIO()
    rows = csv.DictWriter(written, columns, lineterminator="\r\n")
    rows.writeheader()
    rows.writerow({"Type": "Format Version", "Name": "6.0"})
    of_list = {
        "Type": "Customer List", "Id": id_, "Client Id": asked.name, "Scope": "Customer",
        "Action Type": action.capitalize(),
    }  # fmt: skip
    if id_ == _NEW:
        of_list["Status"] = "Active"
        of_list["Audience"] = checked_title(settings.titles.get(asked.audience, asked.audience))
        if asked.days is not None:
            of_list["Membership Duration"] = str(min(asked.days, MOST_DAYS))
    if settings.accepts_terms:
        of_list[_TERMS] = "True"
    rows.writerow(of_list)
    # Of what follows nothing needs quotes, and a list may have a million items.
    blank = "," * (columns.index("Sub Type") - columns.index("Client Id"))
    end = "," if settings.accepts_terms else ""
    before = f"Customer List Item,,,{id_},{asked.name}{blank}Email,"
    written.writelines(f"{before}{item}{end}\r\n" for item in items)
    return written.getvalue().encode()
