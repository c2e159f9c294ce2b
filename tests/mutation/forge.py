"""Tries seeded faults, each in a process of its own that imports everything but the changed module from a warm parent.

`python tests/mutation/forge.py gate 0 4` tries every fourth fault of the gate and prints one line of JSON for each:
whether it was killed, by what, and how many single decisions that took. Such lines piped into
`forge.py report FILE` become a summary, and `killers.json` anew. The parent imports what no fault touches and
never runs any of it, so that a child may be forked from it in milliseconds.

A fault of the gate is killed by a generated world over which gate and `decide` disagree; a fault of the evaluator,
or of the ways out, by a truth table or a test of a law. What killed it last is tried first (`killers.json`). The sound
source goes through the same worlds as a control: a world that speaks against it proves nothing against a fault.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.machinery
import io
import itertools
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import ad_choice_faults
import cold_faults
import corpus_faults
import database_faults
import delivery_faults
import duckdb  # noqa: F401
import evaluator_faults
import event_faults
import exchange_faults
import follow_faults
import forgetting_faults
import gate_faults
import hypothesis
import ibis.backends.duckdb
import ibis.selectors  # noqa: F401
import membership_faults
import model_faults
import pyarrow.compute
import pyarrow.parquet  # noqa: F401
import pytest
import recommend_faults
import recommending_faults
import removal_faults
import report_faults
import search_faults
import signal_faults
import suggestion_faults
import way_faults
from faults import Fault

import licet.ledger
import licet.packs
import licet.sources.catalogue  # noqa: F401

HERE = Path(__file__).parent
KILLERS = HERE / "killers.json"
GROUPS = {
    "gate": gate_faults.FAULTS,
    "evaluator": [
        *evaluator_faults.FAULTS,
        *event_faults.FAULTS,
        *way_faults.FAULTS,
        *follow_faults.FAULTS,
        *corpus_faults.FAULTS,
        *model_faults.FAULTS,
        *membership_faults.FAULTS,
        *forgetting_faults.FAULTS,
        *suggestion_faults.FAULTS,
        *report_faults.FAULTS,
        *delivery_faults.FAULTS,
        *cold_faults.FAULTS,
        *signal_faults.FAULTS,
        *removal_faults.FAULTS,
        *recommend_faults.FAULTS,
        *recommending_faults.FAULTS,
        *search_faults.FAULTS,
        *ad_choice_faults.FAULTS,
        *exchange_faults.FAULTS,
        *database_faults.FAULTS,
    ],
}
#: What holds the evaluator, the quickest first, and then the ways out.
TESTS = (
    "tests/unit/decide", "tests/parity/test_parity_exhaustive.py::test_decide_agrees_with_the_truth_table",
    "tests/property/test_specification.py",
    "tests/property/test_laws_refusals.py", "tests/property/test_laws_silence.py", "tests/property/test_laws_notice.py",
    "tests/property/test_laws_forbids.py", "tests/property/test_laws_reasons.py", "tests/parity/test_parity_ledger.py",
    "tests/unit/enforce/test_ids_in_files.py::test_a_text_is_a_number_only_as_numbers_are_written",
    "tests/unit/enforce/test_role_columns.py", "tests/unit/app/test_only_now.py",
    "tests/unit/corpus/test_corpus_purposes.py", "tests/unit/enforce/test_owned_rows.py",
    "tests/unit/enforce/test_referring_rows.py",
    "tests/unit/enforce/test_kept.py", "tests/unit/enforce/test_gate_files.py",
    "tests/unit/enforce/test_marks.py::test_a_query_on_marks_or_on_a_copy_looks_at_the_files_itself",
    "tests/unit/enforce/test_marks.py::test_rows_read_in_stretches_lie_beside_their_own_marks",
    "tests/unit/enforce/test_marks.py::test_a_row_that_does_not_lie_beside_its_own_mark_ends_the_query",
    "tests/unit/enforce/test_spark_bitmaps.py::test_every_row_is_found_with_its_mask_and_one_told_twice_is_held_back",
    "tests/property/test_row_excerpts.py",
    "tests/property/test_corpus_log.py", "tests/unit/store/test_record_file.py",
    "tests/unit/corpus/test_corpus_updates.py::test_copies_of_copies_repeat_the_earliest_that_is_left",
    "tests/unit/app/test_standing_gates.py::test_a_second_update_opens_no_table_and_ends_as_a_build_does",
    "tests/unit/app/test_standing_gates.py::test_a_preview_is_of_one_ledger_position_whatever_others_choose_while_it_runs",
    "tests/unit/enforce/test_verdict_table.py", "tests/unit/app/test_record_groups.py",
    "tests/property/test_counts_log.py",
    "tests/unit/model/test_counting_model.py", "tests/unit/model/test_adapted.py",
    "tests/property/test_store_looking.py", "tests/property/test_latest_artefacts.py",
    "tests/property/test_forgetting_feed.py",
    "tests/unit/app/test_model_residue.py::test_what_is_looked_for_is_what_was_taught",
    "tests/unit/app/test_model_audit.py::test_an_audit_whose_secrets_were_not_planted_is_none",
    "tests/unit/terms/test_ecvrf.py", "tests/property/test_builder_cheats.py", "tests/unit/enforce/test_kept_keys.py",
    "tests/unit/receipts/test_forgetting_certificate.py", "tests/unit/app/test_forgettings.py",
    "tests/unit/web/test_forgetting_doors.py::test_what_is_anothers_is_answered_as_what_is_not_there",
    "tests/unit/web/test_forgetting_doors.py::test_who_chooses_anew_is_not_forgotten_after_all",
    "tests/unit/app/test_recommending.py",
    "tests/unit/app/test_suggestions.py", "tests/unit/app/test_ranked_suggestions.py",
    "tests/unit/reports/test_training_notice.py",
    "tests/unit/sources/test_event_logs.py",
    "tests/unit/deliveries", "tests/unit/app/test_followed_copies.py", "tests/unit/terms/test_consent_vectors.py",
    "tests/property/test_item_counts.py", "tests/unit/recommend/test_interactions.py",
    "tests/unit/recommend/test_recommend_use.py",
    "tests/property/test_cold_counts.py", "tests/property/test_recommend_reasons.py",
    "tests/unit/recommend/test_opt_out_effect.py", "tests/unit/app/test_recipe_choice.py",
    "tests/unit/recommend/test_candidate_blend.py", "tests/unit/recommend/test_public_reasons.py",
    "tests/unit/uses/test_text_index.py", "tests/unit/uses/test_connection_graph.py",
    "tests/unit/uses/test_monthly_release.py", "tests/unit/app/test_searches.py",
    "tests/unit/app/test_ad_choices.py",
    "tests/unit/uses/test_bid_request.py", "tests/unit/uses/test_audience_attacks.py",
    "tests/unit/uses/test_policy_value.py",
    "tests/unit/app/test_people_suggestions.py",
    "tests/unit/app/test_hashed_lists.py", "tests/unit/app/test_drop_screening.py",
    "tests/contract/test_postgres_engine.py", "tests/contract/test_postgres_views.py",
    "tests/property/test_consent_mutations.py::test_a_tc_string_consents_to_what_was_consented_to",
    "tests/property/test_consent_mutations.py::test_a_section_refuses_nothing_only_where_every_number_says_so",
)  # fmt: skip
#: Hypothesis is imported before pytest would look at it, in the parent.
_QUIETLY = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


class Faulty(importlib.machinery.SourceFileLoader):
    """Loads one module with the fault in it."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType | None:
        return compile(self._source, self.path, "exec")


