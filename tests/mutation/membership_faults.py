"""Faults of who is in an artefact: somebody hidden, or kept who is gone. Killed by tests of cheating builders."""

from __future__ import annotations

from faults import Fault

_ECVRF, _SUBJECT, _WALK = "licet.terms.ecvrf", "licet.terms.subject_proof", "licet.terms.membership_proof"
_KEPT = "licet.enforce.kept_keys"

FAULTS = [
    Fault(
        "the proof of an output is not held to its challenge",
        _ECVRF,
        "    if _challenge(public, point, gamma, u, v) != challenge:\n        return None\n",
        "",
        "a platform shows whichever key it likes as a member's, and hides them",
    ),
    Fault(
        "a proof has scalars beyond the order",
        _ECVRF,
        'if int.from_bytes(scalar, "little") >= _ORDER or not _is_point(gamma):',
        "if not _is_point(gamma):",
        "one proof has a second text",
    ),
    Fault(
        "any key of an index is the pinned one",
        _SUBJECT,
        "if self.walk.index != (SUBJECT_INDEX, public_key):",
        "if self.walk.index.name != SUBJECT_INDEX:",
        "each member is looked up under a key of their own, and the ledger names another",
    ),
    Fault(
        "the proof of an output is of anybody",
        _SUBJECT,
        "output = verify(public, subject.encode(), self.output_proof)",
        "output = self.output_proof[:64]",
        "a member is shown the absence of a key that is nobody's",
    ),
    Fault(
        "a walk need not turn as its key does",
        _WALK,
        "            if side != key_bit(key, depth):\n",
        "            if side > 1:\n",
        "the walk to anybody proves that somebody who is in is not",
    ),
    Fault(
        "whoever went is kept",
        _KEPT,
        "_, stay = _find(standing[use][np.argsort(_numbers(standing[use]))], keys)",
        "stay = np.ones(len(keys), np.bool_)",
        "what stands for who was forgotten lies on in the cache",
    ),
    Fault(
        "who went meanwhile comes back",
        _KEPT,
        "            known, their_keys = self._read(use)  # once more",
        "            pass  # once more",
        "a build that began before a purge writes down again who was purged",
    ),
]
