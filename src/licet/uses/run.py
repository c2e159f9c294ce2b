"""Running a use: what all of them share, so that none can leave it out.

A use makes contents; here they get their manifest, their members under a root, and their place: the use is noted in the
ledger before anything is published. If the process dies in between, the ledger tells of a use whose artefact never
came: data was read, and that is what a member is owed. What fails at any step leaves the store as it was.
"""

from __future__ import annotations

import functools
import itertools
import platform
from collections.abc import Callable, Collection
from dataclasses import fields, replace
from importlib import metadata
from types import MappingProxyType
from typing import NamedTuple

from licet.enforce.access import Access, Touched
from licet.enforce.kept_keys import KeptKeys
from licet.enforce.origin import Inputs
from licet.store import Build, SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import (
    DerivedFrom,
    Manifest,
    contents_of,
    line_of,
    read_heading,
    read_manifest,
    refuse_inspection,
)
from licet.uses.members import Members, Proven, change_members, earlier_index, read_members, write_members
from licet.uses.members import contains as prove
from licet.uses.subject_keys import SubjectKeys
from licet.uses.use import Changed, Contents, Files, Log, Parents, Progress, Use, Workbench, silent

#: Notes a use in the ledger: called with the manifest and its id before anything is published.
Record = Callable[[Manifest, str], None]


NO_PARENTS: Parents = MappingProxyType({})

#: Of a build, which follows nothing: there is nobody to name and nothing to explain.
_FROM_NOTHING = Touched(None, None)


class Made(NamedTuple):
    """What a run came to.

    how:     "built", or for an update "updated" (only what changed) or "rebuilt" and `why`.
    written: files made anew; the others are the earlier artefact's own.
    """

    snapshot: SnapshotRef
    how: str
    why: str | None
    written: int


def build(
    use: Use,
    access: Access,
    store: Store,
    *,
    record: Record,
    parents: Parents = NO_PARENTS,
    progress: Progress = silent,
    kept: KeptKeys | None = None,
) -> Made:
    """Make an artefact of everything that is permitted. kept: what stood for members in earlier ones."""
    inputs = access.inputs(use.asks_for())
    return _make(use, access, store, inputs, record, parents, progress, None, None, _FROM_NOTHING, kept)


def update(
    use: Use,
    access: Access,
    store: Store,
    earlier: SnapshotRef,
    *,
    record: Record,
    parents: Parents = NO_PARENTS,
    progress: Progress = silent,
    kept: KeptKeys | None = None,
) -> Made:
    """Bring one to the present moment and ledger position. Raises: UseError CORP-200 for one that is for inspection."""
    refuse_inspection(earlier, "updated")
    progress("finding whom the change touched", 0, None)
    said = _read(use, earlier)
    inputs = access.inputs(use.asks_for(), None if said is None else said.inputs)
    touched = _touched(use, access, said, inputs, parents)
    return _make(use, access, store, inputs, record, parents, progress, earlier, said, touched, kept)


def compact(use: Use, store: Store, earlier: SnapshotRef, *, record: Record) -> SnapshotRef:
    """The same artefact in the files of a build, published in its place; itself where it is so already, where it cannot
    be, and where a later one stands in its place."""
    said = _read(use, earlier)
    if said is None or not isinstance(use, Log):
        return earlier
    with store.build(use.name) as writing:
        later = itertools.takewhile(lambda one: one.sequence > earlier.sequence, store.newest(use.name))
        if any(
            read_heading(one).purpose == said.purpose and not read_heading(one).inspection for one in later
        ):
            return earlier
        fields = use.compact(store, Files(writing), said)
        if not fields:
            return earlier
        manifest = said.model_copy(update=dict(fields))
        written = manifest.as_json()
        record(manifest, digest(canonical_json(written)))
        id_ = writing.publish(written, line_of(manifest))
    return store.snapshot(use.name, id_)


def touched_since(
    use: Use,
    access: Access,
    earlier: SnapshotRef,
    parents: Parents = NO_PARENTS,
    tables: Collection[str] | None = None,
) -> Touched:
    """Whom a change touched since an artefact was made, or why only one that is made anew will do.

    parents: the present ones of what it is derived from. tables: of those that it reads, the ones that a part of it is
    made of; what happened to others is nothing to that part.
    """
    said = _read(use, earlier)
    read = use.asks_for() if tables is None else tables
    inputs = access.inputs(read, None if said is None else said.inputs)
    return _touched(use, access, said, inputs, parents, tables)


def is_of(use: Use, earlier: SnapshotRef, parents: Parents) -> bool:
    """Whether an artefact was made of just these; put together since, they are the same."""
    said = _read(use, earlier)
    return said is not None and _is_of(said, parents)


def _read(use: Use, earlier: SnapshotRef) -> Manifest | None:
    """What an artefact says of itself; None where another version of licet wrote it."""
    return read_manifest(use.manifest, earlier) if earlier.manifest.get("format") == use.format else None


