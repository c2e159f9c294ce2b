"""What choosing ads otherwise would bring, and what came in, from a file of logged choices.

A file is CSV or Parquet with a row for each ad that was shown. `action`, `propensity` and `click` it must have;
`position`, `candidates`, `paid_micros` and `is_personalised` it may. Columns besides are not read: a log of anybody's
says no member here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.uses.ad_reports.campaign_counts import CampaignCounts, campaign_counts
from licet.uses.ad_reports.logged_choices import LoggedChoices, Target, check_log, uniform
from licet.uses.ad_reports.policy_value import LEAST_CLICKS, Estimate, PolicyValue, policy_value
from licet.uses.ad_reports.revenue_split import LEAST_TOLD, Revenue, revenue_split

if TYPE_CHECKING:
    import pyarrow as pa

_NEEDED = ("action", "propensity", "click")
_OTHER = ("position", "candidates", "paid_micros", "is_personalised")


class AdEffect(NamedTuple):
    """value: of the other way to choose. revenue: as it was. floor_share: that the bound goes by, if one was named."""

    value: PolicyValue
    revenue: tuple[Revenue, Revenue]
    floor_share: float | None

    def as_json(self) -> JsonObject:
        """Rounded to six places."""
        said = self.value._asdict()
        told: JsonObject = {
            name: _estimate(each)
            if isinstance(each, Estimate)
            else round(each, 6)
            if isinstance(each, float)
            else each
            for name, each in said.items()
        }
        revenue = [
            {
                **one._asdict(),
                "of_a_thousand": _estimate(one.of_a_thousand), "guaranteed": _estimate(one.guaranteed),
            }
            for one in self.revenue
        ]  # fmt: skip
        return {
            **told, "floor_share": self.floor_share, "least_clicks": LEAST_CLICKS, "revenue": revenue,
            "least_told": LEAST_TOLD,
        }  # fmt: skip


def ad_effect(file: Path, column: str | None = None, floor_share: float | None = None) -> AdEffect:
    """Read a log, and estimate what choosing otherwise would bring.

    column:      that has the chance with which the other way would have chosen what was chosen; None: every candidate
                 alike. floor_share: of n candidates each had the chance of this share / n at least; it bounds weights.
    Raises:      UseError ADS-085 to ADS-087 as `policy_value`; ADS-088 for a file that cannot be read as a log.
    """
    table = _read(file, column)
    log, _ = _log(table, file)
    check_log(log)
    if column is None:
        target = uniform(log, floor_share)
    else:
        uniform(log, floor_share)  # that the log keeps to its floor
        least = None if floor_share is None else floor_share / float(log.candidates.max())
        chances = _numbers(table, column, file)
        most = float(chances.max()) if len(chances) else 1.0
        target = Target(column, chances, None if least is None else max(most, 1.0) / least)
    return AdEffect(policy_value(log, target), revenue_split(log), floor_share)


def campaign_report(file: Path) -> list[CampaignCounts]:
    """What advertisers are told of the campaigns of a log, in the order of its rows. There is no key of anybody's to a
    file, so the steps of its counts are those that everybody can work out. Raises: UseError ADS-085, ADS-086,
    ADS-088."""
    log, names = _log(_read(file, None), file)
    return campaign_counts(log, names, b"a file")


def _read(file: Path, column: str | None) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    wanted = [*_NEEDED, *_OTHER, *([] if column is None else [column])]
    try:
        table = pq.read_table(file) if file.suffix == ".parquet" else pc.read_csv(file)
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _no_log(file, f"it cannot be read ({str(error).splitlines()[0][:120]})") from None
    if len(set(table.column_names)) != len(table.column_names):
        raise _no_log(file, "two of its columns have one name")
    missing = [
        name for name in (*_NEEDED, *([] if column is None else [column])) if name not in table.column_names
    ]
    if missing:
        raise _no_log(file, f"it has no column {', '.join(missing)}")
    return table.select([name for name in wanted if name in table.column_names])


def _log(table: pa.Table, file: Path) -> tuple[LoggedChoices, list[str]]:
    """The choices, and what the actions are called."""
    import pyarrow.compute as pc

    rows = len(table)
    if table["action"].null_count:
        raise _no_log(file, "an action is not said")
    actions = pc.cast(table["action"], "string").combine_chunks().dictionary_encode()
    there = table.column_names

    def whole(name: str, otherwise: int) -> np.ndarray:
        if name not in there:
            return np.full(rows, otherwise, np.int64)
        numbers = _numbers(table, name, file)
        if (numbers != np.floor(numbers)).any() or (np.abs(numbers) > 2**53).any():
            raise _no_log(file, f"{name} is not of whole numbers")
        return numbers.astype(np.int64)

    log = LoggedChoices(
        actions.indices.to_numpy().astype(np.int64), whole("position", 0),
        whole("candidates", max(len(actions.dictionary), 1)), _numbers(table, "propensity", file),
        _numbers(table, "click", file), whole("paid_micros", 0),
        _numbers(table, "is_personalised", file) != 0 if "is_personalised" in there else np.zeros(rows, bool),
    )  # fmt: skip
    return log, actions.dictionary.to_pylist()


def _numbers(table: pa.Table, name: str, file: Path) -> np.ndarray:
    import pyarrow as pa

    try:
        column = table[name]
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)) or column.null_count:
            raise _no_log(file, f"{name} is not a number in every row")
        numbers: np.ndarray = column.cast(pa.float64()).to_numpy()
        return numbers
    except pa.ArrowInvalid:
        raise _no_log(file, f"{name} is not a number in every row") from None


def _no_log(file: Path, why: str) -> UseError:
    return UseError(
        "ADS-088",
        f"this is no log of choices: {why}",
        str(file),
        f"give CSV or Parquet with the columns {', '.join(_NEEDED)}, as docs/advertisers.md says",
    )


def _estimate(one: Estimate | None) -> JsonObject | None:
    return None if one is None else {name: round(value, 6) for name, value in one._asdict().items()}
