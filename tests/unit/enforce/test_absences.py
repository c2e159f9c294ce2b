"""Where an id that refused is gone and one like it is there, or many are gone at once, no row leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import licet
from journeys.networks import AUTUMN, RECIPE, make_network, member, post, write_table
from licet.app.point_decisions import Question
from licet.app.policy_projection import nothing_permitted
from licet.app.workspace import Workspace
from licet.enforce import Gate
from licet.enforce.absences import Absences, RosterHere, RosterThere
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.impact import Impact, Side
from licet.enforce.spark_engine import SparkEngine
from licet.sources.spellings import folded
from licet.terms import Code, GateError, SourceError, UseError

PURPOSE = "generative_ai_training"


def _rows(*names: str) -> dict[str, list[dict[str, Any]]]:
    return {"members": [member(one) for one in names], "posts": [post(one, one, "text") for one in names]}


def _now(workspace: Workspace, *names: str) -> None:
    for name, rows in _rows(*names).items():
        write_table(workspace.layout.root, name, rows)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", _rows("Ann", "ben"), recipe=RECIPE) as made:
        yield made


def _passing(workspace: Workspace, **more: Any) -> list[str]:
    return sorted(workspace.gate(PURPOSE, **more).read("posts")["author"].to_pylist())


@pytest.mark.parametrize("there", ["ann", "ANN", "Ann ", " Ann", "Ann\t", "\u0100nn", "A\u0304nn"])
def test_no_row_leaves_until_it_is_said_who_a_look_alike_is(tmp_path: Path, there: str) -> None:
    refused = "A\u0304NN" if folded(there) == folded("\u0100nn") else "Ann"
    refused = refused if refused != there else "\u0100NN"
    with make_network(tmp_path / "w", _rows(refused, "ben"), recipe=RECIPE) as workspace:
        workspace.choose(refused, "ai", "off")
        assert _passing(workspace) == ["ben"]
        _now(workspace, there, "ben")
        gate = workspace.gate(PURPOSE)
        asked = (
            lambda: gate.read("posts"), lambda: gate.table("posts"), gate.counts, lambda: gate.verdicts("posts"),
            workspace.corpus_build, lambda: workspace.gate(PURPOSE, position=1).counts(),
        )  # fmt: skip
        for ask in asked:
            with pytest.raises(GateError, match="GATE-171"):
                ask()
        with (
            licet.open(tmp_path / "w", clock=lambda: AUTUMN) as other,
            pytest.raises(GateError, match="GATE-171"),
        ):
            _passing(other)
        workspace.rename_subject(refused, there)
        assert _passing(workspace) == ["ben"]


def test_no_public_page_is_shown_either(workspace: Workspace) -> None:
    assert workspace.public_page("ben") is not None
    workspace.choose("Ann", "ai", "off")
    assert workspace.public_page("ben") is not None
    _now(workspace, "ann", "ben")
    for _ in range(2):
        for subject in ("ann", "ben"):
            with pytest.raises(GateError, match="GATE-171"):
                workspace.public_page(subject)
    workspace.rename_subject("Ann", "ann")
    assert workspace.public_page("ann") is not None


def test_two_people_that_look_alike_are_two_once_it_is_said(workspace: Workspace) -> None:
    workspace.choose("Ann", "ai", "off")
    _now(workspace, "ann", "ben")
    with pytest.raises(GateError, match=r"GATE-171.*'Ann' is gone, 'ann' is there"):
        _passing(workspace)
    workspace.keep_apart("ann", "Ann")
    assert _passing(workspace) == ["ann", "ben"]


def test_a_signal_and_a_choice_for_one_kind_are_refusals_too(workspace: Workspace) -> None:
    _now(workspace, "ann", "BEN")
    assert _passing(workspace) == ["BEN", "ann"], "who refused nothing may change their id"
    workspace.signal("Ann", "gpc", True)
    with pytest.raises(GateError, match="GATE-171"):
        _passing(workspace)
    workspace.rename_subject("Ann", "ann")
    workspace.choose("ben", "ai", "off", category="content.posts")
    with pytest.raises(GateError, match="GATE-171"):
        _passing(workspace)
    workspace.choose("ben", "ai", "on", category="content.posts")
    assert _passing(workspace) == ["BEN"]


def test_who_is_there_beside_a_look_alike_is_not_missed(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", _rows("Ann", "ann")) as workspace:
        workspace.choose("Ann", "ai", "off")
        assert _passing(workspace) == ["ann"]


def test_erased_people_newcomers_and_single_leavers_stop_nothing(workspace: Workspace) -> None:
    workspace.choose("Ann", "ai", "off")
    workspace.choose("somebody new", "ai", "off")
    assert _passing(workspace) == ["ben"]
    _now(workspace, "ben", "cem")
    assert _passing(workspace) == ["ben", "cem"]
    workspace.ledger_erase("Ann")
    _now(workspace, "ann", "ben")
    assert _passing(workspace) == ["ann", "ben"], "nothing is left of the id that was erased"
    _now(workspace, "Ann", "ben", "somebody new")
    assert _passing(workspace) == ["ben"]


def _crowd(count: int) -> list[str]:
    return [f"member {number}" for number in range(count)]


def test_many_who_refused_do_not_vanish_at_once_unseen(tmp_path: Path) -> None:
    crowd = _crowd(30)
    with make_network(tmp_path / "w", _rows(*crowd, "ben"), recipe=RECIPE) as workspace:
        for one in crowd:
            workspace.choose(one, "ai", "off")
        assert _passing(workspace) == ["ben"]
        _now(workspace, *crowd[10:], "ben")
        assert _passing(workspace) == ["ben"], "ten may go"
        _now(workspace, "ben")
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        for people_left in (0, 19):
            with pytest.raises(GateError, match=r"GATE-172: 20 of the 20"):
                _passing(workspace, people_left=people_left)
            with pytest.raises(GateError, match="GATE-172"):
                workspace.corpus_build(people_left=people_left)
        assert workspace.corpus_build(people_left=20).documents == 1
        assert _passing(workspace) == ["ben"], "it is said once"
        _now(workspace, *crowd, "ben")
        assert _passing(workspace) == ["ben"], "those who come back are known"
        for one in crowd[11:]:
            workspace.choose(one, "ai", "on")
        _passing(workspace)
        _now(workspace, *crowd[:11], "ben")
        assert _passing(workspace) == [*crowd[:0], "ben"], "who refused nothing may go"
        _now(workspace, "ben")
        with pytest.raises(GateError, match=r"GATE-172: 11 of the 11"):
            _passing(workspace)


def test_a_share_below_one_in_a_hundred_may_go(tmp_path: Path) -> None:
    crowd = _crowd(1200)
    with make_network(tmp_path / "w", _rows(*crowd, "ben")) as workspace:
        path = tmp_path / "w" / "c.csv"
        path.write_text(
            "subject,setting,state,when\n" + "".join(f"{one},ai,off,2024-03-01\n" for one in crowd)
        )
        workspace.import_choices(path)
        assert _passing(workspace) == ["ben"]
        _now(workspace, *crowd[12:], "ben")
        assert _passing(workspace) == ["ben"]
        _now(workspace, *crowd[25:], "ben")
        with pytest.raises(GateError, match=r"GATE-172: 13 of the 1188"):
            _passing(workspace)


def test_ids_that_were_renamed_are_not_missed(tmp_path: Path) -> None:
    crowd = _crowd(15)
    with make_network(tmp_path / "w", _rows(*crowd, "ben")) as workspace:
        for one in crowd:
            workspace.choose(one, "ai", "off")
        assert _passing(workspace) == ["ben"]
        for one in crowd:
            workspace.rename_subject(one, f"{one} b")
        _now(workspace, *(f"{one} b" for one in crowd), "ben")
        assert _passing(workspace) == ["ben"]


def test_what_was_absent_is_kept_without_ids_and_for_its_owner(workspace: Workspace) -> None:
    workspace.choose("gone already", "ai", "off")
    _passing(workspace)
    kept = workspace.layout.absences
    assert b"gone" not in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
    kept.write_text("{")
    with (
        licet.open(workspace.layout.root, clock=lambda: AUTUMN) as other,
        pytest.raises(GateError, match="GATE-173"),
    ):
        _passing(other)
    kept.unlink()
    with licet.open(workspace.layout.root, clock=lambda: AUTUMN) as other:
        assert _passing(other) == ["Ann", "ben"]


def test_a_corpus_that_fails_leaves_what_was_remembered_as_it_was(workspace: Workspace) -> None:
    def fail(**more: Any) -> None:
        write_table(workspace.layout.root, "posts", [post("1", "ben", "text")] * 2)
        with pytest.raises(UseError, match="CORP-012"):
            workspace.corpus_build(**more)

    kept, crowd = workspace.layout.absences, _crowd(20)
    workspace.choose("gone already", "ai", "off")
    fail()
    assert not kept.exists()
    _now(workspace, *crowd, "ben")
    for one in crowd:
        workspace.choose(one, "ai", "off")
    assert workspace.corpus_build().documents == 1
    before = kept.read_bytes()
    write_table(workspace.layout.root, "members", [member("ben")])
    fail(people_left=20)
    assert kept.read_bytes() == before
    _now(workspace, "ben")
    with pytest.raises(GateError, match="GATE-172"):
        workspace.corpus_build()
    assert workspace.corpus_build(people_left=20).documents == 1
    assert kept.read_bytes() != before


def test_what_cannot_be_kept_stops_nothing(workspace: Workspace, tmp_path: Path) -> None:
    absences = Absences(tmp_path / "no such folder" / "absences.json", b"")
    for _ in range(2):
        run = absences.begin()
        run.refuse_lost("members", None, workspace.ledger, RosterHere(pa.array(["ben"])), 0)
        run.done()


IDS = [
    "Ann", "ann ", "ann\n", "\u0100nn", "bén", "be\u0301n", "\u212aim", "kim", "straße", "STRASSE", "x y", "  ", "1",
    "[a-z]",
]  # fmt: skip


@pytest.mark.parametrize("where", ["here", "duckdb", "spark"])
def test_every_engine_finds_the_same_look_alikes(where: str, request: pytest.FixtureRequest) -> None:
    if where == "here":
        roster: Any = RosterHere(pa.array(sorted(IDS)))
    else:
        engine = (
            DuckDBEngine() if where == "duckdb" else SparkEngine(request.getfixturevalue("spark_session"))
        )
        roster = RosterThere(engine, engine.hand_in(pa.table({"subject": IDS})))
    assert sorted(roster.present(pa.array(["Ann", "nobody", "x y"])).to_pylist()) == ["Ann", "x y"]
    for one in IDS:
        spelt = frozenset({folded(one)})
        found = {other for other in roster.like(spelt) if folded(other) in spelt}
        assert found == {other for other in IDS if folded(other) in spelt}


def _ways_to_count(workspace: Workspace) -> dict[str, Any]:
    """Every way to ask about all members without a gate of the workspace's own."""
    policy_file, root = str(workspace.layout.root / "policy.yaml"), workspace.layout.root
    by_hand = Gate(
        workspace.policy(), PURPOSE, AUTUMN, workspace.catalogue, DuckDBEngine(), workspace.ledger, base=root
    )
    side = Side(workspace.policy(), AUTUMN)
    impact = Impact(
        Side(nothing_permitted(side.policy.pack), AUTUMN), side, workspace.catalogue, DuckDBEngine(),
        workspace.ledger, base=root,
    )  # fmt: skip
    return {
        "impact": lambda: workspace.impact(policy_file, policy_file, AUTUMN),
        "impact by hand": impact.all,
        "what-if": lambda: workspace.what_if(policy_file),
        "a gate by hand": lambda: by_hand.read("posts"),
        "its counts": by_hand.counts,
        "a batch": lambda: workspace.decide_batch(
            pa.table({"region": ["DE"], "choice.ai": pa.nulls(1, pa.string()), "signal.gpc": [False]}),
            PURPOSE,
            "profile.headline",
        ),
    }


