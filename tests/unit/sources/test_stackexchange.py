"""Import of a Stack Exchange dump: a made-up one for each rule, and a real one where it is at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.sources.embedded_labels import check_stamps, stamped_labels
from licet.sources.stackexchange import import_stackexchange
from licet.terms import SourceError

REAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "stackexchange_cardano"

USERS = """\
<row Id="-1" DisplayName="Community" Location="on the server farm" CreationDate="2020-01-01T00:00:00.000" />
<row Id="1" DisplayName="Ann" Location="Zürich, Switzerland" AboutMe="&lt;p&gt;Hi &lt;b&gt;you&lt;/b&gt;&lt;/p&gt;"
     CreationDate="2020-01-02T03:04:05.678" WebsiteUrl="https://example.org" Reputation="7" />
<row Id="2" DisplayName="Ben" Location="Georgia" CreationDate="2020-01-03T00:00:00.000" />
<row Id="3" DisplayName="Cy" CreationDate="not a date" />
"""
POSTS = """\
<row Id="10" PostTypeId="1" OwnerUserId="1" LastEditorUserId="2" CreationDate="2020-02-01T00:00:00.000" Score="-3"
     Title="How?" Tags="&lt;a-b&gt;&lt;c&gt;" Body="&lt;pre&gt;&lt;code&gt;x = 1&#xA;&lt;/code&gt;&lt;/pre&gt;"
     ViewCount="9" />
<row Id="11" PostTypeId="2" ParentId="10" OwnerDisplayName="user99" CreationDate="2020-02-02T00:00:00.000"
     Score="1" Body="&lt;p&gt;So.&lt;/p&gt;" Tags="|a|b|" />
<row Id="12" PostTypeId="5" OwnerUserId="-1" CreationDate="2020-02-03T00:00:00.000" Score="0" Body="" />
<row Id="13" PostTypeId="2" OwnerUserId="77" CreationDate="2020-02-03T00:00:00.000" Score="0" Body="x"
     CommunityOwnedDate="2020-02-04T00:00:00.000" />
