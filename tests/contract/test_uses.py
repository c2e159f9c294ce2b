"""Every use keeps the contract: those that licet has, and one that is a file of its own beside these tests."""

from __future__ import annotations

from typing import ClassVar

from licet.testing.use_contract import UseContract

RECIPE = """
licet_recipe: 1
documents:
  - {kind: profile, table: profiles, text: "{headline}"}
  - {kind: post, table: posts, text: "{text}"}
  - {kind: job, table: jobs, text: "{title}"}
near_duplicates: {shingle_words: 2, permutations: 64, bands: 16, threshold_percent: 70}
buckets: 5
"""


class TestCorpus(UseContract):
    use = "corpus"
    files: ClassVar = {"recipe.yaml": RECIPE}


class TestModel(UseContract):
    use = "model"
    files: ClassVar = {"recipe.yaml": RECIPE, "model.yaml": "{licet_model: 1, buckets: 3}"}


class TestAdapted(UseContract):
    use = "adapted"
    opener = "journeys.small_bases:open_small_adapted"
    files: ClassVar = {"recipe.yaml": RECIPE}


class TestSearch(UseContract):
    use = "search"
    purpose = "recommendation"
    files: ClassVar = {
        "search.yaml": """
kinds:
  jobs: {table: jobs, title: title}
  people: {table: profiles, title: headline}
buckets: 3
"""
    }


class TestPeople(UseContract):
    use = "people"
    purpose = "recommender_training"
    files: ClassVar = {
        "people.yaml": "{edges: {table: follows, from: who, to: whom}, lists: connections, buckets: 3}"
    }


class TestInsights(UseContract):
    use = "insights"
    purpose = "recommender_training"
    files: ClassVar = {
        "insights.yaml": """
demand: {table: jobs, skill: title}
held: {table: profiles, skill: id, region: {table: members, column: id}}
also: [ann, ben, cy, dot, eve]
buckets: 3
"""
    }


class TestPopularity(UseContract):
    use = "popularity"
    opener = "popularity:open_popularity"
    purpose = "recommendation"


class TestRecommend(UseContract):
    use = "recommend"
    purpose = "recommender_training"
    files: ClassVar = {"recommend.yaml": "{licet_recommend: 1, interactions: [{table: likes}], buckets: 4}"}
