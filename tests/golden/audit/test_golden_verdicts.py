"""What is said first of an archive, word for word: by place, by age, by policy, with and without an unread file.

LICET_GOLDEN=write writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from journeys.archives import COMPLETE, zipped
from journeys.downloads import META
from licet.audit import audit_archive
from licet.audit.audit_sentences import answer, verdict
from licet.terms.moments import parse_moment

_KEPT = Path(__file__).parent / "verdicts.txt"
_LINKEDIN = {
    name: COMPLETE[name]
    for name in (
        "Profile.csv",
        "Shares_1234567.csv",
        "messages.csv",
        "Reactions.csv",
        "Jobs/Job Applications_1.csv",
    )
}
_UNREAD = {"Comments.csv": b"Date,Link,Message\r\n2025-01-02 03:04:05,https://x.example/1,caf\xe9\r\n"}
#: A date of birth is in it, and it ends in the middle.
_BROKEN_PROFILE = {"Profile.csv": b"First Name,Last Name,Birth Date,Geo Location\r\n\xff\xfe,\x00"}
_META = {
    name: content for name, content in META.items() if name.startswith(("personal", "your_facebook", "ads"))
}
_PLACES = {"Texas": "US-TX", "London": "GB", "Zürich": "CH", "Toronto": "CA-ON"}


def _said(tmp_path: Path) -> Iterator[str]:
    at = parse_moment("2026-12-01")
    for platform, read, unread in (
        ("LinkedIn", _LINKEDIN, _UNREAD),
        ("Facebook", _META, {"your_facebook_activity/posts/your_posts_2.json": b'[{"timestamp": 1199'}),
    ):
        for place, region in _PLACES.items():
            for title, files in (
                (f"{platform}, all read", read),
                (f"{platform}, one file unread", read | unread),
            ):
                for age in (36, 16):
                    report = audit_archive(zipped(tmp_path / "a.zip", files), at, region=region, age=age)
                    yield f"## {title}: {place}, aged {age}\n{verdict(report)}\n"
                    if age == 36:
                        yield from (f"- {line.heading}: {line.sentence}\n" for line in answer(report))
                    yield "\n"
    for title, age in (("a profile that cannot be read", None), ("the same, and the age is given", 16)):
        path = zipped(tmp_path / "a.zip", _LINKEDIN | _BROKEN_PROFILE)
        yield f"## LinkedIn, {title}: Zürich\n"
        yield f"{verdict(audit_archive(path, at, region='CH', age=age))}\n\n"
    nowhere = {name: content for name, content in _LINKEDIN.items() if name != "Profile.csv"}
    yield "## LinkedIn, and nothing says where its owner lives\n"
    yield f"{verdict(audit_archive(zipped(tmp_path / 'a.zip', nowhere), at))}\n\n"


def test_what_is_said_first_is_the_same_word_for_word(tmp_path: Path) -> None:
    made = "".join(_said(tmp_path))
    if os.environ.get("LICET_GOLDEN") == "write":
        _KEPT.write_text(made, encoding="utf-8")
    assert made == _KEPT.read_text(encoding="utf-8"), (
        "run LICET_GOLDEN=write pytest tests/golden/audit and read the difference"
    )
