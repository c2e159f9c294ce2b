"""A workspace to try things in: made in a folder that is nobody else's, of texts that are handed in, and removed after.

What is tried goes the whole way, from tables through the gate and the corpus to the model, under a policy by which
everybody is in unless they say no. Ids are made up anew. Where it lies, `trial_folders` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import yaml

from licet.app.core import Core
from licet.app.ledger_place import HERE
from licet.app.policies_in_force import put_in_force
from licet.app.trial_folders import trial_folder
from licet.app.workspace_layout import make_workspace
from licet.sources.parquet_files import write_table
from licet.terms.disk_errors import clear_disk_errors

SETTING, TRAINING = "trial", "generative_ai_training"
_POLICY = f"""
licet_pack: 1
id: trial
title: Everybody is in unless they say no
version: "1"
observed: 2020-01-01
controller: {{name: Nobody}}
sources: {{page: {{title: A page, kind: official}}}}
notices: {{trial: {{title: A notice, published: 2020-01-01, effective: 2020-01-02}}}}
categories: {{content.posts: {{}}}}
purposes: {{{TRAINING}: {{}}}}
settings: {{{SETTING}: {{label: Be in it, path: [Settings, Trial], observed: 2020-01-01, default: {{state: on}}}}}}
rules:
  - {{id: all, effect: permit, purposes: [{TRAINING}], categories: [content.posts], notice: trial,
     setting: {SETTING}}}
"""
_CATALOGUE = """
licet_catalogue: 1
facts: {table: members, subject: id, region: region}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {id: null, region: null}}
  posts:
    location: {parquet: data/posts.parquet}
    key: post
    subjects: [author]
    visibility_is: public
    columns: {post: content.posts, author: content.posts, body: content.posts}
"""
#: Whatever is said twice is kept twice, as it is: what is tried is the model, not what spares it.
_RECIPE = """
licet_recipe: 1
documents: [{kind: post, table: posts, text: "{body}"}]
redact: []
near_duplicates: null
"""


@contextmanager
def trial_workspace(
    place: Path,
    texts: Mapping[str, Sequence[str]],
    settings: Mapping[str, object],
    clock: Callable[[], datetime],
) -> Iterator[Core]:
    """place: where its folder is made. texts: of each member. settings: of `model.yaml`."""
    with clear_disk_errors("trying the model"), trial_folder(place) as folder:
        root = folder / "workspace"
        make_workspace(root, HERE)
        with Core(root, clock=clock) as core:
            rows = [(who, text) for who, own in texts.items() for text in own]
            data = root / "data"
            data.mkdir(exist_ok=True)
            # Whoever says no place is held back; here one is as good as another.
            members = pa.table({"id": [*texts], "region": ["DE"] * len(texts)})
            write_table(data / "members.parquet", members, dict.fromkeys(members.column_names))
            posts = pa.table(
                {
                    "post": [f"post-{number}" for number in range(len(rows))],
                    "author": [who for who, _ in rows],
                    "body": [text for _, text in rows],
                }
            )
            write_table(data / "posts.parquet", posts, dict.fromkeys(posts.column_names, "content.posts"))
            (root / "catalogue.yaml").write_text(_CATALOGUE)
            core.layout.recipe.write_text(_RECIPE)
            (root / "model.yaml").write_text(yaml.safe_dump(dict(settings)))
            (root / "policy.yaml").write_text(_POLICY)
            put_in_force(str(root / "policy.yaml"), core.ledger, core.layout.packs)
            yield core
