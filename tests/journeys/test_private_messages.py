"""A private message is in nothing that licet makes: not in a snapshot, an export, an answer, an error or the ledger.

Messages carry one word and public posts another. Everything a use produces is looked through for both, unpacked;
that the second is found shows that the first would be.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import licet
from journeys.command_line import run_licet
from journeys.networks import PACK, catalogue_text, make_network, member, message, post
from licet.packs.pack_library import read_policy, shipped
from licet.store import Store
from licet.terms import LicetError
from licet.terms.moments import parse_moment
from licet.testing.drawn_policies import make_pack_values
from licet.testing.effort import examples

SECRET, PUBLIC = "zanzibarquill", "marigoldtrumpet"
LATER = "2026-06-01"
ROWS = {
    "members": [member("ann", "DE"), member("ben", "CH"), member("cy", "CA")],
    "profiles": [{"id": "ann", "headline": "Baker", "name": "Ann"}],
    "posts": [post("1", "ann", f"a {PUBLIC} for everyone"), post("2", "ben", f"another {PUBLIC}")],
    "messages": [
        message(f"{SECRET}-1", "ann", ["ben"], f"the word is {SECRET}"),
        message(f"{SECRET}-2", "ben", ["ann", "cy"], SECRET),
        message(f"{SECRET}-3", "cy", [], f"to nobody: {SECRET}"),
    ],
}  # fmt: skip
#: The shipped packs that let posts train, by the platform itself and by now.
TRAINING = [name for name in shipped() if name.startswith("linkedin") or name == "meta_ai"]
POLICIES = {name: read_policy(name)[0] for name in TRAINING} | {"harbour": PACK}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_message_is_nowhere_and_a_public_post_is_where_it_may_be(policy: str, tmp_path: Path) -> None:
    home = tmp_path / "w"
    make_network(home, ROWS, pack=POLICIES[policy], stamped=True).close()
    commands: list[tuple[str, ...]] = [
        ("corpus", "build"), ("corpus", "show", "--documents", "99"),
        ("corpus", "show", "--documents", "99", "--json"),
        ("choose", "-s", "ben", "--setting", setting_of(POLICIES[policy]), "off"), ("corpus", "update", "--json"),
        ("corpus", "diff", "corpus-1", "--json"), ("corpus", "list", "--json"),
        ("gate", "show", "--at", LATER), ("gate", "show", "--at", LATER, "--json"),
        ("ledger", "show"), ("ledger", "show", "--json"), ("ledger", "verify"),
        *(("corpus", "export", f"out-{form}", "--format", form) for form in FORMATS),
        # and what goes wrong
        ("corpus", "export", "out-jsonl"), ("corpus", "build", "--at", "never"),
        ("corpus", "build", "--at", "2200-01-01"),
        ("choose", "-s", "zoe", "--setting", "a", "off"),
        ("decide", "-s", "ann", "--purpose", "generative_ai_training", "--category", "private_communication.messages"),
    ]  # fmt: skip
    said = "".join(run_licet(*command, cwd=home).all for command in commands)
    assert "APP-099" not in said
    assert SECRET not in said, "nothing that is said"
    made = [path for path in home.rglob("*") if path.is_file() and (home / "data") not in path.parents]
    assert len([path for path in made if "out-" in str(path)]) > 10
    assert [path for path in made if SECRET.encode() in path.read_bytes()] == [], "no file as it lies"
    assert found_in(home, SECRET) == set(), "no file of the store, an export or the ledger, unpacked"
    assert found_in(home, PUBLIC) >= {"store", *(f"out-{form}" for form in FORMATS)}, (
        "and it finds what is there"
    )


FORMATS = ("parquet", "jsonl", "huggingface", "croissant")


def setting_of(policy: str) -> str:
    return next(iter(yaml.safe_load(policy)["settings"]))


def found_in(home: Path, word: str) -> set[str]:
    """The folders of a workspace in which any file holds the word, looked into by the store's own residue scan."""
    found = {"store"} if Store.open(home / "store").scan([word.encode()]) else set()
    for name in (*(f"out-{form}" for form in FORMATS), "keys", "packs"):
        if looked_into(home / name, word):
            found.add(name)
    return found


