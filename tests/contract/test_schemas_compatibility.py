"""Old and new understand each other, in both directions and over every version (FULL_TRANSITIVE), judged by avro."""

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse

from waakvlam.catalogue import all_versions, event_types

Schema = Mapping[str, Any]
VERSIONS: dict[str, list[Schema]] = defaultdict(list)
for one in sorted(all_versions(), key=lambda one: one.version):
    VERSIONS[one.name].append(one.schema)


def incompatible(versions: Sequence[Schema]) -> list[str]:
    """Return each pair of versions in which one side cannot read what the other wrote."""
    return [
        f"{reader['namespace']} cannot read {writer['namespace']}"
        for one, other in combinations(versions, 2)
        for reader, writer in ((one, other), (other, one))
        if not reads(reader, writer)
    ]


def reads(reader: Schema, writer: Schema) -> bool:
    found = ReaderWriterCompatibilityChecker().get_compatibility(parse(json.dumps(reader)), parse(json.dumps(writer)))
    return found.compatibility is SchemaCompatibilityType.compatible


@pytest.mark.parametrize("name", sorted(VERSIONS))
def test_every_version_reads_every_other(name: str) -> None:
    assert incompatible(VERSIONS[name]) == []


@pytest.mark.parametrize("name", sorted(VERSIONS))
def test_versions_count_up_from_one_in_one_chapter(name: str) -> None:
    versions = [one for one in all_versions() if one.name == name]

    assert sorted(one.version for one in versions) == list(range(1, len(versions) + 1))
    assert len({one.chapter for one in versions}) == 1
    assert len({one.nl for one in versions}) == 1


def _next(version: Schema, change: Callable[[list[dict[str, Any]]], Any]) -> Schema:
    schema = copy.deepcopy(dict(version))
    schema["namespace"] = f"nl.waakvlam.v{int(version['namespace'].rsplit('.v', 1)[1]) + 1}"
    change(schema["fields"])
    return schema


FIRST = event_types()["handover_refused"].schema
OPTIONAL = {"name": "waits_until", "type": ["null", "string"], "default": None}
BROKEN: list[Callable[[list[dict[str, Any]]], Any]] = [
    lambda fields: fields.append({"name": "waits_until", "type": "string"}),
    lambda fields: fields.pop(),
    lambda fields: fields[-1].update(type="long"),
    lambda fields: fields[-1].update(name="because", aliases=["reason"]),
    lambda fields: fields[-1].update(type=["null", "string"], default=None),
]


def test_a_new_field_with_a_default_is_understood_by_old_and_new() -> None:
    second = _next(FIRST, lambda fields: fields.append(OPTIONAL))

    assert incompatible([FIRST, second]) == []


@pytest.mark.parametrize("change", BROKEN, ids=["no default", "removed", "other kind", "renamed", "may be null"])
def test_a_change_that_one_side_cannot_read_is_found(change: Callable[[list[dict[str, Any]]], Any]) -> None:
    assert incompatible([FIRST, _next(FIRST, change)]) != []


def test_a_version_is_compared_with_all_and_not_only_with_the_last() -> None:
    second = _next(FIRST, lambda fields: fields.append(OPTIONAL))
    third = _next(second, lambda fields: fields[-1].update(type=["null", "long"]))

    assert "nl.waakvlam.v3 cannot read nl.waakvlam.v2" in incompatible([FIRST, second, third])
    assert incompatible([FIRST, third]) == []