"""
COMMENTS = """\
<row Id="20" PostId="10" UserId="2" Text="Why &lt;not&gt;?" CreationDate="2020-03-01T00:00:00.000" Score="0" />
<row Id="21" PostId="10" UserDisplayName="gone" Text="Bye" CreationDate="2020-03-02T00:00:00.000" Score="0" />
"""
VOTES = """\
<row Id="30" PostId="10" VoteTypeId="2" CreationDate="2020-03-01T00:00:00.000" />
<row Id="31" PostId="10" VoteTypeId="8" UserId="1" BountyAmount="50" CreationDate="2020-03-01T00:00:00.000" />
<row Id="32" PostId="10" VoteTypeId="99" CreationDate="2020-03-01T00:00:00.000" />
"""


def dump(folder: Path, **files: str) -> Path:
    whole = {"Users": USERS, "Posts": POSTS, "Comments": COMMENTS, "Votes": VOTES} | files
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in whole.items():
        text = (
            rows if rows.startswith("<?xml") else f'<?xml version="1.0" encoding="utf-8"?>\n<x>\n{rows}</x>'
        )
        (folder / f"{name}.xml").write_text(text, "utf-8")
    return folder


def read(out: Path, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(out / f"{table}.parquet").to_pylist()
    return rows


def refusal(folder: Path, out: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        import_stackexchange(folder, out)
    assert caught.value.where and caught.value.fix
    return caught.value


def test_members_have_a_region_only_where_one_can_be_said(tmp_path: Path) -> None:
    import_stackexchange(dump(tmp_path / "in"), tmp_path)
    members = {row["member_id"]: row for row in read(tmp_path, "members")}
    assert {key: row["region"] for key, row in members.items()} == {
        "-1": None,
        "1": "CH",
        "2": None,
        "3": None,
    }
    assert members["1"]["joined"] == datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert members["2"]["region_method"] == "ambiguous"
    assert members["3"]["joined"] is None


def test_texts_are_plain_and_code_is_kept(tmp_path: Path) -> None:
    import_stackexchange(dump(tmp_path / "in"), tmp_path)
    first, second, _ = read(tmp_path, "posts")
    assert (first["title"], first["body"], first["tags"]) == ("How?", "x = 1", ["a-b", "c"])
    assert (first["kind"], first["score"], first["created"]) == (
        "question",
        -3,
        datetime(2020, 2, 1, tzinfo=UTC),
    )
    assert (second["kind"], second["parent_id"], second["tags"]) == ("answer", "10", ["a", "b"])
    assert read(tmp_path, "profiles")[1]["about"] == "Hi you"
    assert read(tmp_path, "comments")[0]["text"] == "Why <not>?"


def test_a_row_without_owner_has_no_subject(tmp_path: Path) -> None:
    report = import_stackexchange(dump(tmp_path / "in"), tmp_path)
    assert [row["author_id"] for row in read(tmp_path, "posts")] == ["1", None, "77"]
    assert [row["author_id"] for row in read(tmp_path, "wikis")] == ["-1"]
    assert [row["voter_id"] for row in read(tmp_path, "votes")] == [None, "1", None]
    assert [row["kind"] for row in read(tmp_path, "votes")] == ["up", "bounty_start", "99"]
    notes = " ".join(report.notes)
    for expected in (
        "1 of 3 written",
        "1 posts name no owner",
        "1 comments name no owner",
        "1 rows are owned by",
        "1 posts were last edited by someone other",
        "1 posts are community wikis",
        "no Tags.xml",
    ):
        assert expected in notes


def test_a_date_that_utc_cannot_say_is_no_date(tmp_path: Path) -> None:
    users = (
        '<row Id="1" DisplayName="Ann" CreationDate="0001-01-01T00:00:00+14:00" />\n'
        '<row Id="2" DisplayName="Ben" CreationDate="9999-12-31T23:00:00-02:00" />'
    )
    import_stackexchange(dump(tmp_path / "in", Users=users), tmp_path)
    assert {row["joined"] for row in read(tmp_path, "members")} == {None}


def test_only_what_is_surely_of_a_kind_is_labelled(tmp_path: Path) -> None:
    import_stackexchange(dump(tmp_path / "in"), tmp_path)
    assert stamped_labels(tmp_path / "posts.parquet") == {
        "post_id": "content.posts",
        "author_id": "content.posts",
        "created": "content.posts",
        "author_name": "profile.name",
        "title": "content.posts",
        "body": "content.posts",
        "tags": "content.posts",
    }
    assert stamped_labels(tmp_path / "comments.parquet")["text"] == "content.comments"
    assert stamped_labels(tmp_path / "wikis.parquet")["body"] == "content.contributions"
    assert set(stamped_labels(tmp_path / "votes.parquet").values()) == {"activity.votes"}


def test_the_report_makes_a_catalogue_that_its_files_agree_with(tmp_path: Path) -> None:
    report = import_stackexchange(dump(tmp_path / "in"), tmp_path / "data")
    catalogue = merge_tables(Catalogue(licet_catalogue=1, tables={}), report.tables, report.facts)
    save_catalogue(catalogue, tmp_path / "catalogue.yaml")
    loaded = load_catalogue(tmp_path / "catalogue.yaml")
    check_stamps(loaded, tmp_path)
    assert loaded.tables["posts"].location.parquet == "data/posts.parquet"
    assert loaded.tables["posts"].subjects == ("author_id",)
    assert loaded.facts is not None and loaded.facts.region == "region"
    assert loaded.tables["votes"].visibility_is is None


def test_the_same_dump_gives_the_same_bytes(tmp_path: Path) -> None:
    dump(tmp_path / "in")
    for out in ("a", "b"):
        import_stackexchange(tmp_path / "in", tmp_path / out)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_files_that_are_not_read_are_listed(tmp_path: Path) -> None:
    folder = dump(tmp_path / "in", PostHistory="")
    (folder / "readme.txt").write_text("")
    outcomes = {
        outcome.name: outcome.fate for outcome in import_stackexchange(folder, tmp_path / "out").files
    }
    assert outcomes["PostHistory.xml"] == outcomes["readme.txt"] == "not imported"


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    import_stackexchange(dump(tmp_path / "in"), tmp_path, lambda *step: steps.append(step))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert steps[-1][1] == steps[-1][2] > 0


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><row Id="1" AboutMe="&b;"/></x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x><row Id="1" T="&a;"/></x>'
DTD = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><x><row Id="1"/></x>'


@pytest.mark.parametrize("attack", [BOMB, OUTSIDE, DTD])
def test_document_types_and_entities_are_refused(tmp_path: Path, attack: str) -> None:
    error = refusal(dump(tmp_path / "in", Users=attack), tmp_path / "out")
    assert error.code == "SRC-022"
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("users", "code"),
    [
        ("<row Id='1'", "SRC-021"),
        ("<?xml version='1.0'?><x>", "SRC-021"),
        ("<?xml version='1.0'?><x><user Id='1'/></x>", "SRC-021"),
        ("<?xml version='1.0'?>no list", "SRC-021"),
        ("<?xml version='1.0' encoding='klingon'?><x/>", "SRC-021"),
        ("<row Id='1' AboutMe='" + "a" * (3 * 1024 * 1024), "SRC-021"),
        ("<!-- " + " " * (3 * 1024 * 1024), "SRC-023"),
        ("<row Id='1' /><row Id='1' />", "SRC-025"),
    ],
    ids=lambda value: value[:20],
)
def test_files_that_cannot_be_trusted_are_refused(tmp_path: Path, users: str, code: str) -> None:
    assert refusal(dump(tmp_path / "in", Users=users), tmp_path / "out").code == code


def test_a_character_that_xml_forbids_costs_itself(tmp_path: Path) -> None:
    """Dumps of real sites hold control characters, written as references."""
    folder = dump(
        tmp_path / "in",
        Posts='<row Id="1" PostTypeId="1" Title="one&#x0E;two" Body="&lt;p&gt;a&amp;b & c &uuml;&lt;/p&gt;" />\n'
        '<row Id="2" PostTypeId="1" Title="BAD" Body="fine" />\n',
    )
    path = folder / "Posts.xml"
    path.write_bytes(path.read_bytes().replace(b"BAD", b"\x01 \xff \x00 z\xc3\xbc"))
    report = import_stackexchange(folder, tmp_path)
    assert [(row["title"], row["body"]) for row in read(tmp_path, "posts")] == [
        ("one\ufffdtwo", "a&b & c ü"),
        ("\ufffd \ufffd \ufffd zü", "fine"),
    ]
    assert report.unread == ()
    assert "6 characters that XML forbids, in 2 rows, stand as U+FFFD; these rows were read" in report.notes


def test_a_damaged_character_makes_no_place_and_no_owner(tmp_path: Path) -> None:
    users = '<row Id="1" Location="Can&#x02;ada" />\n<row Id="2&#x02;" Location="Canada" />'
    report = import_stackexchange(dump(tmp_path / "in", Users=users), tmp_path)
    assert [(row["member_id"], row["region"]) for row in read(tmp_path, "members")] == [("1", None)]
    assert [piece.name for piece in report.unread] == ["Users.xml"]


BROKEN = {
    "an open quote": '<row Id="2" DisplayName="Ben />',
    "a quote too many": '<row Id="2" DisplayName="say "hi"" />',
    "a bare tag": '<row Id="2" DisplayName="a < b" />',
    "no end": '<row Id="2" DisplayName="Ben"',
    "an attribute twice": '<row Id="2" Id="3" />',
    "an id that is none": '<row Id="two" DisplayName="Ben" />',
    "an id of another script": '<row Id="٢" DisplayName="Ben" />',
    "no id": '<row DisplayName="Ben" />',
    "an id beyond all": '<row Id="99999999999999999999" />',
    "something else": "<user Id='2' />",
    "another file's end and beginning": "</x>\n<?xml version='1.0'?><x>",
    "text": "Ben was here",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_row_costs_itself_and_is_told(tmp_path: Path, broken: str) -> None:
    users = (
        f'<row Id="1" Location="Canada" />\n{broken}\n<row Id="-2" Location="Norway" />\n<row Id="-1" />\n'
    )
    report = import_stackexchange(dump(tmp_path / "in", Users=users), tmp_path)
    for table in ("members", "profiles"):
        assert [row["member_id"] for row in read(tmp_path, table)] == ["1", "-2", "-1"]
    (piece,) = report.unread
    assert piece.name == "Users.xml" and piece.why and piece.bytes
    assert abs(piece.bytes - len(broken.encode())) <= 12


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ("<?xml version='1.0\x01?>\n<users>", "</users>", "what stands before row 1"),
        ("<?xml version='1.0'?>\n<us<ers>", "</users>", "what stands before row 1"),
        ("", "</users>", "what stands before row 1"),
        ("<users>", "</us\x01ers>", "what stands behind row 1"),
        ("<usefs>", "</users>", "what stands behind row 1"),
        ("<users>", "</use", "all after row 1"),
    ],
)
def test_damage_around_the_rows_costs_none_of_them(tmp_path: Path, begins: str, ends: str, told: str) -> None:
    folder = dump(tmp_path / "in")
    (folder / "Users.xml").write_text(f'{begins}\n<row Id="1" Location="Canada" />\n{ends}\n')
    report = import_stackexchange(folder, tmp_path)
    assert [row["region"] for row in read(tmp_path, "members")] == ["CA"]
    assert told in {piece.what for piece in report.unread}


def test_many_broken_rows_are_told_in_few_sentences(tmp_path: Path) -> None:
    posts = "".join(f'<row Id="{number}" PostTypeId="1" Body="a < b" />\n' for number in range(500))
    folder = dump(tmp_path / "in", Posts=posts + '<row Id="500" PostTypeId="1" Body="whole" />')
    report = import_stackexchange(folder, tmp_path)
    assert [row["body"] for row in read(tmp_path, "posts")] == ["whole"]
    assert len(report.unread) == 21 and report.unread[-1].what == "480 more rows"
    assert sum(piece.bytes or 0 for piece in report.unread) == len(posts)


def test_of_a_file_that_was_cut_off_what_is_whole_is_read_and_the_rest_told(tmp_path: Path) -> None:
    folder = dump(tmp_path / "in")
    path = folder / "Comments.xml"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"Bye")])
    report = import_stackexchange(folder, tmp_path)
    assert [row["comment_id"] for row in read(tmp_path, "comments")] == ["20"]
    assert [(piece.name, piece.what) for piece in report.unread] == [
        ("Comments.xml", "row 2"),
        ("Comments.xml", "all after row 2"),
    ]
    assert "cut off" in report.unread[-1].why


@pytest.mark.parametrize("votes", ["", "PK\x03\x04", "<?xml version='1.0'?><votes>", "<row Id='1'"])
def test_a_file_of_which_nothing_can_be_read_costs_itself(tmp_path: Path, votes: str) -> None:
    folder = dump(tmp_path / "in")
    (folder / "Votes.xml").write_text(votes)
    report = import_stackexchange(folder, tmp_path / "out")
    assert {"members", "posts", "comments"} <= report.tables.keys() and "votes" not in report.tables
    assert [(piece.name, piece.what, piece.bytes) for piece in report.unread] == [
        ("Votes.xml", "the whole file", len(votes))
    ]
    assert not (tmp_path / "out" / "votes.parquet").exists()
    assert not any(note.startswith("votes ") for note in report.notes)


def test_a_row_without_end_costs_itself_before_memory_fills(tmp_path: Path) -> None:
    users = "<row Id='1' />\n<row Id='2' AboutMe='" + "a" * (3 * 1024 * 1024) + "\n<row Id='3' />"
    report = import_stackexchange(dump(tmp_path / "in", Users=users), tmp_path)
    assert [row["member_id"] for row in read(tmp_path, "members")] == ["1", "3"]
    assert sum(piece.bytes or 0 for piece in report.unread) == len(users) - len(
        "<row Id='1' />\n<row Id='3' />"
    )


def test_a_number_that_no_table_holds_is_none(tmp_path: Path) -> None:
    import_stackexchange(dump(tmp_path / "in", Users=f'<row Id="1" Reputation="{2**80}" />'), tmp_path)
    assert read(tmp_path, "profiles")[0]["reputation"] is None


def test_a_folder_that_is_no_dump_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, tmp_path / "out").code == "SRC-020"
    assert refusal(tmp_path / "none", tmp_path / "out").code == "SRC-020"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real dump in ../shared/data is not here")
def test_a_real_dump_is_imported_whole(tmp_path: Path) -> None:
    report = import_stackexchange(REAL, tmp_path)
    assert (report.counts["members"], report.counts["comments"], report.counts["votes"]) == (3988, 1829, 9147)
    assert report.counts["posts"] + report.counts["wikis"] == 2630
    members = pq.read_table(tmp_path / "members.parquet")
    located = members.filter(pa.compute.is_valid(members["location"])).num_rows
    resolved = members.filter(pa.compute.is_valid(members["region"])).num_rows
    assert located == 1363
    assert resolved >= 0.94 * located
    bodies = pq.read_table(tmp_path / "posts.parquet")["body"].to_pylist()
    assert not any(
        "</p>" in body for body in bodies if body is not None and "`" not in body and "<p>" not in body
    )
