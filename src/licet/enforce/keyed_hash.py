"""HMAC-SHA256 in the engines' own SQL, so that ids are hashed where they lie; all engines give the same text.

Engines have a plain SHA-256; the two pads of a key, as RFC 2104 has them, are made here.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

#: Bytes that SHA-256 takes at a time.
_BLOCK = 64


def duckdb_function(name: str, key: bytes) -> tuple[str, Callable[[ir.Value], ir.Value]]:
    """A function of that name which hashes a text under a key of at most 64 bytes: the SQL that makes it, and it.

    The key stands in the function and in no query, so none that is shown or logged tells it.
    """
    inner, outer = (f"unhex('{pad.hex()}')" for pad in pads(key))
    made = f"CREATE TEMP MACRO {name}(told) AS sha256({outer} || unhex(sha256({inner} || encode(told))))"
    return made, _function(lambda told: None, name=name, signature=((str,), str))


def keyed_hash_in_spark(text: ir.Value, key: bytes) -> ir.Value:
    """HMAC-SHA256 of a text's UTF-8 under a key of at most 64 bytes, in hexadecimal; null for null.

    Spark's plans show the key, to those who can read the tables anyway.
    """
    inner, outer = (_unhex(pad.hex()) for pad in pads(key))
    return _sha2(_concat(outer, _unhex(_sha2(_concat(inner, _encode(text, "UTF-8")), 256))), 256)


def hash_in_duckdb(text: ir.Value) -> ir.Value:
    """SHA-256 of a text's UTF-8, in hexadecimal; null for null."""
    return _sha256(text)


def hash_in_spark(text: ir.Value) -> ir.Value:
    """The same."""
    return _sha2(_encode(text, "UTF-8"), 256)


def keyed_hash_in_postgres(text: ir.Value, padded: ir.Table) -> ir.Value:
    """The same. padded: a table of one row that holds both pads of the key, so that no statement tells it."""
    inner, outer = (padded[name].as_scalar() for name in ("inner", "outer"))
    hashed = _sha256_of(_byteacat(inner, _convert_to(text, "UTF8")))
    return _encode_as(_sha256_of(_byteacat(outer, hashed)), "hex")


def hash_in_postgres(text: ir.Value) -> ir.Value:
    """SHA-256 of a text's UTF-8, in hexadecimal; null for null."""
    return _encode_as(_sha256_of(_convert_to(text, "UTF8")), "hex")


def pads(key: bytes) -> tuple[bytes, bytes]:
    """What goes before the text in the inner hash, and before that hash in the outer."""
    assert len(key) <= _BLOCK
    whole = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in whole), bytes(byte ^ 0x5C for byte in whole)


# Functions that the engines have under these names; Ibis reads their signatures and never runs them.
_function = ibis.udf.scalar.builtin
_unhex = _function(lambda told: None, name="unhex", signature=((str,), bytes))
_sha256 = _function(lambda told: None, name="sha256", signature=((str,), str))
_sha2 = _function(lambda told, bits: None, name="sha2", signature=((bytes, int), str))
_concat = _function(lambda one, other: None, name="concat", signature=((bytes, bytes), bytes))
_encode = _function(lambda told, charset: None, name="encode", signature=((str, str), bytes))
_sha256_of = _function(lambda told: None, name="sha256", signature=((bytes,), bytes))
_byteacat = _function(lambda one, other: None, name="byteacat", signature=((bytes, bytes), bytes))
_convert_to = _function(lambda told, charset: None, name="convert_to", signature=((str, str), bytes))
_encode_as = _function(lambda told, way: None, name="encode", signature=((bytes, str), str))
