"""What an artefact of recommendations says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from licet.enforce.origin import Count
from licet.uses.manifest import Manifest, StoredFile
from licet.uses.recommend.chosen_recipe import TunedWith
from licet.uses.recommend.walk_recipe import WalkRecipe

KIND = "recommend"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class MemberBucket:
    """The rows of some members: those whose key begins with the bits of `bucket`.

    hash: over one leaf per member, 64 hex digits; what the root is over.
    """

    bucket: Count
    members: Count
    interactions: Count
    hash: str
    file: StoredFile


class RecommendManifest(Manifest):
    """recipe:  by which its rows are counted and walked. tuned: whom that was chosen with; None: nobody.

    tables: that interactions are read from. item_tables: by which items are told apart, where there are several.
    parts: over how many buckets members are spread; buckets: those that hold anybody, in the order of their numbers.
    counts: interactions, too.
    """

    recipe: WalkRecipe
    tuned: TunedWith | None = None
    tables: tuple[str, ...]
    item_tables: tuple[str, ...] = ()
    parts: Count
    buckets: tuple[MemberBucket, ...]
