"""Made-up archives: what a member would download, and what an attacker would send instead."""

from __future__ import annotations

import zipfile
from pathlib import Path

MESSAGES_HEADER = (
    '"CONVERSATION ID","CONVERSATION TITLE","FROM","SENDER PROFILE URL","TO","RECIPIENT PROFILE URLS","DATE",'
    '"SUBJECT","CONTENT","FOLDER"\n'
)
PROFILE = (
    "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
    "Twitter Handles,Websites,Instant Messengers\n"
    'Mara,Muster,,,"Mar 4, 1990",Builds bridges,"Steel, stone\nand wood",Civil Engineering,8000,'
    '"Zurich, Switzerland",,[OTHER:https://example.org],\n'
)
SHARES = (
    "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    '2025-06-01 08:00:00,https://example.org/1,"A bridge opened today in the rain",,,PUBLIC\n'
    '2025-06-02 08:00:00,https://example.org/2,"Only for my own network to read",,,CONNECTIONS\n'
)


def message(content: str) -> str:
    return f'"c1","","Mara Muster","","Ben","","2025-06-01 09:00:00 UTC","","{content}","INBOX"\n'


def archive(path: Path, files: dict[str, str | bytes]) -> Path:
    """A ZIP of these files, deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path
