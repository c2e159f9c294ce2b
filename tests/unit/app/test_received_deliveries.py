"""Lists handed to the reference recipient over HTTP, of every manner, and lists in recipients' own formats."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.lists import AUDIENCE, CROWD, Clock, address_of, hashed, make_club, write_contacts
from journeys.receiving import Receiving, receiving
from licet.app.ads.list_answers import acknowledge
from licet.app.list_handover import hand_over
from licet.app.reference_recipient import Manner
from licet.app.workspace import Workspace
from licet.sources.drop_identifiers import drop_hash
from licet.terms import DeliveryError, SourceError

ANN = "ann"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def club(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with make_club(tmp_path / "club", (ANN,), None, clock) as made:
        yield made


def deliver(club: Workspace, lab: Receiving, folder: Path) -> list[str]:
    """Deliver, hand over, and hand in whatever is answered; what is said of each."""
    club.uses.ads.deliver(AUDIENCE, folder)
    said = []
    for one in hand_over(folder, f"http://{lab.place}", lab.requests):
        if one.answer is None:
            said.append(one.why or "nothing")
            continue
        try:
            said.append(str(acknowledge(club, Path(one.answer).read_text()).reach))
        except DeliveryError as error:
            said.append(error.code)
    return said


def has_ann(lab: Receiving) -> bool:
    return hashed(address_of(ANN)) in lab.holds(AUDIENCE)


@pytest.mark.parametrize(
    ("manner", "first", "second"),
    [
        (Manner.HONEST, ["applied"], ["applied"]),
        (Manner.SILENT, ["nothing"], ["nothing"]),
        (Manner.WRONG, ["applied"], ["DLVR-042"]),
    ],
)
def test_a_no_reaches_the_list_and_nothing_is_said_of_it_that_is_not_known(
    club: Workspace, tmp_path: Path, clock: Clock, manner: Manner, first: list[str], second: list[str]
) -> None:
    with receiving(club, tmp_path / "r", manner, name="adco") as lab:
        assert (
            deliver(club, lab, tmp_path / "out")[-1:] == first and len(lab.holds(AUDIENCE)) == len(CROWD) + 1
        )
        club.choose(ANN, "share", "off")
        assert deliver(club, lab, tmp_path / "out2")[-1:] == second
        assert has_ann(lab) is (manner is Manner.WRONG)
        (status,) = club.uses.ads.lists()
        assert (status.removing == 0) is (manner is Manner.HONEST)
        if manner is not Manner.HONEST:
            clock.now += timedelta(days=8)
            assert club.uses.ads.lists(overdue=True) != []


def test_a_slow_one_is_received_until_it_is_done(club: Workspace, tmp_path: Path) -> None:
    with receiving(club, tmp_path / "r", Manner.SLOW, name="adco") as lab:
        assert [deliver(club, lab, tmp_path / "out")[-1] for _ in range(3)] == [
            "received",
            "received",
            "applied",
        ]


def test_one_that_goes_back_to_a_backup_takes_nothing_until_the_list_is_whole_again(
    club: Workspace, tmp_path: Path
) -> None:
    with receiving(club, tmp_path / "r", Manner.FORGETFUL, name="adco") as lab:
        said = []
        for number in range(12):
            club.choose(ANN, "share", "off" if number % 2 else "on")
            said.append(deliver(club, lab, tmp_path / f"out{number}")[-1])
        assert any("DLVR-012" in one or "DLVR-013" in one for one in said)
        replaced = next(number for number, one in enumerate(said) if number >= 9 and one == "applied")
        assert replaced >= 9  # the tenth delivery, which needs none before it


def test_a_list_that_is_begun_anew_is_taken_beside_the_one_that_is_emptied(
    club: Workspace, tmp_path: Path
) -> None:
    with receiving(club, tmp_path / "r", name="adco") as lab:
        assert deliver(club, lab, tmp_path / "one") == ["applied"]
        for name in ("catalogue.yaml", "segments.yaml"):
            file = club.layout.root / name
            text = file.read_text().replace("scheme: google", "scheme: microsoft")
            file.write_text(text.replace("{google:", "{microsoft:"))
        assert deliver(club, lab, tmp_path / "two") == ["applied", "applied"]
        held = lab.recipient.holding().lists.values()
        assert sorted(len(one.identifiers) for one in held) == [0, 301]


def test_what_is_not_the_platforms_is_not_taken(club: Workspace, tmp_path: Path) -> None:
    with receiving(club, tmp_path / "r", name="adco") as lab:
        club.uses.ads.deliver(AUDIENCE, tmp_path / "out")
        (place,) = (tmp_path / "out").iterdir()
        file = place / "list.jsonl"
        file.write_bytes(file.read_bytes() + b'{"add":"x"}\n')
        (handed,) = hand_over(tmp_path / "out", f"http://{lab.place}", lab.requests)
        assert (handed.status, handed.answer) == (409, None) and "DLVR-033" in handed.why
        (place / "delivery.jws").write_text("a.b.c")
        (handed,) = hand_over(tmp_path / "out", f"http://{lab.place}", lab.requests)
        assert "DLVR-032" in handed.why and lab.recipient.holding().lists == {}
        asked = urllib.request.Request(f"http://{lab.place}/deliveries", b"{]", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked)
        assert refused.value.code == 400
        refused.value.close()
        with pytest.raises(DeliveryError, match="DLVR-087"):
            list(hand_over(tmp_path / "nowhere", f"http://{lab.place}", lab.requests))


def test_whoever_california_names_is_off_the_list_and_asked_to_be_deleted(
    club: Workspace, tmp_path: Path
) -> None:
    (club.layout.root / "drop.yaml").write_text("licet_drop: 1\ntable: contacts\nsubject: id\nemail: email\n")
    hashed_there = drop_hash(address_of(ANN))
    (tmp_path / "20261201_4821_Email.csv").write_text(f"ID,Hash\nAbCdEfGhIjK1,{hashed_there}\n")
    with receiving(club, tmp_path / "r", name="adco") as lab:
        assert deliver(club, lab, tmp_path / "out")[-1:] == ["applied"] and has_ann(lab)
        assert club.deletions.take_drop(tmp_path / "20261201_4821_Email.csv").objections == 1
        club.uses.ads.deliver(AUDIENCE, tmp_path / "out2")
        (asked,) = club.deletions.ask(
            "adco", requests=lab.requests
        )  # before the delivery that removes her is done
        assert asked.state == "received" and not has_ann(lab)
        assert club.uses.ads.lists()[0].removing == 1  # received is not confirmed


def test_whoever_joins_with_an_address_that_california_names_is_on_no_list(
    club: Workspace, tmp_path: Path
) -> None:
    (club.layout.root / "drop.yaml").write_text("licet_drop: 1\ntable: contacts\nsubject: id\nemail: email\n")
    named = "new@club.example"
    (tmp_path / "20261201_4821_Email.csv").write_text(f"ID,Hash\nAbCdEfGhIjK1,{drop_hash(named)}\n")
    assert club.deletions.take_drop(tmp_path / "20261201_4821_Email.csv").not_found == 1
    addresses = {who: address_of(who) for who in (ANN, *CROWD)} | {CROWD[0]: named}
    write_contacts(club.layout.root, addresses)
    made = club.uses.ads.deliver(AUDIENCE, tmp_path / "out")
    assert made.listed == len(CROWD) and all(
        hashed(named) not in path.read_text() for path in (tmp_path / "out").rglob("*.jsonl")
    )
    (club.layout.root / "drop.yaml").unlink()
    with pytest.raises(SourceError, match="SRC-216"):  # whom it names cannot be told, and so nothing leaves
        club.uses.ads.deliver(AUDIENCE, tmp_path / "out2")


# -- recipients' own formats ------------------------------------------------------------------------------------------


def with_format(club: Workspace, said: str) -> None:
    club.layout.recipients.write_text(f"recipients: {{adco: {{format: {said}}}}}")


def test_google_is_told_by_name_who_goes_though_it_replaces_nothing(club: Workspace, tmp_path: Path) -> None:
    google = (
        "{kind: google, audiences: {welders_adco: '7'}, account: {type: GOOGLE_ADS, id: '1'}, accepts_terms: true,"
        " ad_user_data: granted, ad_personalization: granted}"
    )
    with_format(club, google)
    club.uses.ads.deliver(AUDIENCE, tmp_path / "one")
    club.choose(ANN, "share", "off")
    club.uses.ads.deliver(AUDIENCE, tmp_path / "two")
    # nobody confirmed the first, which adds her: the next is whole, and still names her to be removed
    (place,) = (tmp_path / "two").iterdir()
    asked = json.loads((place / "requests.json").read_text())
    (removal,) = [name for name, request in asked.items() if request.endswith(":remove")]
    gone = json.loads((place / removal).read_text())["audienceMembers"]
    assert [one["userData"]["userIdentifiers"][0]["emailAddress"] for one in gone] == [
        hashed(address_of(ANN))
    ]
    assert any(request.endswith(":ingest") for request in asked.values())
    with_format(club, google.replace("'7'", "'8'"))


def results_of(place: Path, errors: tuple[str, ...] = ()) -> list[Path]:
    """What Microsoft gives back for the bulk files of a delivery, with an error for some identifiers."""
    found = []
    for file in sorted(place.glob("*.csv")):
        rows = list(csv.DictReader(io.StringIO(file.read_text())))
        lines = ["Type,Client Id,Text,Error"]
        for row in rows[1:]:
            lines.append(f"{row['Type']},{row['Client Id']},{row['Text']},")
            if row["Text"] in errors:
                lines.append(f"{row['Type']} Error,{row['Client Id']},{row['Text']},Bad")
        path = place.with_name(f"{file.stem}-results.csv")
        path.write_text("\n".join(lines))
        found.append(path)
    return found


def as_microsoft(club: Workspace) -> None:
    """The club's list as Microsoft takes it, by their own scheme."""
    for name in ("catalogue.yaml", "segments.yaml"):
        file = club.layout.root / name
        file.write_text(
            file.read_text().replace("scheme: google", "scheme: microsoft").replace("{google:", "{microsoft:")
        )
    with_format(club, "{kind: microsoft, audiences: {welders_adco: '81'}}")


