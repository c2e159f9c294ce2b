"""Refusals whose id the members' table has no more: before a row leaves, it must be known that they stayed with nobody.

An id that is spelt otherwise from one night to the next takes its refusal with it. So no row leaves where somebody who
refused is gone and a member is there whose id is equal up to case, Unicode form or surrounding space, until the ledger
says which it is; nor where many who refused are gone at once. Single leavers, newcomers and erased people stop nothing.
What was absent at the last run lies in one small file, as keyed digests. Asked with today's refusals, whatever position
a gate is opened at: that is what would be lost. Engines that keep the people elsewhere answer the same questions there.
"""

from __future__ import annotations

import contextlib
import copy
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa

from licet.enforce.choices_as_of import ChoicesAsOf
from licet.enforce.refusals import refusing
from licet.enforce.settled_ids import unsettled
from licet.ledger import Choices, RecordedChoices
from licet.sources.file_state import Stand
from licet.sources.spellings import folded
from licet.terms import GateError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from licet.enforce.engine import Engine
    from licet.enforce.gate_files import GateFiles
    from licet.enforce.subject_places import SubjectPlaces

#: How many who refused may be gone at once: more than these, and more than this share of them, stop a run.
MOST_GONE, MOST_GONE_SHARE = 10, 0.01

_DIGEST_BYTES = 8
#: Of a shorter ledger every choice is read; who is absent is written again once so many entries were recorded since.
_FEWEST_KEPT, _MOST_BEHIND = 20_000, 2_000
#: Up to so many ids are looked for one by one.
_ONE_BY_ONE = 100
_WHITE = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"


class Roster(Protocol):
    """The ids of the members, wherever they are."""

    def present(self, ids: pa.Array) -> pa.Array:
        """Those of some ids that are members'."""
        ...

    def like(self, spellings: frozenset[str]) -> Iterable[str]:
        """The members' ids that may be spelt one of these ways when folded; others may come with them."""
        ...


class _Seen(NamedTuple):
    """Who of those who refused was absent, as the members' files stood so and the ledger had `position` entries."""

    stand: Stand | None
    position: int
    absent: frozenset[str]
    ledger: RecordedChoices

    def is_as_it_was(self, stand: Stand | None, ledger: RecordedChoices, position: int) -> bool:
        """Whether the members are those of then, and the ledger has only grown by what people chose."""
        return (
            stand is not None
            and self.stand is not None
            and self.stand.holds(stand)
            and (
                position == self.position
                or (position > self.position and not ledger.erased_since(self.position))
            )
        )


