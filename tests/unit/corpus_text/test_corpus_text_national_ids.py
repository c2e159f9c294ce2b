from __future__ import annotations

import random
import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from licet.uses.corpus.text.national_ids import FORMS, HINT, find, passes

# Specimens and published examples; nobody's number.
SPECIMENS = {
    "gb_nino": "AB123456C",
    "us_ssn": "536-90-4399",
    "es_dni": "12345678Z",
    "es_nie": "X-2482300W",
    "it_codice_fiscale": "RSSMRA85T10A562S",
    "fr_nir": "2 95 10 99 126 111 93",
    "br_cpf": "390.533.447-05",
    "ch_ahv": "756.9217.0769.85",
    "se_personnummer": "811228-9874",
    "no_fodselsnummer": "151086 95088",
    "fi_hetu": "131052-308T",
    "in_pan": "AAAPL1234C",
    "mx_curp": "BOXW310820HNERXN09",
    "cl_rut": "12.531.909-2",
    "cz_rc": "710319/2745",
    "kr_rrn": "971013-9019902",
    "cn_ric": "11010519491231002X",
    "ro_cnp": "1630615123457",
    "pl_pesel": "44051401359",
    "tr_tckimlik": "10000000146",
    "ee_lt_isikukood": "37605030299",
}

DIGITS_ALONE = {
    "fr_nir": 15,
    "no_fodselsnummer": 11,
    "cn_ric": 18,
    "ro_cnp": 13,
    "pl_pesel": 11,
    "tr_tckimlik": 11,
    "ee_lt_isikukood": 11,
}


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find(text)]


def test_every_form_has_a_specimen() -> None:
    assert list(SPECIMENS) == [name for name, _, _ in FORMS]


@pytest.mark.parametrize("number", SPECIMENS.values(), ids=SPECIMENS)
def test_a_valid_number_is_found_in_a_sentence(number: str) -> None:
    assert found(f"My number is {number}, keep it.") == [number]
    assert pc.match_substring_regex(pa.array([number]), HINT).to_pylist() == [True]


@pytest.mark.parametrize("number", SPECIMENS.values(), ids=SPECIMENS)
def test_a_number_inside_a_longer_one_is_not(number: str) -> None:
    assert number not in found(f"x{number}")
    assert number not in found(f"{number}7")


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - {"gb_nino", "us_ssn", "in_pan"}))
def test_another_check_digit_is_refused(name: str) -> None:
    number, (_, form, check) = SPECIMENS[name], next(form for form in FORMS if form[0] == name)
    at = max(index for index, char in enumerate(number) if char.isdigit())
    others = [number[:at] + digit + number[at + 1 :] for digit in "0123456789" if digit != number[at]]
    assert not any(re.fullmatch(form, other) and passes(check, other) for other in others)


@pytest.mark.parametrize("name", DIGITS_ALONE)
def test_at_most_one_random_number_in_fifty_passes(name: str) -> None:
    rng = random.Random(2025)
    _, form, check = next(form for form in FORMS if form[0] == name)
    numbers = ["".join(rng.choices("0123456789", k=DIGITS_ALONE[name])) for _ in range(5000)]
    passing = sum(bool(re.fullmatch(form, number)) and passes(check, number) for number in numbers)
    assert passing <= len(numbers) / 50


def test_years_and_telephone_numbers_are_no_identity() -> None:
    assert found("in 2023 2024 2025, call 079 123 45 67 or 0791234567, total 1.234.567") == []
