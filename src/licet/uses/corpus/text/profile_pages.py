"""Addresses of somebody's page, with or without their scheme: linkedin.com/in/jane, any-host.example/@jane.

Only places where people have pages of their own, and of those not the paths that are the house's: a search, a topic, a
help page. An organisation's page at such a place looks like a person's and counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from licet.uses.corpus.text.hints import as_hint

_PROFILE = re.compile(
    r"(?<![\w@.-])(?:https?://[^\s/<>\"\]\[]{1,253}/@[\w.]|(?:https?://)?(?:[\w-]{1,20}\.){0,2}"
    r"(?:linkedin\.com/(?:in|pub|mwlite/in|public-profile/in)/"
    r"|(?:(?:x|twitter)\.com/(?!(?:search|hashtag|home|explore|i|intent|share|settings|tos|privacy|login|jobs)\b)"
    r"|(?:github|gitlab)\.com/(?!(?:about|features|pricing|login|join|search|explore|topics|orgs|marketplace|collections"
    r"|trending|sponsors|settings|security|enterprise|apps|issues|pulls|notifications|new|readme|customer-stories)\b)"
    r"|(?:facebook|fb)\.com/(?!(?:help|groups|events|watch|marketplace|policies|business|sharer|login|privacy|hashtag)\b)"
    r"|instagram\.com/(?!(?:p|reel|reels|explore|about|legal|accounts)\b)"
    r"|(?:pinterest|vk|soundcloud|dribbble|calendly)\.com/(?!(?:search|explore|about|features|pricing|login|shots)\b)"
    r"|twitch\.tv/(?!(?:directory|videos|p|jobs)\b)|behance\.net/(?!(?:search|galleries|gallery|joblist)\b)"
    r"|kaggle\.com/(?!(?:competitions|datasets|code|learn|models|discussions|docs|search)\b))"
    r"|youtube\.com/(?:@|c/|user/|channel/)|snapchat\.com/add/|discord(?:app)?\.com/users/|spotify\.com/user/"
    r"|(?:tiktok|medium|substack)\.com/@|threads\.(?:net|com)/@|xing\.com/(?:profile|people)/|reddit\.com/(?:u|user)/"
    r"|researchgate\.net/profile/|scholar\.google\.[a-z.]{2,6}/citations\?|ycombinator\.com/user\?id="
    r"|orcid\.org/(?=\d{4}-)|join\.skype\.com/invite/"
    r"|stackoverflow\.com/users/|bsky\.app/profile/|(?:t|wa|about|paypal)\.me/|keybase\.io/|linktr\.ee/))"
    r"[^\s<>\"\]\[]{0,200}[^\s<>\"\]\[.,;:!?'’”)]"
    r"|(?<![\w@.-])(?:https?://)?(?!(?:www|about|help|blog|docs|pages|policy)\.)[\w-]{1,39}\."
    r"(?:github\.io|gitlab\.io|medium\.com|substack\.com|tumblr\.com)(?![\w.-])(?:/[^\s<>\"\]\[]{0,200}[^\s<>\"\]\[.,;:!?'’”)])?",
    re.IGNORECASE,
)

#: RE2: a text without a match holds no such address.
HINT = as_hint(
    r"(?:x|linkedin|twitter|github|gitlab|facebook|fb|instagram|pinterest|vk|soundcloud|youtube|tiktok|medium|substack"
    r"|xing|reddit|stackoverflow|dribbble|calendly|kaggle|snapchat|discord|discordapp|spotify|ycombinator|skype)\.com/"
    r"|://[^\s/]+/@|threads\.|bsky\.app/|\.me/|keybase\.io/|linktr\.ee/|twitch\.tv/|behance\.net/|researchgate\.net/"
    r"|scholar\.google\.|orcid\.org/|(?:github|gitlab)\.io|\.(?:medium|substack|tumblr)\.com"
)
#: RE2: what every match of the hint holds. The hint in one pattern with others is three times as slow as they are.
SIGN = as_hint(r"/|threads\.|\.google\.|\.io|\.com")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of addresses, in order and apart."""
    return (match.span() for match in _PROFILE.finditer(text))
