"""Made-up downloads of X, Reddit and Claude, as these platforms write them. Nobody is in them."""

from __future__ import annotations

import json
from typing import Any

from journeys.archives import SECRET


def _ytd(name: str, *records: Any) -> str:
    return f"window.YTD.{name}.part0 = " + json.dumps(list(records), indent=2, ensure_ascii=False)


def _post(id_: str, text: str) -> dict[str, Any]:
    return {
        "tweet": {
            "id_str": id_, "full_text": text, "created_at": "Wed Oct 08 20:19:24 +0000 2025", "lang": "de",
            "entities": {"urls": [], "user_mentions": [{"name": "Ben", "screen_name": "ben"}]},
        }
    }  # fmt: skip


def _message(text: str) -> dict[str, Any]:
    return {
        "messageCreate": {
            "id": "9", "senderId": "1", "recipientId": "2", "text": text, "createdAt": "2025-10-08T20:19:24.000Z",
            "reactions": [], "urls": [], "mediaUrls": [],
        }
    }  # fmt: skip


X: dict[str, str | bytes] = {
    "data/manifest.js": 'window.__THAR_CONFIG = {"userInfo": {"accountId": "1"}, "archiveInfo": {}}',
    "data/account.js": _ytd("account", {"account": {
        "email": "zoe@x.example", "username": "zoe", "accountId": "1", "createdAt": "2009-06-01T10:00:00.000Z",
        "accountDisplayName": "Zoë Ωmega",
    }}),
    "data/profile.js": _ytd("profile", {"profile": {
        "description": {"bio": "Ich baue Brücken", "website": "", "location": "Paris, France"},
        "avatarMediaUrl": "https://x.example/a.jpg",
    }}),
    "data/ageinfo.js": _ytd("ageinfo", {"ageMeta": {
        "ageInfo": {"age": ["36"], "birthDate": "1990-03-04"},
        "inferredAgeInfo": {"age": ["13-54"], "birthDate": "2001-01-01"},
    }}),
    "data/protected-history.js": "window.YTD.protected_history.part0 = [ ]",
    "data/tweets.js": _ytd("tweets", _post("1", "Brücken sind schön 🌉"), _post("2", "Noch eine")),
    "data/tweet-headers.js": _ytd("tweet_headers", {"tweet": {"tweet_id": "1", "user_id": "1"}}),
    "data/direct-messages.js": _ytd("direct_messages", {"dmConversation": {
        "conversationId": "1-2", "messages": [_message(SECRET), _message("Bis acht")],
    }}),
    "data/like.js": _ytd("like", {"like": {"tweetId": "7", "fullText": "Ein Bogen", "expandedUrl": "https://x.example"}}),
    "data/grok-chat-item.js": _ytd("grok_chat_item", *({"grokChatItem": {
        "accountId": "1", "chatId": "c", "createdAt": "2025-10-23T13:11:59.692Z", "message": message,
        "sender": {"name": sender.title(), "originalName": sender}, "grokMode": {"name": "Normal"},
    }} for sender, message in (("USER", "Wie alt ist die Brücke?"), ("ASSISTANT", "Sehr alt.")))),
    "data/personalization.js": _ytd("personalization", {"p13nData": {
        "demographics": {"languages": [{"language": "German", "isDisabled": False}],
                         "genderInfo": {"gender": "female"}},
        "interests": {
            "interests": [{"name": "Bridges", "isDisabled": False}, {"name": "Bread", "isDisabled": False}],
            "partnerInterests": [],
            "audienceAndAdvertisers": {"advertisers": ["@shop"], "lookalikeAdvertisers": ["@mill"],
                                       "numAudiences": "2"},
            "shows": ["Arches"],
        },
    }}),
    "data/ad-impressions.js": _ytd("ad_impressions", {"ad": {"adsUserData": {"adImpressions": {"impressions": [
        {"displayLocation": "Timeline", "advertiserInfo": {"advertiserName": "Shop"},
         "matchedTargetingCriteria": [{"targetingType": "Age", "targetingValue": "25 to 54"}],
         "impressionTime": "2025-10-08 20:19:24"},
        {"displayLocation": "Timeline", "impressionTime": "2025-10-09 20:19:24"},
    ]}}}}),
    "data/things-of-next-year.js": _ytd("things_of_next_year", {"thing": {"a": 1}}),
    "data/direct-messages-of-next-year.js": _ytd("direct_messages_of_next_year", {"x": {"text": SECRET}}),
    "data/tweets_media/1-a.jpg": b"\xff\xd8",
    "data/direct_messages_media/9-a.jpg": b"\xff\xd8",
    "data/README.txt": "What the files are",
    "assets/js/app.js": "void 0",
    "assets/images/logo.png": b"\x89PNG",
    "Your archive.html": "<html></html>",
}  # fmt: skip

