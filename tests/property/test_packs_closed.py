"""No pack, however it is written, permits generative AI training on private communication."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.packs import PackErrors, parse_pack
from licet.terms.vocabulary import (
    CATEGORIES,
    GENERATIVE_AI_TRAINING,
    PRIVATE_COMMUNICATION,
    PURPOSES,
    UNSAYABLE,
    is_closed,
)
from unit.packs.pack_samples import pack_value

BRANCHES = ("private_communication.voice", "private_communication.messages.drafts", "content.posts.video")
KINDS = st.sampled_from([*CATEGORIES, *BRANCHES, *[PRIVATE_COMMUNICATION] * 20, *BRANCHES * 5])
OWN = st.dictionaries(
    st.sampled_from(["own_a", "own_b", "own_c"]), st.sampled_from([*PURPOSES, *[GENERATIVE_AI_TRAINING] * 8])
)


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    """Packs that are right in everything but, perhaps, in what they permit."""
    own = draw(OWN)
    words = st.sampled_from([*PURPOSES, *list(own) * 3, GENERATIVE_AI_TRAINING])

    def make(value: dict[str, Any]) -> None:
        value["purposes"] = {word: {"kind_of": kind} for word, kind in own.items()} or {"recommendation": {}}
        value["categories"] = {branch: {} for branch in BRANCHES}
        value["recipients"] = {"other": {"name": "Other", "kind": "partner"}}
        value["rules"] = [
            {
                "id": f"r{number}",
                "effect": draw(st.sampled_from(["permit", "permit", "forbid"])),
                "notice": "autumn",
                "purposes": draw(st.lists(words, min_size=1, max_size=3)),
                "categories": draw(st.lists(KINDS, min_size=1, max_size=4)),
                "recipients": draw(st.sampled_from([["self"], ["other"], ["self", "other"]])),
            }
            for number in range(draw(st.integers(1, 4)))
        ]

    return pack_value(make)


def opens_private_communication(value: dict[str, Any]) -> bool:
    """Said anew, from the words alone."""
    trains = {GENERATIVE_AI_TRAINING} | {
        word for word, own in value["purposes"].items() if own.get("kind_of") == GENERATIVE_AI_TRAINING
    }
    return any(
        rule["effect"] == "permit"
        and trains & set(rule["purposes"])
        and any(kind.split(".")[0] == PRIVATE_COMMUNICATION for kind in rule["categories"])
        for rule in value["rules"]
    )


@settings(deadline=None)
@given(packs())
def test_no_pack_that_opens_private_communication_to_training_loads(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value)
    if opens_private_communication(value):
        with pytest.raises(PackErrors) as caught:
            parse_pack(text)
        assert {problem.code for problem in caught.value.problems} == {"PACK-020"}
        return
    pack = parse_pack(text)
    for rule in pack.rules:
        for purpose in rule.purposes:
            for category in rule.categories:
                assert rule.effect == "forbid" or not is_closed(
                    pack.purpose_line(purpose), category, UNSAYABLE
                )