class Finder:
    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self._fault.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.origin is not None
        spec.loader = Faulty(name, spec.origin, self._fault.source())
        return spec


def try_worlds(hint: Any) -> Iterator[tuple[str, int, str | None]]:
    """World and table, decisions compared, and the difference if there is one; what killed it last goes first."""
    from trial_worlds import LIVELY, make_trial_world

    from licet.terms import LicetError
    from licet.testing.agreement import Disagreement, assert_table_agrees
    from licet.testing.expected_rows import expect
    from licet.testing.memory_ledger import open_gate
    from licet.testing.unordered_tables import UnorderedTables

    for place in dict.fromkeys([*([] if hint is None else [hint]), *LIVELY]):
        number, name = int(place.partition("/")[0]), place.partition("/")[2]
        world, told = make_trial_world(number), None
        try:
            for engine in (None, UnorderedTables(threads=1)):
                assert_table_agrees(open_gate(world, engine), world, name, columns_too=number % 4 < 2)
        except (Disagreement, LicetError, ArithmeticError, ValueError, TypeError, LookupError) as difference:
            told = f"{type(difference).__name__}: {difference}"
        yield place, expect(world, name).decided, told


def try_tests(hint: Any) -> Iterator[tuple[str | int, int, str | None]]:
    """The tests that hold the evaluator, in the order given; the one that killed it last goes first."""
    hypothesis.settings.register_profile("no shrinking", phases=[hypothesis.Phase.generate])
    hypothesis.settings.load_profile("no shrinking")
    for place in [*([hint] if hint else []), *TESTS]:
        failed = FirstFailure()
        with contextlib.redirect_stdout(io.StringIO()):
            # Only a test that fails counts: one that cannot be collected is no answer.
            code = pytest.main([*_QUIETLY, place], plugins=[failed])
        if code == pytest.ExitCode.USAGE_ERROR and place == hint:
            continue  # that test is there no more; those that hold the evaluator now are tried in its place
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise RuntimeError(f"{place} ended with {code!r}")
        yield failed.place or place, 0, failed.told


