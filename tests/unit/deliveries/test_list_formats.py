"""Lists as recipients take them, by their own documents; and what they give back, from strangers."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.deliveries import load_recipients
from licet.deliveries.formats import ListAction, ListFile, ListFormat, ListRequest, scheme_of, write_list
from licet.deliveries.formats.format_settings import (
    GoogleFormat,
    LinkedinFormat,
    MetaFormat,
    MicrosoftFormat,
)
from licet.deliveries.formats.microsoft_result import read_result
from licet.sources.address_schemes import Scheme, identifier
from licet.terms import DeliveryError
from licet.testing.effort import examples

ACCOUNT = {"type": "GOOGLE_ADS", "id": "1234567890"}
IDS = {"nurses": "819689004"}
FORMATS: list[ListFormat] = [
    MicrosoftFormat(kind="microsoft", audiences=IDS),
    GoogleFormat.model_validate(
        {"kind": "google", "audiences": IDS, "account": ACCOUNT, "ad_user_data": "granted",
         "ad_personalization": "granted", "accepts_terms": True}
    ),
    MetaFormat(kind="meta", audiences=IDS),
    LinkedinFormat(kind="linkedin", audiences=IDS, version="202610"),
]  # fmt: skip
MICROSOFT, GOOGLE, META, LINKEDIN = FORMATS
EVERY = pytest.mark.parametrize("settings", FORMATS, ids=lambda one: one.kind)
A, B, C = (digit * 64 for digit in "abc")


def asked(settings: ListFormat, action: ListAction, *identifiers: str, **more: Any) -> ListRequest:
    return ListRequest("nurses", 3, action, identifiers, scheme_of(settings), **more)


def rows_of(file: ListFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.data.decode(), newline="")))


def after(settings: ListFormat, there: frozenset[str], files: tuple[ListFile, ...]) -> frozenset[str]:
    """Who is on a list once its recipient has done what some files say, read as their documents say."""
    for file in files:
        if settings.kind == "microsoft":
            rows = rows_of(file)
            (action,) = [row["Action Type"].lower() for row in rows if row["Type"] == "Customer List"]
            named = [row["Text"] for row in rows if row["Type"] == "Customer List Item"]
        else:
            said = json.loads(file.data)
            if settings.kind == "google":
                action = "remove" if file.request.endswith(":remove") else "add"
                named = [
                    each["userData"]["userIdentifiers"][0]["emailAddress"] for each in said["audienceMembers"]
                ]
            elif settings.kind == "meta":
                is_first = said["session"]["batch_seq"] == 1
                action = {"DELETE": "remove"}.get(file.request[:6], "add")
                action = "replace" if file.request.endswith("usersreplace") and is_first else action
                named = said["payload"]["data"]
            else:
                (action,) = {each["action"].lower() for each in said["elements"]}
                named = [each["userIds"][0]["idValue"] for each in said["elements"]]
        assert max(Counter(named).values(), default=1) == 1
        there = (
            there - {*named}
            if action == "remove"
            else there | {*named}
            if action == "add"
            else frozenset(named)
        )
    return there


@EVERY
@given(st.data())
@examples(12)
def test_what_files_say_is_what_was_asked(settings: ListFormat, data: st.DataObject) -> None:
    """After a replacement nobody is there who was delivered before and is not named; a removal repeats identifiers."""
    drawn = st.lists(st.sampled_from([digit * 64 for digit in "0123456789abcdef"]), max_size=20)
    there = frozenset(data.draw(drawn))
    for number in range(1, 4):
        action = data.draw(st.sampled_from(ListAction))
        named = data.draw(drawn)
        request = ListRequest(
            "nurses", number, action, named, scheme_of(settings), leaving=sorted(there - {*named})
        )
        wanted = {
            ListAction.ADD: there | {*named}, ListAction.REMOVE: there - {*named}, ListAction.REPLACE: frozenset(named)
        }[action]  # fmt: skip
        there = after(settings, there, write_list(settings, request))
        assert there == wanted


@EVERY
def test_a_removal_repeats_what_was_delivered_though_the_address_changed(settings: ListFormat) -> None:
    then, now = (
        identifier(address, scheme_of(settings)) for address in ("ana@old.example", "ana@new.example")
    )
    assert then is not None and now is not None
    written = b"".join(file.data for file in write_list(settings, asked(settings, ListAction.REMOVE, then)))
    assert then.encode() in written and now.encode() not in written


@EVERY
def test_in_batches_nobody_is_lost_or_named_twice(
    settings: ListFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"{number:064x}" for number in range(25_001)]
    monkeypatch.setattr("licet.deliveries.formats.microsoft_bulk.MOST_ITEMS", 10_000)
    files = write_list(settings, asked(settings, ListAction.REPLACE, *many, *many[:7], leaving=[A]))
    assert len(files) >= 3 and len({file.name for file in files}) == len(files)
    assert after(settings, frozenset([A, B] if settings.kind in ("microsoft", "meta") else [A]), files) == {
        *many
    }


def test_the_files_are_as_their_documents_show_them() -> None:
    (bulk,) = write_list(MICROSOFT, asked(MICROSOFT, ListAction.ADD, A))
    assert bulk.name == "nurses-000003-add-001.csv" and not bulk.request
    head, of_list, item = rows_of(bulk)
    assert (head["Type"], head["Name"]) == ("Format Version", "6.0")
    assert (of_list["Id"], of_list["Scope"], of_list["Action Type"]) == ("819689004", "Customer", "Add")
    assert (item["Parent Id"], item["Sub Type"], item["Text"]) == ("819689004", "Email", A)
    (body,) = write_list(GOOGLE, asked(GOOGLE, ListAction.ADD, A))
    assert body.request == "POST https://datamanager.googleapis.com/v1/audienceMembers:ingest"
    assert json.loads(body.data) == {
        "destinations": [{
            "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "1234567890"},
            "productDestinationId": "819689004",
        }],
        "audienceMembers": [{"userData": {"userIdentifiers": [{"emailAddress": A}]}}],
        "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"}, "encoding": "HEX",
    }  # fmt: skip
    (body,) = write_list(META, asked(META, ListAction.REMOVE, A, B))
    assert body.request == "DELETE https://graph.facebook.com/v25.0/819689004/users"
    assert json.loads(body.data)["payload"] == {"schema": "EMAIL_SHA256", "data": [A, B]}
    (body,) = write_list(LINKEDIN, asked(LINKEDIN, ListAction.REMOVE, A))
    assert json.loads(body.data) == {
        "elements": [{"action": "REMOVE", "userIds": [{"idType": "SHA256_EMAIL", "idValue": A}]}]
    }
    assert body.request == "POST https://api.linkedin.com/rest/dmpSegments/819689004/users"


def test_a_new_list_of_microsofts_is_made_by_its_first_file() -> None:
    settings = MicrosoftFormat(kind="microsoft", titles={"nurses": 'Nurses, "all"'}, accepts_terms=True)
    (file,) = write_list(settings, asked(settings, ListAction.ADD, A, days=365))
    _, of_list, item = rows_of(file)
    assert (of_list["Id"], of_list["Audience"], of_list["Accept Customer Match Term"]) == (
        "-1",
        'Nurses, "all"',
        "True",
    )
    assert (of_list["Membership Duration"], item["Parent Id"]) == ("180", "-1")


@EVERY
@pytest.mark.parametrize(
    "name", ["", "a/b", "../x", "a\r\nX-Evil: 1", "=1+1", "x" * 65, "nürse", "a b", "a?b=c"]
)
def test_a_name_that_means_something_elsewhere_is_refused(settings: ListFormat, name: str) -> None:
    with pytest.raises(DeliveryError, match="DLVR-060"):
        write_list(settings, asked(settings, ListAction.ADD, A)._replace(audience=name))


@pytest.mark.parametrize(
    "title", ['=HYPERLINK("x")', "+1", "-1", "@x", "a\nb", "a\r", "\t=1", " a", "", "x" * 129, "a\u2028b"]
)
def test_a_title_that_a_spreadsheet_would_run_is_refused(title: str) -> None:
    settings = MicrosoftFormat(kind="microsoft", titles={"nurses": title})
    with pytest.raises(DeliveryError, match="DLVR-060"):
        write_list(settings, asked(settings, ListAction.ADD, A))


@EVERY
@pytest.mark.parametrize(
    "what",
    [
        "", "ana@example.com", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 31 + "\n" + "a" * 32,
        "a" * 64 + "\n" + "b" * 64, "=" + "a" * 63, "é" * 64, "a" * (1 << 20),
    ],
)  # fmt: skip
def test_what_is_no_identifier_is_on_no_list(settings: ListFormat, what: str) -> None:
    for action in ListAction:
        with pytest.raises(DeliveryError, match="DLVR-061"):
            write_list(settings, asked(settings, action, A, what))
    with pytest.raises(DeliveryError, match="DLVR-061"):
        write_list(settings, asked(settings, ListAction.REPLACE, A, leaving=[what]))


@EVERY
def test_identifiers_of_another_scheme_are_refused(settings: ListFormat) -> None:
    other: Scheme = "meta" if settings.kind != "meta" else "google"
    with pytest.raises(DeliveryError, match="DLVR-062"):
        write_list(settings, ListRequest("nurses", 1, ListAction.REMOVE, [A], other))


@EVERY
def test_a_list_without_an_id_there_takes_nobody_off(settings: ListFormat) -> None:
    with pytest.raises(DeliveryError, match="DLVR-063"):
        write_list(settings.model_copy(update={"audiences": {}}), asked(settings, ListAction.REMOVE, A))


@pytest.mark.parametrize(
    "change", [{"ad_user_data": "denied"}, {"ad_personalization": "denied"}, {"accepts_terms": False}]
)
def test_without_consent_nobody_is_added_to_googles_list_and_anybody_can_go(
    change: dict[str, object],
) -> None:
    settings = GOOGLE.model_copy(update=change)
    for action in (ListAction.ADD, ListAction.REPLACE):
        with pytest.raises(DeliveryError, match="DLVR-064"):
            write_list(settings, asked(settings, action, A))
    assert (
        after(settings, frozenset([A]), write_list(settings, asked(settings, ListAction.REMOVE, A))) == set()
    )
    assert not after(
        settings, frozenset([A]), write_list(settings, asked(settings, ListAction.REPLACE, leaving=[A]))
    )


@pytest.mark.parametrize(
    "says",
    [
        "{format: {kind: fax}}",
        "{format: {kind: meta, audiences: {nurses: '1/../2'}}}",
        "{format: {kind: meta, version: 'v25.0/x'}}",
        "{format: {kind: linkedin}}",
        "{format: {kind: google, account: {type: GOOGLE_ADS, id: '1'}, accepts_terms: true}}",
        "{lease_days: 541, format: {kind: google, account: {type: GOOGLE_ADS, id: '1'}, accepts_terms: true,"
        " ad_user_data: granted, ad_personalization: granted}}",
        "{deletion: {domain: 'a.example/x', ours: b.example}}",
        "{deletion: {domain: a.example, ours: b.example, keys: [short]}}",
    ],
)
def test_recipients_that_say_something_else_are_refused(tmp_path: Path, says: str) -> None:
    (tmp_path / "recipients.yaml").write_text(f"recipients:\n  x: {says}\n", "utf-8")
    with pytest.raises(DeliveryError, match="DLVR-001"):
        load_recipients(tmp_path / "recipients.yaml")


def result(*rows: tuple[str, str, str], name: str = "nurses-000003-remove") -> bytes:
    """A file of results, of the columns that count here: type, text and error of each row."""
    lines = ["Type,Status,Id,Parent Id,Sub Type,Client Id,Text,Error,Error Number", "Format Version,,,,,,,,"]
    lines += [f"{kind},,,,Email,{name},{text},{error}," for kind, text, error in rows]
    return "\r\n".join(lines).encode("utf-8-sig")


LIST = ("Customer List", "", "")


def item(text: str, error: str = "") -> list[tuple[str, str, str]]:
    """A row of an item, and the one of its error after it, as they come."""
    first = ("Customer List Item", text, "")
    return [first, ("Customer List Item Error", text, error)] if error else [first]


def read(tmp_path: Path, data: bytes, name: str = "results.csv") -> Any:
    (tmp_path / name).write_bytes(data)
    return read_result(tmp_path / name, "nurses-000003-remove", [A, B, C])


def test_a_file_of_results_says_who_was_taken_and_who_refused(tmp_path: Path) -> None:
    everybody = read(tmp_path, result(LIST, *item(A), *item(B), *item(C)))
    assert everybody.is_applied and everybody.taken == {A, B, C}
    one = read(tmp_path, result(LIST, *item(A), *item(B, "InvalidHash")))
    assert not one.is_applied and (one.taken, one.refused, one.unnamed) == ({A}, {B: "InvalidHash"}, 1)
    none = read(tmp_path, result(LIST, ("Customer List Error", "", "InvalidAudienceId"), *item(A)))
    assert not none.is_applied and not none.taken and none.of_list == ("InvalidAudienceId",)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BulkUpload-Results.csv", result(LIST, *item(A), *item(B), *item(C)))
    assert read(tmp_path, packed.getvalue(), "results.zip") == everybody


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "DLVR-065"),
        (b"\xff\xfe\x00", "DLVR-065"),
        (b"Type,Text\r\nCustomer List,\r\n", "DLVR-065"),
        (result(), "DLVR-065"),  # as it comes where only errors were asked for: nothing is confirmed by it
        (result(("Customer List Item", A, "")), "DLVR-065"),
        (b'Type,Client Id,Text,Error\r\nCustomer List,"x', "DLVR-065"),
        (result(LIST, *item(A), name="nurses-000002-remove"), "DLVR-066"),
        (result(LIST, *item("d" * 64)), "DLVR-066"),
    ],
)
def test_what_is_no_result_of_this_delivery_confirms_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(DeliveryError, match=code):
        read(tmp_path, data)


def test_no_file_and_a_zip_of_two_are_no_result(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="DLVR-065"):
        read_result(tmp_path / "nowhere.csv", "x", [])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    with pytest.raises(DeliveryError, match="DLVR-065"):
        read(tmp_path, packed.getvalue(), "two.zip")


@given(st.data())
@examples(60)
def test_no_bent_result_confirms_who_was_not_confirmed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is done to a file that refuses somebody, that one is taken only where their row of an error is gone."""
    whole = result(LIST, *item(A), *item(B, "Bad"), *item(C))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    bent = whole[:start] + data.draw(st.binary(max_size=12)) + whole[end:]
    try:
        found = read(tmp_path_factory.mktemp("bent"), bent)
    except DeliveryError:
        return
    assert found.taken <= {A, B, C}
    assert not found.is_applied or b"Customer List Item Error" not in bent
