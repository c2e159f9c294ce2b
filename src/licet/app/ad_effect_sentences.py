"""What choosing ads otherwise would bring, in sentences and lines of tables, the same at every door."""

from __future__ import annotations

from licet.app.ad_effect import AdEffect
from licet.uses.ad_reports.policy_value import LEAST_CLICKS, Estimate
from licet.uses.ad_reports.revenue_split import LEAST_TOLD, Revenue

#: A table: its heading, its columns, its lines.
Table = tuple[str, list[str], list[list[str]]]


def answer(found: AdEffect) -> str:
    """The whole of it in a sentence."""
    value = found.value
    how = "every candidate alike" if value.target == "uniform" else f"as {value.target} has it"
    if value.verdict == "cannot tell":
        return f"Whether choosing {how} would bring more clicks cannot be told."
    word = "more" if value.verdict.endswith("better") else "fewer"
    sure = "would bring" if value.verdict.startswith("surely") else "would likely bring"
    return f"Choosing {how} {sure} {word} clicks: {_said(value.difference)} of all showings."


def reasons(found: AdEffect) -> list[str]:
    """What that rests on, and what it does not show."""
    value = found.value
    few = value.effective_clicks < LEAST_CLICKS
    told = [
        f"{value.choices:,} choices and {value.clicks:,} clicks; they tell as much as {value.effective_sample:,.0f} "
        f"choices and {value.effective_clicks:,.0f} clicks of equal weight would"
        + (f", and of fewer than {LEAST_CLICKS} clicks nothing is concluded" if few else "")
        + f". The largest weight is {value.largest_weight:,.1f}."
    ]
    if value.is_bound_known:
        told.append(
            f"Guaranteed intervals hold for every number of clicks: no weight is above {value.weight_bound:,.1f}."
        )
    else:
        told.append(
            "How large a weight can be is not known, so the guaranteed intervals go by the largest that was seen, and "
            "nothing is called sure."
        )
    told.append(
        "Clicks are all that is counted, of those who were shown these ads then; it says nothing of others."
    )
    return told


def tables(found: AdEffect) -> list[Table]:
    value = found.value
    rates = [
        ["as it was", _percent(value.logged.value), _reach(value.logged), ""],
        ["weighted (IPS)", _percent(value.ips.value), _reach(value.ips), _reach(value.guaranteed)],
        ["weighted to one (SNIPS)", _percent(value.snips.value), _reach(value.snips), ""],
        ["modelled and corrected (DR)", _percent(value.dr.value), _reach(value.dr), ""],
        ["difference", _percent(value.difference.value), _reach(value.difference), _reach(value.difference_guaranteed)],
    ]  # fmt: skip
    made: list[Table] = [("Clicks of all showings", ["", "estimate", "usual 95 %", "guaranteed 95 %"], rates)]
    if any(one.micros for one in found.revenue):
        heads = ["", "showings", "clicks", "charged", "of 1,000 showings", "usual 95 %", "guaranteed 95 %"]
        made.append(("What came in, which is no measure of what personalisation is worth", heads,
                     [_revenue(one) for one in found.revenue]))  # fmt: skip
    return made


def _revenue(one: Revenue) -> list[str]:
    few = f"fewer than {LEAST_TOLD}"
    if one.showings is None or one.of_a_thousand is None or one.guaranteed is None:
        return [one.kind, few, "", "", "", "", ""]
    return [
        one.kind, f"{one.showings:,}", few if one.clicks is None else f"{one.clicks:,}", _money(one.micros or 0),
        _money(one.of_a_thousand.value), *(f"{_money(each.lowest)} to {_money(each.highest)}"
                                           for each in (one.of_a_thousand, one.guaranteed)),
    ]  # fmt: skip


def _money(micros: float) -> str:
    return f"{micros / 1_000_000:,.2f}"


def _percent(rate: float) -> str:
    return f"{'−' if rate < 0 else ''}{abs(100 * rate):.3f} %"


def _reach(one: Estimate) -> str:
    return f"{_percent(one.lowest)} to {_percent(one.highest)}"


def _said(one: Estimate) -> str:
    return f"{_percent(one.value)} ({_reach(one)})"
