"""A platform that makes trees, entries and proofs as it likes, keys in hand: what it can show of whom, and what not.

What each cheat comes to stands in docs/certificates.md; here it is tried. What no proof can rule out is tried, too.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from test_prefix_tree import Fork, walks

from journeys.receipts import INDEX_KEY, OTHER_INDEX_KEY, SIGNER, certificate_of
from licet.receipts import check_certificate, check_proof_file, proof_file_bytes
from licet.receipts.membership_certificate import read_subject_proof
from licet.receipts.membership_proof_file import NOTE_HEAD, make_proof_file
from licet.receipts.receipt_proof import PROOF, SIGNATURE, read_proven, sign
from licet.terms.membership_proof import Membership, MembershipProof, Step, root_hash
from licet.terms.prefix_tree import PrefixTree
from licet.terms.subject_proof import SubjectProof, index_under, key_under

PEOPLE = [f"member {number}" for number in range(24)]
HIDDEN, OUTSIDER = PEOPLE[5], "outsider"
INDEX, PUBLIC = index_under(INDEX_KEY), INDEX_KEY.public.hex()
KEYS = {who: key_under(INDEX_KEY, who) for who in (*PEOPLE, OUTSIDER)}
OUTPUTS = {who: INDEX_KEY.prove(who.encode()) for who in (*PEOPLE, OUTSIDER)}
TREE = PrefixTree.build(INDEX, [KEYS[who] for who in PEOPLE])
WITHOUT = TREE.changed((), [KEYS[HIDDEN]])
KEY = SIGNER.public_key_text
UNPROVEN, PRESENT, ABSENT = Membership.UNPROVEN, Membership.PRESENT, Membership.ABSENT


def shown(root: bytes, output: bytes, walk: MembershipProof, who: str) -> Membership:
    return SubjectProof(output, walk).verify(root, PUBLIC, who)


def test_an_honest_tree_shows_of_each_what_is() -> None:
    for who in (*PEOPLE, OUTSIDER):
        assert shown(TREE.root, OUTPUTS[who], TREE.prove(KEYS[who]), who) is (
            PRESENT if who in PEOPLE else ABSENT
        )


def test_a_leaf_out_of_its_place_hides_nobody_from_a_tree_that_shows_them() -> None:
    """Wherever the key is put besides: one root never shows both, by whatever walks and proofs of outputs."""
    hidden, others = KEYS[HIDDEN], sorted(key for who, key in KEYS.items() if who != HIDDEN)
    low, high = others[0], others[-1]
    for evil in (
        Fork(0, low, low, Fork(1, high, hidden, high)),
        Fork(0, hidden, Fork(1, low, low, hidden), high),
        Fork(255, hidden, hidden, Fork(0, low, low, high)),
        Fork(0, low, hidden, hidden),
    ):
        for count in (2, 3, 4):
            root = root_hash(INDEX, count, evil.hash)
            proofs = [MembershipProof(INDEX, count, leaf, path) for leaf, path in walks(evil)]
            proofs += [TREE.prove(KEYS[who]) for who in (HIDDEN, OUTSIDER)]
            said = {
                shown(root, OUTPUTS[whose], walk, HIDDEN)
                for whose, walk in product((HIDDEN, OUTSIDER), proofs)
            }
            assert not {PRESENT, ABSENT} <= said


def test_no_walk_and_no_output_of_others_hide_who_is_in() -> None:
    """Every proof of an output with every walk, of this tree, of one without them, and of one under another key."""
    other = PrefixTree.build(
        index_under(OTHER_INDEX_KEY), [key_under(OTHER_INDEX_KEY, who) for who in PEOPLE]
    )
    outputs = [*OUTPUTS.values(), OTHER_INDEX_KEY.prove(HIDDEN.encode())]
    trees = [TREE.prove(key) for key in KEYS.values()] + [WITHOUT.prove(key) for key in KEYS.values()]
    trees += [other.prove(key_under(OTHER_INDEX_KEY, who)) for who in (*PEOPLE, OUTSIDER)]
    said = {
        shown(TREE.root, output, walk, HIDDEN) for output, walk in product(outputs[4:7] + outputs[-2:], trees)
    }
    assert said == {PRESENT, UNPROVEN}


def test_a_proof_of_another_build_or_of_another_subject_shows_nothing() -> None:
    later = TREE.changed([KEYS[OUTSIDER]], [KEYS[PEOPLE[0]]])
    for who, theirs in product((HIDDEN, OUTSIDER), (*PEOPLE[:6], OUTSIDER)):
        walk = TREE.prove(KEYS[theirs])
        if theirs != who:
            assert shown(TREE.root, OUTPUTS[theirs], walk, who) is UNPROVEN
        assert shown(later.root, OUTPUTS[theirs], walk, who) is UNPROVEN


def test_a_neighbours_index_is_nobodys_proof_but_theirs() -> None:
    """What an absent one is shown: the leaf of somebody. Replayed as one's own walk it is not one's own."""
    walk = TREE.prove(KEYS[OUTSIDER])
    assert walk.leaf is not None and walk.leaf != KEYS[OUTSIDER]
    neighbour = next(who for who in PEOPLE if KEYS[who] == walk.leaf)
    replayed = TREE.prove(walk.leaf)
    assert shown(TREE.root, OUTPUTS[OUTSIDER], replayed, OUTSIDER) is ABSENT, (
        "the same walk, and it says what is"
    )
    assert shown(TREE.root, OUTPUTS[neighbour], replayed, OUTSIDER) is UNPROVEN
    assert shown(TREE.root, OUTPUTS[OUTSIDER], walk, neighbour) is UNPROVEN
    theirs, ours = certificate_of("ann", ("ann", "ben")), certificate_of("zoe", ("ann", "ben"))
    forged = {
        **ours,
        "licet:tree": theirs["licet:tree"],
        "licet:subject": {**theirs["licet:subject"], "id": "zoe"},
    }
    del forged[SIGNATURE]
    found = check_certificate(
        {**forged, SIGNATURE: sign(forged, SIGNER, "licet certificate v1")}, SIGNER.public_key_text
    )
    assert found.membership is None and "not_proven" in {str(one.code) for one in found.problems}


def test_keys_of_another_secret_key_are_not_under_the_one_that_the_ledger_names() -> None:
    for named, proven in ((INDEX_KEY, OTHER_INDEX_KEY), (OTHER_INDEX_KEY, INDEX_KEY)):
        for who in ("ann", "zoe"):
            lie = certificate_of(who, ("ann", "ben"), named=named, proven=proven)
            found = check_certificate(lie, KEY)
            assert found.membership is None and [str(one.code) for one in found.problems] == ["not_proven"]


def test_two_roots_for_one_build_stand_in_the_ledger_and_contradict_one_another() -> None:
    """Not seen by who holds one certificate; by who holds both: one snapshot, two roots, both signed."""
    one, other = certificate_of("ann", ("ann", "ben")), certificate_of("ann", ("ben",))
    assert {check_certificate(made, KEY).membership for made in (one, other)} == {
        PRESENT,
        ABSENT,
    }
    entries = [made[PROOF]["entry"]["payload"] for made in (one, other)]
    assert (
        entries[0]["snapshot"] == entries[1]["snapshot"]
        and entries[0]["members_root"] != entries[1]["members_root"]
    )


def test_who_is_left_out_of_a_tree_is_proven_absent_whatever_was_done_with_their_data() -> None:
    """What no proof rules out: use off the books. It is the same to be put in under a key that is not one's own."""
    astray = WITHOUT.changed([key_under(OTHER_INDEX_KEY, HIDDEN)], ())
    for tree in (WITHOUT, astray):
        assert shown(tree.root, OUTPUTS[HIDDEN], tree.prove(KEYS[HIDDEN]), HIDDEN) is ABSENT
    assert astray.count == TREE.count


