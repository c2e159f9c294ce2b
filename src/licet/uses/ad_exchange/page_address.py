"""The address of a page as others may be told it: without what could name whoever looks at it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

_MOST_LETTERS = 2048


def page_address(text: str | None) -> str | None:
    """Scheme, host and path of an http address; None for what is none.

    Questions, fragments, names and passwords go, since sessions, invitations and searches stand there; of a path with
    an e-mail address in it only the host stays.
    """
    if not text or len(text) > _MOST_LETTERS or not text.isprintable() or "\\" in text or " " in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not _is_host(host):
        return None
    path = "/" if "@" in unquote(unquote(parts.path)) or ";" in parts.path else parts.path
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{path}"


def _is_host(host: str) -> bool:
    return all(letter.isalnum() or letter in "-._" for letter in host)
