"""A small network with a corpus and a model, of which one member has left, and what its operator says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from licet.app import Workspace
from unit.app.test_models import make_untrained

SETTINGS = """
provider:
  name: Harbour Ltd
  contact: privacy@harbour.example
  url: https://harbour.example
  available_to_californians: true
model:
  name: Quay writer
  intended_purpose: suggests how to word a post
datasets:
  copyright: Members keep the rights in what they write.
  acquisition: Neither bought nor licensed; members post it.
  collected_from: 2019-05-01
  collection_ongoing: true
"""


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Without reports.yaml. Tests that write one take it away again."""
    with make_untrained(tmp_path_factory.mktemp("reports") / "w") as made:
        made.corpus_build()
        made.uses["model"].train()
        made.choose("ann", "ai", "off")
        list(made.update())
        yield made


@pytest.fixture
def told(reported: Workspace) -> Iterator[Workspace]:
    """The same, and its operator has said what they know."""
    reported.layout.reports.write_text(SETTINGS)
    yield reported
    reported.layout.reports.unlink()
