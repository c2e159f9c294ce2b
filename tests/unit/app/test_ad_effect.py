"""A log of choices in a file: read strictly, told in sentences, as JSON, and by the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.command_line import run_licet
from licet.app import ad_effect_sentences
from licet.app.ad_effect import ad_effect, campaign_report
from licet.terms import UseError


def write(path: Path, rows: int = 2_000, first: float = 0.3, second: float = 0.1, **columns: object) -> Path:
    """Two ads, shown alike, clicked by these shares."""
    place = np.arange(rows)
    share = np.where(place % 2 == 0, first, second)
    click = (np.floor((place // 2 + 1) * share) > np.floor(place // 2 * share)).astype(int)
    table = {
        "action": [("a", "b")[n % 2] for n in place.tolist()], "propensity": np.full(rows, 0.5), "click": click,
        "paid_micros": click * 250_000, "is_personalised": place % 4 < 2,
        "first": np.where(place % 2 == 0, 1.0, 0.0), "member": ["ann"] * rows,
    } | columns  # fmt: skip
    made = pa.table({name: pa.array(column) for name, column in table.items() if column is not None})
    if path.suffix == ".parquet":
        pq.write_table(made, path)
    else:
        lines = [",".join(made.column_names), *(",".join(map(str, row.values())) for row in made.to_pylist())]
        path.write_text("\n".join(lines) + "\n")
    return path


def test_a_csv_and_a_parquet_file_tell_the_same(tmp_path: Path) -> None:
    told = [ad_effect(write(tmp_path / name), "first", 1.0) for name in ("log.csv", "log.parquet")]
    assert told[0] == told[1] and told[0].value.verdict == "surely better"
    said = " ".join([ad_effect_sentences.answer(told[0]), *ad_effect_sentences.reasons(told[0])])
    assert "would bring more clicks: 10.000 %" in said and "ann" not in json.dumps(told[0].as_json())
    assert len(ad_effect_sentences.tables(told[0])) == 2


def test_what_cannot_be_told_is_said_so_by_the_command(tmp_path: Path) -> None:
    log = write(tmp_path / "log.csv", rows=400, first=0.02, second=0.01)
    answer = run_licet("ads", "effect", str(log))
    assert (
        answer.status == 0
        and "cannot be told" in answer.out
        and "nothing is called sure" in " ".join(answer.out.split())
    )
    said = json.loads(run_licet("ads", "effect", str(log), "--floor-share", "0.5", "--json").out)
    assert (said["verdict"], said["weight_bound"], said["is_bound_known"]) == ("cannot tell", 2.0, True)
    assert said["revenue"][0]["showings"] == 200 and said["revenue"][0]["clicks"] is None


def test_advertisers_are_told_of_ten_and_more(tmp_path: Path) -> None:
    log = write(tmp_path / "log.csv", rows=400, first=0.2, second=0.04)
    told = {one["campaign"]: one for one in json.loads(run_licet("ads", "report", str(log), "--json").out)}
    assert told["a"] == {
        "campaign": "a",
        "showings": 190,
        "clicks": 30,
        "personalised": 90,
        "contextual": 90,
        "micros": 7_500_000,
    }
    assert told["b"]["showings"] in (190, 200)
    assert (told["b"]["clicks"], told["b"]["micros"]) == (None, None)
    assert "too few" in run_licet("ads", "report", str(log)).out
    few = write(tmp_path / "few.csv", rows=400, is_personalised=[n < 18 for n in range(400)])
    (first, second) = campaign_report(few)
    assert (first.personalised, second.personalised) == (None, None)
    rare = write(tmp_path / "rare.csv", rows=400, action=["c"] * 9 + ["a"] * 391)
    assert campaign_report(rare)[1][1:] == (None,) * 5


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"click": None}, "ADS-088"), ({"propensity": ["x"] * 2_000}, "ADS-088"), ({"click": [0.5] * 2_000}, "ADS-085"),
        ({"position": [0.5] * 2_000}, "ADS-088"), ({"action": [None] + ["a"] * 1_999}, "ADS-088"),
        ({"click": [None] + [0] * 1_999}, "ADS-088"), ({"propensity": [0.0] * 2_000}, "ADS-085"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused(tmp_path: Path, columns: dict[str, object], code: str) -> None:
    with pytest.raises(UseError) as told:
        ad_effect(write(tmp_path / "log.parquet", **columns))
    assert told.value.code == code


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "odd.parquet").write_bytes(b"PAR1")
    (tmp_path / "twice.csv").write_text("action,action,propensity,click\n1,1,1,1\n")
    (tmp_path / "short.csv").write_text("action,propensity,click\n1,1,1\n")
    for name, code in (
        ("empty.csv", "ADS-088"), ("odd.parquet", "ADS-088"), ("twice.csv", "ADS-088"), ("none.csv", "ADS-088"),
        ("short.csv", "ADS-086"),
    ):  # fmt: skip
        with pytest.raises(UseError) as told:
            ad_effect(tmp_path / name)
        assert told.value.code == code
    with pytest.raises(UseError) as told:
        ad_effect(write(tmp_path / "log.csv"), "second")
    assert told.value.code == "ADS-088"
