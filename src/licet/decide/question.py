"""What is asked, what is known about the subject, and what is answered.

Plain tuples: cheap to make, impossible to change, and equal when they say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from licet.terms import SELF, ChoiceState, Code


class No(NamedTuple):
    """A no to a use of one record, at a level below that of a person's settings; nothing wider lifts it.

    code:     what is told: `RECORD_REFUSED`, said of just this record or of what it refers to by one of its people, or
              `ORGANISATION_REFUSED`, by the organisation whose work data it is.
    setting:  what the setting of this id governs; `EVERYTHING` for every use.
    category: the kind of data, with those below it; `EVERYTHING` for every kind.
    """

    code: Code
    setting: str
    category: str

    @property
    def named(self) -> str | None:
        """The setting it names; None for every use."""
        return None if self.setting == EVERYTHING else self.setting


#: In place of a setting or a kind of data; no id can be it.
EVERYTHING = "*"


class Request(NamedTuple):
    """May `recipient` use one record of this kind for this purpose?

    at:         the moment of the use, an aware datetime; None is denied.
    visibility: who could see the record (``public``, ``connections``…); None means not known.
    created:    when the record was made, aware; None means not known.
    noes:       what was said no to of this very record; whoever asks about one looks them up.
    """

    purpose: str
    category: str
    recipient: str = SELF
    at: datetime | None = None
    visibility: str | None = None
    created: datetime | None = None
    noes: frozenset[No] = frozenset()

    @property
    def noes_in_order(self) -> list[No]:
        """`noes`, sorted; whatever is of another shape is a no to everything."""
        if isinstance(self.noes, frozenset) and all(map(_is_readable, self.noes)):
            return sorted(self.noes)
        return [No(Code.RECORD_REFUSED, EVERYTHING, EVERYTHING)]


def _is_readable(no: object) -> bool:
    return (
        isinstance(no, No)
        and no.code in Code
        and isinstance(no.setting, str)
        and isinstance(no.category, str)
    )


class Facts(NamedTuple):
    """What is known about the subject of a record. None means not known, and not known is never yes.

    region:  ISO 3166-1 or 3166-2 code.
    age:     whole years at the moment of the request.
    choices: setting id to where the member stands; an absent setting was never asked. A no to `EVERY_USE` is one to
             everything that no yes beside it speaks for: recording it ends every yes that was there.
    narrow:  setting id to kind of data to where the member stands on just that kind.
    signals: privacy signals the member sends, such as ``gpc``.
    bound:   setting id to the digest of the pack under which the member made that choice. A yes speaks only for what
             its setting governed there; one that is bound to nothing speaks for nothing, and no yes to another setting
             is known to have come after such a no.
    narrow_bound: the same of choices about one kind of data, by setting and kind.
    """

    region: str | None = None
    age: int | None = None
    plan: str | None = None
    choices: Mapping[str, ChoiceState] = {}
    narrow: Mapping[str, Mapping[str, ChoiceState]] = {}
    signals: frozenset[str] = frozenset()
    bound: Mapping[str, str] = {}
    narrow_bound: Mapping[str, Mapping[str, str]] = {}


class Answer(NamedTuple):
    """What a policy says to one question. A deny is a value like any other.

    rule:    the rule that permitted, forbade, or came nearest to permitting.
    setting: the setting that governs that rule, and `choice` where the member stands on it.
    """

    permitted: bool
    code: Code
    rule: str | None = None
    setting: str | None = None
    choice: ChoiceState | None = None