def test_whoever_reads_all_members_stops_at_a_look_alike(workspace: Workspace) -> None:
    workspace.choose("Ann", "ai", "off")
    for ask in _ways_to_count(workspace).values():
        ask()
    _now(workspace, "ann", "ben")
    for way, ask in _ways_to_count(workspace).items():
        with pytest.raises(GateError, match="GATE-171"):
            pytest.fail(f"{way} answered {ask()}")
    workspace.rename_subject("Ann", "ann")
    for ask in _ways_to_count(workspace).values():
        ask()


def test_a_gate_by_hand_knows_two_people_apart_by_the_salt_alone(workspace: Workspace) -> None:
    workspace.choose("Ann", "ai", "off")
    _now(workspace, "ann", "ben")
    workspace.keep_apart("Ann", "ann")

    def open_by_hand(**more: Any) -> Gate:
        return Gate(
            workspace.policy(), PURPOSE, AUTUMN, workspace.catalogue, DuckDBEngine(), workspace.ledger,
            base=workspace.layout.root, **more,
        )  # fmt: skip

    assert len(open_by_hand(salt=workspace.salt).read("posts")) == 2
    with pytest.raises(GateError, match="GATE-171"):
        open_by_hand().read("posts")


def test_a_single_answer_stops_for_the_id_in_doubt_alone(workspace: Workspace) -> None:
    def decided(subject: str) -> bool:
        return workspace.decide(subject, PURPOSE, "profile.headline").permitted

    workspace.choose("Ann", "ai", "off")
    assert not decided("Ann")
    assert decided("ben")
    _now(workspace, "ann", "ben")
    assert decided("ben"), "one id in doubt keeps nobody else from an answer"
    asked = (
        lambda: decided("ann"), lambda: workspace.member("ann"), lambda: workspace.public_page("ann"),
        lambda: workspace.what_if(str(workspace.layout.root / "policy.yaml"), member="ann"),
        lambda: list(workspace.member_archive("ann")),
    )  # fmt: skip
    for ask in asked:
        with pytest.raises(GateError, match=r"GATE-171.*'Ann' is gone, 'ann' is there"):
            ask()
    doubtful, known = workspace.decide_many(
        [Question(subject, PURPOSE, "profile.headline") for subject in ("ann", "ben")]
    )
    assert (doubtful.permitted, doubtful.code) == (False, Code.SUBJECT_UNKNOWN)
    assert known.permitted
    workspace.choose("ann", "ai", "off")
    workspace.choose("ann", "ai", "on")
    with pytest.raises(GateError, match="GATE-171"):
        decided("ann")
    workspace.keep_apart("ann", "Ann")
    assert decided("ann")


