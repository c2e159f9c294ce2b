"""Receipts of a real workspace: whose, of what, under which policy, and what stays true after others are forgotten."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

from journeys.networks import PACK, make_network, member
from journeys.receipts import PACK_TEXT, SIGNER, choice, receipt_of
from licet.app import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.receipts import ReceiptProblemCode, check, read_receipt, to_bytes
from licet.terms import AppError, LedgerError

ROWS = {"members": [member("ann"), member("ben", "CH")]}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_network(tmp_path / "w", ROWS)


def key(workspace: Workspace) -> str:
    return workspace.ledger.public_key_text


def test_a_receipt_verifies_with_the_public_key_alone(workspace: Workspace) -> None:
    chosen = workspace.choose("ann", "ai", "off", via="web")
    receipt = workspace.receipt(chosen.entry, subject="ann")
    found = check(to_bytes(receipt), key(workspace))
    assert found.ok and found.act is not None and found.size == chosen.position
    assert (found.act.subject, found.act.name, found.act.value) == ("ann", "ai", "off")
    assert (found.act.state, found.act.via, found.act.at) == ("refused", "web", chosen.recorded_at)


def test_issuing_writes_nothing_and_gives_the_same_bytes_again(workspace: Workspace) -> None:
    chosen = workspace.choose("ann", "ai", "off")
    first = to_bytes(workspace.receipt(chosen.entry))
    assert to_bytes(workspace.receipt(chosen.entry)) == first
    assert workspace.ledger.position == chosen.position
    workspace.choose("ben", "ai", "off")
    assert to_bytes(workspace.receipt(chosen.entry)) != first
    assert to_bytes(workspace.receipt(chosen.entry, size=chosen.position)) == first


def test_who_asks_for_anothers_receipt_learns_nothing(workspace: Workspace) -> None:
    theirs = workspace.choose("ben", "ai", "off").entry
    gone = workspace.choose("ann", "ai", "off").entry
    workspace.ledger.erase("ann")
    (used,) = workspace.ledger.append([NewEntry(EntryKind.USE_RUN, "ann", {"use": "corpus"})])
    asked = [theirs, gone, used.index, 0, workspace.ledger.position, -1, 10**30, True, "0"]
    said = set()
    for entry in asked:
        with pytest.raises(AppError) as caught:
            workspace.receipt(entry, subject="ann")  # type: ignore[arg-type]
        said.add(caught.value.line())
    (line,) = said
    assert line.startswith("APP-080")
    assert workspace.receipt(theirs)["licet:choice"]["subject"] == "ben"


def test_the_state_is_what_the_choice_made_it(workspace: Workspace) -> None:
    entries = [workspace.choose("ann", "ai", value).entry for value in ("off", "on", "off")]
    states = [workspace.receipt(entry)["licet:choice"]["state"] for entry in entries]
    assert states == ["refused", "given_again", "withdrawn"]


def test_a_choice_about_one_kind_of_data_says_so(workspace: Workspace) -> None:
    chosen = workspace.choose("ann", "ai", "off", category="content.posts")
    receipt = workspace.receipt(chosen.entry)
    assert receipt["licet:setting"]["licet:onlyFor"]["skos:prefLabel"] == "posts"
    kinds = [
        data["dct:identifier"] for one in receipt["dpv:hasProcess"] for data in one["dpv:hasPersonalData"]
    ]
    assert kinds == ["content.posts"]
    assert any("(with headline, " in line for line in receipt["licet:notGoverned"])


def test_an_objection_is_no_consent(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bases.yaml").write_text(PACK_TEXT)
    workspace.use_pack(str(tmp_path / "bases.yaml"))

    def made(setting: str) -> dict[str, object]:
        return workspace.receipt(workspace.choose("ann", setting, "off").entry)

    objection, consent, unknown, both = map(made, ("ai", "surveys", "sharing", "all"))
    for record in (objection, unknown):
        assert record["@type"] == ["dpv:RightExerciseRecord"]
        assert "onsent" not in json.dumps(
            {name: value for name, value in record.items() if name not in ("@context", "licet:says")}
        ).replace("not recorded as a consent", "")
        assert any("not as a consent" in line for line in record["licet:says"])  # type: ignore[attr-defined]
    assert objection["dct:hasPart"][0]["dpv:hasRight"] == ["eu-gdpr:A21"]  # type: ignore[index]
    assert unknown["dct:hasPart"][0]["dpv:hasRight"] == ["dpv:DataSubjectRight"]  # type: ignore[index]
    assert any("names no legal basis" in line for line in unknown["licet:says"])  # type: ignore[attr-defined]
    assert consent["@type"] == ["dpv:ConsentRecord", "dpv:ConsentReceipt"] and "dct:hasPart" not in consent
    assert both["@type"] == ["dpv:ConsentRecord", "dpv:ConsentReceipt", "dpv:RightExerciseRecord"]
    statuses = [
        sorted({"dpv:hasConsentStatus", "dpv:hasStatus"} & one.keys()) for one in both["dpv:hasProcess"]
    ]  # type: ignore[attr-defined]
    assert statuses == [["dpv:hasConsentStatus"], ["dpv:hasStatus"]]


def test_a_signal_has_a_receipt(workspace: Workspace) -> None:
    sent, gone = (workspace.signal("ann", "gpc", value, via="header") for value in (True, False))
    first, second = (workspace.receipt(one.index, subject="ann") for one in (sent, gone))
    assert (first["licet:choice"]["value"], first["licet:choice"]["state"]) == ("off", "sent")
    assert (second["licet:choice"]["value"], second["licet:choice"]["state"]) == ("on", "gone")
    assert {one["dct:identifier"] for one in first["dpv:hasProcess"]} == {"profiles", "names", "posts"}


def test_a_choice_is_described_by_the_policy_it_was_made_under(workspace: Workspace, tmp_path: Path) -> None:
    chosen = workspace.choose("ann", "ai", "off")
    before = workspace.receipt(chosen.entry, size=chosen.position)
    (tmp_path / "later.yaml").write_text(PACK.replace("Use my data for AI", "Another name"))
    workspace.use_pack(str(tmp_path / "later.yaml"))
    assert workspace.receipt(chosen.entry, size=chosen.position) == before
    assert before["licet:setting"]["skos:prefLabel"] == "Use my data for AI"


def test_a_setting_of_an_earlier_policy_is_told_in_its_words(workspace: Workspace) -> None:
    workspace.use_pack("linkedin_official")
    receipt = workspace.receipt(workspace.choose("ann", "ai", "off").entry)
    assert receipt["licet:policy"]["dct:identifier"] == "linkedin_official"
    assert receipt["licet:policy"]["licet:settingIsOf"]["dct:identifier"] == "harbour"
    assert receipt["licet:setting"]["skos:prefLabel"] == "Use my data for AI"
    assert check(receipt, key(workspace)).ok


def test_what_a_switch_says_of_a_setting_it_replaced_has_a_receipt_too(workspace: Workspace) -> None:
    workspace.use_pack("linkedin_official")
    replaced = "ads_outside_of_linkedin"
    payload = {"setting": replaced, "value": "off", "category": None, "via": "web"}
    (entry,) = workspace.ledger.append([NewEntry(EntryKind.CHOICE, "ann", payload)])
    receipt = workspace.receipt(entry.index)
    assert receipt["licet:setting"]["dct:identifier"] == replaced
    assert [one["dct:identifier"] for one in receipt["dpv:hasProcess"]] == [
        "share_for_ads",
        "share_hashed_addresses_for_ads",
    ]
    assert check(receipt, key(workspace)).ok


def test_an_entry_of_a_policy_never_in_force_has_no_receipt(workspace: Workspace) -> None:
    payload = {"setting": "ai", "value": "off", "pack": "0" * 64}
    (entry,) = workspace.ledger.append([NewEntry(EntryKind.CHOICE, "ann", payload)])
    with pytest.raises(AppError, match="APP-083"):
        workspace.receipt(entry.index)


def test_receipts_of_others_outlive_an_erasure_and_so_does_ones_own_in_hand(workspace: Workspace) -> None:
    anns, bens = (workspace.choose(one, "ai", "off").entry for one in ("ann", "ben"))
    in_anns_hand, in_bens_hand = (to_bytes(workspace.receipt(entry)) for entry in (anns, bens))
    workspace.ledger.erase("ann")
    for receipt in (in_anns_hand, in_bens_hand, to_bytes(workspace.receipt(bens, subject="ben"))):
        assert check(receipt, key(workspace)).ok
    with pytest.raises(AppError, match="APP-080"):
        workspace.receipt(anns)
    assert workspace.ledger_verify().ok


def test_a_receipt_is_held_against_a_checkpoint_kept_elsewhere(workspace: Workspace, tmp_path: Path) -> None:
    chosen = workspace.choose("ann", "ai", "off")
    kept = workspace.ledger.checkpoint().text
    receipt = workspace.receipt(chosen.entry)
    assert (
        "The checkpoint you gave signs the same entries."
        in check(receipt, key(workspace), checkpoint=kept).checked
    )
    workspace.choose("ben", "ai", "off")
    other = check(workspace.receipt(chosen.entry), key(workspace), checkpoint=kept)
    assert [one.code for one in other.problems] == [ReceiptProblemCode.OTHER_SIZE]
    with pytest.raises(LedgerError, match="LEDG-016"):
        check(receipt, key(workspace), checkpoint="nonsense")


def test_a_ledger_that_was_rewritten_under_the_same_key_shows_against_a_kept_checkpoint() -> None:
    kept = receipt_of(choice(3, "ann", "ai", "off"), "refused")["licet:proof"]["checkpoint"]
    rewritten = receipt_of(choice(3, "ann", "ai", "on"), "given")
    assert check(rewritten, SIGNER.public_key_text).ok
    found = check(rewritten, SIGNER.public_key_text, checkpoint=kept)
    assert [one.code for one in found.problems] == [ReceiptProblemCode.FORKED]


def test_a_damaged_ledger_hands_out_no_receipt(workspace: Workspace) -> None:
    chosen = workspace.choose("ann", "ai", "off")
    workspace.close()
    with sqlite3.connect(workspace.layout.ledger) as database:
        database.execute(
            "UPDATE entries SET recorded_at_us = recorded_at_us + 1 WHERE idx = ?", (chosen.entry,)
        )
    database.close()
    with pytest.raises(LedgerError, match="LEDG-017"):
        workspace.receipt(chosen.entry)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # of its own parts
def test_a_receipt_is_linked_data_that_fetches_nothing(workspace: Workspace) -> None:
    receipt = to_bytes(workspace.receipt(workspace.choose("ann", "ai", "off").entry))
    graph = Graph().parse(data=receipt, format="json-ld")
    dpv = "https://w3id.org/dpv#"
    assert {str(one) for one in graph.objects(None, URIRef(dpv + "hasStatus"))} == {dpv + "RequestAccepted"}
    (proof,) = graph.objects(None, URIRef("urn:licet:receipt#proof"))
    assert isinstance(proof, Literal) and json.loads(str(proof))["entry"]["subject"] == "ann"
    assert not [one for one in graph.predicates() if not str(one).startswith(("http", "urn:licet"))]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"", "Expecting value"),
        (b"\xff\xfe", "UTF-8"),
        (b"[1, 2]", "not an object"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "not a whole one"),
        (b'{"a": 1.0}', "not a whole one"),
        (b'{"a": "\\ud800"}', "UTF-8"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"a": "' + b"x" * (1 << 20) + b'"}', "larger"),
        (b"{" + b" " * (1 << 21) + b"}", "larger"),
    ],
)
def test_what_is_no_receipt_is_a_clear_error(given: bytes, why: str) -> None:
    with pytest.raises(AppError, match="APP-081") as caught:
        read_receipt(given)
    assert why in caught.value.what


def test_a_dictionary_that_never_was_json_is_a_clear_error() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop
    for given in (loop, {1: 2}, {"a": {1, 2}}, {"a": 0.5}):
        with pytest.raises(AppError, match="APP-081"):
            read_receipt(given)  # type: ignore[arg-type]