def test_microsofts_list_is_unconfirmed_until_its_results_are_imported(
    club: Workspace, tmp_path: Path
) -> None:
    as_microsoft(club)
    club.uses.ads.deliver(AUDIENCE, tmp_path / "one")
    (place,) = (tmp_path / "one").iterdir()
    done = club.deletions.import_result(AUDIENCE, 1, results_of(place))
    assert (done.applied, str(done.reach)) == (1, "applied")
    club.choose(ANN, "share", "off")
    club.uses.ads.deliver(AUDIENCE, tmp_path / "two")
    (place,) = (tmp_path / "two").iterdir()
    assert [file.name for file in place.glob("*.csv")] == [f"{AUDIENCE}-000002-remove-001.csv"]
    assert str(club.uses.ads.lists()[0].reach) == "unconfirmed" and club.uses.ads.lists()[0].removing == 1
    with pytest.raises(DeliveryError, match="DLVR-067"):  # the first one's results are not of this
        club.deletions.import_result(AUDIENCE, 2, results_of((tmp_path / "one") / f"{AUDIENCE}-000001"))
    refused = club.deletions.import_result(AUDIENCE, 2, results_of(place, (hashed(address_of(ANN)),)))
    assert refused.applied == 1 and refused.removing == 1
    done = club.deletions.import_result(AUDIENCE, 2, results_of(place))
    assert (done.applied, done.removing) == (2, 0)
    with pytest.raises(DeliveryError, match="DLVR-067"):
        club.deletions.import_result(AUDIENCE, 3, [])
