"""Consent strings as published: the specifications' examples and their publisher's test strings, and their answers."""

from __future__ import annotations

import tracemalloc

import pytest

from licet.terms.signals import GPC, GPP, TCF, ConsentStrings
from licet.terms.signals.bit_string import MalformedString
from licet.terms.signals.gpp_string import UNSETTLED, read_gpp
from licet.terms.signals.tcf_string import consents
from licet.terms.signals.us_sections import read_us_privacy, read_us_section

#: Consent to purposes 3 and 4 and to vendors 11, 28 and 29, of whom those and others were disclosed; and a string that
#: consents to no purpose.
YES = "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA"
NO = "CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA"

#: By section: strings that refuse nothing, that refuse, and that are not as the section's specification says.
UNITED_STATES = {
    7: (
        ["CAAAAAAAAABA", "CAAAAAAAAABA.QA", "BVQqAAAAAgA", "BVQqAAAAAg"],
        ["BAAAVVVVUQA.QA", "CAAAVVVVAFBA.QA", "CAAAVVVVVVRA.QA", "CVVVkkkkkpFY.YA"],
        [
            "BVVVkkkkkpFY",
            "CVQqAAAACg",
            "CAAAAAAAAQA.QA",
            "CAAAAAABEQA.QA",
            "DAAAAAAAAABA",
            "CAAAAAAAAABA.QA.QA",
        ],
    ),
    8: (
        ["BAAAAABA", "BAAAAABA.QA"],
        ["BVWSSSVY.YA", "BAAAAABA.YA"],
        ["BbYbGwXY.YA", "BAAAAAA", "BAAAAABA.AA", "B"],
    ),
    9: (
        ["BAAAABA"],
        ["BVWSSVY"],
        ["BAAAABA.QA", "BAAAAAA", "BQgAABA"],
    ),  # the last: an answer to what was not told
    10: (["BAAAAEA", "BAAAAEA.QA"], ["BVWSSVg", "BVWSSVg.YA"], []),
    11: (["BAAAAAQA"], ["BVVkklWA"], ["BAAAAAQA.QA"]),
    12: (["BAAAAAEA", "BAAAAAEA.QA"], ["BVWSSZFg.YA"], ["BbYbG22w"]),
    13: (["BAAAAABA"], ["BVWSSZlY"], ["BAAAAABA.QA"]),
    14: (["BAAAAABA", "BAAAAABA.QA"], ["BVWSSZFY", "BVWSSZFY.YA"], []),
    15: (["BAAAAAABAA", "BAAAAAABAA.QA"], ["BVWSSRpFYA", "BVWSSRpFYA.YA"], []),
    16: (["BAAAAAQA", "BAAAAAQA.QA"], ["BVWSSVWA", "BVWSSVWA.YA"], []),
    17: (["BAAAAAABAA", "BAAAAAABAA.QA"], ["BVWSSSSVYA", "BVWSSSSVYA.YA"], []),
    18: (["BAAAAAQA", "BAAAAAQA.QA"], ["BVVkklWA", "BVVkklWA.YA"], []),
    19: (["BAAAAAQA", "BAAAAAQA.QA"], ["BVWSSVWA", "BVWSSVWA.YA"], []),
    20: (["BAAAAABA", "BAAAAABA.QA"], ["BVWSSZFY", "BVWSSZFY.YA"], []),
    21: (["BAAAAAAAQA", "BAAAAAAAQA.QA"], ["BVWSSRklWA", "BVWSSRklWA.YA"], []),
    22: (["BAAAAAQA", "BAAAAAQA.QA"], ["BVWSSVWA", "BVWSSVWA.YA"], []),
    23: (["BAAAAAQA", "BAAAAAQA.QA"], ["BVWSSVWA", "BVWSSVWA.YA"], []),
}
TEXTS = [
    (section, text, answer)
    for section, answers in UNITED_STATES.items()
    for answer, texts in zip((False, True, None), answers, strict=True)
    for text in texts
]


