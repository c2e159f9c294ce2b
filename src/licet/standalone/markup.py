"""HTML made of elements whose text and attributes are always escaped: what an archive holds can become no markup."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already. Only `element` and `raw` make it."""

    __slots__ = ()


_VOID = frozenset({"meta", "br"})


def element(tag: str, /, *inside: str | None, **attributes: str | None) -> Markup:
    """One element. Plain text inside is escaped; None inside is left out.

    attributes: a trailing underscore is dropped and others are dashes; None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_shown(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{joined(*inside)}</{tag}>")


def joined(*parts: str | None) -> Markup:
    """Parts one after another; plain text is escaped."""
    return Markup(
        "".join(
            part if isinstance(part, Markup) else escape(_shown(part), quote=False)
            for part in parts
            if part is not None
        )
    )


def raw(text: str) -> Markup:
    """Text of this program's own, such as its stylesheet, as it is."""
    return Markup(text)


def link(address: str, text: str) -> Markup:
    """A link that tells the other side nothing about where it stood; anything but https is shown as text."""
    if not address.startswith("https://"):
        return joined(text)
    return element("a", text, href=address, rel="noreferrer noopener")


def _shown(text: str) -> str:
    """Text without characters that reorder it or are none."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
