"""Who is in an artefact of a million people and who is not: a proof's size, and the time to make, check, build, update.

The platform makes each member's key by a verifiable random function, which costs more than all the rest; what it gives
is kept, so it is told apart from the tree. In the small run the keys of most members are drawn by chance, which look
and weigh the same; those who are asked about have their own.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.measure import Tell, in_turn, silent
from benchmarks.outcome import Outcome, require_same
from licet.enforce.kept_keys import KeptKeys
from licet.ledger import Entry, EntryKind, Signer
from licet.ledger.entries import commit
from licet.receipts.membership_proof_file import check_proof_file, make_proof_file, proof_file_bytes
from licet.store import Store
from licet.terms.canonical import canonical_json
from licet.terms.membership_proof import Membership
from licet.uses.members import Members, change_members, contains, is_member, write_members
from licet.uses.subject_keys import SubjectKeys


@dataclass(frozen=True)
class Sizes:
    """members: in the artefact. keys: made one after another. asked: how many are proven, half of them not in it.

    changed: how many leave and as many come in an update. are_all_made: every member's key by the function.
    """

    members: int
    keys: int
    asked: int
    changed: tuple[int, ...]
    rounds: int
    are_all_made: bool


SMALL = Sizes(members=1_000_000, keys=2_000, asked=200, changed=(1, 500), rounds=5, are_all_made=False)
FULL = Sizes(members=1_000_000, keys=20_000, asked=2_000, changed=(1, 500), rounds=9, are_all_made=True)

_HOW = (
    "A proof is the file that a member holds: the proof of their key, their walk through the tree, the number of the "
    "ledger's entry and a signature. Half of those asked about are in the artefact. Making one opens the members of a "
    "manifest, reads a page of the store, proves, checks and signs; checking one begins with the file's bytes. "
    "Processor time.",
    "A build makes the tree of all members and writes its pages; keys are kept from before, as they are from the "
    "second build on. Making them is told by itself, a member. In the small run most keys are drawn by chance.",
    "An update takes some out and brings as many in; their keys are made anew. Processor time; the store syncs what it "
    "writes.",
)

_SECRET, _SIGNER = (
    bytes(range(32)),
    Signer("bench.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32))),
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("absence", "Who is in an artefact, and who is not", _HOW)
    outcome.sizes = {
        "members": sizes.members,
        "keys_a_round": sizes.keys,
        "asked": sizes.asked,
        "all_keys_made": sizes.are_all_made,
    }
    chance = Random(f"absence/{seed}")
    people = [f"m{number:08}" for number in range(sizes.members)]
    inside = chance.sample(people, max(*sizes.changed, sizes.asked // 2))
    outside = [f"o{number:08}" for number in range(len(inside))]
    _keys(outcome, sizes, tell)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as name:
        folder = Path(name)
        store = Store.open(folder / "store", create=True)
        keys = SubjectKeys(_SECRET, KeptKeys(folder / "cache" / "keys", _SECRET))
        _keep(outcome, keys, KeptKeys(folder / "cache" / "keys", _SECRET), people, inside, sizes, seed, tell)
        members = _builds(outcome, store, keys, people, sizes, tell)
        half = sizes.asked // 2
        _proofs(outcome, store, members, inside[:half], outside[:half], sizes, tell)
        _updates(outcome, store, members, keys, inside, outside, sizes, tell)
    outcome.reached |= {"absence_proof": "proof_bytes", "absence_verify": "verify"}
    return outcome


def _keys(outcome: Outcome, sizes: Sizes, tell: Tell) -> None:
    people, keys = [f"k{number:08}" for number in range(sizes.keys)], SubjectKeys(_SECRET)
    jobs: dict[str, Callable[[], object]] = {
        "one_by_one": lambda: [keys.of_one(one) for one in people],
        "at_once": lambda: keys.of_all(people),
    }
    require_same("keys made at once", jobs["at_once"](), jobs["one_by_one"]())
    spent = in_turn(jobs, sizes.rounds, tell=tell, stage="making keys", clock=time.process_time)
    taken = in_turn(jobs, sizes.rounds, tell=tell, stage="making keys")
    each = [seconds / sizes.keys * 1e6 for seconds in spent["one_by_one"]]
    outcome.add("key", "the key of a member (processor time)", "µs", each)
    outcome.add("key_at_once", "the same, by all cores (wall clock)", "µs",
                [seconds / sizes.keys * 1e6 for seconds in taken["at_once"]])  # fmt: skip
    outcome.compare(
        "cores", "keys by all cores: faster than one by one", taken["one_by_one"], taken["at_once"]
    )


def _keep(
    outcome: Outcome,
    keys: SubjectKeys,
    kept: KeptKeys,
    people: Sequence[str],
    known: Sequence[str],
    sizes: Sizes,
    seed: int,
    tell: Tell,
) -> None:
    """What a first build leaves behind."""
    tell("making what stands for members", 0, None)
    if sizes.are_all_made:
        start = time.process_time()
        keys.of_all(people, functools.partial(tell, "making what stands for members"))
        outcome.add("first", "the keys of all members (processor time)", "s", [time.process_time() - start])
        return
    chance, made = Random(f"keys/{seed}"), {one: keys.of_one(one) for one in known}
    drawn = {one: made.get(one) or chance.randbytes(32) for one in people}
    kept.complete(keys.index.key, people, lambda missing: [drawn[one] for one in missing], keep=True)


def _builds(
    outcome: Outcome, store: Store, keys: SubjectKeys, people: Sequence[str], sizes: Sizes, tell: Tell
) -> Members:
    made: list[Members] = []
    spent = []
    for turn in range(min(sizes.rounds, 3)):
        tell("building", turn, min(sizes.rounds, 3))
        start = time.process_time()
        with store.build("bench") as build:
            made.append(write_members(build, keys, people))
            build.publish({"members": made[-1].as_json(), "turn": turn})
        spent.append(time.process_time() - start)
    require_same("members built twice", made[0], made[-1])
    outcome.checks.append(f"builds of the same {made[0].count:,} members have one root and the same pages")
    outcome.add("build", "build of the tree, keys kept from before (processor time)", "s", spent)
    outcome.add("pages", "the tree in the store", "MiB", [sum(page.bytes for page in made[0].pages) / 2**20])
    return made[0]


def _entry(members: Members) -> Entry:
    payload = {
        "use": "corpus", "snapshot": "5a" * 32, "members_root": members.root, "members_key": members.key
    }  # fmt: skip
    salt = bytes(16)
    commitment = commit(salt, canonical_json(payload), None)
    return Entry(
        999_999, datetime(2026, 1, 1, tzinfo=UTC), EntryKind.USE_RUN, commitment, None, payload, salt
    )


def _proofs(
    outcome: Outcome,
    store: Store,
    members: Members,
    inside: Sequence[str],
    outside: Sequence[str],
    sizes: Sizes,
    tell: Tell,
) -> None:
    entry, key, asked = _entry(members), _SIGNER.public_key_text, [*inside, *outside]

    def prove(subject: str) -> bytes:
        found = contains(store, members, _SECRET, subject)
        return proof_file_bytes(make_proof_file(subject, found.proof, entry, _SIGNER))

    proofs = [prove(subject) for subject in asked]
    for subject, proof, there in zip(
        asked, proofs, [True] * len(inside) + [False] * len(outside), strict=True
    ):
        shown = check_proof_file(proof, key).shown
        wanted = Membership.PRESENT if there else Membership.ABSENT
        require_same(
            f"what is shown of {subject}",
            shown and (shown.membership, shown.root, shown.key),
            (wanted, members.root, members.key),
        )
        require_same(f"what is found of {subject}", is_member(store, members, _SECRET, subject), there)
    outcome.checks.append(f"{len(asked):,} proofs show what is, under the root and key of the manifest")
    jobs: dict[str, Callable[[], object]] = {
        "prove": lambda: [prove(subject) for subject in asked],
        "verify": lambda: [check_proof_file(proof, key) for proof in proofs],
        "find": lambda: [is_member(store, members, _SECRET, subject) for subject in asked],
    }
    spent = in_turn(jobs, sizes.rounds, tell=tell, stage="proofs", clock=time.process_time)
    for name, what in (
        ("prove", "a proof made (processor time)"),
        ("verify", "a proof checked (processor time)"),
        ("find", "whether somebody is in it, without a proof (processor time)"),
    ):
        outcome.add(name, what, "ms", [seconds / len(asked) * 1e3 for seconds in spent[name]])
    largest = max(len(proof) for proof in proofs)
    outcome.add("proof_bytes", f"a proof, the largest of {len(proofs):,}", "bytes", [largest])
    outcome.add("proof_bytes_mean", "a proof, on average", "bytes", [sum(map(len, proofs)) / len(proofs)])


def _updates(
    outcome: Outcome,
    store: Store,
    members: Members,
    keys: SubjectKeys,
    inside: Sequence[str],
    outside: Sequence[str],
    sizes: Sizes,
    tell: Tell,
) -> None:
    for count in sizes.changed:
        spent = []
        for turn in range(sizes.rounds):
            tell(f"updating {2 * count}", turn, sizes.rounds)
            start = time.process_time()
            with store.build("bench") as build:
                after = change_members(build, store, members, keys, outside[:count], inside[:count])
                build.publish({"members": after.as_json(), "turn": [count, turn]})
            spent.append((time.process_time() - start) * 1e3)
        require_same("members after as many came as left", after.count, members.count)
        for subject, there in ((inside[0], False), (outside[0], True)):
            require_same(f"whether {subject} is in it", is_member(store, after, _SECRET, subject), there)
        outcome.add(
            f"update_{count}", f"update, {count:,} left and as many came (processor time)", "ms", spent
        )