def test_an_id_is_in_doubt_as_long_as_somebody_refuses_under_one_like_it(workspace: Workspace) -> None:
    def decide(subject: str) -> str:
        return workspace.decide(subject, PURPOSE, "profile.headline").code.value

    _now(workspace, "ann", "ben")
    assert decide("ann") == "permitted"
    workspace.choose("ANN", "ai", "on")
    assert decide("ann") == "permitted", "a yes is lost and nothing is permitted by it"
    workspace.choose("ANN", "ai", "off")
    with licet.open(workspace.layout.root, clock=lambda: AUTUMN) as other:
        for one in (workspace, other):
            with pytest.raises(GateError, match="GATE-171"):
                one.decide("ann", PURPOSE, "profile.headline")
        other.choose("ANN", "ai", "on")
    assert decide("ann") == "permitted"
    workspace.signal("ANN", "gpc", True)
    with pytest.raises(GateError, match="GATE-171"):
        decide("ann")
    _now(workspace, "ANN", "ann", "ben")
    assert decide("ann") == "permitted", "two members are two people"
    _now(workspace, "ann", "ben")
    workspace.ledger_erase("ANN")
    assert decide("ann") == "permitted", "nothing is left of the id that was erased"
    workspace.choose("Ann ", "ai", "off")
    workspace.rename_subject("Ann ", "ann")
    assert decide("ann") == "refused"