def _touched(
    use: Use,
    access: Access,
    said: Manifest | None,
    inputs: Inputs,
    parents: Parents,
    only: Collection[str] | None = None,
) -> Touched:
    if said is None:
        return Touched(None, "another version of licet wrote the snapshot's files")
    why = earlier_index(said.members.index)
    if why is not None:
        return Touched(None, f"its members {why}")
    if said.members.key_index != SubjectKeys(access.secret).index:
        return Touched(None, "the workspace's salt changed")
    for name, now in use.settings().items():
        if getattr(said, name) != now:
            return Touched(None, f"the {name} changed")
    # Parquet says of each column what it is, and every engine makes the same of it; what a CSV file's columns are, each
    # engine guesses by itself.
    tables = tuple(use.asks_for() if only is None else only)
    same = {} if access.engine_matters(tables) else {"engine": said.environment["engine"]}
    if said.environment != _environment(use, access) | same:
        return Touched(None, "licet or a library it is made with changed")
    found = _changed_in(said, parents)
    if found.subjects is None or not tables:
        return found
    earlier = said.origin
    if only is not None:
        known = {name: told for name, told in earlier.inputs.items() if name in inputs}
        earlier = replace(earlier, inputs=known)
    own = access.touched_since(earlier, tables, inputs)
    return own if own.subjects is None else Touched(own.subjects | found.subjects)


def _changed_in(said: Manifest, parents: Parents) -> Touched:
    """Whose documents changed in what an artefact was derived from."""
    if _is_of(said, parents):
        return Touched(frozenset())
    found, derived = frozenset[str](), {one.use: one for one in said.derived_from}
    for name, parent in parents.items():
        changed = parent.changed_since(derived[name]) if name in derived else None
        if changed is None:
            return Touched(None, f"the {name} that it was derived from is not there to compare with")
        found |= changed
    return Touched(found)


def _is_of(said: Manifest, parents: Parents) -> bool:
    return [one.contents for one in said.derived_from] == [one.contents for one in _derived(parents)]


def contains(use: Use, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> Proven:
    """That somebody is in an artefact or is not, with what proves it against the root its manifest has.

    secret: the use's own. Raises: as `members.contains`.
    """
    return prove(store, read_members(snapshot.manifest["members"]), secret, subject)


def _make(
    use: Use,
    access: Access,
    store: Store,
    inputs: Inputs,
    record: Record,
    parents: Parents,
    progress: Progress,
    before: SnapshotRef | None,
    earlier: Manifest | None,
    touched: Touched,
    kept: KeptKeys | None,
) -> Made:
    progress("counting what is held back", 0, None)
    counts = access.counts(use.counted())
    with store.build(use.name) as writing:
        bench = Workbench(access, store, Files(writing), counts, parents, progress)
        if earlier is None or touched.subjects is None:
            contents = use.build(bench)
        else:
            contents = use.update(bench, earlier, touched.subjects)
        progress("proving who is in it", 0, None)
        keys = SubjectKeys(access.secret, kept)
        members = _members(writing, store, keys, contents, earlier, progress)
        manifest = _manifest(use, bench, inputs, contents, members)
        written = manifest.as_json()
        data = canonical_json(written)
        record(manifest, digest(data))
        snapshot = writing.published(written, data, line_of(manifest), before)
    why = touched.why or contents.why
    how = "built" if touched == _FROM_NOTHING else "updated" if why is None else "rebuilt"
    return Made(snapshot, how, why, contents.written)


def _members(
    writing: Build,
    store: Store,
    keys: SubjectKeys,
    contents: Contents,
    earlier: Manifest | None,
    progress: Progress,
) -> Members:
    people = contents.people
    if isinstance(people, Changed):
        assert earlier is not None
        return change_members(writing, store, earlier.members, keys, people.come, people.gone)
    told = functools.partial(progress, "proving who is in it")
    return write_members(writing, keys, people.subjects, told)


def _manifest(use: Use, bench: Workbench, inputs: Inputs, contents: Contents, members: Members) -> Manifest:
    now, provenance = bench.access.inputs(use.asks_for(), inputs), bench.access.provenance()
    # None where a file changed while it was read: nobody knows what of it was, and the next update reads it.
    origin = provenance.origin(
        {name: files if files == now[name] else None for name, files in inputs.items()}
    )
    return use.manifest.model_validate(
        {
            "licet": use.name,
            "format": use.format,
            "root": contents.root,
            **{part.name: getattr(origin, part.name) for part in fields(origin)},
            **use.settings(),
            "derived_from": _derived(bench.parents),
            "members": members,
            "counts": {**contents.counts, "subjects": members.count},
            "passed": bench.counts.passed,
            "held_back": bench.counts.held_back,
            **contents.fields,
            "environment": _environment(use, bench.access),
            "inspection": provenance.is_inspection,
        }
    )


def _derived(parents: Parents) -> tuple[DerivedFrom, ...]:
    made = [(name, parent.snapshot) for name, parent in sorted(parents.items())]
    return tuple(
        DerivedFrom(use=name, snapshot=one.id, root=read_heading(one).root, contents=contents_of(one))
        for name, one in made
    )


@functools.cache
def version_of(package: str) -> str:
    """The version of what is installed, read once a process: its files are looked for and parsed each time."""
    return metadata.version(package)


def _environment(use: Use, access: Access) -> dict[str, str]:
    """What could change a byte of what it makes."""
    return {
        "engine": access.provenance().engine,
        "python": platform.python_version(),
        "licet": version_of("licet"),
        **use.environment(),
    }
