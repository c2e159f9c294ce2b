"""An error goes from a worker to whoever asked as it is: with its class, its code and its parts."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from licet.ledger.storage import CommitInDoubt
from licet.packs.pack_problems import PackErrors
from licet.terms import LicetError, PackError


def classes(of: type[LicetError]) -> Iterator[type[LicetError]]:
    yield of
    for one in of.__subclasses__():
        yield from classes(one)


PLAIN = [one for one in classes(LicetError) if one.__init__ is LicetError.__init__]


@pytest.mark.parametrize("made", PLAIN, ids=lambda made: made.__name__)
def test_it_is_the_same_on_the_other_side(made: type[LicetError]) -> None:
    error = made("TEST-001", "what is wrong", "here.yaml:1:2", "mend it")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is made and again.as_dict() == error.as_dict() and str(again) == str(error)


def test_so_is_one_of_several_problems() -> None:
    error = PackErrors([PackError("PACK-001", "one", "a:1:1", "mend it"), PackError("PACK-002", "another")])
    again = pickle.loads(pickle.dumps(error))
    assert [one.as_dict() for one in again.problems] == [one.as_dict() for one in error.problems]


def test_no_error_is_made_otherwise() -> None:
    others = {one for one in classes(LicetError) if one not in PLAIN}
    assert others <= {PackErrors} and CommitInDoubt in PLAIN
