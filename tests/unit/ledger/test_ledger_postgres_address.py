"""Addresses of ledgers on PostgreSQL: what is one, what is kept of it, and that no password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import Ledger
from licet.ledger.postgres_address import PostgresAddress, is_postgres
from licet.terms import LedgerError

SECRET = "hunter2-unmistakable"


@pytest.mark.parametrize(
    ("url", "conninfo", "schema", "shown"),
    [
        ("postgresql://a@h/d", "postgresql://a@h/d", "licet", "postgresql://a@h/d"),
        ("postgres://h:1/d", "postgresql://h:1/d", "licet", "postgresql://h:1/d"),
        (
            "postgresql://a@h/d?schema=acme",
            "postgresql://a@h/d",
            "acme",
            "postgresql://a@h/d?schema=acme",
        ),
        (
            "postgresql:///d?host=/var/run&sslmode=require&schema=S%C3%BC",
            "postgresql:///d?host=/var/run&sslmode=require",
            "Sü",
            "postgresql:///d?host=/var/run&sslmode=require&schema=S%C3%BC",
        ),
        (
            "postgresql:///?service=licet",
            "postgresql:///?service=licet",
            "licet",
            "postgresql:///?service=licet",
        ),
    ],
)
def test_address_is_taken_apart(url: str, conninfo: str, schema: str, shown: str) -> None:
    address = PostgresAddress.parse(url)
    assert is_postgres(url)
    assert (address.conninfo, address.schema, address.shown) == (conninfo, schema, shown)
    assert not address.has_password


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{SECRET}@h/d",
        f"postgresql://ann:@{SECRET}@h/d",
        f"postgresql://h/d?user=ann&password={SECRET}",
        f"postgresql://h/d?sslpassword={SECRET}&user=ann",
    ],
)
def test_password_is_used_and_never_shown(url: str) -> None:
    address = PostgresAddress.parse(url)
    assert address.has_password and SECRET in address.conninfo
    assert SECRET not in address.shown + address.shown_for("other") + repr(address)


def test_address_for_another_role_keeps_the_rest() -> None:
    address = PostgresAddress.parse("postgresql://own:x@h:5/d?schema=s&sslmode=require")
    assert address.user == "own"
    assert address.shown_for("the server") == "postgresql://the%20server@h:5/d?schema=s&sslmode=require"
    assert PostgresAddress.parse(address.shown_for("the server")).user == "the server"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://h/d",
        "postgresql://h/d?schema=",
        "postgresql://h/d?schema=a&schema=b",
        "postgresql://h/d?schema=pg_catalog",
        f"postgresql://h/d?schema={'x' * 64}",
        "postgresql://h/d?schema=a%00b",
        "postgresql://h/d#part",
        "postgresql://[h/d",
        "postgresql://h/d?nonsense",
        "postgresql://h/d?nonsense=1",
        f"postgresql://ann:{SECRET}@h/d?nonsense=1",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(LedgerError, match="LEDG-025") as caught:
        Ledger.open(url)
    assert SECRET not in caught.value.line()


@pytest.mark.parametrize("place", ["ledger.sqlite", "postgresql", "/postgresql://", Path("postgresql://h/d")])
def test_path_is_no_address(place: str | Path) -> None:
    assert not is_postgres(place)


@given(st.text(max_size=80))
def test_any_text_after_the_scheme_is_an_address_or_an_error(text: str) -> None:
    try:
        PostgresAddress.parse(f"postgresql://{text}")
    except LedgerError as error:
        assert error.code == "LEDG-025"