def test_a_preview_supposes_nothing_for_good(workspace: Workspace) -> None:
    member_ben = workspace.member("ben")
    member_ben.preview("ai", "off")
    workspace.choose("Ben", "ai", "off")
    with pytest.raises(GateError, match="GATE-171"):
        workspace.decide("ben", PURPOSE, "profile.headline")


def test_only_what_came_out_whole_is_remembered(workspace: Workspace) -> None:
    crowd, kept = _crowd(20), workspace.layout.absences

    def fail() -> None:
        path = workspace.layout.root / "data" / "posts.parquet"
        whole = path.read_bytes()
        path.write_bytes(whole[:-40])
        for ask in (
            lambda: _passing(workspace, people_left=20),
            lambda: workspace.gate(PURPOSE, people_left=20).counts(),
            lambda: workspace.gate(PURPOSE, people_left=20).table("posts").to_pyarrow(),
            lambda: workspace.gate(PURPOSE, people_left=20).verdicts("posts"),
        ):
            with pytest.raises(SourceError):
                ask()
        path.write_bytes(whole)

    fail()
    workspace.gate(PURPOSE).columns("posts")
    unread = workspace.gate(PURPOSE).table("posts")
    assert not kept.exists(), "nothing was handed out"
    unread.to_pyarrow()
    assert kept.exists()
    _now(workspace, *crowd, "ben")
    for one in crowd:
        workspace.choose(one, "ai", "off")
    assert _passing(workspace) == ["ben"]
    before = kept.read_bytes()
    _now(workspace, "ben")
    fail()
    assert kept.read_bytes() == before, "what was said for runs that failed was said for nothing"
    with pytest.raises(GateError, match="GATE-172"):
        _passing(workspace)
    assert workspace.gate(PURPOSE, people_left=20).counts() is not None
    assert kept.read_bytes() != before
