"""The short form of `make upgrade`: a former version and the coming one, side by side under load, and back, and forward."""

from pathlib import Path

import pytest

from tests.torture.site import Wish
from tests.upgrade import versions
from tests.upgrade.run import run

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


def test_two_versions_side_by_side_do_as_if_nothing_had_happened(tmp_path: Path) -> None:
    wish = Wish(seed="samen-1", folder=tmp_path, scenario="upgrade", database="sqlite", events=1_200, strikes=0)

    verdict = run(wish)

    assert verdict.broken == (), "\n".join(verdict.story)
    assert verdict.crashes == []
    assert len(verdict.steps) >= 1
    assert verdict.not_as_sent == []
    assert verdict.numbers["by_new_schemas"] >= 3 * 2
    assert verdict.alerts["live"] == verdict.alerts["coming"] == verdict.alerts["former"] != frozenset()


def test_each_version_is_taken_from_where_it_says(tmp_path: Path) -> None:
    old, new = versions.former(), versions.coming(tmp_path)

    assert {one.is_relative_to(old.folders[0]) for one in old.comes_from()} == {True}
    assert sum(one.is_relative_to(tmp_path) for one in new.comes_from()) == 2


def test_a_copy_of_the_repository_without_the_former_version_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(versions.NoFormerVersion, match="git fetch --unshallow"):
        versions.former("0" * 40, tmp_path)


def test_packages_that_are_pinned_otherwise_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("aiokafka==0.1.0 \\\n    --hash=sha256:00\nfaust-streaming==9.9\n", "utf-8")

    assert versions.pins_of(file) == {"aiokafka==0.1.0", "faust-streaming==9.9"}
