"""An organisation's no for its members' work data: where a policy lets it, for its rows alone, in every answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from journeys.command_line import run_licet
from journeys.networks import PACK, assert_update_equals_rebuild, make_network, member, post, texts_of
from licet.app.workspace import Workspace
from licet.terms import AppError, GateError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
TRAINING, POSTS = "generative_ai_training", "content.posts"
LETTING = PACK.replace("  ai:\n", "  ai:\n    organisation_may_refuse: true\n").replace(
    "content.posts: {}", "content.posts: {organisation_may_refuse: true}"
)
#: No more: and the setting goes by another name.
LATER = (
    PACK.replace('version: "1"', 'version: "2"')
    .replace("  ai:\n", "  ai_text:\n    replaces: [ai]\n")
    .replace("setting: ai}", "setting: ai_text}")
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [
            post("p1", "ann", "Bread wants time", title="acme"),
            post("p2", "ann", "So does wine", title=None),
            post("p3", "ben", "And so does cheese", title="globex"),
        ],
    }
    with make_network(tmp_path / "w", rows, pack=LETTING) as made:
        path = tmp_path / "w" / "catalogue.yaml"
        text = path.read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
        path.write_text(text.replace("    key: post\n", "    key: post\n    organisation: title\n"))
        yield made


def codes(workspace: Workspace) -> list[str | None]:
    found: list[str | None] = workspace.gate(TRAINING, at=DAY).verdicts("posts")["code"].to_pylist()
    return found


REFUSED = ["organisation_refused", None, None]


def test_it_holds_for_the_work_data_of_its_members_alone_in_every_answer(workspace: Workspace) -> None:
    first = workspace.corpus_build()
    told = workspace.choices.choose_for_organisation("acme", "ai")
    assert (told.subject, told.organisation, told.value) == (None, "acme", "off")
    assert codes(workspace) == REFUSED
    answers = [
        workspace.decide("ann", TRAINING, POSTS, visibility="public", at=DAY, record=("posts", key))
        for key in ("p1", "p2")
    ]
    assert [answer.code for answer in answers] == ["organisation_refused", "permitted"]
    assert answers[0].would_change is not None and answers[0].would_change.steps[0].kind == "organisation"
    (flow,) = workspace.member("ann", DAY).flows()
    assert {part.code for part in flow.parts if part.table == "posts"} == {
        "organisation_refused",
        "permitted",
    }
    updated = workspace.corpus_update()
    assert texts_of(workspace) == {"So does wine", "globex\nAnd so does cheese"}
    assert_update_equals_rebuild(workspace, updated.snapshot)
    workspace.choices.choose_for_organisation("acme", "ai", "on")
    assert codes(workspace) == [None, None, None]
    assert workspace.corpus_update(snapshot=updated.snapshot).root == first.root


def test_a_corpus_hears_it_though_nobody_hands_in_another_table_of_work(workspace: Workspace) -> None:
    path = workspace.layout.root / "catalogue.yaml"
    files = (
        "    location: {arrow: files}\n    subjects: [who]\n    organisation: org\n    columns: {org: null}\n"
    )
    path.write_text(path.read_text() + "  files:\n" + files)
    workspace.corpus_build()
    workspace.choices.choose_for_organisation("acme", "ai")
    workspace.corpus_update()
    assert texts_of(workspace) == {"So does wine", "globex\nAnd so does cheese"}


def test_a_kind_of_data_can_be_refused_and_no_yes_of_a_member_lifts_it(workspace: Workspace) -> None:
    workspace.choices.choose_for_organisation("acme", category=POSTS)
    workspace.choose("ann", "ai", "on")
    workspace.choose("ann", None, "on", record=("posts", "p1"))
    assert codes(workspace) == REFUSED
    assert workspace.serving(TRAINING).own("ann").tables["posts"].num_rows == 1


def test_a_request_that_is_sent_again_records_it_once(workspace: Workspace) -> None:
    first, again = (
        workspace.choices.choose_for_organisation("acme", "ai", idempotency_key="k") for _ in range(2)
    )
    assert again == first and workspace.ledger.position == first.position
    with pytest.raises(AppError, match="APP-086"):
        workspace.choices.choose_for_organisation("globex", "ai", idempotency_key="k")
    assert workspace.ledger.verify().ok


def test_a_later_policy_that_renames_the_setting_and_lets_nobody_refuse_keeps_it(
    workspace: Workspace,
) -> None:
    workspace.choices.choose_for_organisation("acme", "ai")
    path = workspace.layout.root / "later.yaml"
    path.write_text(LATER)
    workspace.use_pack(str(path))
    workspace.choose("ann", "ai_text", "on")
    assert codes(workspace) == REFUSED


def test_what_no_policy_lets_it_refuse_it_does_not(workspace: Workspace) -> None:
    for asked in ({"setting": "talk"}, {"category": "profile.name"}, {}):
        with pytest.raises(AppError, match="APP-230"):
            workspace.choices.choose_for_organisation("acme", **asked)
    with pytest.raises(AppError, match="APP-231"):
        workspace.choices.choose_for_organisation("", "ai")
    assert codes(workspace) == [None, None, None]


def test_the_command_takes_a_member_or_an_organisation(workspace: Workspace) -> None:
    place = ("--workspace", str(workspace.layout.root))
    for words in (
        (),
        ("-s", "ann", "--organisation", "acme"),
        ("--organisation", "acme", "--record", "posts", "p1"),
    ):
        refused = run_licet("choose", "off", "--setting", "ai", *words, *place)
        assert refused.status == 2 and "APP-232" in refused.err
    said = run_licet("choose", "off", "--setting", "ai", "--organisation", "acme", *place)
    assert said.status == 0 and "ai is off for the work data of acme since" in said.out
    said = run_licet("choose", "off", "-s", "ann", "--record", "posts", "p2", *place)
    assert said.status == 0 and "every use is off for ann for record p2 of posts since" in said.out
    assert codes(workspace) == ["organisation_refused", "record_refused", None]
    asked = (
        "decide",
        "-s",
        "ann",
        "--purpose",
        TRAINING,
        "--category",
        POSTS,
        "--visibility",
        "public",
        "--json",
    )
    for key, code in (("p1", "organisation_refused"), ("p2", "record_refused")):
        assert run_licet(*asked, "--record", "posts", key, *place).json["code"] == code


def test_a_batch_of_records_tells_of_an_organisations_no_or_is_not_decided(workspace: Workspace) -> None:
    records = pa.table(
        {
            "region": ["CH"] * 3, "age": [40] * 3, "visibility": ["public"] * 3,
            "choice.ai": pa.nulls(3, pa.string()), "signal.gpc": [False] * 3,
        }
    )  # fmt: skip
    workspace.choices.choose_for_organisation("acme", "ai")
    with pytest.raises(GateError, match=r"refused\.organisation"):
        workspace.decide_batch(records, TRAINING, POSTS, at=DAY)
    told = records.append_column("refused.organisation", pa.array([True, False, None]))
    decided = workspace.decide_batch(told, TRAINING, POSTS, at=DAY)
    assert decided["code"].to_pylist() == ["organisation_refused", "permitted", "organisation_refused"]


def test_a_no_is_recorded_while_the_policys_text_is_away_and_holds_once_it_is_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    (text,) = (tmp_path / "w" / "packs").glob("*.yaml")
    away = text.rename(tmp_path / "away.yaml")
    with Workspace(tmp_path / "w") as other:
        assert other.choices.choose_for_organisation("acme", "ai").value == "off"
        with pytest.raises(AppError, match="APP-006"):
            other.choices.choose_for_organisation("acme", "ai", "on")
    away.rename(text)
    assert codes(workspace) == REFUSED
