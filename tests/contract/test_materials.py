"""What the product is made of is told whole, is valid CycloneDX, and comes under licences that it may have."""

from collections.abc import Iterator

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.materials import LOOKED_UP, PIN, ROOT, VENDORED, is_known, licence_of, materials, page, written


def test_every_part_has_a_licence_that_may_be_in_the_product() -> None:
    refused = {one.name: one.licence for one in materials() if not is_known(one.licence)}

    assert refused == {}


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "Proprietary", "BUSL-1.1"]
)
def test_a_licence_that_may_not_is_found(licence: str) -> None:
    assert not is_known(licence)


def test_a_part_that_says_nothing_is_asked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LOOKED_UP, "venusian")

    with pytest.raises(LookupError, match="look it up"):
        licence_of("venusian")


def test_what_was_looked_up_is_still_in_use() -> None:
    assert set(LOOKED_UP) <= {one.name for one in materials()}


def _licences_that_lie_beside() -> Iterator[str]:
    for path in sorted((ROOT / "services" / "board" / "static").rglob("LICENSE*")):
        yield path.stem.removeprefix("LICENSE-").removesuffix(".txt")


def test_each_licence_in_the_repository_is_of_a_part_that_is_told() -> None:
    told = {one.licence for one in VENDORED}

    assert {
        one
        for one in _licences_that_lie_beside()
        if not any(one.endswith(known.split("-")[0]) or known in one for known in told)
    } == set()
    assert all((ROOT / one.place).is_dir() for one in VENDORED)


def test_the_page_is_that_of_today() -> None:
    assert (ROOT / "docs" / "reference" / "licences.md").read_text("utf-8") == page(), "run: make sbom"


def test_the_bill_is_valid_whole_and_the_same_each_time() -> None:
    text = written()

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == written()
    pins = PIN.findall((ROOT / "requirements.txt").read_text("utf-8"))
    assert text.count('"purl": "pkg:pypi/') == len(pins)