@pytest.mark.parametrize(("section", "text", "refuses"), TEXTS)
def test_sections_of_the_united_states_are_read_as_published(
    section: int, text: str, refuses: bool | None
) -> None:
    """None: malformed. A part for Global Privacy Control that says it is sent ends with YA."""
    if refuses is None:
        with pytest.raises(MalformedString):
            read_us_section(section, text)
    else:
        said = read_us_section(section, text)
        assert (said.refuses, said.gpc) == (refuses, text.endswith(".YA"))


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("1YNN", False), ("1---", False), ("1YNY", False), ("1YYN", True), ("1NNN", None), ("1N-N", True),
        ("1Y--", None), ("1-N-", None), ("2YNN", None), ("1yNN", None), ("1YN", None), ("", None),
    ],
)  # fmt: skip
def test_the_us_privacy_string_is_read_strictly(text: str, refuses: bool | None) -> None:
    if refuses is None:
        with pytest.raises(MalformedString):
            read_us_privacy(text)
    else:
        assert read_us_privacy(text).refuses is refuses


@pytest.mark.parametrize(
    ("text", "applying", "refuses"),
    [
        ("DBABTA~1YNN", (6,), False),
        ("DBABTA~1YNN", (), False),
        ("DBABTA~1YYN", (6,), True),
        ("DBABTA~1YNN", (8,), True),  # the section that applies is not there
        ("DBABTA~1YNN", (-1,), True),
        ("DBABLA~CAAAAAAAAABA.QA", (7,), False),
        (f"DBABMA~{YES}", (2,), False),
        (f"DBABMA~{NO}", (2,), True),
        (f"DBACNYA~{YES}~1YNN", (2,), False),
        (f"DBACNYA~{YES}~1YYN", (2,), True),  # any section's no counts
        (f"DBACNYA~{NO}~1YNN", (6,), True),
        ("DBAA", (), True),  # says nothing of anything
    ],
)
def test_a_gpp_string_refuses_where_any_section_does(
    text: str, applying: tuple[int, ...], refuses: bool
) -> None:
    assert read_gpp(text, applying).refuses is refuses
    assert ConsentStrings(text, applying).refusals() == ({GPP} if refuses else set())


#: Canada in either encoding that the code reads, and the four states whose sections the code writes without a header.
CANADA = (
    "BPSG_8APSG_8AAyACAENGdCgf_gfgAfgfgBgABABAAABAB4AACACADwAAEAE.fHHHA4444ao",
    "BPSG_8APSG_8AAyACAENGdCgf_gfgAfgfgBhADVqxGAD0AILVgAA.fHHHA4444ao",
)


@pytest.mark.parametrize(
    "text",
    [
        *(f"DBABGA~{one}" for one in CANADA),
        *(f"DBAB{header}~BQAA.AAA" for header in ("EYA", "A4A", "g4A", "BGA")),
    ],
)
def test_where_specification_and_code_differ_it_is_a_no(text: str) -> None:
    assert ConsentStrings(text).refusals() == {GPP}


def test_every_section_that_is_not_settled_is_a_no_whatever_it_holds() -> None:
    everything = (
        "DBACOcGA~CPSG_8APSG_8ANwAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~BPSG_8APSG_8AAAAAAENAACAAAAAAAAAAAAAAAA"
        "AAA.YAAAAAAAAAA~1---~BAAAAAAAAQA.QA~BAAAAABA.QA~BAAAABA~BAAAAEA.QA~BAAAAAQA~BAAAAAEA.QA~BAAAAABA~BAAAAABA.QA~BAA"
        "AAAABAA.QA~BAAAAAQA.QA~BAAAAAABAA.QA~BAAAAAQA.QA~BAAAAAQA.QA~BAAAAABA.QA~BAAAAAAAQA.QA~BAAAAAQA.QA~BAAAAAQA.QA~B"
        "QAA.QA~BQAA.AAA~BQAA.AAA~BQAA.AAA"
    )
    assert read_gpp(everything, range(5, 28)) == (True, False)
    assert sorted(UNSETTLED) == [5, 24, 25, 26, 27]


@pytest.mark.parametrize(
    "text",
    [
        "", "z", "~", "D", "DBAA~1YNN", "DBABTA", "DBABTA~1YNN~1YNN", "DBACOeA~~1YNN", "DBABTA~1YNN ", "invalid gpp",
        "CBABTA~1YNN", "DCABTA~1YNN", "DBABTB~1YNN", "DBABTAAAAAAA~1YNN", "DBACTTA~1YNN~1YNN", "DBABAAAAAAAAAA~1YNN",
        "ÄBABTA~1YNN",
    ],
)  # fmt: skip
def test_a_malformed_gpp_string_is_a_no(text: str) -> None:
    with pytest.raises(MalformedString):
        read_gpp(text, ())
    assert ConsentStrings(text).refusals() == {GPP}


