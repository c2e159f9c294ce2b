"""What leads a member's pages is what is so: what is used, or what "nothing" hangs on, and never too early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, Clock, make_network, member, post
from licet.app import Workspace
from licet.app.member.member_sentences import TEMPLATES, parameters_of, say

ROWS = {
    "members": [
        member("ann"),
        member("ben", "US"),
        member("cleo", "FR"),
        member("dora", None),
        member("emil"),
    ],
    "posts": [post(name, name, f"words of {name}") for name in ("ann", "ben", "cleo", "dora")],
}


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=clock) as made:
        yield made


def test_what_is_used_leads_with_its_control(workspace: Workspace) -> None:
    lead = workspace.member("ann").lead
    assert lead.sentence == (
        "1 of your records may be used for training AI that generates content, by Harbour, since 15 October 2025."
    ), "the rule is older than the policy is in force here"
    assert lead.setting == "ai"


def test_since_is_when_the_rules_apply_where_the_policy_was_there_before(
    workspace: Workspace, clock: Clock
) -> None:
    assert [one.to for one in workspace.member("ann").flows()] == ["Harbour"]
    clock.at += timedelta(days=400)
    policy = workspace.layout.packs / f"{workspace.policy().pack.digest}.yaml"
    later = workspace.layout.root / "later.yaml"
    later.write_text(policy.read_text().replace('version: "1"', 'version: "2"'))
    workspace.use_pack(str(later))
    assert "since 15 October 2025" in workspace.member("ann").lead.sentence, (
        "the one before permitted it, too"
    )


@pytest.mark.parametrize(
    ("who", "sentence", "hangs_on"),
    [
        ("ben", "Nothing of yours is used: we have you in the United States.", "region"),
        ("cleo", "Nothing of yours is used: that is off unless you switch it on.", None),
        ("dora", "Nothing of yours is used: we do not know where you live.", "region"),
    ],
)
def test_nothing_is_used_and_what_that_hangs_on_leads(
    workspace: Workspace, who: str, sentence: str, hangs_on: str | None
) -> None:
    lead = workspace.member(who).lead
    assert (lead.sentence, lead.hangs_on) == (sentence, hangs_on)


def test_a_no_is_told_only_once_nothing_holds_them(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.choose("ann", "ai", "off")
    assert workspace.member("ann").lead.sentence == (
        "Nothing of yours may be used any more, but corpus-1 still holds 1 of yours."
    )
    list(workspace.update())
    assert "something that was made before still holds" in workspace.member("ann").lead.sentence
    workspace.purge()
    assert workspace.member("ann").lead.sentence == "Nothing of yours is used: you said no."
    workspace.choose("ben", "talk", "off")
    assert "we have you in the United States" in workspace.member("ben").lead.sentence


def test_a_copy_that_left_is_never_nothing(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build()
    workspace.corpus_export(tmp_path / "copy", "jsonl")
    workspace.choose("ann", "ai", "off")
    list(workspace.update())
    workspace.purge()
    assert workspace.member("ann").lead.sentence == (
        "Nothing of yours may be used now. Copies of what was made before have left Harbour."
    )


def test_a_signal_is_not_told_as_a_no_of_their_own(workspace: Workspace) -> None:
    workspace.choices.signal("ann", "gpc", True)
    workspace.choices.signal("cleo", "gpc", True)
    assert "a privacy signal of your browser says no" in workspace.member("cleo").lead.sentence


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_sentence_is_whole(code: str) -> None:
    given = dict.fromkeys(parameters_of(code), "x") | {
        "at": AUTUMN,
        "due": AUTUMN,
        "since": AUTUMN,
        "count": 2,
    }
    text = say(code, **given)
    assert re.fullmatch(r"\S.*\S", text) and "{" not in text
    for name in parameters_of(code):
        with pytest.raises(KeyError):
            say(code, **{key: value for key, value in given.items() if key != name})
