"""What members say where not everybody hears it: private messages, groups, and conversations with an assistant."""

from __future__ import annotations

from datetime import datetime, timedelta

from licet.sources.demo.cast import END, Member, moment_between
from licet.sources.demo.circles import Circle, language_of
from licet.sources.demo.grammar import parse_phrase, tell
from licet.sources.demo.random_streams import Stream
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import voice

FIRST = parse_phrase("{msg_open} {msg_ask}")
ANSWERS = (parse_phrase("{msg_reply}"), parse_phrase("{msg_reply} {msg_ask}"))
LAST = parse_phrase("{msg_end}")
GROUP = tuple(
    map(parse_phrase, ("{question_open} {question}", "{detail} {practice}", "{insight} {ask}", "{practice} {ask}",
                       "{detail} {question}"))
)  # fmt: skip


def record_talk(member: Member, circle: Circle, recorder: Recorder) -> None:
    """Everything of this kind that the member begins."""
    stream = member.stream("talk")
    for _ in range(stream.pick((0, 0, 1, 1, 1, 2, 3))):
        _record_conversation(member, circle, stream, recorder)
    _record_group(member, stream, recorder)
    _record_assistant(member, stream, recorder)


def _record_conversation(member: Member, circle: Circle, stream: Stream, recorder: Recorder) -> None:
    language = language_of(stream, member)
    partner = circle.peer(stream, member, language, near=0.5)
    if partner is None:
        return
    people = [member, partner]
    third = circle.peer(stream, member, language) or partner
    if third is not partner and stream.chance(0.15):
        people.append(third)
    created = moment_between(stream, max(one.joined for one in people), END)
    conversation = f"t{member.k:06d}-{created:%Y%m%d%H%M%S}"
    turns = stream.between(1, 5)
    for turn in range(turns):
        sender = people[turn % len(people)]
        others = [one for one in people if one is not sender]
        named = _absent(third, people, circle, stream)
        speaker = voice(sender, language, stream, year=created.year, who=others[0].first, third=named)
        phrase = FIRST if turn == 0 else LAST if turn == turns - 1 and turn > 1 else stream.pick(ANSWERS)
        recorder.rows["messages"].append(
            (
                recorder.new_key("messages", "n"), conversation, sender.id, [one.id for one in others],
                speaker.sentence("msg_subject") if turn == 0 and stream.chance(0.6) else None,
                tell(phrase, speaker), created,
            )
        )  # fmt: skip
        created = min(
            created + timedelta(seconds=int(90 + 60_000 * stream.uniform() * stream.uniform())), END
        )


def _absent(third: Member, people: list[Member], circle: Circle, stream: Stream) -> str:
    """The name of somebody who is not part of the conversation."""
    if third not in people:
        return third.name
    found = circle.anyone(stream, people[0])
    return third.name if found is None or found in people else found.name


def _record_group(member: Member, stream: Stream, recorder: Recorder) -> None:
    """Groups gather by language and trade; a member writes in one of three."""
    number = stream.between(1, 3)
    group = f"g-{member.language}-{member.trade}-{number}"
    for _ in range(stream.pick((0, 0, 0, 1, 2, 3))):
        created = moment_between(stream, member.joined, END)
        speaker = voice(member, member.language, stream, year=created.year, who=member.first)
        name = voice(member, member.language, Stream(member.seed, group), year=created.year).sentence(
            "group_name"
        )
        recorder.rows["group_messages"].append(
            (
                recorder.new_key("group_messages", "h"), group, name, member.id,
                tell(stream.pick(GROUP), speaker), created,
            )
        )  # fmt: skip


def _record_assistant(member: Member, stream: Stream, recorder: Recorder) -> None:
    opened = datetime(2023, 6, 1, tzinfo=END.tzinfo)
    for _ in range(stream.pick((0, 0, 0, 1, 1, 2))):
        created = moment_between(stream, max(member.joined, opened), END)
        speaker = voice(member, language_of(stream, member), stream, year=created.year, who=member.first)
        prompt = speaker.sentence("ai_prompt")
        speaker.begin()
        recorder.rows["ai_conversations"].append(
            (
                recorder.new_key("ai_conversations", "q"),
                member.id,
                prompt,
                speaker.sentence("ai_answer"),
                created,
            )
        )