def test_a_gpp_string_passes_on_global_privacy_control() -> None:
    assert ConsentStrings("DBABLA~CVVVkkkkkpFY.YA", (7,)).refusals() == {GPP, GPC}


@pytest.mark.parametrize(
    ("text", "vendors", "answer"),
    [
        (YES, (), True),
        (YES, (11,), True),
        (YES, (11, 28, 29), True),
        (YES[:25] + "K" + YES[26:], (), False),  # to one of the two purposes
        (YES[:25] + "J" + YES[26:], (), False),
        (YES, (11, 50), False),
        (YES.partition(".")[0], (), False),  # nothing says which vendors were disclosed
        (YES.replace("IAoAAgABgAAEAQAAEAAA", "IAAA"), (), False),  # none was
        (NO, (), False),
        ("CPSG_8APSG_8AAAAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA", (), False),
        ("CPSG_8A", (), None),  # its purposes are beyond its end
        ("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", (), False),
        ("CAAAAAAAAAAAAAAAAAENAACAAAAAAAAAAAAAAAAAAAAA.QAAA.IAAA", (), None),  # for more than one service
        (YES + ".YAAAAAAAAAAA", (), None),  # a segment twice
        (YES + ".QAAA", (), None),  # a segment that the specification has no more
        (YES + ".", (), None),
        (YES.replace(".", "A.", 1), (), None),  # no bytes are written in so many letters
        (YES.replace(".", "A", 1), (), None),
        ("D" + YES[1:], (), None),
    ],
)
def test_a_tc_string_consents_only_as_specified(
    text: str, vendors: tuple[int, ...], answer: bool | None
) -> None:
    if answer is None:
        with pytest.raises(MalformedString):
            consents(text, vendors)
    else:
        assert consents(text, vendors) is answer
    assert ConsentStrings(tcf=text).refusals(vendors) == (set() if answer else {TCF})


