"""Figures and tables as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars within a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def figure(value: float, unit: str = "") -> str:
    """Three significant digits, thousands grouped, with the unit; a ratio has its sign at once behind it."""
    if value == 0:
        text = "0"
    elif abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
        if "e" in text:
            text = f"{value:.2g}" if abs(value) >= 1 else f"{value:.6f}".rstrip("0")
    if not unit:
        return text
    return f"{text}×" if unit == "×" else f"{text} {unit}"


def spread(lowest: float, highest: float) -> str:
    return f"{figure(lowest)} to {figure(highest)}"
