"""Dates as exports write them, in the languages they come in; two readings are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from licet.sources.dates import month_of, read_date


@pytest.mark.parametrize(
    ("text", "written", "precision"),
    [
        ("2026-09-05 08:12:14", (2026, 9, 5, 8, 12, 14), "moment"),
        ("2026-09-05 08:12:14 UTC", (2026, 9, 5, 8, 12, 14), "moment"),
        ("2026-09-05T08:12:14+02:00", (2026, 9, 5, 6, 12, 14), "moment"),
        ("2026-09-05T08:12:14.123Z", (2026, 9, 5, 8, 12, 14), "moment"),
        ("2026/09/05 08:12:14 UTC", (2026, 9, 5, 8, 12, 14), "moment"),
        ("2026-09-05", (2026, 9, 5), "day"),
        ("05 Sep 2023", (2023, 9, 5), "day"),
        ("Sep 05, 2023", (2023, 9, 5), "day"),
        ("Mar 2021", (2021, 3, 1), "month"),
        ("2021-03", (2021, 3, 1), "month"),
        ("2019", (2019, 1, 1), "year"),
        ("Sat Sep 05 08:12:14 UTC 2026", (2026, 9, 5, 8, 12, 14), "moment"),
        ("9/5/23, 8:12 AM", (2023, 9, 5, 8, 12), "moment"),
        ("12/31/23, 12:05 AM", (2023, 12, 31, 0, 5), "moment"),
        ("12/31/23, 12:05 PM", (2023, 12, 31, 12, 5), "moment"),
        ("févr. 2022", (2022, 2, 1), "month"),
        ("1er juil. 2022", (2022, 7, 1), "day"),
        ("1. März 2020", (2020, 3, 1), "day"),
        ("31 Dez. 2020", (2020, 12, 31), "day"),
        ("12 de marzo de 2021", (2021, 3, 12), "day"),
        ("5 сентября 2023", (2023, 9, 5), "day"),
        ("listopada 2020", (2020, 11, 1), "month"),
        ("1 Kasım 2020", (2020, 11, 1), "day"),
        ("2022年2月3日", (2022, 2, 3), "day"),
        ("2022년 2월", (2022, 2, 1), "month"),
        ("03/04/2023", None, None),
        ("2023-02-30", None, None),
        ("13/13/23, 8:12 AM", None, None),
        ("Sep 5", None, None),
        ("Not Available", None, None),
        ("may be 2020 or so", None, None),
        ("1066-10-14", None, None),
        ("2026-09-05 08:12:14 +99:00", None, None),
        ("2026-09-05 08:12:14 " * 9, None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dates_are_read_or_left_unread(
    text: str | None, written: tuple[int, ...] | None, precision: str | None
) -> None:
    found = read_date(text)
    if written is None:
        assert found is None
    else:
        assert found is not None
        assert (found.moment, found.precision) == (datetime(*written, tzinfo=UTC), precision)  # type: ignore[arg-type]


MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "de short": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "sv": "jan feb mars apr maj juni juli aug sep okt nov dec",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "tr": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "ro": "ian. feb. mar. apr. mai iun. iul. aug. sept. oct. nov. dec.",
    "ru": "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
    "uk": "січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд.",
}


@pytest.mark.parametrize("language", MONTHS)
def test_months_are_read_in_the_languages_of_exports(language: str) -> None:
    words = [word.strip(".") for word in MONTHS[language].split()]
    assert [month_of(word) for word in words] == list(range(1, 13))


@pytest.mark.parametrize("word", ["xyz", "j", "ju", "ma", "", "monday", "ad"])
def test_a_word_that_names_no_month_or_several_names_none(word: str) -> None:
    assert month_of(word) is None