def looked_into(folder: Path, word: str) -> bool:
    """Lay a folder's files in a store of their own and scan it."""
    with tempfile.TemporaryDirectory() as place:
        store = Store.open(Path(place, "store"), create=True)
        with store.build("corpus") as build:
            files = [
                {"sha256": build.put(path.read_bytes())}
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            ]
            build.publish({"files": files})
        return bool(store.scan([word.encode()]))


@given(
    st.randoms(use_true_random=False),
    st.booleans(),
    st.sampled_from(["as stamped", "as posts", "as nothing"]),
)
@examples(6)
def test_no_policy_that_loads_and_no_catalogue_lets_a_message_through(
    rng: Random, alone: bool, labelled: str
) -> None:
    """Generated policies; catalogues that call messages something else than their files do."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "w")
        pack = yaml.safe_dump(generous(rng, alone), sort_keys=False)
        with make_network(
            home, ROWS, pack=pack, stamped=True, clock=lambda: parse_moment(LATER)
        ) as workspace:
            label = {
                "as stamped": "private_communication.messages",
                "as posts": "content.posts",
                "as nothing": None,
            }
            workspace.layout.catalogue.write_text(catalogue_text({"messages": {"text": label[labelled]}}))
            said = ""
            try:
                result = workspace.corpus_build(progress=lambda *told: None)
                said += repr(result) + repr(list(workspace.corpus_documents()))
                said += repr(workspace.corpus_show().manifest)
                assert labelled != "as posts", "a stamp cannot be relabelled"
                assert PUBLIC in said or not alone
            except LicetError as error:
                assert (labelled, error.code) == ("as posts", "SRC-013"), error
                said += error.line() + repr(error.as_dict())
            assert SECRET not in said
            assert workspace.store.scan([SECRET.encode()]) == []
            said = "".join(repr(entry) for entry in workspace.ledger_entries())
            assert SECRET not in said


def generous(rng: Random, alone: bool) -> dict[str, Any]:
    """A generated policy without its forbids, and a rule that permits what others say, for ever; or that rule alone."""
    values = make_pack_values(rng)
    permits = [rule for rule in values["rules"] if rule["effect"] == "permit"]
    values["rules"] = [
        *([] if alone else permits),
        {"id": "everything", "effect": "permit", "purposes": ["generative_ai_training"],
         "categories": ["content", "profile", "content.posts"], "notice": "always"},
    ]  # fmt: skip
    values["purposes"]["generative_ai_training"] = {}
    values["categories"] = {**values["categories"], "content": {}, "profile": {}}
    values["notices"]["always"] = {"title": "Always", "published": "2000-01-01", "effective": "2000-01-01"}
    return values


@pytest.mark.parametrize(
    "kind", ["private_communication", "private_communication.messages", "private_communication.calls"]
)
@pytest.mark.parametrize("purpose", ["generative_ai_training", "harbour_training"])
def test_a_policy_that_opens_messages_does_not_load(kind: str, purpose: str, tmp_path: Path) -> None:
    pack = re.sub(r"purposes: \[generative_ai_training\], categories: \[content.posts\]",
                  f"purposes: [{purpose}], categories: [{kind}]", PACK)  # fmt: skip
    pack = pack.replace(
        "purposes: {generative_ai_training: {}}",
        "purposes: {generative_ai_training: {}, harbour_training: {kind_of: generative_ai_training}}",
    )
    pack = pack.replace(
        "content.comments: {}}",
        "content.comments: {}, private_communication: {}, private_communication.messages: {},"
        " private_communication.calls: {}}",
    )
    (tmp_path / "policy.yaml").write_text(pack)
    with licet.create(tmp_path / "w") as workspace, pytest.raises(LicetError) as refused:
        workspace.use_pack(str(tmp_path / "policy.yaml"))
    assert refused.value.code == "PACK-020"
