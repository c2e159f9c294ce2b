"""What to do next, in order, and what none of it changes. Places are the policy's own; nothing here is legal advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from licet.audit.audit_report import FileReport, Step
from licet.audit.judgement import Fate, Judge, Share
from licet.audit.topics import TOPICS, TRAINING, Topic, uses_of
from licet.packs import Pack, Setting
from licet.sources.archives.archive_kinds import Kind
from licet.sources.import_report import Unread
from licet.terms import ChoiceState

#: What a person can delete at the platform so that nothing of it is used, by table.
_DELETABLE = {
    "resumes": "the résumés you saved",
    "screening_answers": "the answers you saved for job applications",
    "ai_coach_messages": "the conversations with the AI coach",
    "imported_contacts": "the contacts you imported",
    "chatgpt_messages": "conversations with ChatGPT",
    "chatgpt_shared": "links to conversations that you shared",
    "google_gemini": "what you said to Gemini",
    "meta_ai_chats": "chats with Meta AI",
    "x_grok": "conversations with Grok",
    "claude_messages": "conversations with Claude",
}


_COPIED = (
    "What others copied of what you published stays with them, and messages you sent are in their archives. No setting"
    " of yours reaches those."
)
#: What stays out of reach of every setting, by whose download it is.
_OUT_OF_REACH = {
    Kind.CHATGPT: "What you shared by link can be read by whoever has the link, and copies of it are out of reach."
    " What others wrote about you in their own conversations is in theirs.",
    Kind.CLAUDE: "What others wrote about you in their own conversations is in theirs.",
    **dict.fromkeys((Kind.X, Kind.REDDIT), _COPIED),
    Kind.TAKEOUT: "What others hold stays with them: what they said about you, and copies of what you sent them.",
}
_WITH_OTHERS = (
    "What others hold stays with them: messages you sent are in their archives, and your address may be in"
    " contacts that they imported. No setting of yours reaches those."
)


def next_steps(
    files: tuple[FileReport, ...],
    kind: Kind,
    pack: Pack,
    before: Judge,
    refusing: Callable[[Mapping[str, ChoiceState]], Judge],
    unread: tuple[Unread, ...],
    feeds: frozenset[Topic],
) -> tuple[Step, ...]:
    """What to do, in order: read the policy where nobody has, the controls, those of AI training first, get what was
    not read, then what can be deleted."""
    return (
        *_reading(pack, before), *_controls(files, pack, before, refusing, feeds), *_getting(unread),
        *_deleting(files), *_larger_export(files, kind, pack),
    )  # fmt: skip


def _reading(pack: Pack, before: Judge) -> Iterator[Step]:
    """To read the policy itself, where the policy file speaks of nothing for them, or not of training."""
    if not before.reading(TRAINING).read:
        yield Step(
            f"Read what {pack.controller.name} says where you live",
            "The policy file that was asked does not speak for you. What follows is where it does, and may be"
            " different for you.",
            deep_link=_safe(pack.controller.url),
        )


def _getting(unread: tuple[Unread, ...]) -> Iterator[Step]:
    if unread:
        reasons = list(dict.fromkeys(piece.why for piece in unread))
        more = f" And {len(reasons) - 3:,} more reasons, listed below." if len(reasons) > 3 else ""
        yield Step(
            "Look at what was not read",
            f"{' '.join(f'{reason[:1].upper()}{reason[1:]}.' for reason in reasons[:3])}{more}",
        )


def _controls(
    files: tuple[FileReport, ...],
    pack: Pack,
    before: Judge,
    refusing: Callable[[Mapping[str, ChoiceState]], Judge],
    feeds: frozenset[Topic],
) -> Iterator[Step]:
    found: list[tuple[tuple[int, bool], Step]] = []
    for id_, setting in pack.settings.items():
        after = refusing({id_: ChoiceState.REFUSED})
        spares = {
            topic.id: saved
            for topic in TOPICS
            if (
                saved := sum(
                    before.rows_used(topic, one.file) - after.rows_used(topic, one.file) for one in files
                )
            )
        }
        governed = [topic for topic in TOPICS if _governs(id_, topic, pack)]
        is_open = any(not before.reading(topic).read for topic in governed)
        is_unsure = any(_is_unsure(one.shares[topic]) for topic in governed for one in files)
        may_feed = not feeds.isdisjoint(governed)
        may_train = TRAINING in governed and (
            TRAINING in feeds or any(_is_unsure(one.shares[TRAINING]) for one in files)
        )
        if spares or is_open or may_train or _starts_on(setting):
            trains = TRAINING.id in spares or may_train or (is_open and TRAINING in governed)
            rank = (0 if trains else 1 if spares else 2, setting.kind != "toggle")
            found.append((rank, _step(setting, spares, _effect(is_open, is_unsure, may_feed))))
    yield from (step for _, step in sorted(found, key=lambda one: one[0]))


def _governs(id_: str, topic: Topic, pack: Pack) -> bool:
    return any(
        rule.setting == id_
        for use in uses_of(topic, pack)
        for rule in pack.permits(use.purpose, use.recipient)
    )


def _is_unsure(share: Share) -> bool:
    return bool(share.rows(Fate.AMBIGUOUS) + share.rows(Fate.NOT_READ))


def _effect(is_open: bool, is_unsure: bool, may_feed: bool) -> str:
    """What is said of a control that changes nothing that is known to be used.

    is_open:   whether nobody has read what applies to a use that it governs.
    is_unsure: whether nobody can say whether something is used for what it governs.
    may_feed:  whether what was not read may be.
    """
    if is_open:
        return "Whether it changes anything for you, nobody here has read."
    if is_unsure:
        return "It may change what becomes of the records of which nobody can say."
    if may_feed:
        return "It changes nothing for what was read; for what was not, it may."
    return "It changes nothing for this archive; off, it stays so if you move or the policy changes."


def _starts_on(setting: Setting) -> bool:
    """Whether a control is worth a step although nothing in this archive hangs on it: a toggle that starts on."""
    return setting.kind == "toggle" and setting.default.state.value == "on"


_VERBS = {
    "toggle": "Switch off", "form": "Fill in", "privacy-signal": "Switch on in your browser",
    "avoid-feature": "Do without",
}  # fmt: skip


def _step(setting: Setting, spares: dict[str, int], effect: str) -> Step:
    how = "It changes what is used from then on." if spares else effect
    delete = setting.kind == "delete-content"
    title = setting.label if delete else f"{_VERBS[setting.kind]} “{setting.label}”"
    seen = f"seen there on {setting.observed}"
    return Step(title, how, setting.path, _safe(setting.deep_link), spares, setting.unchanged, seen)


def _safe(link: str | None) -> str | None:
    """A link that can be followed; a policy from a stranger may hold any text."""
    return link if link is not None and link.startswith("https://") else None


def _deleting(files: tuple[FileReport, ...]) -> Iterator[Step]:
    held = {one.file.layout.table for one in files if any(one.reaches[topic].now for topic in TOPICS)}
    what = [words for table, words in _DELETABLE.items() if table in held]
    if what:
        yield Step(
            f"Delete what you no longer need: {', '.join(what)}",
            "What is not there cannot be used. What was used before stays in what was made of it.",
        )


def _larger_export(files: tuple[FileReport, ...], kind: Kind, pack: Pack) -> Iterator[Step]:
    if kind is Kind.LINKEDIN and all(one.file.layout.table != "shares" for one in files):
        yield Step(
            "Ask for the larger archive and look again",
            f"This one holds no posts. {pack.controller.name} makes the larger one within a day or so.",
        )


def untouched(files: tuple[FileReport, ...], kind: Kind, pack: Pack) -> tuple[str, ...]:
    """What no toggle changes: the policy's own words, then what is used all the same, then what others hold."""
    told: list[str] = []
    for setting in pack.settings.values():
        if setting.kind == "toggle" and setting.unchanged:
            told.append(f"“{setting.label}” does not change: {'; '.join(setting.unchanged)}.")
    for topic in TOPICS:
        left = sum(one.reaches[topic].toggles_off for one in files)
        if left:
            formed = left - sum(one.reaches[topic].all_off for one in files)
            more = f" The form stops {formed:,} of them." if formed and _forms(topic, pack) else ""
            told.append(f"With every toggle off, {_records(left)} still used for {topic.label}.{more}")
    told.append(_OUT_OF_REACH.get(kind, _WITH_OTHERS))
    return tuple(told)


def _records(rows: int) -> str:
    return "1 record is" if rows == 1 else f"{rows:,} records are"


def _forms(topic: Topic, pack: Pack) -> bool:
    uses = {(use.purpose, use.recipient) for use in uses_of(topic, pack)}
    return any(
        rule.setting is not None
        and pack.settings[rule.setting].kind == "form"
        and any((purpose, recipient) in uses for purpose in rule.purposes for recipient in rule.recipients)
        for rule in pack.rules
    )