REDDIT: dict[str, str | bytes] = {
    "posts.csv": "id,permalink,date,ip,subreddit,gildings,title,url,body\r\n"
    'p1,https://r.example/p1,2025-01-02 03:04:05 UTC,192.0.2.1,bridges,0,Arches,,"They stand, since they fall"\r\n',
    "post_headers.csv": "id,permalink,date,ip,subreddit,gildings,url\r\n"
    "p1,https://r.example/p1,2025-01-02 03:04:05 UTC,192.0.2.1,bridges,0,\r\n",
    "comments.csv": "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\r\n"
    "c1,https://r.example/c1,2025-01-02 03:04:05 UTC,,bridges,0,https://r.example,,A fine arch,\r\n",
    "messages_archive.csv": "id,permalink,thread_id,date,ip,from,to,subject,body\r\n"
    f"m1,https://r.example/m1,,2025-01-02 03:04:05 UTC,,ben,zoe,hi,{SECRET}\r\n",
    "messages_archive_headers.csv": "id,permalink,thread_id,date,ip,from,to\r\n"
    "m1,https://r.example/m1,,2025-01-02 03:04:05 UTC,,ben,zoe\r\n",
    "chat_history.csv": "message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,"
    "subreddit,channel_name,conversation_type\r\n"
    f"x,2025-01-02 03:04:05 UTC,,zoe,{SECRET},,https://r.example/c,,,direct\r\n",
    "post_votes_1.csv": "id,permalink,direction\r\np9,https://r.example/p9,up\r\n",
    "post_votes_2.csv": "id,permalink,direction\r\np8,https://r.example/p8,down\r\n",
    "subscribed_subreddits.csv": "subreddit\r\nbridges\r\nbread\r\n",
    "sensitive_ads_preferences.csv": "type,preference\r\nalcohol,allow_all\r\n",
    "birthdate.csv": "birthdate,verified_birthdate,verification_state,verification_method\r\n1990-03-04,,,\r\n",
    "statistics.csv": "statistic,value\r\naccount name,zoe\r\n",
    "ip_logs.csv": "date,ip\r\nregistration ip,192.0.2.1\r\n2025-01-02 03:04:05 UTC,192.0.2.1\r\n",
    "checkfile.csv": "filename,sha256\r\nposts.csv,00\r\n",
    "files_of_next_year.csv": "a,b\r\n1,2\r\n",
}

CLAUDE: dict[str, str | bytes] = {
    "conversations.json": json.dumps([{
        "uuid": "c1", "name": "Brücken", "summary": "", "created_at": "2026-08-01T10:00:00.000000Z",
        "updated_at": "2026-08-01T10:00:00.000000Z", "account": {"uuid": "u1"}, "mood": "calm",
        "chat_messages": [
            {"uuid": "m1", "text": "Wie alt ist die Brücke?", "sender": "human",
             "content": [{"type": "text", "text": "?"}],
             "created_at": "2026-08-01T10:00:00.000000Z", "updated_at": "2026-08-01T10:00:00.000000Z",
             "attachments": [{"file_name": "plan.txt", "extracted_content": "Ein Plan"}], "files": []},
            {"uuid": "m2", "text": "Sehr alt.", "sender": "assistant", "content": [], "attachments": [], "files": [],
             "created_at": "2026-08-01T10:00:05.000000Z", "updated_at": "2026-08-01T10:00:05.000000Z"},
        ],
    }], ensure_ascii=False),
    "users.json": json.dumps([{"uuid": "u1", "full_name": "Zoë Ωmega", "email_address": "zoe@x.example",
                               "verified_phone_number": None}], ensure_ascii=False),
    "projects.json": json.dumps([{"uuid": "p1", "name": "Bau", "is_private": True, "is_starter_project": False,
                                  "prompt_template": "",
                                  "docs": [{"uuid": "d", "filename": "a.txt", "content": "x"}]}]),
    "memories.json": json.dumps([{"conversations_memory": "Zoë baut", "account_uuid": "u1"}], ensure_ascii=False),
}  # fmt: skip

MORE_DOWNLOADS = {"x": X, "reddit": REDDIT, "claude": CLAUDE}
