"""Made-up downloads of ChatGPT, Facebook, Instagram and Google, with the quirks of real ones. Nobody is in them."""

from __future__ import annotations

import json
from typing import Any

from journeys.archives import SECRET


def faulty(value: Any) -> str:
    """JSON as Meta writes it: each byte of UTF-8 as a letter of its own."""
    return json.dumps(value, ensure_ascii=False).encode().decode("latin-1").encode("ascii", "backslashreplace").decode(
        "ascii"
    ).replace("\\x", "\\u00")  # fmt: skip


def _node(id_: str, parent: str | None, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    message = {
        "id": id_, "author": {"role": role, "name": None, "metadata": {}}, "create_time": 1748779200.25,
        "update_time": None, "content": {"content_type": "text", "parts": list(parts)}, "status": "finished",
        "end_turn": True, "weight": 1.0, "metadata": {"model_slug": "some-model"}, "recipient": "all",
    } | more  # fmt: skip
    return {"id": id_, "message": message, "parent": parent, "children": []}


_TALK = {
    "title": "Brot & Brücken",
    "create_time": 1748779200.0,
    "update_time": 1748779300.0,
    "mapping": {
        "root": {"id": "root", "message": None, "parent": None, "children": ["a"]},
        "a": _node("a", "root", "user", "Wie backe ich 面包 und خبز? 🍞"),
        "b": _node("b", "a", "assistant", "Mit Geduld."),
        # another branch: the answer was asked for once more, with a picture and a mood that no reader knows
        "c": _node("c", "a", "user", {"asset_pointer": "file-service://file-1"}, "Und so?", mood="calm"),
    },
    "current_node": "b",
    "conversation_id": "c1",
    "is_archived": False,
    "gizmo_id": None,
    "a key of next year": [1, {"x": "y"}],
}

CHATGPT: dict[str, str | bytes] = {
    "conversations.json": json.dumps([_TALK], ensure_ascii=False),
    "user.json": json.dumps(
        {"id": "user-1", "email": "mara@x.example", "chatgpt_plus_user": True, "birth_year": 1990}
    ),
    "message_feedback.json": json.dumps([{"id": "f", "conversation_id": "c1", "rating": "thumbs_up", "content": "{}"}]),
    "shared_conversations.json": json.dumps(
        [{"id": "s", "conversation_id": "c1", "title": "Brot", "is_anonymous": True}]
    ),
    "model_comparisons.json": "[]",
    "chat.html": "<html><script>var jsonData = []</script></html>",
    "file-1-photo.png": b"\x89PNG",
    "user-1/image.webp": b"RIFF",
    "dalle-generations/file-2.webp": b"RIFF",
}  # fmt: skip

#: As large downloads are since 2026: the conversations in numbered parts.
CHATGPT_IN_PARTS: dict[str, str | bytes] = {
    "conversations-000.json": json.dumps([_TALK]),
    "conversations-001.json": "\ufeff"
    + json.dumps([_TALK | {"title": "二つ目", "mapping": {}}], ensure_ascii=False),
    "export_manifest.json": "{}",
    "user_settings.json": '{"theme": "dark"}',
}

META: dict[str, str | bytes] = {
    "personal_information/profile_information/profile_information.json": faulty(
        {
            "profile_v2": {
                "name": {"full_name": "Zoë Ωmega", "first_name": "Zoë", "last_name": "Ωmega"},
                "emails": {"emails": ["zoe@x.example"], "previous_emails": []},
                "birthday": {"year": 1990, "month": 3, "day": 4},
                "current_city": {"name": "Paris, Île-de-France, France", "timestamp": 0},
                "star_sign": "fish",
            }
        }
    ),
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": faulty(
        [
            {"timestamp": 1199145600, "data": [{"post": "Brücken sind schön 🌉"}], "title": "Zoë hat etwas gepostet"},
            {"timestamp": 1717200000, "data": [{"update_timestamp": 1717200001}], "attachments": []},
        ]
    ),
    "your_facebook_activity/comments_and_reactions/comments.json": faulty(
        {"comments_v2": [{"timestamp": 1717200000, "title": "Zoë", "data": [{"comment": {"comment": "Très bien"}}]}]}
    ),
    "your_facebook_activity/messages/inbox/ben_1/message_1.json": faulty(
        {
            "participants": [{"name": "Ben"}, {"name": "Zoë Ωmega"}],
            "messages": [{"sender_name": "Ben", "timestamp_ms": 1717200000000, "content": SECRET}],
            "title": "Ben",
            "is_still_participant": True,
        }
    ),
    "your_facebook_activity/messages/ai_conversations/thread_for_mailbox_2/message_1.json": faulty(
        {
            "participants": [{"name": "Meta AI"}, {"name": "Zoë Ωmega"}],
            "messages": [
                {"sender_name": "Zoë Ωmega", "timestamp_ms": 1735689600000, "content": "Was ist eine Brücke?"},
                {"sender_name": "Meta AI", "timestamp_ms": 1735689601000, "content": "Ein Weg über etwas."},
            ],
        }
    ),
    "your_facebook_activity/messages/inbox/ben_1/photos/1.jpg": b"\xff\xd8",
    "media/posts/1.jpg": b"\xff\xd8",
    "media/posts/2.jpg": b"\xff\xd8",
    "your_instagram_activity/comments/post_comments_1.json": faulty(
        [
            {
                "media_list_data": [{"uri": ""}],
                "string_map_data": {"Comment": {"value": "Nächstes Mal 🍞"}, "Uhrzeit": {"timestamp": 1717200000}},
            }
        ]
    ),
    "ads_information/other_categories_used_to_reach_you.json": faulty(
        {"label_values": [{"label": "Name", "value": "Frequent travellers"}]}
    ),
    "apps_and_websites_off_of_facebook/your_activity_off_meta_technologies.json": faulty(
        {"off_facebook_activity_v2": [{"name": "shop.example", "events": [{"id": 1, "timestamp": 1717200000}]}]}
    ),
    "ads_information/advertisers_using_your_activity_or_information.json": faulty(
        {
            "custom_audiences_all_types_v2": [
                {"advertiser_name": "Schöner Laden", "has_data_file_custom_audience": True},
                {"advertiser_name": "Shop", "has_data_file_custom_audience": False},
            ]
        }
    ),
    "preferences/media_settings/consents.json": faulty([{"title": "", "string_map_data": {"An": {"value": "ja"}}}]),
    "your_instagram_activity/threads/threads_and_replies.json": faulty(
        {"text_post_app_text_posts": [{"media": [{"creation_timestamp": 1748000000, "title": "Ein Gedanke"}]}]}
    ),
    "your_instagram_activity/messages/inbox/metaai_3/message_1.json": faulty(
        {
            "participants": [{"name": "Meta AI"}, {"name": "Zoë Ωmega"}],
            "messages": [{"sender_name": "Meta AI", "timestamp_ms": 1735689601000, "content": SECRET}],
        }
    ),
    "start_here.html": "<html></html>",
    "a_folder_of_next_year/new.json": '{"x": 1}',
}  # fmt: skip

