"""What members publish: posts, the comments under them, reactions; some posts are copied by others.

A post is of a kind (a launch, a question, a farewell) and each kind is built from the sections of the text
files. Copies are the network's near-duplicates: the same words with a line before or after.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from licet.sources.demo.cast import CAST, END, Member, moment_between
from licet.sources.demo.circles import Circle, language_of
from licet.sources.demo.grammar import Phrase, Speaker, parse_phrase, tell
from licet.sources.demo.random_streams import Stream, Weighted
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import frame, voice

#: Most posts are from before this day, on which the policy of the demo's story takes effect.
TURN = datetime(2025, 11, 3, tzinfo=UTC)

BODIES: dict[str, tuple[Phrase, ...]] = {
    kind: tuple(parse_phrase(text.replace("/", "\n\n")) for text in texts)
    for kind, texts in {
        "launch": ("{launch} {detail}{ {detail}|} {practice}{/{ask}|}", "{launch}/{detail} {insight}{ {ask}|}"),
        "lesson": ("{lesson} {insight} {practice}{/{ask}|}", "{lesson}/{detail} {insight}/{practice}"),
        "question": ("{question_open} {question}{ {detail}|}", "{question} {detail} {ask}",
                     "{practice} {insight}/{question_open} {question}"),
        "opinion": ("{opinion} {insight} {detail}{/{ask}|}", "{insight}/{opinion} {practice}{ {ask}|}"),
        "tips": ("{tips_open}/1. {practice}\n2. {insight}\n3. {practice}{/{ask}|}",
                 "{tips_open}\n– {insight}\n– {practice}\n– {insight}"),
        "event": ("{event_open} {event_why}{ {insight}|}", "{event_open}/{event_why} {event_why}"),
        "thanks": ("{thanks} {detail}{ {insight}|}", "{detail} {thanks}"),
        "congrats": ("{congrats} {congrats_why}{ {insight}|}",),
        "newjob": ("{newjob} {newjob_why}{ {practice}|}", "{newjob}/{newjob_why} {insight}"),
        "looking": ("{looking} {offer}{ {insight}|}/{contact_line}", "{looking}/{offer} {practice}"),
        "hiring": ("{hiring} {hiring_why}{ {insight}|}/{contact_line}", "{hiring} {hiring_why}"),
        "observation": ("{detail} {insight}", "{insight} {detail} {practice}", "{practice} {detail}"),
    }.items()
}  # fmt: skip
SEASONS = (
    "newyear", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "winter",
    "yearend",
)  # fmt: skip
SEASON_BODIES: tuple[str, ...] = (
    "{%s} {detail}{ {insight}|}",
    "{%s} {insight}",
    "{%s}\n\n{practice} {detail}",
)

KINDS: Weighted[str] = Weighted(
    ("launch", "lesson", "question", "opinion", "tips", "event", "thanks", "congrats", "newjob", "looking",
     "hiring", "season", "observation"),
    (14, 13, 13, 11, 9, 9, 6, 7, 4, 4, 3, 7, 12),
)  # fmt: skip
RECRUITERS_KINDS: Weighted[str] = Weighted(
    ("hiring", "launch", "lesson", "opinion", "tips", "event", "observation"), (40, 10, 10, 10, 10, 10, 10)
)
MINORS_KINDS: Weighted[str] = Weighted(("question", "congrats", "season", "observation"), (3, 2, 2, 2))

TITLED = frozenset({"launch", "lesson", "event", "question"})

#: Facts that a post speaks of throughout: its title and its body must mean the same one.
ONE_A_POST = ("thing", "event")

COPIED, CONNECTIONS_ONLY = 0.035, 0.22
MOST_POSTS = 40

COMMENTS: Weighted[Phrase] = Weighted(
    tuple(map(parse_phrase, (
        "{comment_praise}", "{comment_agree}", "{comment_ask}", "{comment_object}", "{comment_praise} {question}",
        "{insight} {ask}", "{detail}", "{comment_agree} {ask}", "{practice}",
    ))),
    (14, 22, 18, 12, 10, 8, 7, 6, 7),
)  # fmt: skip
CONGRATULATIONS: Weighted[Phrase] = Weighted(
    tuple(map(parse_phrase, ("{comment_congrats}", "{comment_congrats} {insight}", "{comment_praise}"))),
    (6, 2, 1),
)
REPLY = parse_phrase("{reply}")
REACTIONS: Weighted[str] = Weighted(("like", "applause", "insightful", "heart", "funny"), (60, 14, 12, 10, 4))


class Post(NamedTuple):
    key: str
    author: Member
    visibility: str
    language: str
    kind: str
    body: str
    created: datetime


def record_posts(member: Member, circle: Circle, recorder: Recorder, earlier: dict[str, list[Post]]) -> None:
    """A member's posts with everything beneath them. `earlier` collects, by language, what can be copied."""
    stream = member.stream("posts")
    for number in range(min(int(0.85 / (member.rank + 0.02)), MOST_POSTS)):
        created = _moment(stream, member, first=number == 0)
        language = language_of(stream, member)
        known = earlier.setdefault(language, [])
        post = _copy(stream, member, created, recorder, known) if stream.chance(COPIED) else None
        if post is None:
            post = _write(stream, member, circle, language, created, recorder)
            known.append(post)
        _record_comments(stream, post, circle, recorder)
        _record_reactions(stream, post, circle, recorder)