class FirstFailure:
    place: str | None = None
    told: str | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.place is None:
            self.place, self.told = report.nodeid, str(report.longrepr).strip().splitlines()[-1]


TRIALS: dict[str, Callable[[Any], Iterator[tuple[str | int, int, str | None]]]] = {
    "gate": try_worlds, "evaluator": try_tests,
}  # fmt: skip


def attempt(group: str, fault: Fault | None, hint: Any, only_hint: bool = False) -> dict[str, Any]:
    """Within the child: try until something differs."""
    if fault is not None:
        sys.meta_path.insert(0, Finder(fault))
    began, tried, cases = time.monotonic(), 0, 0
    by: str | int | None = None
    told: str | None = None
    trials = TRIALS[group](hint)
    for by, compared, told in itertools.islice(trials, 1 if only_hint else None):  # noqa: B007
        tried, cases = tried + 1, cases + compared
        if told is not None:
            break
    return {
        "killed": told is not None, "by": by, "tried": tried, "cases": cases, "told": (told or "")[:300],
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def in_child(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `work` finds in a process forked for it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(writing, "w") as out:
                json.dump(work(), out)
            status = 0
        except BaseException:  # noqa: BLE001 - the child ends here, whatever happened
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError("a fault ended its process, and so proves nothing: it must be a plausible change")
    found: dict[str, Any] = json.loads(told)
    return found


def main(group: str, first: int = 0, step: int = 1) -> None:
    killers = json.loads(KILLERS.read_text(encoding="utf-8"))
    sound: dict[Any, bool] = {None: True}
    for fault in GROUPS[group][first::step]:
        found = in_child(functools.partial(attempt, group, fault, killers.get(fault.name)))
        by = found["by"] if found["killed"] and group == "gate" else None  # tests are run by everybody
        if by not in sound:
            sound[by] = not in_child(functools.partial(attempt, group, None, by, only_hint=True))["killed"]
        print(
            json.dumps({"fault": fault.name, "module": fault.module} | found | {"sound": sound[by]}),
            flush=True,
        )


def report(lines: Iterator[str], out: Path) -> None:
    """From what runs printed: the summary, and what to try first the next time."""
    found = {told["fault"]: told for told in map(json.loads, lines)}
    killers = {
        fault.name: found[fault.name]["by"]
        for faults in GROUPS.values()
        for fault in faults
        if fault.name in found and found[fault.name]["killed"]
    }
    KILLERS.write_text(json.dumps(killers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = ("fault", "module", "killed", "by", "cases")
    summary = {
        "faults": len(found),
        "killed": sum(told["killed"] for told in found.values()),
        "each": [{name: told[name] for name in kept} for told in found.values()],
    }
    out.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "report":
        report(iter(sys.stdin), Path(sys.argv[2]))
    else:
        main(sys.argv[1], *map(int, sys.argv[2:]))
