"""What members leave behind by moving about: connections, follows, clicks on advertisements, searches; and the
campaigns that are advertised, whose words each reader sees in a language of theirs."""

from __future__ import annotations

from licet.sources.demo.cast import END, TRADES, Member, moment_between
from licet.sources.demo.circles import Circle
from licet.sources.demo.grammar import Phrase, languages, parse_phrase, tell
from licet.sources.demo.random_streams import Stream
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import organisation, voice

QUERIES: tuple[Phrase, ...] = tuple(
    map(
        parse_phrase,
        ("{title} {city}", "{skill}", "{skill} {city}", "{company}", "{event}", "{field} {city}"),
    )
)
#: Campaigns of every network, whatever its size.
CAMPAIGNS = 400


def record_campaigns(seed: int, recorder: Recorder) -> None:
    """What is advertised, by which organisation and for which trade: about nobody."""
    for number in range(1, CAMPAIGNS + 1):
        stream = Stream(seed, "campaign", number)
        language, trade = stream.pick(languages()), TRADES.pick(stream)
        advertiser = organisation(seed, "advertisers", language, trade, stream.between(0, 59))
        recorder.rows["campaigns"].append((_ad(number), advertiser, trade, language))


def _ad(number: int) -> str:
    return f"ad-{number:03d}"


def record_traces(member: Member, circle: Circle, recorder: Recorder, paired: set[tuple[int, int]]) -> None:
    """`paired` holds the pairs of this block that are connected already."""
    stream = member.stream("traces")
    _record_connections(member, circle, stream, recorder, paired)
    speaker = voice(member, member.language, stream, year=END.year)
    rows = recorder.rows
    followed = [("organisation", firm) for firm in _firms(member, stream)]
    followed += [("topic", speaker.say("skill")) for _ in range(stream.between(0, 2))]
    for kind, what in followed:
        rows["follows"].append(
            (
                recorder.new_key("follows", "f"),
                member.id,
                kind,
                what,
                moment_between(stream, member.joined, END),
            )
        )
    for _ in range(stream.pick((0, 0, 1, 1, 2, 4))):
        speaker.begin()
        title = speaker.sentence("ad")
        rows["ad_clicks"].append(
            (
                recorder.new_key("ad_clicks", "k"), member.id, _ad(stream.between(1, CAMPAIGNS)), title,
                moment_between(stream, member.joined, END),
            )
        )  # fmt: skip
    for _ in range(stream.pick((0, 1, 1, 2, 3))):
        speaker.begin()
        rows["searches"].append(
            (
                recorder.new_key("searches", "s"), member.id, tell(stream.pick(QUERIES), speaker),
                moment_between(stream, member.joined, END),
            )
        )  # fmt: skip


def _record_connections(
    member: Member, circle: Circle, stream: Stream, recorder: Recorder, paired: set[tuple[int, int]]
) -> None:
    for _ in range(min(int(1.2 / (stream.uniform() + 0.03)), 30)):
        other = circle.peer(stream, member, member.language, near=0.5) if stream.chance(0.6) else None
        other = other or circle.anyone(stream, member)
        if other is None:
            return
        pair = (min(member.k, other.k), max(member.k, other.k))
        if pair in paired:
            continue
        paired.add(pair)
        created = moment_between(stream, max(member.joined, other.joined), END)
        recorder.rows["connections"].append(
            (recorder.new_key("connections", "x"), member.id, other.id, created)
        )


def _firms(member: Member, stream: Stream) -> list[str]:
    places = {stream.between(0, 59) for _ in range(stream.between(0, 2))}
    return [
        organisation(member.seed, member.country.code, member.language, member.trade, place)
        for place in sorted(places)
    ]
