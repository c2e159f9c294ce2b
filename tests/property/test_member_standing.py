"""Where a control stands is where `decide` has it; what a switch would change is what then happens, across policies."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import PACK, comment, make_network, member, post
from licet.decide import decide
from licet.policies.control_pages import such_a_record
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
ROWS = {
    "profiles": [{"id": "ann", "name": "Ann", "headline": "A baker", "summary": "Bread", "internal": None}],
    "posts": [post("p", "ann", "Bread wants time")],
    "comments": [comment("c", "p", "ann", "So it does")],
}
#: Why a control lets nothing be used.
OFF = (Code.REFUSED, Code.OFF_BY_DEFAULT, Code.NOT_ASKED, Code.DEFAULT_UNKNOWN)


@examples(4)
@given(CHOICES, CHOICES, st.booleans(), st.sampled_from(["DE", "FR", "US", None]), st.booleans())
def test_where_a_control_stands_is_where_decide_has_it(
    before: list[tuple[str, str, str | None]],
    after: list[tuple[str, str, str | None]],
    is_later: bool,
    region: str | None,
    has_signal: bool,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_network(Path(folder) / "w", ROWS | {"members": [member("ann", region)]})
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
            for rule in (rule for rule in policy.pack.rules if rule.setting == setting):
                for category in rule.categories:
                    asked = such_a_record(rule, "generative_ai_training", category, "self", at, policy)
                    answer = decide(asked, ann.facts, policy)
                    if answer.permitted:
                        assert stands.on and category not in stands.off_for
                    elif answer.code in OFF:
                        assert not stands.on or {*ancestors(category)} & {*stands.off_for}, (stands, answer)
            assert (stands.how == "earlier") <= (not stands.on), stands
            assert (stands.how == "chosen") <= (stands.entry is not None), stands
        for setting in policy.controls:
            for value in ("on", "off"):
                foreseen = workspace.member("ann", at).preview(setting, value)
                told = {one.after.use: one.after.used for one in foreseen.changes}
                told |= {flow.use: flow.used for flow in foreseen.unchanged}
                workspace.choose("ann", setting, value)
                assert {flow.use: flow.used for flow in workspace.member("ann", at).flows()} == told
        workspace.close()
