"""Downloads of Facebook, Instagram and Threads: what strangers choose says nothing, a record is what one counts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import zipped
from journeys.downloads import faulty
from licet.audit import Report, audit_archive
from licet.audit.audit_page import page
from licet.audit.audit_report import FileReport
from licet.audit.judgement import Fate
from licet.audit.topics import TRAINING
from licet.sources.archives import meta
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.archive_records import Facts, Record, filled
from licet.sources.archives.json_reader import read_elements
from licet.sources.archives.meta_layout import pictures_in, thing_at
from licet.terms.moments import parse_moment

AT = parse_moment("2026-12-01")
SECRET = "only for you"
OWNER = "Zoë Ωmega"


def thread(*people: str, messages: int = 1) -> str:
    return faulty(
        {
            "participants": [{"name": name} for name in (*people, OWNER)],
            "messages": [
                {"sender_name": (*people, OWNER)[n % 2], "timestamp_ms": 1748000000000 + n, "content": SECRET}
                for n in range(messages)
            ],
            "title": people[0], "is_still_participant": True, "thread_path": f"inbox/{people[0]}", "magic_words": [],
        }
    )  # fmt: skip


def person(**more: Any) -> str:
    return faulty(
        {
            "profile_v2": {
                "name": {"full_name": OWNER},
                "birthday": {"year": 1990, "month": 3, "day": 4},
                **more,
            }
        }
    )


def audited(tmp_path: Path, files: dict[str, str | bytes], **asked: Any) -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), AT, **({"region": "DE", "age": 40} | asked))


class Held:
    """A file in memory."""

    def __init__(self, text: str) -> None:
        self._data = text.encode()

    def read(self, size: int) -> bytes:
        data, self._data = self._data[:size], self._data[size:]
        return data

    def read_all(self, limit: int) -> bytes:
        return self._data[: limit + 1]


def rows(report: Report) -> dict[str, int]:
    told: dict[str, int] = {}
    for one in report.files:
        told[one.file.layout.table] = told.get(one.file.layout.table, 0) + one.file.rows
    return told


def of(report: Report, table: str) -> FileReport:
    return next(one for one in report.files if one.file.layout.table == table)


@pytest.mark.parametrize("path", [
    "your_instagram_activity/messages/inbox/meta_ai_fan_178/message_1.json",
    "your_instagram_activity/messages/inbox/ai_conversations/message_1.json",
    "your_facebook_activity/messages/archived_threads/posts_12/message_2.json",
    "your_facebook_activity/messages/e2ee_cutover/preferences_1/message_1.json",
    "messages/filtered_threads/ads_information_3/message_1.html",
    "your_facebook_activity/groups/your_group_messages/77.json",
    "x/message_1.json",
])  # fmt: skip
def test_the_name_of_a_thread_or_of_its_folder_decides_nothing(path: str) -> None:
    thing = thing_at(path)
    assert thing is not None and thing.table == "meta_messages", thing


@pytest.mark.parametrize(("path", "table"), [
    ("your_instagram_activity/messages/ai_conversations.json", "meta_ai_chats"),
    ("your_facebook_activity/messages/ai_conversations/thread_for_mailbox12_3.html", "meta_ai_chats"),
    ("your_facebook_activity/ai/your_prompts.json", "meta_ai_chats"),
    ("my_own/ai/your_prompts.json", None),
    ("your_instagram_activity/messages/broadcast/news_1/message_1.json", "meta_channels"),
    ("your_facebook_activity/messages/autofill_information.json", "meta_messages_settings"),
    ("preferences/media_settings/consents.json", "meta_settings"),
    ("logged_information/past_instagram_insights/content_interactions.json", "meta_statistics"),
    ("logged_information/past_instagram_insights/reels.json", "meta_statistics"),
    ("your_instagram_activity/subscriptions/reels.json", "meta_follows"),
    ("preferences/a_setting_of_next_year/posts.json", "meta_settings"),
    ("preferences/your_topics/your_topics.json", "meta_inferences"),
    ("ads_information/advertisers_using_your_activity_or_information.json", "meta_advertisers"),
    ("ads_information/advertisers_you've_interacted_with.json", "meta_ads_seen"),
    ("your_instagram_activity/threads/threads_and_replies.json", "meta_threads"),
    ("your_instagram_activity/threads/liked_threads.json", "meta_reactions"),
    ("your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_12.json", "meta_posts"),
    ("your_activity_across_facebook/comments_and_reactions/likes_and_reactions_3.json", "meta_reactions"),
    ("your_facebook_activity/groups/group_posts_and_comments.json", "meta_groups"),
    ("connections/followers_and_following/followers_1.json", "meta_connections"),
    ("personal_information/information_about_you/profile_based_in.json", "meta_place"),
    ("a_folder_of_next_year/posts of mine.json", None),
])  # fmt: skip
def test_what_a_file_is_is_said_by_the_names_that_meta_gives(path: str, table: str | None) -> None:
    thing = thing_at(path)
    assert (None if thing is None else thing.table) == table


def test_pictures_of_messages_are_private_and_no_album_is_a_message() -> None:
    kinds = {
        folder: thing.kind if (thing := pictures_in(folder)) else None
        for folder in (
            "your_facebook_activity/messages/inbox/posts_1/photos", "media", "media/posts/202401",
            "your_facebook_activity/posts/media/messages_from_home_123", "somewhere",
        )
    }  # fmt: skip
    assert list(kinds.values()) == [
        "private_communication.messages", "private_communication.messages", "content.posts", "content.posts", None,
    ]  # fmt: skip


def test_what_was_sent_in_a_thread_is_private_whatever_file_it_is(tmp_path: Path) -> None:
    inbox = "your_facebook_activity/messages/inbox/lia_1/"
    report = audited(tmp_path, {
        f"{inbox}message_1.json": thread("Lia"),
        f"{inbox}files/index.html": "<html><body><section>x</section></body></html>",
        f"{inbox}files/posts_1.json": faulty([{"timestamp": 1, "data": [{"post": SECRET}]}]),
        f"{inbox}files/plan.blend": b"\0",
        "your_facebook_activity/polls/no-data.txt": "",
    })  # fmt: skip
    assert rows(report) == {"meta_messages": 1, "meta_message_media": 3}
    assert not [one for one in report.files if one.shares[TRAINING].fate is not Fate.EXCLUDED]


def test_a_friend_whose_name_begins_like_that_of_the_ai_stays_private(tmp_path: Path) -> None:
    report = audited(tmp_path, {
        "your_instagram_activity/messages/inbox/meta_ai_lover_1/message_1.json": thread("Lia"),
        "your_instagram_activity/messages/inbox/aistudio_2/message_1.json": thread("AI Studio", messages=3),
        "your_instagram_activity/messages/inbox/three_3/message_1.json": thread("Meta AI", "Ben"),
    })  # fmt: skip
    assert rows(report) == {"meta_messages": 5}
    assert (
        report.faring(TRAINING, Fate.EXCLUDED) == [("private messages", 5)]
        and report.faring(TRAINING, Fate.AMBIGUOUS) == []
    )


def test_of_a_chat_with_somebody_called_meta_ai_nobody_can_say(tmp_path: Path) -> None:
    report = audited(tmp_path, {
        "personal_information/profile_information/profile_information.json": person(),
        "your_facebook_activity/messages/inbox/ben_1/message_1.json": thread("Ben"),
        "your_facebook_activity/messages/inbox/lia_2/message_1.json": thread("Lia"),
        "your_facebook_activity/messages/inbox/metaai_3/message_1.json": thread("Meta AI", messages=6),
    })  # fmt: skip
    assert rows(report) == {"meta_profile": 1, "meta_messages": 2, "meta_ai_by_name": 6}
    assert report.faring(TRAINING, Fate.EXCLUDED) == [("private messages", 2)]
    assert report.faring(TRAINING, Fate.AMBIGUOUS) == [("chats with somebody called Meta AI", 6)]
    assert report.reach(TRAINING).now == 0
    (reason,) = of(report, "meta_ai_by_name").shares[TRAINING].reasons.values()
    assert (
        reason.sentence == "nothing in the file says whether this is private messages or chats with Meta AI"
    )


def test_where_meta_itself_keeps_what_was_said_to_its_ai_it_trains(tmp_path: Path) -> None:
    report = audited(tmp_path, {
        "your_instagram_activity/messages/ai_conversations.json": faulty(
            [{"timestamp": 1748000000, "fbid": "1", "label_values": [{"label": "?", "value": "hilf mir"}]}]
        ),
        "your_instagram_activity/messages/ai_conversations/thread_for_mailbox1_2/message_1.json": thread(
            "Nova", messages=2
        ),
    })  # fmt: skip
    assert rows(report) == {"meta_ai_chats": 3} and report.reach(TRAINING).now == 3


def test_end_to_end_encrypted_threads_are_known_by_their_keys(tmp_path: Path) -> None:
    said = {"isUnsent": False, "media": [{"uri": "./media/1.jpeg"}], "reactions": [], "senderName": "Lia",
            "text": SECRET, "timestamp": 1748000000000, "type": "text"}  # fmt: skip
    talk = {"participants": ["Lia", OWNER], "threadName": "Lia_1", "messages": [said, said]}
    report = audited(tmp_path, {
        "Lia_1.json": json.dumps(talk), "posts_2.json": json.dumps(talk), "media/1.jpeg": b"\xff",
    })  # fmt: skip
    assert report.kind is Kind.META
    assert rows(report) == {"meta_messages": 4, "meta_message_media": 1}
    assert str(of(report, "meta_messages").file.first.moment.date()) == "2025-05-23"  # type: ignore[union-attr]


def test_a_download_of_posts_and_reactions_alone_is_metas(tmp_path: Path) -> None:
    report = audited(tmp_path, {
        "your_facebook_activity/posts/your_posts_1.json": faulty([{"timestamp": 1, "data": [{"post": "über"}]}]),
        "your_facebook_activity/comments_and_reactions/likes_and_reactions_1.json": faulty(
            [{"timestamp": 1717200000, "data": [{"reaction": {"reaction": "LIKE", "actor": OWNER}}], "title": "x"}]
        ),
    })  # fmt: skip
    assert report.kind is Kind.META and rows(report) == {"meta_posts": 1, "meta_reactions": 1}


def test_posts_on_threads_are_public(tmp_path: Path) -> None:
    posts = {
        "text_post_app_text_posts": [{"media": [{"creation_timestamp": 1748000000, "title": "ein Gedanke"}]}]
        * 2
    }
    report = audited(tmp_path, {"your_instagram_activity/threads/threads_and_replies.json": faulty(posts)})
    assert report.reach(TRAINING).now == 2 and [words.text for words in report.words] == ["ein Gedanke"]


def test_advertisers_are_counted_one_by_one_and_their_flags_are_none(tmp_path: Path) -> None:
    lists = [{"advertiser_name": f"Shop {n}", "has_data_file_custom_audience": True, "has_in_person_store_visit": False}
             for n in range(7)]  # fmt: skip
    labelled = {
        "label_values": [{"label": "?", "vec": [{"value": f"Shop {n}"} for n in range(3)]}],
        "fbid": "1",
    }
    report = audited(tmp_path, {
        "ads_information/advertisers_using_your_activity_or_information.json": faulty(
            {"custom_audiences_all_types_v2": lists}
        ),
        "x/ads_information/advertisers_using_your_activity_or_information.json": faulty(labelled),
    })  # fmt: skip
    assert rows(report) == {"meta_advertisers": 10}
    assert [(one.title, one.records) for one in report.surprises] == [
        ("Advertisers that have you on a list", 10)
    ]


@pytest.mark.parametrize(("content", "count"), [
    ({"label_values": [{"label": "a", "value": "b"}, {"label": "c", "value": "d"}], "fbid": "1", "timestamp": 1}, 1),
    ({"title": "", "string_list_data": [{"value": "lia", "timestamp": 1748000000}], "media_list_data": []}, 1),
    ([{"timestamp": 1}, {"timestamp": 2}], 2),
    ({"recently_viewed": [{"name": "a", "entries": [{"timestamp": 1}, {"timestamp": 2}]}, {"name": "b"}]}, 3),
    ({"topics_v2": ["a", "b", "c"], "note": "d"}, 3),
    ({"reported_conversations": [{"timestamp": 1, "messages": [{"content": "x"}, {"content": "y"}]}]}, 1),
])  # fmt: skip
def test_a_record_is_what_a_person_would_count(content: Any, count: int) -> None:
    elements = read_elements(Held(faulty(content)), "x")
    found = [
        one
        for one in meta.records("preferences/feed/unknown_to_us.json", elements)
        if isinstance(one, Record)
    ]
    assert len(found) == count
    # what stands beside the list is counted with its last record, so that no value is lost
    assert sum(sum(one.values.values()) for one in found) == sum(1 for _ in filled(content))


def test_messages_of_several_threads_in_one_list_are_counted_each(tmp_path: Path) -> None:
    talk = [
        {
            "timestamp": 1,
            "reportee": {"name": "Ben"},
            "messages": [{"sender_name": "Ben", "content": SECRET}] * 2,
        }
    ]
    report = audited(tmp_path, {
        "your_instagram_activity/messages/reported_conversations.json": faulty({"ig_reported_conversations": talk * 2}),
        "your_facebook_activity/messages/inbox/silent_1/message_1.json": thread("Lia", messages=0),
    })  # fmt: skip
    assert rows(report) == {"meta_messages": 4, "meta_messages_settings": 1}


def test_threads_of_one_folder_are_told_as_one(tmp_path: Path) -> None:
    inbox = "your_instagram_activity/messages/inbox/"
    report = audited(
        tmp_path, {f"{inbox}friend_{n}/message_1.json": thread(f"Friend {n}") for n in range(300)}
    )
    (threads,) = report.files
    assert threads.file.name == inbox and threads.file.rows == len(threads.file.members) == 300
    assert len(page(report)) < 50_000
    assert {column.name: column.cells for column in threads.file.columns}["title"] == 300


@pytest.mark.parametrize(("value", "born"), [
    ("2012-05-01", date(2012, 5, 1)), ("1. Mai 1990", date(1990, 5, 1)), ("1990年5月1日", date(1990, 5, 1)),
    ("1 de mayo de 1990", date(1990, 5, 1)), ("05/06/1990", None), ("", None), ("1790-05-01", None),
])  # fmt: skip
def test_a_birthday_is_read_under_any_label(value: str, born: date | None) -> None:
    about = {"Nombre de usuario": {"value": "lia"}, "Fecha de nacimiento": {"value": value}}
    file = Held(faulty({"profile_user": [{"title": "x", "string_map_data": about}]}))
    facts, _ = meta.records("personal_information/personal_information.json", read_elements(file, "x"))
    assert isinstance(facts, Facts) and facts.born == born and facts.born_unread is (born is None)


def test_nobody_is_an_adult_since_their_birthday_could_not_be_read(tmp_path: Path) -> None:
    name = "personal_information/profile_information/profile_information.json"
    other = {"ads_information/ads_interests.json": '{"topics_v2": ["a"]}'}
    born = {"Fecha de nacimiento": {"value": "2011-01-01"}}
    another = {
        "personal_information/personal_information/personal_information.json": faulty(
            {"profile_user": [{"string_map_data": born}]}
        )
    }
    for files in (
        {name: person(birthday={"day": 1}), **other},
        {name: "{", **other},
        {name: person(birthday={"year": 2030, "month": 1, "day": 1})},
        {name: person(), **another},
    ):
        assert audited(tmp_path, files, age=None).person.age is None
    assert audited(tmp_path, files, age=14).person.age == 14


def test_where_its_owner_is_based_is_read_and_two_countries_are_none(tmp_path: Path) -> None:
    def based(city: str) -> str:
        return faulty({"inferred_data_primary_location": [{"string_map_data": {"Nombre": {"value": city}}}]})

    place = "personal_information/information_about_you/profile_based_in.json"
    profile = "personal_information/profile_information/profile_information.json"
    assert audited(tmp_path, {place: based("Valencia, España")}, region=None).person.region == "ES"
    pairs = faulty({"primary_location_v2": {"city_region_pairs": [["Lyon", "France"]], "zipcode": ["69001"]}})
    located = {"logged_information/location/primary_location.json": pairs}
    assert audited(tmp_path, located, region=None).person.region == "FR"
    both = {place: based("Valencia, Spain"), profile: person(current_city={"name": "Lyon, France"})}
    report = audited(tmp_path, both, region=None)
    assert report.person.region is None and "Profile.csv" not in (report.person.says_where or "")


SECTION = '<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">{}</div>'
SAID = (
    '<h2 class="_3-95 _2pim _a6-h _a6-i">{}</h2><div class="_3-95 _a6-p"><div>{}</div></div>'
    '<div class="_3-94 _a6-o">{}</div>'
)


def html(*sections: str) -> str:
    head = f"<html><head><title>x</title><style>{'._a6-g{} ' * 2000}</style></head><body><h1>Meta</h1>"
    return head + "".join(SECTION.format(section) for section in sections) + "</body></html>"


def test_the_html_form_is_read_section_by_section(tmp_path: Path) -> None:
    when = "Sep 22, 2024 6:33 am"
    report = audited(tmp_path, {
        "your_facebook_activity/posts/your_posts_1.html": html(
            SAID.format(f"{OWNER} hat etwas gepostet", "Brücken <b>sind</b> schön", "22 sept. 2024 6:33"),
            SAID.format(OWNER, "<script>x</script>", when),
        )
        + f'<section class="_a6-g"><h2>{OWNER}</h2><footer><div class="_a72d">{when}</div></footer></section>',
        "your_facebook_activity/messages/inbox/ben_1/message_1.html": html(
            '<h2 class="_a6-h">Participants: Ben, Lia</h2>',
            SAID.format("Ben", SECRET, when),
            SAID.format("Lia", "?", when),
        ),
        "your_facebook_activity/messages/inbox/metaai_1/message_1.html": html(
            SAID.format("Meta AI", "Hello", when), SAID.format(OWNER, "Hi", when)
        ),
        "personal_information/profile_information/profile_information.html": html(
            "<table><tr><td>Geburtstag</td><td><div>4. März 2010</div></td></tr></table>"
        ),
        "your_facebook_activity/comments_and_reactions/comments.html": "<html><body><p>built anew</p></body></html>",
        "connections/friends/your_friends.html": "<section class='new'><h2>Lia</h2><footer>x</footer></section>" * 3,
        "preferences/feed/controls.html": '<table class="_a6_n"><tr><td>a</td></tr></table>',
        "start_here.html": html("x"),
    }, age=None)  # fmt: skip
    assert report.kind is Kind.META and report.person.age == 16
    assert rows(report) == {
        "meta_posts": 3, "meta_messages": 2, "meta_ai_by_name": 2, "meta_profile": 1, "meta_connections": 3,
        "meta_settings": 1,
    }  # fmt: skip
    posts = of(report, "meta_posts").file
    assert str(posts.first.moment) == "2024-09-22 06:33:00+00:00"  # type: ignore[union-attr]
    assert next(iter(posts.groups.values())).words[0].text == "Brücken sind schön"
    (contents,), (unread,) = report.others, report.unread
    assert contents.name == "start_here.html" and "leads to the other" in contents.reason
    assert unread.name.endswith("comments.html") and "JSON" in unread.why
