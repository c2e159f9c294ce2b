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


class TestAds(UseContract):
    use = "ads"
    purpose = "ad_sharing"
    recipient = "adco"
    files: ClassVar = {
        "catalogue.yaml": """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, age_is: 30}
tables:
  members:
    {location: {parquet: data/members.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, region: profile.location}}
  contacts:
    {location: {parquet: data/contacts.parquet}, key: id, subjects: [id], visibility_is: public,
     hashed: {mail: {from: email, scheme: google}},
     columns: {id: profile, email: contact.email, mail: contact.email.hashed}}
""",
        "policy.yaml": """
licet_pack: 1
id: quay
title: The quay's policy
version: "1"
observed: 2026-01-01
controller: {name: Quay}
sources: {page: {title: A page, kind: official}}
purposes: {ad_sharing: {}}
categories: {profile: {}, contact.email.hashed: {}}
recipients: {adco: {name: Adco, kind: partner}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  use: {label: Use what I do, path: [Settings, Use], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: lists, effect: permit, purposes: [ad_sharing], categories: [profile, contact.email.hashed],
     recipients: [adco], regions: [EEA], notice: n, setting: use}
""",
        "segments.yaml": """
identifiers: {table: contacts, columns: {google: mail}}
values: {place: {table: members, column: region, words: [DE, US], reviewed: 2026-01-01}}
segments: {here: {label: In Germany, where: {place: [DE]}}, all: {label: Everybody}}
audiences:
  here_adco: {segment: here, recipient: adco, scheme: google}
  all_adco: {segment: all, recipient: adco, scheme: google}
  all_other: {segment: all, recipient: other, scheme: google}
buckets: 3
""",
    }
