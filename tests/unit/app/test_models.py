"""The model by its doors: made from a corpus of now, brought with it to the present, tried, and told to members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from licet.app import Workspace
from licet.cli.main import app
from licet.ledger import EntryKind
from licet.terms import AppError, LicetError
from licet.uses.model.text_model import counting_model

WHO = ("ann", "ben", "cy", "dot", "eve", "fay")
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [post(f"{who}-{n}", who, f"{who} saw {n} boats come home to the quay") for who in WHO for n in (2, 7)],
}  # fmt: skip

#: Members here say nearly the same; all of it is kept.
EVERY = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)


def make_untrained(root: Path) -> Workspace:
    made = make_network(root, ROWS, clock=Clock(AUTUMN), recipe=EVERY)
    (made.layout.root / "model.yaml").write_text("buckets: 2")
    (made.layout.root / "keys" / "salt").write_text("0a" * 32)  # by which members are held out
    return made


@pytest.fixture
def untrained(tmp_path: Path) -> Iterator[Workspace]:
    with make_untrained(tmp_path / "w") as made:
        yield made


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """With a model that has heard of Ann's no."""
    with make_untrained(tmp_path_factory.mktemp("models") / "w") as made:
        made.corpus_build()
        made.uses["model"].train()
        made.choose("ann", "ai", "off")
        list(made.update())
        yield made


def asked(workspace: Workspace, *words: str) -> Any:
    told = CliRunner().invoke(app, ["model", *words, "--json", "--workspace", str(workspace.layout.root)])
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def refused(workspace: Workspace, act: str, **more: Any) -> str:
    with pytest.raises(LicetError) as caught:
        getattr(workspace.uses["model"], act)(**more)
    return caught.value.code


def test_a_model_is_made_tried_and_brought_to_the_choices_of_now(untrained: Workspace) -> None:
    assert refused(untrained, "train") == "APP-223", "there is no corpus yet"
    untrained.corpus_build()
    made = asked(untrained, "train")
    assert (made["how"], made["subjects"], made["set_aside"], made["two_members"]) == ("built", 6, 0, True)
    assert made["documents"] == untrained.uses["corpus"].show().manifest["counts"]["documents"]
    tried = asked(untrained, "evaluate", "--held-out", "50")
    assert tried["members"] + tried["held_out"] == 6 and 0 < tried["bits_per_byte"] < 9
    (note,) = [
        entry.payload for entry in untrained.ledger.entries(0, untrained.ledger.position, EntryKind.USE_RUN)
        if entry.payload and entry.payload["how"] == "evaluate"
    ]  # fmt: skip
    assert (note["use"], note["subjects"], note["held_out"]) == ("model", 6, tried["held_out"])
    assert [one["name"] for one in asked(untrained, "list")] == [made["name"]]

    untrained.choose("ann", "ai", "off")
    assert asked(untrained, "show")["behind"] is True
    for act in ("train", "evaluate"):
        assert refused(untrained, act) == "APP-234", "the corpus has not heard of it"
    updated = asked(untrained, "update")
    assert (updated["how"], updated["subjects"], updated["written"]) == ("updated", 5, 1)
    assert asked(untrained, "show")["behind"] is False
    assert [one.standing.value for one in untrained.status()] == ["exact", "exact"]
    told = CliRunner().invoke(app, ["model", "show", "--workspace", str(untrained.layout.root)])
    assert "licet purge" in told.output and "two members wrote" in told.output


def test_a_member_is_told_what_it_was_taught_of_theirs(workspace: Workspace) -> None:
    of_ben = [one for one in workspace.member("ben").holdings() if one.use == "model"]
    assert [(one.held, one.standing.value) for one in of_ben] == [(2, "exact")]
    past = [one for one in workspace.member("ben").past_uses() if one.use == "model"]
    assert past[0].documents is not None
    assert {row["text"] for row in past[0].documents} == {
        f"ben saw {n} boats come home to the quay" for n in (2, 7)
    }


def test_what_is_served_foretells_what_two_members_wrote(workspace: Workspace) -> None:
    model, vocabulary = counting_model(workspace.store, workspace.uses["model"].show())
    text = vocabulary.encode("fay saw 2 boats come home to the quay")
    assert int(model.next_tokens(text[:-1]).argmax()) == text[-1]


def test_a_model_follows_a_corpus_that_was_put_together_and_is_made_anew_of_one_that_is_gone(
    workspace: Workspace,
) -> None:
    assert workspace.purge().is_clean
    assert [one.standing.value for one in workspace.status()] == ["exact", "exact"], (
        "the same corpus, in other files"
    )
    workspace.choose("ben", "ai", "off")
    assert [(one.how, one.why) for one in workspace.update()][1] == ("updated", None)
    assert [one.how for one in workspace.update()] == ["unchanged", "unchanged"]
    workspace.choose("cy", "ai", "off")
    workspace.corpus_update()
    workspace.store.purge([one.id for one in workspace.corpus_list()[:-1]])
    brought = asked(workspace, "update")
    assert (brought["how"], brought["subjects"]) == ("rebuilt", 3) and "to compare with" in brought["why"]


@pytest.mark.parametrize("share", [0, 91, -5])
def test_no_share_is_held_out(workspace: Workspace, share: int) -> None:
    assert refused(workspace, "evaluate", held_out_percent=share) == "APP-235"


def test_who_has_nobody_to_be_tried_on_is_told(workspace: Workspace) -> None:
    for who in WHO:
        workspace.choose(who, "ai", "off")
    list(workspace.update())
    assert refused(workspace, "evaluate") == "MODL-004"
    assert workspace.uses["model"].show().manifest["counts"] == {
        "documents": 0, "set_aside": 0, "subjects": 0, "tokens": 0,
    }  # fmt: skip
    with pytest.raises(AppError) as caught:
        workspace.uses["palmistry"]  # type: ignore[call-overload]
    assert caught.value.code == "APP-225"