class Absences:
    """What one workspace remembers of them between two runs. Any number of threads may share one.

    Every reading of all members asks it: who opens a gate without one has one that remembers nothing, and stops at
    look-alikes all the same.
    """

    def __init__(
        self, file: Path | None = None, salt: bytes | None = None, files: GateFiles | None = None
    ) -> None:
        """file: what was absent at the last run; None where no run is remembered.
        salt: the workspace's own, for digests and marks; without one no two ids are known to be two people.
        files: where the next process finds who was absent, and need not read every choice to know it."""
        self._file, self._salt, self._files = file, salt, files
        self._written: dict[str, _Seen] = {}
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()
        #: Within a run: what to remember once it is done, and by whom.
        self._unsaid: list[tuple[int, frozenset[str]]] = []
        self._of: Absences | None = None
        self._ends_by_itself = False

    def begin(self) -> Absences:
        """The same for one run: what it sees is remembered when `done` is said; nothing of it where it failed."""
        if self._of is not None:
            return self  # a run within a run ends with it
        with self._lock:
            run = copy.copy(self)
            run._seen, run._unsaid, run._of = dict(self._seen), [], self
        return run

    def done(self) -> None:
        """Rows or answers were handed out; said of a run that ends by itself, it is passed over."""
        if not self._ends_by_itself:
            self._end()

    @contextlib.contextmanager
    def once_done(self) -> Iterator[Absences]:
        """A run of many steps: it is done when it came to its end, whatever its steps say."""
        run = self.begin()
        run._ends_by_itself = True
        yield run
        run._end()

    def _end(self) -> None:
        if self._of is None or not self._unsaid:
            return
        with self._of._lock:
            self._of._seen.update(self._seen)
            self._write_seen()
            position, absent = self._unsaid[-1]
            self._unsaid.clear()
            self._remember(position, absent)

    def refuse_lost(
        self,
        key: str,
        stand: Stand | None,
        ledger: Choices,
        roster: Roster,
        people_left: int,
        read: ChoicesAsOf | None = None,
    ) -> None:
        """Let nobody's refusal be lost.

        key: names the members' table. stand: how its files stand; None where files do not tell.
        people_left: so many of those who refused have left, somebody says.
        read: what is read anyhow of what was chosen; of use where it is as of now.
        Raises: GateError GATE-171 where an id that is gone has a look-alike, GATE-172 where too many are gone at once.
        """
        ledger = ledger.recorded
        with self._lock:
            position, earlier = ledger.position, self._seen.get(key)
            if earlier is None:
                earlier = self._read_seen(key, stand, ledger)
            if earlier is not None and not earlier.is_as_it_was(stand, ledger, position):
                earlier = None
            if earlier is not None and position == earlier.position:
                return
            asked = ChoicesAsOf(ledger, position) if read is None or read.position != position else read
            said = None if earlier is None else asked.refusing_since(earlier.position)
            if earlier is None or said is None:
                absent = _absent(asked.refusing(), roster)
            else:
                absent = (earlier.absent - said[0]) | _absent(said[1], roster)
            # Where the same are absent of a table that is as it was, what was found out about them is so still.
            if earlier is None or absent != earlier.absent:
                self._refuse_look_alikes(ledger, roster, absent)
                self._refuse_exodus(ledger, absent, people_left)
            self._unsaid.append((position, absent))
            self._seen[key] = _Seen(stand, position, absent, ledger)

    def _read_seen(self, key: str, stand: Stand | None, ledger: RecordedChoices) -> _Seen | None:
        if self._files is None or stand is None:
            return None
        found = self._files.read(f"absent {key}", stand, ledger)
        if found is None:
            return None
        seen = _Seen(found.stand, found.position, frozenset(map(str, found.told)), ledger)
        self._written[key] = seen
        return seen

    def _write_seen(self) -> None:
        """What was found out of a long ledger, by a run that came to its end."""
        if self._files is None:
            return
        for key, seen in self._seen.items():
            before = self._written.get(key)
            if seen.stand is None or seen.position < _FEWEST_KEPT:
                continue
            if (
                before is None
                or before.stand is None
                or before.absent != seen.absent
                or before.stand.files != seen.stand.files
                or seen.position - before.position > _MOST_BEHIND
            ):
                self._written[key] = seen
                told = sorted(seen.absent)
                self._files.write(f"absent {key}", seen.stand, {}, told, seen.ledger, seen.position)

    def _refuse_look_alikes(self, ledger: RecordedChoices, roster: Roster, absent: frozenset[str]) -> None:
        if not absent:
            return
        spelt: dict[str, list[str]] = {}
        for subject in sorted(absent):
            spelt.setdefault(folded(subject), []).append(subject)
        pairs = [
            (subject, member)
            for member in roster.like(frozenset(spelt))
            for subject in spelt.get(folded(member), ())
        ]
        pairs = unsettled(ledger, self._salt, sorted(pairs)) if pairs else []
        if pairs:
            raise unknown_who(*pairs[0], len({subject for subject, _ in pairs}))

    def _refuse_exodus(self, ledger: RecordedChoices, absent: frozenset[str], people_left: int) -> None:
        last = self._read_last()
        if last is None:
            return
        position, absent_then = min(last[0], ledger.position), last[1]
        newly = [subject for subject in absent if self._digest(subject) not in absent_then]
        if len(newly) <= max(MOST_GONE, people_left):
            return
        gone = refusing(ledger, position, newly)
        # An id that was renamed is not gone: what it refused is refused under the new one.
        count = len(unsettled(ledger, self._salt, [(subject, "") for subject in gone.to_pylist()]))
        there = len(refusing(ledger, position)) - len(absent_then)
        if count > max(MOST_GONE, people_left) and count > MOST_GONE_SHARE * there:
            raise GateError(
                "GATE-172",
                f"{count} of the {there} who refused and were members at the last run are gone from the members' table",
                fix="mend the table's ids or its export, or say that they left with people_left (--people-left) "
                f"{count}",
            )

    def _remember(self, position: int, absent: frozenset[str]) -> None:
        """What this run saw. A process that dies here, or may not write, leaves what an earlier run saw."""
        if self._file is None:
            return
        said = {"licet_absences": 1, "position": position, "absent": sorted(map(self._digest, absent))}
        part = self._file.with_name(f".{self._file.name}.{secrets.token_hex(8)}.part")
        try:
            # Not forced to the disk: after a power cut an earlier run's will do, and every gate comes by here.
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(json.dumps(said).encode())
            part.replace(self._file)
        except OSError:
            part.unlink(missing_ok=True)

    def _read_last(self) -> tuple[int, frozenset[str]] | None:
        """What the last run saw, this process's or another's; None before the first."""
        if self._file is None:
            return None
        try:
            said: Any = json.loads(self._file.read_bytes())
            return int(said["position"]), frozenset(map(str, said["absent"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GateError(
                "GATE-173", "what the last run saw of the members cannot be read", str(self._file),
                "restore it from a backup, or remove it when you know that nobody's refusal was lost since",
            ) from error  # fmt: skip

    def _digest(self, subject: str) -> str:
        return hmac.digest(self._salt or b"", b"licet absent\x00" + subject.encode(), "sha256")[
            :_DIGEST_BYTES
        ].hex()


def unknown_who(gone: str, member: str, others: int = 1) -> GateError:
    """What is said of an id that may be somebody's who refused under another spelling."""
    return GateError(
        "GATE-171",
        f"the ids of {others} who refused are gone from the members' table, and ids that differ by case, "
        f"Unicode form or surrounding space alone are there: {ascii(gone)[:80]} is gone, {ascii(member)[:80]} "
        "is there",
        fix="say for each which it is: `licet subjects rename OLD NEW` or `licet subjects distinct OLD NEW`",
    )  # fmt: skip


class RosterHere:
    """Members' ids that this process has."""

    def __init__(
        self,
        subjects: pa.Array,
        knows: Callable[[str], bool | None] | None = None,
        places: SubjectPlaces | None = None,
    ) -> None:
        """knows, places: whether ids are among them, where that can be told faster than by going through all."""
        self._subjects, self._knows, self._places = subjects, knows, places

    def present(self, ids: pa.Array) -> pa.Array:
        import pyarrow.compute as pc

        if self._places is not None:
            return ids.filter(pa.array(self._places.of(ids) >= 0))
        if self._knows is not None and len(ids) <= _ONE_BY_ONE:
            return pa.array([one for one in ids.to_pylist() if self._knows(one)], pa.string())
        return self._subjects.filter(pc.is_in(self._subjects, value_set=ids))

    def like(self, spellings: frozenset[str]) -> Iterable[str]:
        import pyarrow.compute as pc

        ids = self._subjects
        is_plain = pc.string_is_ascii(ids)
        plain = ids.filter(is_plain)
        spelt = pc.ascii_lower(pc.ascii_trim(plain, characters=_WHITE))
        yield from plain.filter(pc.is_in(spelt, value_set=pa.array(spellings, pa.string()))).to_pylist()
        yield from ids.filter(pc.invert(is_plain)).to_pylist()


def _absent(refused: pa.Array, roster: Roster) -> frozenset[str]:
    import pyarrow.compute as pc

    present = roster.present(refused) if len(refused) else refused
    if len(present) == len(refused):
        return frozenset()
    return frozenset(refused.filter(pc.invert(pc.is_in(refused, value_set=present))).to_pylist())


class RosterThere:
    """Members' ids that an engine keeps where the data lies. ids: the column `subject`, text without nulls."""

    def __init__(self, engine: Engine, ids: ir.Table) -> None:
        self._engine, self._ids = engine, ids

    def present(self, ids: pa.Array) -> pa.Array:
        wanted = self._engine.hand_in(pa.table({"wanted": ids}))
        found = self._ids.filter(self._ids.subject.isin(wanted.wanted)).distinct()
        with self._engine.reading("the facts about members"):
            return found.to_pyarrow()["subject"].combine_chunks()

    def like(self, spellings: frozenset[str]) -> Iterable[str]:
        wanted = self._engine.hand_in(pa.table({"wanted": pa.array(sorted(spellings), pa.string())}))
        # What is not printable ASCII without surrounding space is spelt in ways that no engine folds as we do.
        is_odd = self._ids.subject.re_search(r"[^ -~]|^ | $")
        found = self._ids.filter(is_odd | self._ids.subject.lower().isin(wanted.wanted)).distinct()
        with self._engine.reading("the facts about members"):
            for batch in self._engine.batches(found):
                yield from batch["subject"].to_pylist()
