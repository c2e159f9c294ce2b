"""Impact on a workspace's own data: where LinkedIn's two accounts part, two days of one policy, files without order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest
from typer.testing import CliRunner

import licet
from journeys.networks import make_network, member, message, post
from licet.app import Workspace
from licet.app.impact import impact_sentences, write_page
from licet.app.impact.impact_page import page as impact_page
from licet.cli.main import app
from licet.decide import Policy
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.impact import Impact, Side
from licet.enforce.impact_counts import Change
from licet.packs import open_pack
from licet.sources.catalogue import Catalogue
from licet.terms import GateError
from licet.testing.memory_ledger import MemoryLedger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REPORTED, OFFICIAL = "linkedin_as_reported", "linkedin_official"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann", "CH"), member("ben", "GB"), member("cy", "CA"), member("dee", "US")],
        "profiles": [],
        "posts": [post(f"p-{who}", who, "words") for who in ("ann", "ben", "cy", "dee")],
        "messages": [message("m", "ann", ["ben"], "psst")],
    }
    made = make_network(tmp_path / "w", rows)
    yield made
    made.close()


def test_where_the_article_and_the_notice_part(workspace: Workspace) -> None:
    found = workspace.impact(REPORTED, OFFICIAL, NOW)
    uses = {(one.purpose, one.recipient): one for one in found.uses}
    training = uses["generative_ai_training", "self"]
    assert training.gaining == ("ben", "dee"), (
        "of the United Kingdom and the United States the article says nothing"
    )
    assert training.losing == ()
    sharing = uses["ad_sharing", "microsoft"]
    assert sharing.losing == ("ann", "cy"), "the article lets posts be shared, the policy does not"
    assert {one.category for one in sharing.changes if one.records_lost} >= {"content.posts"}


def test_a_refusal_under_the_first_policy_is_kept_under_the_second(workspace: Workspace) -> None:
    workspace.use_pack(REPORTED)
    workspace.choose("ben", "data_for_generative_ai_improvement", "off")
    found = workspace.impact(REPORTED, OFFICIAL, NOW)
    uses = {(one.purpose, one.recipient): one for one in found.uses}
    assert uses["generative_ai_training", "self"].gaining == ("dee",)


def test_two_days_of_one_policy(workspace: Workspace) -> None:
    before, after = datetime(2025, 11, 2, tzinfo=UTC), datetime(2025, 11, 3, tzinfo=UTC)
    found = workspace.impact(OFFICIAL, OFFICIAL, before, after)
    training = next(
        one for one in found.uses if (one.purpose, one.recipient) == ("generative_ai_training", "self")
    )
    assert training.gaining == ("ann", "ben", "cy")
    assert sum(one.records_gained for one in training.changes if one.category == "content.posts") == 3
    assert workspace.impact(OFFICIAL, OFFICIAL, after, after).uses == ()


def test_the_command(workspace: Workspace) -> None:
    home = str(workspace.layout.root)

    def run(*words: str) -> Any:
        impact_sentences = CliRunner().invoke(app, ["packs", "impact", REPORTED, *words, "-w", home])
        assert impact_sentences.exit_code == 0, impact_sentences.output
        return impact_sentences.stdout

    impact_sentences = json.loads(run(OFFICIAL, "--from-date", "2026-01-01", "--json"))
    training = next(
        one
        for one in impact_sentences["uses"]
        if one["purpose"] == "generative_ai_training" and one["recipient"] == "self"
    )
    assert training["members_gained"] == 2 and "gaining" not in training, "nobody is named unasked"
    assert training["regions"] == [
        {"region": "GB", "members_gained": 1, "members_lost": 0, "name": "United Kingdom"},
        {"region": "US", "members_gained": 1, "members_lost": 0, "name": "United States"},
    ]
    named = json.loads(run(OFFICIAL, "--from-date", "2026-01-01", "--json", "--members"))
    assert "ben" in json.dumps(named) and "ben" not in json.dumps(impact_sentences)
    assert "United Kingdom" in run(OFFICIAL, "--from-date", "2026-01-01")
    assert "Nothing changes" in run(REPORTED, "--from-date", "2026-01-01")
    written = workspace.layout.root / "impact.html"
    assert "Written" in run(OFFICIAL, "--from-date", "2026-01-01", "--html", str(written))
    assert "of 4 members" in written.read_text()


def catalogue(place: str) -> Catalogue:
    def at(name: str) -> dict[str, str]:
        return {place: f"{name}.csv" if place == "csv" else name}

    return Catalogue.model_validate(
        {
            "licet_catalogue": 1,
            "facts": {"table": "members", "subject": "id", "region": "region", "age": "age"},
            "tables": {
                "members": {"location": at("members"), "subjects": ["id"], "columns": {}},
                "posts": {
                    "location": at("posts"), "key": "n", "subjects": ["who"], "visibility": "seen",
                    "columns": {"text": "content.posts"},
                },
                "talks": {
                    "location": at("talks"), "key": "n", "subjects": ["who", "whom"],
                    "columns": {"text": "content.comments"},
                },
            },
        }
    )  # fmt: skip


def test_files_without_an_order_are_counted_alike(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("id,region,age\nann,CH,30\nben,GB,40\ncy,CA,50\n")
    (tmp_path / "posts.csv").write_text(
        "n,who,seen,text\n1,ann,public,a\n2,ben,public,b\n3,zoe,public,c\n4,cy,few,d\n"
    )
    (tmp_path / "talks.csv").write_text("n,who,whom,text\n1,ann,ben,a\n2,ben,ben,b\n3,ben,zoe,c\n")
    said = ("subject", "setting", "category", "state", "pack")
    choices = pa.table({name: pa.array([], pa.string()) for name in said})
    signals = pa.table({name: pa.array([], pa.string()) for name in ("subject", "signal")})
    ledger = MemoryLedger(choices, signals)
    sides = [Side(Policy(open_pack(name)), NOW) for name in (REPORTED, OFFICIAL)]
    found = Impact(*sides, catalogue("csv"), DuckDBEngine(threads=1), ledger, base=tmp_path)
    use = found.of("generative_ai_training", "self")
    assert set(use.changes) == {
        Change("content.posts", "GB", 1, 0, 1, 0),
        Change("content.posts", "CA", 1, 0, 1, 0),  # the notice does not ask that posts be public
        Change("content.comments", "CH", 1, 0, 1, 0),
        Change("content.comments", "GB", 1, 0, 1, 0),
    }
    assert use.gaining == ("ann", "ben", "cy") and use.records_gained == 4


def test_an_engine_that_keeps_people_elsewhere_is_refused() -> None:
    elsewhere = cast(Any, SimpleNamespace(people_here=False))
    side = Side(Policy(open_pack(REPORTED)), NOW)
    with pytest.raises(GateError) as caught:
        Impact(side, side, catalogue("csv"), elsewhere, cast(Any, None), position=0)
    assert caught.value.code == "GATE-011"
    with pytest.raises(GateError) as caught:
        Impact(
            side,
            side._replace(at=NOW.replace(tzinfo=None)),
            catalogue("csv"),
            elsewhere,
            cast(Any, None),
            position=0,
        )
    assert caught.value.code == "GATE-001"


def test_the_page_says_how_many_and_names_somebody_only_when_asked(
    workspace: Workspace, tmp_path: Path
) -> None:
    found = workspace.impact(REPORTED, OFFICIAL, NOW)
    write_page(found, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert text.index("of 4 members") < text.index("<svg") < text.index("<table")
    for fact in (
        found.before.digest,
        found.after.digest,
        found.root,
        "2026-01-01T00:00:00Z",
        "United Kingdom",
    ):
        assert fact in text
    for who in ("ann", "ben", "cy", "dee"):
        assert not re.search(rf"\b{who}\b", text), who
    write_page(found, tmp_path / "named.html", members=True)
    assert re.search(r"\bben\b", (tmp_path / "named.html").read_text())


def test_every_line_of_the_page_adds_up(workspace: Workspace) -> None:
    found = workspace.impact(REPORTED, OFFICIAL, NOW)
    (training,) = (one for one in found.uses if (one.purpose, one.recipient) == ("ad_sharing", "microsoft"))
    for lines in (impact_sentences.by_kind(found, training), impact_sentences.by_region(found, training)):
        for place, total in ((1, "records_gained"), (2, "records_lost")):
            assert sum(one[place] for one in lines) == sum(getattr(one, total) for one in training.changes)
    assert sum(one.members_lost for one in impact_sentences.by_region(found)) == len(found.together.losing)
    assert found.members_changed == len({*found.together.gaining, *found.together.losing})


def test_a_hostile_policy_writes_no_markup(workspace: Workspace, tmp_path: Path) -> None:
    text = (Path(licet.__file__).parent / "packs" / "shipped" / f"{OFFICIAL}.yaml").read_text()
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    file = tmp_path / "hostile.yaml"
    file.write_text(text.replace(title, "title: '<script>alert(1)</script><img src=x onerror=alert(2)>'"))
    shown = impact_page(workspace.impact(REPORTED, str(file), NOW))
    assert "<script" not in shown and "<img" not in shown and "&lt;script&gt;" in shown


def test_nothing_changes_is_said_so(workspace: Workspace) -> None:
    shown = impact_page(workspace.impact(REPORTED, REPORTED, NOW))
    assert (
        "Nothing changes for any of the 4 members." in shown and "<svg" not in shown and "<table" not in shown
    )
