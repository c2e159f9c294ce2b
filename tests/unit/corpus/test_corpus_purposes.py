"""What may be trained on, decided by the use: a policy opens neither a purpose of its own nor private communication."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.networks import PACK, catalogue_text, make_network, member, message, post
from licet.app import Workspace
from licet.enforce import Access
from licet.terms import GateError, UseError
from licet.terms.moments import parse_moment
from licet.terms.vocabulary import CATEGORIES, NEVER_LEARNT, PURPOSES, TRAINING, is_never_learnt
from licet.uses.corpus.document_selection import make_documents
from licet.uses.corpus.recipe import load_recipe

DAY = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben")],
    "posts": [post("1", "ann", "on the quay")],
    "messages": [message("1", "ann", ["ben"], "between the two of us")],
}
OWN = "our_model: {label: our model, kind_of: %s}, ranker: {label: our ranker, kind_of: recommender_training}"


def network(
    folder: Path, kind_of: str = "product_improvement", labels: dict[str, dict[str, str | None]] | None = None
) -> Workspace:
    """Under a policy that permits private messages for every purpose that it can."""
    purposes = OWN % kind_of
    pack = PACK.replace("{generative_ai_training: {}}", "{product_improvement: {}, " + purposes + "}")
    pack = pack.replace("profile: {}", "profile: {}, private_communication.messages: {}")
    pack = pack.replace("[generative_ai_training]", "[our_model, ranker]")
    pack += (
        "  - {id: private, effect: permit, purposes: [our_model, ranker, product_improvement],\n"
        "     categories: [private_communication.messages], notice: winter, setting: talk}\n"
    )
    workspace = make_network(folder / "w", ROWS, pack=pack)
    if labels:
        (folder / "w" / "catalogue.yaml").write_text(catalogue_text(labels))
    return workspace


@pytest.mark.parametrize("purpose", ["our_model", "product_improvement"])
@pytest.mark.parametrize("kind_of", ["product_improvement", "ai_assistance"])
def test_nothing_is_trained_for_a_purpose_that_is_no_training(
    tmp_path: Path, purpose: str, kind_of: str
) -> None:
    with network(tmp_path, kind_of) as workspace:
        question = (purpose, "private_communication.messages")
        assert workspace.decide("ann", *question, at=DAY).permitted, "the policy itself would let it"
        with pytest.raises(GateError) as caught:
            workspace.corpus_build(purpose=purpose, at=DAY)
        assert caught.value.code == "GATE-200" and purpose in str(caught.value)
        assert workspace.corpus_list() == []


def test_private_communication_is_in_no_corpus_whatever_the_policy_permits(tmp_path: Path) -> None:
    with network(tmp_path) as workspace:
        assert workspace.decide("ann", "ranker", "private_communication.messages", at=DAY).permitted
        built = workspace.corpus_build(purpose="ranker", at=DAY)
        texts = [row["text"] for row in workspace.corpus_documents()]
        assert texts == ["on the quay"]
        assert built.held_back["closed_by_vocabulary"] == 1, "and says what was held back, and why"


def test_a_private_column_of_an_open_table_stays_out_too(tmp_path: Path) -> None:
    labels = {"posts": {"body": "private_communication.messages"}}
    with network(tmp_path, labels=labels) as workspace:
        built = workspace.corpus_build(purpose="ranker", at=DAY)
        assert (built.documents, list(workspace.corpus_documents())) == (0, [])


def test_a_corpus_is_made_through_a_gate_for_training_and_no_other(tmp_path: Path) -> None:
    with network(tmp_path) as workspace:
        recipe = load_recipe(workspace.layout.recipe)
        gate = workspace.gate("ranker", at=DAY, columns=recipe.asks_for())
        with pytest.raises(UseError) as caught:
            make_documents(Access({"ranker": gate}, workspace.salt), recipe)
        assert caught.value.code == "CORP-207"


def test_what_trains_is_marked_among_the_shared_words() -> None:
    assert {"generative_ai_training", "recommender_training"} == TRAINING <= PURPOSES.keys()
    assert {word for word in CATEGORIES if is_never_learnt(word)} == {
        word for word in CATEGORIES if word.split(".")[0] in NEVER_LEARNT
    }