_PROMPT = {
    "header": "Gemini Apps", "title": "Prompted Wie alt ist die Brücke?", "time": "2025-10-01T08:12:14.123Z",
    "products": ["Gemini Apps"], "activityControls": ["Gemini Apps Activity"],
    "safeHtmlItem": [{"html": "<p>Very old.</p><script>alert(1)</script>"}], "attachedFiles": ["bridge.png"],
}  # fmt: skip
_BLOCK = (
    '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
    '<div class="header-cell mdl-cell mdl-cell--12-col"><p class="mdl-typography--title">{product}<br></p></div>'
    '<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1">{said}<br>{when}<br>{more}</div>'
    '<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1 mdl-typography--text-right"></div>'
    '<div class="content-cell mdl-cell mdl-cell--12-col mdl-typography--caption"><b>Products:</b><br>'
    "&emsp;{product}<br></div></div></div>"
)

TAKEOUT: dict[str, str | bytes] = {
    "Takeout/Meine Aktivitäten/Gemini-Apps/MeineAktivitäten.json": json.dumps(
        [_PROMPT, _PROMPT | {"time": "2024-02-03T01:02:03Z", "mood": "calm", "title": "Prompted 橋は何歳？"}]
    ),
    "Takeout/Meine Aktivitäten/Suche/MeineAktivitäten.json": json.dumps(
        [{"header": "Suche", "title": "Gesucht: brücken",
          "titleUrl": "javascript:alert(1)", "time": "2026-01-02T03:04:05Z",
          "products": ["Suche"], "locationInfos": [{"name": "At this general area", "url": "https://x.example"}]}]
    ),
    "Takeout/My Activity/Gemini Apps/My Activity.html": "<html><head><style>x</style></head><body>"
    + _BLOCK.format(product="Gemini Apps", said="Prompted Is the arch safe?",
                    when="Sep 5, 2025, 8:12:14\u202fAM UTC",
                    more="<p>It stands.</p><script>bad()</script>")
    + _BLOCK.format(product="YouTube", said='Watched <a href="javascript:alert(1)">Arches</a>',
                    when="1. Juni 2024", more="")
    + "</body></html>",
    "Takeout/My Activity/Gemini Apps/bridge.png": b"\x89PNG",
    "Takeout/archive_browser.html": "<html></html>",
    "Takeout/Calendar/me.ics": "BEGIN:VCALENDAR",
}  # fmt: skip

DOWNLOADS = {"chatgpt": CHATGPT, "chatgpt_in_parts": CHATGPT_IN_PARTS, "meta": META, "takeout": TAKEOUT}
