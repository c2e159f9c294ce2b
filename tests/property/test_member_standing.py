"""Where a control stands on a member's page is where `decide` has it, for everything that it governs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import PACK, make_network, member
from licet.app.member.settings import such_a_record
from licet.decide import decide
from licet.terms import Code
from licet.terms.moments import parse_moment
from licet.terms.vocabulary import ancestors
from licet.testing.effort import examples

SETTINGS = ("ai", "talk", "machine")
#: The next policy calls `ai` something else and says nothing of it; `talk` then needs consent, for comments.
LATER = (
    PACK.replace("  ai:\n", "  machine:\n")
    .replace("setting: ai", "setting: machine")
    .replace(
        "categories: [content.comments],", 'categories: [content.comments], legal_basis: "eu-gdpr:A6-1-a",'
    )
)
CHOICES = st.lists(
    st.tuples(
        st.sampled_from(SETTINGS), st.sampled_from(["on", "off"]),
        st.sampled_from([None, None, "content.posts", "profile", "content.comments"]),
    ),
    max_size=4,
)  # fmt: skip
#: Why a control lets nothing be used.
OFF = (Code.REFUSED, Code.OFF_BY_DEFAULT, Code.NOT_ASKED, Code.DEFAULT_UNKNOWN)


@examples(15)
@given(CHOICES, CHOICES, st.booleans(), st.sampled_from(["DE", "FR", "US", None]), st.booleans())
def test_where_a_control_stands_is_where_decide_has_it(
    before: list[tuple[str, str, str | None]],
    after: list[tuple[str, str, str | None]],
    is_later: bool,
    region: str | None,
    has_signal: bool,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_network(Path(folder) / "w", {"members": [member("ann", region)]})
        later = Path(folder) / "later.yaml"
        later.write_text(LATER)
        for pack, choices in ((None, before), (str(later) if is_later else None, after)):
            if pack is not None:
                workspace.use_pack(pack)
            for setting, value, category in choices:
                if setting in {*workspace.policy().pack.settings, *workspace.policy().earlier_settings}:
                    workspace.choose("ann", setting, value, category=category)
        if has_signal:
            workspace.signal("ann", "gpc", True)
        at = parse_moment("2025-10-15")
        ann, policy = workspace.member("ann", at), workspace.policy()
        for setting in policy.controls:
            stands = ann.standing(setting)
            used = False
            for rule in (rule for rule in policy.pack.rules if rule.setting == setting):
                for category in rule.categories:
                    asked = such_a_record(rule, "generative_ai_training", category, "self", at, policy)
                    answer = decide(asked, ann.facts, policy)
                    used = used or answer.permitted
                    if answer.permitted:
                        assert stands.on and category not in stands.off_for
                    elif answer.code in OFF:
                        assert not stands.on or {*ancestors(category)} & {*stands.off_for}, (stands, answer)
            assert (stands.how == "earlier") <= (not stands.on), stands
            assert (stands.how == "chosen") <= (stands.entry is not None), stands
        workspace.close()
