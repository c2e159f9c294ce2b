"""Consent strings, read strictly: how fast, beside iab-tcf, and what either says of strings that were spoiled.

The other library reads past a string's end and calls what is not there allowed. A string that it allows and licet
refuses is counted, and none the other way round may be: licet says yes to nothing that it does not.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from benchmarks.measure import Tell, silent
from benchmarks.outcome import AnswersDiffer, Outcome
from benchmarks.peers.peer_pythons import consents, is_there
from licet.terms.signals import ConsentStrings

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Sizes:
    """beside: whether iab-tcf reads them too, where it is there."""

    strings: int
    spoiled: int
    rounds: int
    beside: bool = True


SMALL = Sizes(strings=2_000, spoiled=6_000, rounds=7)
FULL = Sizes(strings=10_000, spoiled=100_000, rounds=15)

_HOW = (
    "TC strings are made bit by bit as the specification says: consent to some purposes, a few hundred vendors as bits "
    "or as ranges, the vendors that were disclosed. Each is read from its text, and asked about purposes 3 and 4.",
    "Processor time of a pass over all strings. iab-tcf runs in a Python of its own, round by round; it does not look "
    "at disclosed vendors, restrictions or what is left over.",
    "Spoiled strings have one to three letters changed, put in, taken out, or are cut; of each either reader says yes, "
    "no, or that it cannot be read.",
    "8 KiB of ranges: 1,400 of them, in order, as many as the length lets there be; and the same, each of all vendors.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome, chance = Outcome("consent_strings", "Consent strings, read strictly", _HOW), random.Random(seed)
    strings = [_tc_string(chance) for _ in range(sizes.strings)]
    spoiled = [_spoiled(chance.choice(strings), chance) for _ in range(sizes.spoiled)]
    outcome.sizes = {"strings": len(strings), "spoiled": len(spoiled), "rounds": sizes.rounds}
    tell("reading", 0, None)
    ours = [_seconds(strings) for _ in range(sizes.rounds)]
    each = [seconds / len(strings) * 1e6 for seconds in ours]
    outcome.add("tcf_us", "licet: a TC string (processor time)", "µs", each)
    for name, spans in (
        ("apart", [(40 * at + 1, 40 * at + 30) for at in range(1_400)]),
        ("alike", [(1, 65_535)] * 1_400),
    ):
        whole = [_core("1", f"{65_535:016b}1" + _ranges(spans))]
        outcome.add(f"ranges_{name}_ms", f"licet: 8 KiB of ranges, {name}", "ms",
                    [_seconds(whole) * 1e3 for _ in range(sizes.rounds)])  # fmt: skip
    if not ConsentStrings(tcf=whole[0]).refusals():
        raise AnswersDiffer("ranges that overlap are taken for a yes")
    outcome.checks.append("ranges that overlap are refused")
    if not sizes.beside:
        return outcome
    if not is_there("iab_tcf"):
        outcome.notes.append("iab-tcf is not there: python -m benchmarks.peers.peer_pythons iab_tcf")
        return outcome
    said, seconds = consents(strings, [*strings, *spoiled], sizes.rounds)
    outcome.add(
        "iab_tcf_us", "iab-tcf: the same strings", "µs", [one / len(strings) * 1e6 for one in seconds]
    )
    outcome.others.add("iab_tcf_us")
    outcome.compare("tcf_faster", "a TC string: iab-tcf over licet", seconds, ours)
    outcome.reached["tcf_faster"] = "tcf_faster"
    allowed = [not ConsentStrings(tcf=text).refusals() for text in (*strings, *spoiled)]
    if any(yes and other is not True for yes, other in zip(allowed, said, strict=True)):
        raise AnswersDiffer("a string that licet takes for a yes and iab-tcf does not")
    outcome.checks.append("every string that licet takes for a yes, iab-tcf takes for one too")
    more = sum(
        other is True and not yes
        for yes, other in zip(allowed[len(strings) :], said[len(strings) :], strict=True)
    )
    outcome.notes.append(f"of {len(spoiled):,} spoiled strings iab-tcf allows {more:,} that licet refuses")
    return outcome


def _seconds(strings: list[str]) -> float:
    start = time.process_time()
    for text in strings:
        ConsentStrings(tcf=text).refusals()
    return time.process_time() - start


def _tc_string(chance: random.Random) -> str:
    """Most consent to everything that advertising asks for; as real ones, with some hundreds of vendors."""
    purposes = "1" * 11 if chance.random() < 0.6 else f"{chance.getrandbits(11):011b}"
    highest = chance.randint(100, 1_200)
    bits = f"{chance.getrandbits(highest):0{highest}b}"
    starts = sorted(chance.sample(range(1, highest), 2 * chance.randint(5, 40)))
    spans = list(zip(starts[::2], starts[1::2], strict=True))
    vendors = f"{highest:016b}0{bits}" if chance.random() < 0.5 else f"{highest:016b}1{_ranges(spans)}"
    return f"{_core(purposes, vendors)}.{_letters(f'001{highest:016b}0' + '1' * highest)}"


def _core(purposes: str, vendors: str) -> str:
    head = f"{2:06b}" + "0" * 132 + "1" + "0" * 13
    return _letters(head + purposes.ljust(24, "0") + "0" * 37 + vendors + "0" * 17 + "0" * 12)


def _ranges(spans: list[tuple[int, int]]) -> str:
    return f"{len(spans):012b}" + "".join(f"1{first:016b}{last:016b}" for first, last in spans)


def _letters(bits: str) -> str:
    bits += "0" * (-len(bits) % 24)
    return "".join(_ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def _spoiled(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at, letter = chance.randrange(len(text)), chance.choice(_ALPHABET + ".")
        text = (
            chance.choice(
                [
                    text[:at] + letter + text[at + 1 :],
                    text[:at] + letter + text[at:],
                    text[:at] + text[at + 1 :],
                    text[: at + 1],
                ]
            )
            or "C"
        )
    return text
