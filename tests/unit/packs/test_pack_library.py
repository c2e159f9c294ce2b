"""Shipped packs by name, others by path, and the schema they are written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from licet.packs import (
    PackErrors,
    check_pack,
    load_pack,
    locate_policy,
    open_pack,
    pack_schema,
    parse_pack,
    shipped,
)
from licet.packs.model import Part
from licet.packs.pack_library import read_policy
from licet.packs.pack_schema import EXAMPLE
from licet.packs.pack_versions import as_of, version_in_force
from licet.policies.pack_descriptions import shipped_packs
from unit.packs.pack_samples import pack_text, pack_value
from unit.packs.schema_check import violations


def test_the_shipped_packs_are_named_as_their_files_and_the_made_up_one_stands_last() -> None:
    assert {"linkedin_as_reported", "linkedin_official"} <= set(shipped())
    *platforms, made_up = shipped()
    assert platforms == sorted(platforms) and made_up == "exemplum"
    for name in shipped():
        assert open_pack(name).id == name


def test_a_name_that_is_not_shipped_is_refused_with_the_nearest() -> None:
    with pytest.raises(PackErrors) as caught:
        open_pack("linkedin_oficial")
    assert caught.value.code == "PACK-027" and '"linkedin_official"' in caught.value.fix
    with pytest.raises(PackErrors) as caught:
        open_pack("acme")
    assert caught.value.code == "PACK-027"


def test_every_version_of_a_shipped_policy_makes_sense_by_itself() -> None:
    for pack in shipped_packs().values():
        for version, told in pack.versions.items():
            then = as_of(pack, version)
            check_pack(then)
            assert then.version == version and version_in_force(then, told.effective) == version
            assert {rule.id for rule in then.rules} <= {rule.id for rule in pack.rules}


def test_a_version_is_named_like_any_other_policy_and_its_text_says_the_same() -> None:
    name = "gmail_smart_features@2025-07-01"
    pack = open_pack(name)
    assert (pack.version, locate_policy(name)[0].digest) == ("2025-07-01", pack.digest)
    assert pack.digest != open_pack("gmail_smart_features").digest
    for wrong, code in ((f"{name}x", "PACK-034"), ("no_such@2025-07-01", "PACK-027")):
        with pytest.raises(PackErrors) as caught:
            read_policy(wrong)
        assert caught.value.code == code


def test_a_path_opens_a_file(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(pack_text(), encoding="utf-8")
    assert open_pack(file) == open_pack(str(file)) == load_pack(file)
    _, positions = locate_policy(file)
    assert positions.at(("licet_pack",)) == "acme.yaml:1:13"
    with pytest.raises(PackErrors) as caught:
        open_pack("no/such/acme.yaml")
    assert caught.value.code == "PACK-001"


def test_the_schema_describes_every_key() -> None:
    schema = pack_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] and schema["description"] and schema["examples"] == [EXAMPLE]
    models = {model.__name__ for model in Part.__subclasses__()} - {"Pack"}
    assert models <= set(schema["$defs"])
    for name, part in (("Pack", schema), *schema["$defs"].items()):
        assert part.get("description"), name
        for key, value in part.get("properties", {}).items():
            assert value.get("title") and value.get("description"), (name, key)
        if "properties" in part:
            assert part["additionalProperties"] is False, name


def test_the_schemas_example_loads() -> None:
    assert violations(EXAMPLE, pack_schema()) == []
    assert parse_pack(yaml.safe_dump(EXAMPLE)).id == "acme"


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_pack_fits_the_schema(name: str) -> None:
    assert violations(open_pack(name).as_json(), pack_schema()) == []


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (("id",), 3),
        (("licet_pack",), 2),
        (("colour",), "red"),
        (("sources",), {}),
        (("observed",), "1 November"),
        (("rules", 0, "effect"), "maybe"),
        (("rules", 0, "regions"), []),
        (("rules", 0, "from_"), "2025-11-03"),
        (("rules", 0, "cite", "quote"), "x" * 301),
        (("settings", "ai", "default", "state"), "yes"),
        (("settings", "ai", "steps_out"), 0),
    ],
)
def test_the_schema_refuses_the_shapes_that_loading_refuses(path: tuple[Any, ...], change: Any) -> None:
    value = pack_value()
    assert violations(value, pack_schema()) == []
    inner: Any = value
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = change
    assert violations(value, pack_schema())
    with pytest.raises(PackErrors):
        parse_pack(yaml.safe_dump(value))
