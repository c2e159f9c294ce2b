"""An argument of the wrong type is named, whatever operation it is handed to; a fault of licet stays one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from journeys.networks import make_network, member
from licet.app import Workspace
from licet.app.argument_types import names_wrong_types
from licet.app.operations.choice_operations import ChoiceOperations
from licet.terms import AppError, LicetError

WRONG: tuple[Any, ...] = (7.5, b"ann", [1], {"a": 1}, ..., date(2025, 1, 1), object(), lambda: None)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = make_network(tmp_path_factory.mktemp("types") / "w", {"members": [member("ann")]})
    yield made
    made.close()


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_no_operation_answers_a_wrong_type_with_an_error_of_python(workspace: Workspace, value: Any) -> None:
    asked: tuple[Any, ...] = (
        lambda: workspace.knows(value), lambda: workspace.use_pack(value), lambda: workspace.unknown(value),
        lambda: workspace.choose(value, "ai", "off"), lambda: workspace.ledger_entries(start=value),
        lambda: workspace.some_subjects(value), lambda: workspace.missing_subjects((value,)),
        lambda: workspace.gate("generative_ai_training", position=value), lambda: workspace.policy_of(value),
        lambda: workspace.import_stackexchange(value),
    )  # fmt: skip
    for nth, ask in enumerate(asked):
        try:
            ask()
        except LicetError as error:
            assert error.code and error.fix, nth


def test_the_argument_is_named(workspace: Workspace) -> None:
    with pytest.raises(AppError, match=r"APP-217: import_linkedin takes archive as .*, and not as float"):
        workspace.import_linkedin(0.5)  # type: ignore[arg-type]


def test_a_fault_of_licet_stays_one() -> None:
    @names_wrong_types
    class Room:
        def enter(self, name: str, many: int | None = None) -> object:
            return [name][many or 0].missing  # type: ignore[attr-defined]

    with pytest.raises(AttributeError):
        Room().enter("ann")
    with pytest.raises(AppError, match="takes many as int"):
        Room().enter("ann", "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Room().enter()  # type: ignore[call-arg]


def test_an_operation_is_shown_as_it_was_written() -> None:
    choose = ChoiceOperations.choose
    assert choose.__doc__ and "subject" in inspect.signature(choose).parameters
