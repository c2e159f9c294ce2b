from __future__ import annotations

import pyarrow as pa
import pytest

from licet.uses.corpus.text.names import KnownNames, redact_names

MEMBERS = [
    "Jane Doe",
    "Anne-Marie O'Neil",
    "Madonna",
    "José García López",
    "José García",
    "山田 太郎",
    "Will Mark",
]


def without_names(text: str, own: str | None = None) -> str:
    texts, _ = redact_names(pa.array([text]), pa.array([own], pa.string()), MEMBERS)
    answer: str = texts[0].as_py()
    return answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I met Jane Doe and Anne-Marie O’Neil's friend", "I met [name] and [name]'s friend"),
        ("Jane  Doe, JANE DOE\nand Jane\nDoe", "[name], [name]\nand [name]"),
        ("Jose\u0301 Garci\u0301a wrote", "[name] wrote"),
        ("with José García López and José García.", "with [name] and [name]."),
        ("山田 太郎 です", "[name] です"),
        ("Jane, Doe; Jane (Doe)", "Jane, Doe; Jane (Doe)"),
        ("jane doe, and will mark it", "jane doe, and will mark it"),
        ("Madonna and Jane", "Madonna and Jane"),
        ("Janet Doe, Jane Doering, xJane Doe", "Janet Doe, Jane Doering, xJane Doe"),
        ("Will Mark Jane Doe", "[name] [name]"),
    ],
)
def test_full_names_of_members_are_replaced(text: str, expected: str) -> None:
    assert without_names(text) == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("Jane Doe", "Jane Doe with [name]"),
        ("José García", "[name] with [name]"),
        ("José García López", "[name] with José García López"),
        ("", "[name] with [name]"),
    ],
)
def test_an_authors_own_name_stays(own: str, expected: str) -> None:
    assert without_names("Jane Doe with José García López", own) == expected


def test_a_longer_name_of_ones_own_holds_another_members() -> None:
    texts = pa.array(["by José García López"])
    out, count = redact_names(texts, pa.array(["José García López"]), ["José García"])
    assert (out.to_pylist(), count) == (["by [name] López"], 1)


def test_own_names_may_be_a_list_and_names_are_counted() -> None:
    texts = pa.array(["Jane Doe, Will Mark", None, "Jane Doe"])
    own = pa.array([["J. Doe", "Jane Doe"], None, None], pa.list_(pa.string()))
    out, count = redact_names(texts, own, KnownNames.of(MEMBERS))
    assert (out.to_pylist(), count) == (["Jane Doe, [name]", None, "[name]"], 2)


def test_texts_without_names_are_the_same_array() -> None:
    texts = pa.array(["nobody here", None, "Jane went"])
    assert redact_names(texts, None, MEMBERS)[0] is texts
    assert redact_names(texts, None, [])[1] == 0
    assert redact_names(pa.array([], pa.string()), None, MEMBERS)[1] == 0
