"""The shapes that pictures of these pages are made of; colours and letters are the stylesheet's. Lengths: SVG units."""

from __future__ import annotations

from licet.standalone.markup import Markup, element


def bar(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    return element(
        "rect",
        class_=f"bar {kind}",
        x=f"{x:.1f}",
        y=f"{y:g}",
        width=f"{width:.1f}",
        height=f"{height:g}",
        rx="2",
    )


def text(said: str, x: float, y: float, class_: str | None = None, anchor: str | None = None) -> Markup:
    return element("text", said, class_=class_, x=f"{x:.1f}", y=f"{y:g}", text_anchor=anchor)