def _moment(stream: Stream, member: Member, first: bool) -> datetime:
    """When the next post was made: one in eight since the turn, the others before it where that can be."""
    if member.joined >= TURN or stream.chance(0.12):
        return moment_between(stream, max(member.joined, TURN), END)
    if first and (member.k < len(CAST) or stream.chance(0.4)):
        return moment_between(
            stream, member.joined, min(member.joined + timedelta(days=400), TURN), recent=False
        )
    return moment_between(stream, member.joined, TURN - timedelta(hours=1), recent=stream.chance(0.7))


def _write(
    stream: Stream, member: Member, circle: Circle, language: str, created: datetime, recorder: Recorder
) -> Post:
    kinds = MINORS_KINDS if member.minor else RECRUITERS_KINDS if member.recruits else KINDS
    kind = kinds.pick(stream)
    who = circle.peer(stream, member, language) or circle.anyone(stream, member)
    named = member.first if who is None else who.name if stream.chance(0.5) else who.first
    speaker = voice(member, language, stream, year=created.year, who=named)
    for name in ONE_A_POST:
        speaker.values[name] = speaker.say(name)
    season = stream.pick(SEASON_BODIES) % SEASONS[created.month - 1] if kind == "season" else None
    body = tell(frame(season) if season else stream.pick(BODIES[kind]), speaker)
    if kind not in ("looking", "hiring") and stream.chance(0.03):
        body += "\n\n" + speaker.sentence("contact_line")
    if stream.chance(0.35):
        body += "\n\n" + speaker.say("tags")
    title = speaker.sentence(f"title_{kind}") if kind in TITLED and stream.chance(0.35) else None
    visibility = "connections" if stream.chance(CONNECTIONS_ONLY) else "public"
    post = Post(recorder.new_key("posts", "p"), member, visibility, language, kind, body, created)
    _record(post, title, None, recorder)
    return post


def _copy(
    stream: Stream, member: Member, created: datetime, recorder: Recorder, known: list[Post]
) -> Post | None:
    """An earlier post of someone, again; None where there is nothing to copy."""
    if not known:
        return None
    original = stream.pick(known)
    if original.created >= created or len(original.body) < 120:
        return None
    speaker = voice(original.author, original.language, stream, year=created.year)
    line, place = speaker.sentence("reshare"), stream.uniform()
    body = original.body
    if original.author is not member and place < 0.75:
        body = f"{line}\n\n{body}" if place < 0.4 else f"{body}\n\n{line}"
    post = Post(
        recorder.new_key("posts", "p"),
        member,
        original.visibility,
        original.language,
        original.kind,
        body,
        created,
    )
    _record(post, None, original.key, recorder)
    return post


def _record(post: Post, title: str | None, copied_from: str | None, recorder: Recorder) -> None:
    recorder.rows["posts"].append(
        (
            post.key,
            post.author.id,
            post.visibility,
            post.language,
            title,
            post.body,
            copied_from,
            post.created,
        )
    )


def _record_comments(stream: Stream, post: Post, circle: Circle, recorder: Recorder) -> None:
    """A thread: most posts have a few comments or none, some have many; authors answer now and then."""
    created = post.created
    phrases = CONGRATULATIONS if post.kind in ("congrats", "newjob") else COMMENTS
    for _ in range(min(int(0.35 / (stream.uniform() + 0.03)), 9)):
        created += timedelta(seconds=int(60 + 90_000 * stream.uniform() * stream.uniform()))
        peer = circle.peer(stream, post.author, post.language)
        if created > END or peer is None:
            return
        if peer.joined > created:
            continue
        speaker = _commenter(peer, post, stream, created, post.author.first)
        key = _record_comment(post, None, peer, speaker, phrases.pick(stream), created, recorder)
        if stream.chance(0.25):
            created += timedelta(seconds=int(120 + 20_000 * stream.uniform()))
            if created <= END:
                answer = _commenter(post.author, post, stream, created, peer.first)
                _record_comment(post, key, post.author, answer, REPLY, created, recorder)


def _commenter(member: Member, post: Post, stream: Stream, created: datetime, who: str) -> Speaker:
    return voice(member, post.language, stream, year=created.year, who=who, trade=post.author.trade)


def _record_comment(
    post: Post, reply_to: str | None, author: Member, speaker: Speaker, phrase: Phrase, created: datetime,
    recorder: Recorder,
) -> str:  # fmt: skip
    key = recorder.new_key("comments", "c")
    text = tell(phrase, speaker)
    recorder.rows["comments"].append((key, post.key, reply_to, author.id, post.visibility, text, created))
    return key


def _record_reactions(stream: Stream, post: Post, circle: Circle, recorder: Recorder) -> None:
    seen = set()
    for _ in range(min(int(0.5 / (stream.uniform() + 0.03)), 12)):
        peer = circle.peer(stream, post.author, post.language, near=0.4)
        if peer is None:
            return
        created = post.created + timedelta(seconds=int(200_000 * stream.uniform()))
        if peer.id in seen or created < peer.joined or created > END:
            continue
        seen.add(peer.id)
        recorder.rows["reactions"].append(
            (recorder.new_key("reactions", "r"), post.key, peer.id, REACTIONS.pick(stream), created)
        )
