"""Hashed addresses in a workspace: whole tables and one member's rows alike, gone with a no, and never an address."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from journeys.networks import AUTUMN, PACK, make_network, member
from licet.sources.address_schemes import identifier

PURPOSE = "generative_ai_training"
MAILS = """
  mails:
    location: {parquet: data/mails.parquet}
    key: who
    subjects: [who]
    hashed: {listed: {from: mail, scheme: google}}
    columns: {mail: contact.email, listed: contact.email.hashed}
"""
ADDRESSES = {"ann": "Ann.Lee+x@GMail.com ", "ben": "ben@example.com"}


def test_a_list_and_one_members_rows_hold_the_same_hashes_and_no_address(tmp_path: Path) -> None:
    pack = PACK.replace("categories: [profile.headline]", "categories: [contact.email.hashed]")
    made = make_network(tmp_path / "w", {"members": [member(who) for who in ADDRESSES]}, pack=pack)
    root = made.layout.root
    made.close()
    mails = pa.table({"who": [*ADDRESSES], "mail": [*ADDRESSES.values()]})
    pq.write_table(mails, root / "data" / "mails.parquet")
    catalogue = (root / "catalogue.yaml").read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
    (root / "catalogue.yaml").write_text(catalogue + MAILS)
    hashes = {who: identifier(address, "google") for who, address in ADDRESSES.items()}
    with licet.open(root, clock=lambda: AUTUMN) as workspace:
        gate, serving = workspace.gate(PURPOSE), workspace.serving(PURPOSE)
        shown = gate.read("mails")
        assert shown.column_names == ["who", "listed"] and {*shown["listed"].to_pylist()} == {
            *hashes.values()
        }
        for who, hashed in hashes.items():
            own = serving.own(who).tables["mails"]
            assert own.column_names == ["who", "listed"] and own["listed"].to_pylist() == [hashed]
        assert gate.prepare() and workspace.gate(PURPOSE).read("mails").equals(shown)
        position = workspace.choose("ann", "ai", "off").position
        assert workspace.gate(PURPOSE, at_least=position).read("mails")["listed"].to_pylist() == [
            hashes["ben"]
        ]
        assert "mails" not in serving.own("ann", position).tables