def _letters(bits: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits += "0" * (-len(bits) % 6)
    return "".join(alphabet[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def _core(ranges: str, count: int) -> str:
    """A string that consents to everything, with so many ranges of vendors."""
    start = format(2, "06b") + "0" * 132 + "10" + "0" * 12 + "1" * 24 + "0" * 24 + "0" * 13
    return _letters(start + "1" * 16 + "1" + format(count, "012b") + ranges + "0" * 17 + "0" * 12)


@pytest.mark.parametrize("apart", [False, True])
def test_ranges_are_never_written_out(apart: bool) -> None:
    """8 KiB can name 65,535 vendors 1,400 times: read or refused within the memory that its own bits take."""
    count = 1_400
    spans = [(40 * at + 1, 40 * at + 30) if apart else (1, 65_535) for at in range(count)]
    text = _core("".join(f"1{first:016b}{last:016b}" for first, last in spans), count)
    assert 7_000 < len(text) < 8_192
    whole = f"{text}.{_letters('001' + '1' * 16 + '1' + format(1, '012b') + '1' + f'{1:016b}' + '1' * 16)}"
    tracemalloc.start()
    assert ConsentStrings(tcf=whole).refusals((31 if apart else 1,)) == {TCF}
    assert ConsentStrings(tcf=whole).refusals((1,)) == (set() if apart else {TCF})
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 1_000_000  # the numbers of 65,535 vendors take four times that


@pytest.mark.parametrize("size", [8_193, 1_000_000])
def test_a_string_longer_than_any_is_refused(size: int) -> None:
    for text in ("C" + "A" * size, "DBABTA~1YNN" + "A" * size, "~" * size, "." * size):
        assert ConsentStrings(text, (), text).refusals() == {GPP, TCF}


#: Strings of the publisher's own tests (iabgpp-es 3.2.0), whole: what each refuses; None where it is malformed here.
PUBLISHED: dict[str, dict[bool | None, list[str]]] = {
    "gpp": {
        False: [
            "DBABLA~BVQqAAAAAgA.QA",
            "DBABTA~1---",
        ],
        True: [
            (
                "DBACOcGA~CPSG_8APSG_8ANwAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~BPSG_8APSG_8AAAAAAENAACA"
                "AAAAAAAAAAAAAAAAAA.YAAAAAAAAAA~1---~BAAAAAAAAQA.QA~BAAAAABA.QA~BAAAABA~BAAAAEA.QA~BAAAAAQA~BAAAA"
                "AEA.QA~BAAAAABA~BAAAAABA.QA~BAAAAAABAA.QA~BAAAAAQA.QA~BAAAAAABAA.QA~BAAAAAQA.QA~BAAAAAQA.QA~BAAA"
                "AABA.QA~BAAAAAAAQA.QA~BAAAAAQA.QA~BAAAAAQA.QA~BQAA.QA~BQAA.AAA~BQAA.AAA~BQAA.AAA"
            ),
            "DBABLA~BAAAVVVVUQA.QA",
            "DBABLA~CAAAVVVVAFBA.QA",
            "DBABLA~CAAAVVVVVVRA.QA",
            "DBABMA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA",
            "DBACNYA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~1YNN",
            (
                "DBACOeA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~BPSG_8APSG_8AAyACAENGdCgf"
                "_gfgAfgfgBhADVqxGAD0AILVgAA.fHHHA4444ao~1YNN"
            ),
            "DBABMA~CPSG_8APSG_8ANwAAAENDgCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA",
            (
                "DBACOeA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~BPSG_8APSG_8AAyACAENGdCgf"
                "_gfgAfgfgBgABABAAABAB4AACACADwAAEAE.fHHHA4444ao~1YNN"
            ),
            "DBABMA~CPSG_8APSG_8AAAAAAENAAFgAAAAAAAAAAAAAOAAAABAAAAA.IAOABgAB.YAAAAAAAAAAA",
            "DBABMA~CPSG_8APSG_8AAAAAAENAAFgAAAAAAAAAAAAAOwAQAOgAAAA.IAOgBgAAgAAA.YAAAAAAAAAAA",
            (
                "DBABMA~CPSG_8APSG_8AAAAAAENAAFgAAAAAAAAAAAAFpQAwAAgCtAWkAAAAAAA.IFpQBQAAwAKAAsADoArQFpAA.YAAAAAA"
                "AAAAA"
            ),
            "DBABLA~CAAAAAAAAQRA.QA",
        ],
        None: [
            (
                "DBACOcGA~CPSG_8APSG_8ANwAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~BPSG_8APSG_8AAAAAAENAACA"
                "AAAAAAAAAAAAAAAAAA.YAAAAAAAAAA~1---~BAAAAAAAAABA.QA~BAAAAABA.QA~BAAAABA~BAAAAEA.QA~BAAAAAQA~BAAA"
                "AAEA.QA~BAAAAABA~BAAAAABA.QA~BAAAAAABAA.QA~BAAAAAQA.QA~BAAAAAABAA.QA~BAAAAAQA.QA~BAAAAAQA.QA~BAA"
                "AAABA.QA~BAAAAAAAQA.QA~BAAAAAQA.QA~BAAAAAQA.QA~BQAA.QA~BQAA.AAA~BQAA.AAA~BQAA.AAA"
            ),
            "DBABLA~CAAAAAAAAQA.QA",
            "DBABLA~CAAAAAABEQA.QA",
            "DBABTA~1Y--",
            (
                "DBACOeA~CPSG_8APSG_8ANwAAAENAwCAAAAAAAAAAAAAAAAAAAAA.QAAA.IAAA~BPSG_8APSG_8AAyACAENGdCgf_gfgAfgf"
                "gBhADVqxGAD0AILVgAA.fHHHA4444ao"
            ),
        ],
    },
    "tcf": {
        False: [
            "CPTtLAAPTtLAAAKAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA",
        ],
        True: [
            "CPTtLAAPTtLAAAAAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA",
            "CPSG_8APSG_8AAAAAAENAACgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA",
            (
                "CPi8wgAPi8wgAAOACBENCuCoAP_AAEfAACiQJHNd_H__bX9n-f7_6ft0eY1f9_r37uQzDhfNk-8F3L_W_LwX_2E7NF36tq4K"
                "mR4ku1LBIUNtHMnUDUmxaokVrzHsak2cpzNKJ_BkknsZe2dYGF9vm5tj-QKZ7_5_d3f52T_9_9v-39z33913v3d93-_13Ljd"
                "V5_9H_v9fR_b8_Kf9_5-_4v8_____3_e______8AEEggCTDVuIAuxLHAm0DCKBECMKwkKoFABBQDC0QGADg4KdlYBPrCBAAg"
                "FAEYEQIcAUYEAgAAAgCQiACQIsEAAAIgEAAIAEQiEABAwCCgAsDAIAAQDQMUQoABAkIMiAiKUwICIEggJbKhBKC6Q0wgCrLA"
                "CgkRsFAAiAAAUgACAsHAMESAlYsECTFG-QAjBCgFEqFaAGGgAwABBI4RABgACCRwqADAAEEjgA"
            ),
            (
                "CPgA5EAPgA5EAAOACBENCuCoAP_AAEfAACiQI0Nd_H__bX9n-f7_6Pt0cY1f9_r3ruQzDhfFk-8F3L_W3LwX32E7NF36pq4K"
                "mR4ku1LBIQFtHMnUDUmxaokVrzHsak2cpyNKI7BkknsZe2dYGF9Pm5lD-QKZ7_5_d3f52T_9_9v-39z339V3v3d93-_12Pjd"
                "V599H_v9fR_b8_Kf9_5-_4v8___4IQAAAAQQ_AJMNW4gC7EscCbQMIoAQIwrCQqAUAEFAMLRAYAODgpmVgEusIEACAUARgRA"
                "hxBRgQCAAACAJCIAJAiwQAIAiAQAAgARAIQAEDAIKACwMAgABANAxACgAECQgyICIpTAgIgSCAlsqEEoKpDTCAKssAKARGwU"
                "ACIAABSAAICwcAwRICViwQJMUbwAw0AGAAIJHCIAMAAQSOFQAYAAgkcA"
            ),
        ],
        None: [
            (
                "CPcqBNJPcqBNJNwAAAENAwCAAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAA.QGLtV_T9fb2vj-_Z99_tkeYwf95y3p-wzhheMs-"
                "8NyZeH_B4Wv2MyvBX4JiQKGRgksjLBAQdtHGlcTQgBwIlViTLMYk2MjzNKJrJEilsbO2dYGD9Pn8HT3ZCY70-vv__7v3ff_3"
                "g.IGLtV_T9fb2vj-_Z99_tkeYwf95y3p-wzhheMs-8NyZeH_B4Wv2MyvBX4JiQKGRgksjLBAQdtHGlcTQgBwIlViTLMYk2Mj"
                "zNKJrJEilsbO2dYGD9Pn8HT3ZCY70-vv__7v3ff_3g"
            ),
            (
                "COv_eg6Ov_eg6AOADBENAaCgAP_AAH_AACiQAVEUQQoAIQAqIoghAAQgAA.YAAAAAAAAAAAAAAAAAA.IGLtV_T9fb2vj-_Z9"
                "9_tkeYwf95y3p-wzhheMs-8NyZeH_B4Wv2MyvBX4JiQKGRgksjLBAQdtHGlcTQgBwIlViTLMYk2MjzNKJrJEilsbO2dYGD9P"
                "n8HT3ZCY70-vv__7v3ff_3g"
            ),
        ],
    },
}


@pytest.mark.parametrize(
    ("kind", "refuses", "text"),
    [
        (kind, refuses, text)
        for kind, answers in PUBLISHED.items()
        for refuses, texts in answers.items()
        for text in texts
    ],
)
def test_whole_strings_are_read_as_published(kind: str, refuses: bool | None, text: str) -> None:
    if refuses is None:
        with pytest.raises(MalformedString):
            read_gpp(text, ()) if kind == "gpp" else consents(text)
    else:
        assert (read_gpp(text, ()).refuses if kind == "gpp" else not consents(text)) is refuses
    strings = ConsentStrings(gpp=text) if kind == "gpp" else ConsentStrings(tcf=text)
    assert bool(strings.refusals()) is (refuses is not False)