def proof_file_of(subject: str, **given: Any) -> dict[str, Any]:
    """The proof that goes with a certificate."""
    made = certificate_of(subject, ("ann", "ben", "cy"), **given)
    entry, _ = read_proven(made[PROOF])
    proof = read_subject_proof(made)
    assert proof is not None
    return make_proof_file(subject, proof, entry, SIGNER)


def test_a_proof_file_shows_what_the_certificate_shows() -> None:
    for who, found in (("ann", PRESENT), ("zoe", ABSENT), ("ü 1", ABSENT)):
        certificate, proof = certificate_of(who, ("ann", "ben", "cy")), proof_file_of(who)
        check, named = check_proof_file(proof_file_bytes(proof), KEY), certificate[PROOF]["entry"]["payload"]
        assert check.ok and check.shown is not None and check.shown.membership is found
        assert (check.shown.root, check.shown.key) == (named["members_root"], named["members_key"])
        assert (check.shown.subject, check.shown.entry) == (who, 3)
        assert check.says[0] in certificate["licet:says"][0].replace(", for generative_ai_training", ".")
        assert check_certificate(proof, KEY).problems and check_proof_file(certificate, KEY).problems


def test_a_proof_file_changed_anywhere_shows_nothing() -> None:
    """By whoever has not the key, at any leaf; by who has it and signs anew, in whatever the root commits to."""
    proof = proof_file_of("ann")
    unsigned = {name: value for name, value in proof.items() if name != SIGNATURE}
    other = proof_file_of("zoe")
    changes: list[dict[str, Any]] = [
        {"licet:membership_proof": 2},
        {"licet:membership": "absent"},
        {"licet:membership": "unproven"},
        {"licet:subject": {**proof["licet:subject"], "id": "ben"}},
        {"licet:subject": other["licet:subject"]},
        {"licet:subject": {**proof["licet:subject"], "proof": other["licet:subject"]["proof"]}},
        {"licet:subject": {**proof["licet:subject"], "more": 1}},
        {"licet:tree": {**proof["licet:tree"], "index": "licet-subject-index/1"}},
        {"licet:tree": {**proof["licet:tree"], "key": OTHER_INDEX_KEY.public.hex()}},
        {"licet:tree": {**proof["licet:tree"], "key": "zz"}},
        {"licet:tree": {**proof["licet:tree"], "path": ""}},
        {"licet:tree": None},
        {"licet:snapshot": {**proof["licet:snapshot"], "entry": "3"}},
        {"licet:snapshot": {**proof["licet:snapshot"], "more": 3}},
        {"licet:snapshot": []},
        {"more": 1},
    ]
    for change in changes:
        signed = {**unsigned, **change, SIGNATURE: sign({**unsigned, **change}, SIGNER, NOTE_HEAD)}
        for forged in ({**proof, **change}, signed):
            check = check_proof_file(forged, KEY)
            assert not check.ok and check.shown is None and check.says == (), change
    for change in (
        {"licet:tree": {**proof["licet:tree"], "count": 4}},
        {"licet:snapshot": other["licet:snapshot"] | {"entry": 4}},
    ):
        assert not check_proof_file({**proof, **change}, KEY).ok
    for part in unsigned:
        assert not check_proof_file({name: value for name, value in proof.items() if name != part}, KEY).ok


