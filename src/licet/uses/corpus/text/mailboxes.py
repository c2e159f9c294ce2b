"""E-mail addresses in text, plain and in the disguises that are in common use: "jane [at] example [dot] org".

The plain form counts wherever it stands. In disguise an address counts where brackets or signs stand around "at" or
"dot"; as words alone only before an ending that everybody knows and after no word that makes a sentence of it ("look at
example dot com"). Costly patterns are tried only around what may be a part of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from licet.uses.corpus.text.hints import as_hint

# Scripts written without spaces: an address beside them ends where they begin.
CJK = r"\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\U00020000-\U0003FFFF"
# \w knows no combining marks, and Indic words are full of them.
MARKED = r"\w\u0300-\u036F\u0900-\u0DFF"
_LOCAL = rf"(?:(?![{CJK}])[{MARKED}.!#$%&'*+/=?^`{{|}}~-]){{1,64}}|[{CJK}]{{1,64}}"
# Characters of no width come along with what is copied; forms and links write the @ as an entity.
_UNSEEN = r"[\u200B-\u200D\u2060\uFEFF]{0,3}"
_AT_SIGN = rf"{_UNSEEN}(?:@|&#0*64;|&#x0*40;|&commat;|%40){_UNSEEN}"
_EMAIL = re.compile(
    rf"(?:{_LOCAL}){_AT_SIGN}[{MARKED}.-]{{1,253}}"
    rf"\.(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{2,59}}|(?:(?![{CJK}\d_])[{MARKED}]){{2,63}}|[{CJK}]{{1,63}})"
)
_AT_WORDS = "at|ät|@|arroba|arobase|chiocciola|klammeraffe|apenstaartje"
_DOT_WORDS = r"dot|punkt|point|punto|ponto|\."
_AT = rf"\s{{0,3}}[\[({{<]\s{{0,3}}(?:{_AT_WORDS})\s{{0,3}}[\])}}>]\s{{0,3}}"
_DOT = rf"\s{{0,3}}[\[({{<]\s{{0,3}}(?:{_DOT_WORDS})\s{{0,3}}[\])}}>]\s{{0,3}}"
_HOST = r"[\w-]{1,63}"
_ENDING = r"(?:com|org|net|edu|info|de|at|ch|fr|es|it|nl|be|se|pl|uk|eu|io|me|in|br|au|ca)(?![\w-]|\.\w)"
_MAILBOXES = (
    r"(?:gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|gmx|web|protonmail|proton|yandex|qq|163|fastmail)"
)
#: Words before "at example dot com" that make a sentence of it and nobody's address.
_NO_NAME = """
look us me it them him her here site page pages available find found online visit check read more hosted website blog
docs documentation only jobs work working works live see team events code details project information info apply book
order today now and or is are was be this that
"""
_BEGINS = rf"(?<![\w.+-])(?!(?:{'|'.join(_NO_NAME.split())})(?![\w.+]))"
_NAME = rf"{_BEGINS}[\w.+-]{{1,64}}"
_DISGUISED = re.compile(
    "|".join(
        (
            # a bracket around "at" or around a "dot"
            rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}"
            rf"(?:{_AT}{_HOST}(?:(?:{_DOT}|\.){_HOST}){{1,4}}"
            rf"|@{_HOST}(?:\.{_HOST}){{0,3}}(?:{_DOT}{_HOST}){{1,4}})(?![\w-])",
            # both as words, before an ending that everybody knows
            rf"{_NAME}(?: dot [\w+-]{{1,64}}){{0,3}} (?:{_AT_WORDS}) {_HOST}"
            rf"(?: (?:dot|punkt|punto|ponto) {_HOST}){{0,2}} (?:dot|punkt|punto|ponto) {_ENDING}",
            # "at" alone, before a house where people have mailboxes
            rf"{_NAME} at {_MAILBOXES} ?(?:\.| dot ) ?{_ENDING}",
            # space around the @, or a letter for it
            rf"{_NAME}(?:\(a\)|@ | @ ?){_HOST}(?:\.{_HOST}){{0,3}} ?\. ?{_ENDING}",
            rf"{_NAME}@{_HOST}(?:(?:\.| dot ){_HOST}){{0,2}} dot {_ENDING}",
            # the same signs around both
            rf"{_BEGINS}(?:[^\W_]|\.){{1,64}} ?[_*-]at[_*-] ?[^\W_]{{1,63}}"
            rf"(?: ?[_*-]dot[_*-] ?[^\W_]{{1,63}}){{0,2}} ?[_*-]dot[_*-] ?{_ENDING}",
        )
    ),
    re.IGNORECASE,
)
_RUN_WITH_AT = re.compile(r"(?<!\S)\S*(?:@|&#|&commat;|%40)\S*")
#: The one account of a place where programs are kept: "git@host:path".
_OF_A_REPOSITORY = re.compile(r"(?:git|hg|svn)@[\w.-]{1,253}[:/]\w")
#: Brackets, words and signs around "at" and "dot": the costly pattern is tried around them, so many characters far.
_LONGEST_SIDE = 200
_DISGUISE = (
    rf"[\[({{<]\s{{0,3}}(?:{_AT_WORDS}|{_DOT_WORDS})\s{{0,3}}[\])}}>]|\w\(a\)\w| (?:dot|punkt|punto|ponto) "
    rf"|[_*-]dot[_*-]| at {_MAILBOXES}|[^@\s] @|@ [^@\s]"
)
_MAY_BE_DISGUISED = re.compile(_DISGUISE, re.IGNORECASE)
#: RE2: a text without a match holds no address.
HINT = rf"[^\s@]@[^\s@]|&#|&commat;|%40|{as_hint(_DISGUISE)}"


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of addresses, in order and apart."""
    # Only in runs that hold an @: the pattern tried at every letter of a text costs ten times as much.
    found = [
        match.span()
        for run in _RUN_WITH_AT.finditer(text)
        for match in _EMAIL.finditer(text, *run.span())
        if not _OF_A_REPOSITORY.match(text, match.start())
    ]
    found += [match.span() for window in _windows(text) for match in _DISGUISED.finditer(text, *window)]
    past = 0
    for start, end in sorted(found):
        if start >= past:
            past = end
            yield start, end


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Where an address in disguise may stand: around what may be a part of one, in order and apart."""
    start, end = 0, 0
    for match in _MAY_BE_DISGUISED.finditer(text):
        if match.start() - _LONGEST_SIDE > end:
            if end:
                yield start, end
            start = match.start() - _LONGEST_SIDE
        end = match.end() + _LONGEST_SIDE
    if end:
        yield max(start, 0), end
