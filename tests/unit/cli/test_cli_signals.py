"""`licet signals`: what a string means is told by its parts, and is what browsers' strings are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.networks import PACK
from licet.policies.signal_meaning import read_string
from licet.terms.signals import ConsentStrings
from licet.testing.drawn_strings import GPP_STRINGS, TC_STRINGS


@pytest.mark.parametrize("text", [*GPP_STRINGS, *TC_STRINGS, ""])
def test_a_string_is_told_as_it_is_taken(text: str | None) -> None:
    if text is None:
        return
    said = run_licet("signals", "read", text, "--json").json
    wanted = GPP_STRINGS.get(text, TC_STRINGS.get(text, frozenset({"tcf"})))
    assert said["signals"] == sorted(wanted) and said["refuses"] is bool(wanted)
    assert said["kind"] == ("gpp" if text in GPP_STRINGS else "tcf")
    reasons = [
        said["malformed"],
        said["because"],
        *(reason for one in said["sections"] for reason in one["because"]),
    ]
    assert any(reasons) is bool(wanted), "every no has its reason, and nothing else has one"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["DBABTA~1YNN"], "section 6, US Privacy: refuses nothing"),
        (["DBABTA~1YYN"], "section 6, US Privacy: an opt-out of the sale of data"),
        (["DBABLA~CAAAAAAAAABA.YA"], "section 7, United States: Global Privacy Control was sent"),
        (["DBABTA~1YNN", "--section", "8"], "section 8, California: applies, and is not there"),
        (["DBABTA~1Y"], "malformed: section 6: not a US Privacy string"),
        (["DBAB"], "malformed: "),
        (["DBAA"], "It has no section, so it says nothing, and that is a no."),
        (["CPSG_8A"], "malformed: too short"),
        (["CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA"], "it does not say which vendors were disclosed"),
        ([next(text for text in TC_STRINGS if text and not TC_STRINGS[text]), "--vendor", "50"],
         "vendor 50 has no consent, or was not disclosed"),
        (["DBACNYA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA~1YNN"],
         "section 2, TCF, Europe: purposes 3 and 4"),
    ],
)  # fmt: skip
def test_a_person_reads_which_part_refuses(words: list[str], told: str) -> None:
    answer = run_licet("signals", "read", *words)
    assert (answer.status, answer.err) == (0, "") and told in answer.out
    assert ("a no to advertising" in answer.out) is (told != "section 6, US Privacy: refuses nothing")


def test_with_a_policy_it_says_what_is_switched_off(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(PACK.replace("honours: [gpc]", "honours: [gpc, gpp]"))
    words = ("signals", "read", "DBABTA~1YYN", "--policy", str(policy))
    assert run_licet(*words, "--json").json["switches_off"] == [
        {"setting": "ai", "label": "Use my data for AI"}
    ]
    assert "switches off “Use my data for AI”" in run_licet(*words).out
    assert "switches nothing off" in run_licet("signals", "read", "CPSG_8A", "--policy", str(policy)).out
    assert run_licet("signals", "read", "CPSG_8A", "--policy", "no such").status == 2


def test_a_policys_own_vendors_must_have_consent(tmp_path: Path) -> None:
    consenting = next(text for text in TC_STRINGS if text and not TC_STRINGS[text])
    policy = tmp_path / "policy.yaml"
    text = PACK
    for old, new in (
        ("honours: [gpc]", "honours: [tcf]"),
        ("settings:\n", "recipients: {lab: {name: Lab, kind: partner, tcf_vendor: 50}}\nsettings:\n"),
        ("regions: [EEA, CH], visibility:", "recipients: [self, lab], regions: [EEA, CH], visibility:"),
    ):
        text = text.replace(old, new, 1)
    policy.write_text(text)
    assert ConsentStrings(tcf=consenting).refusals() == frozenset()
    assert read_string(consenting, policy=str(policy)).account.signals == {"tcf"}