def test_a_proof_file_of_a_million_people_fits_in_two_kilobytes() -> None:
    """Of random keys 24 forks are more than a million have; the benchmark looks at real ones."""
    walk = MembershipProof(
        INDEX, 1_000_000, KEYS[HIDDEN], tuple(Step(depth, bytes([depth] * 32)) for depth in range(24))
    )
    entry, _ = read_proven(certificate_of("ann", ("ann",))[PROOF])
    made = make_proof_file(
        "0123456789abcdef0123456789abcdef-01", SubjectProof(OUTPUTS[HIDDEN], walk), entry, SIGNER
    )
    assert len(proof_file_bytes(made)) <= 2048


def test_who_signs_another_root_than_the_ledger_names_has_signed_the_evidence() -> None:
    """Alone, such a proof is valid and says of which entry it speaks; beside that entry it is not of it."""
    made = certificate_of("ann", ("ben", "cy"))
    entry, _ = read_proven(certificate_of("ann", ("ann", "ben", "cy"))[PROOF])
    proof = read_subject_proof(made)
    assert proof is not None
    lie = {**make_proof_file("ann", proof, read_proven(made[PROOF])[0], SIGNER)}
    check = check_proof_file(lie, KEY)
    assert check.shown is not None and check.shown.membership is ABSENT and entry.payload is not None
    assert check.shown.entry == entry.index and check.shown.root != entry.payload["members_root"]
