"""The keys of members in the trees of one use, as `terms.subject_proof` defines them, made of the use's secret.

A key takes 0.15 ms to make, nearly all of it in libsodium, which lets other threads go on. Each use has a key of its
own, so that nobody who sees proofs of two uses can tell that they show the same neighbour.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from licet.enforce.kept_keys import KeptKeys
from licet.terms.ecvrf import EcvrfKey
from licet.terms.membership_proof import KeyIndex
from licet.terms.subject_proof import index_under, key_under

#: How many members, or people who left or came, there must be for the kept ones to be read; fewer are made sooner. The
#: file is of all members, also where few of them changed.
FEWEST_MEMBERS, FEWEST_CHANGED = 100, 1000

#: How many a thread makes at a time; fewer are made without any.
_AT_A_TIME = 512


class SubjectKeys:
    """Makes the keys of one use. index: which index they are keys of."""

    def __init__(self, secret: bytes, kept: KeptKeys | None = None) -> None:
        """secret: the use's own. kept: what was made before; without it all are made anew."""
        self._key = EcvrfKey(index_secret(secret))
        self._kept = kept
        self.index: KeyIndex = index_under(self._key)

    def of_all(self, subjects: Iterable[str], told: Callable[[int, int], None] | None = None) -> list[bytes]:
        """The keys of everybody in an artefact, in their order; kept for the next one.

        told: hears how many of those that had to be made are made, and how many there are.
        """
        return self._made(subjects, told, FEWEST_MEMBERS, keep=True)

    def of_who_came(self, subjects: Iterable[str]) -> list[bytes]:
        """The same of people who came into it."""
        return self._made(subjects, None, FEWEST_CHANGED, keep=True)

    def of_who_left(self, subjects: Iterable[str]) -> list[bytes]:
        """The same of people who are no longer in it; nothing of them is kept."""
        return self._made(subjects, None, FEWEST_CHANGED, keep=False)

    def of_one(self, subject: str) -> bytes:
        return key_under(self._key, subject)

    def prove(self, subject: str) -> bytes:
        """What shows that `of_one` is the subject's, 80 bytes."""
        return self._key.prove(subject.encode())

    def _made(
        self,
        subjects: Iterable[str],
        told: Callable[[int, int], None] | None,
        fewest: int,
        *,
        keep: bool,
    ) -> list[bytes]:
        people = list(subjects)

        def make(missing: list[str]) -> list[bytes]:
            return self._make(missing, told)

        if self._kept is None or len(people) < fewest:
            return make(people)
        return self._kept.complete(self.index.key, people, make, keep=keep)

    def _make(self, subjects: list[str], told: Callable[[int, int], None] | None) -> list[bytes]:
        if len(subjects) <= _AT_A_TIME:
            return [self.of_one(subject) for subject in subjects]
        parts = [subjects[start : start + _AT_A_TIME] for start in range(0, len(subjects), _AT_A_TIME)]
        keys: list[bytes] = []
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            try:
                for part in threads.map(lambda part: [self.of_one(subject) for subject in part], parts):
                    keys += part
                    if told is not None:
                        told(len(keys), len(subjects))
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise
        return keys


def index_secret(secret: bytes) -> bytes:
    """The secret key of a use's index, 32 bytes, made of the use's own secret: it is kept nowhere."""
    return hmac.digest(secret, b"licet subject index", "sha256")
