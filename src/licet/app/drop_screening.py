"""California's deletion lists as a source of removals: whom they name objects to every use from then on.

It is a way in for whoever must, or wants to, hear such requests; no page says that a platform which has its members'
data from themselves must. What is answered is no more than is known: `2` for those whom whoever answers names, `3` once
the members' table has somebody no more, `4` where several go by one identifier and all objected, `5` where nobody does.
Whoever is still a member is left open, not called deleted.

The objections are recorded first, and what is kept of the lists after them: who dies in between records none twice.
A withdrawn request ends the looking; an objection stands until the person themselves chooses otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from licet.app.drop_matching import MemberHashes, load_layout, member_hashes
from licet.app.drop_register import DropRegister, WorkItem, new_items
from licet.app.objection import object_to_every_use
from licet.sources.drop_download import KINDS, DeletionList, DropDownload, Status, answer_file, read_drop
from licet.store.private_files import write_private
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.core import Core

VIA = "california deletion list"


class Screening(NamedTuple):
    """What a look came to. items: work items that are kept; new, withdrawn: of this download.

    people: members whom they name; objections: recorded now. open: items whose one member is still one, or of a kind
    that drop.yaml names no columns of. not_found: kept to be looked for again. unmatchable: members who have a value
    that no hash can be made of, over all kinds.
    """

    items: int
    new: int
    withdrawn: int
    people: int
    objections: int
    open: int
    not_found: int
    unmatchable: int

    def as_json(self) -> JsonObject:
        return self._asdict()


def take_download(core: Core, path: Path) -> Screening:
    """Take a download in, and look for everybody whom it or an earlier one names.

    Raises: SourceError SRC-212 to SRC-214, and as `open_download`; SRC-215, SRC-216. Whatever is raised,
    nothing of the download was taken in.
    """
    return _screen(core, read_drop(path))


def screen(core: Core) -> Screening:
    """Look again for everybody whom the downloads so far name, among the members of now. Raises: as `take_download`."""
    return _screen(core, DropDownload((), ()))


def screen_what_is_kept(core: Core) -> None:
    """The same before a list leaves, where any download was taken in: whoever joined since may be named by one.

    Raises: as `take_download`; then nothing leaves.
    """
    if core.layout.drop.is_dir():
        screen(core)


def _screen(core: Core, download: DropDownload) -> Screening:
    layout, register = load_layout(core), DropRegister(core)
    with register.alone(), clear_disk_errors("keeping what California's lists name"):
        items = register.items()
        before = len(items)
        items = {item.id: item for item in new_items(download.lists)} | items
        new = len(items) - before
        withdrawn = [items.pop(id_) for id_ in download.removed if id_ in items]
        kinds = frozenset(kind for kind in KINDS if any(item.kind == kind for item in items.values()))
        hashes = member_hashes(core, layout, kinds)
        looked = {item.id: _looked(core, item, hashes) for item in items.values()}
        people = {subject for _, subjects in looked.values() for subject in subjects}
        recorded = [object_to_every_use(core, subject, VIA).is_new for subject in sorted(people)]
        items = {id_: item for id_, (item, _) in looked.items()}
        register.write(items.values())
    statuses = [item.status for item in items.values()]
    return Screening(
        len(items), new, len(withdrawn), len(people), sum(recorded), statuses.count(0),
        statuses.count(Status.NOT_FOUND), sum(hashes.unmatchable.values()),
    )  # fmt: skip


def _looked(core: Core, item: WorkItem, hashes: MemberHashes) -> tuple[WorkItem, frozenset[str]]:
    """An item as it stands now, and whom it names."""
    nobody = frozenset[str]()
    of_kind = next((by for kind, by in hashes.subjects.items() if kind == item.kind), None)
    if of_kind is None:
        return item, nobody
    subjects = of_kind.get(item.hash, nobody)
    if len(subjects) > 1:
        return item.stands(Status.OPTED_OUT), subjects
    if subjects:
        (subject,) = subjects
        return item if item.status == Status.EXEMPTED else item.stands(None, subject), subjects
    if item.status in (Status.DELETED, Status.EXEMPTED):
        return item, nobody
    if item.is_open and item.subject is not None:
        # Who matched and does no more may have another address now: only who is no member is gone.
        return (item.stands(Status.DELETED) if core.knows(item.subject) is False else item), nobody
    return item.stands(Status.NOT_FOUND), nobody


def write_answers(core: Core, folder: Path, exempt: Collection[str] = ()) -> list[Path]:
    """Write what can be answered and was not yet, as the platform takes it: a file of `Id,Status` for each list.

    exempt: members all of whose data the law exempts, as whoever answers says; their items are answered by 2.
    A later file of the same list has another name, and is handed in as an amendment where it says an id again.
    Raises: SourceError SRC-215; as `clear_disk_errors`.
    """
    register, written = DropRegister(core), list[Path]()
    with register.alone(), clear_disk_errors("writing the answers"):
        items = register.items()
        for item in list(items.values()):
            if item.is_open and item.subject is not None and item.subject in exempt:
                items[item.id] = item.stands(Status.EXEMPTED)
        by_list = defaultdict[str, list[WorkItem]](list)
        for item in items.values():
            by_list[item.list].append(item)
        for name, of_list in sorted(by_list.items()):
            due = [item for item in of_list if not item.is_open and item.answered <= 0]
            if not due:
                continue
            number = max(abs(item.answered) for item in of_list) + 1
            asked = DeletionList(name, KINDS[0], {item.id: item.hash for item in due})
            path = folder / _answer_name(name, number)
            write_private(path, answer_file(asked, {item.id: Status(item.status) for item in due}))
            written.append(path)
            items |= {item.id: item._replace(answered=number) for item in due}
        register.write(items.values())
    return written


def _answer_name(name: str, number: int) -> str:
    """The list's own, or with another ending where it was answered before."""
    if number == 1:
        return name
    day, broker, kind, *part = name.removesuffix(".csv").split("_")
    return f"{day}_{broker}_{kind}_{''.join(part)[:6]}r{number:03d}.csv"
