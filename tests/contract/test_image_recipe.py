"""The Dockerfile is what the house asks of an image; that it works is `make image-proof`'s to show."""

import re
from pathlib import Path

import pytest

from deploy.image.recipe import Stage, let_through, stages_of

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
SECRET = re.compile(r"credentials/|\.env$|\.pem$|\.key$|\.git/|^tests/|^\.venv|^docs/", re.IGNORECASE)


@pytest.fixture
def stages() -> list[Stage]:
    return stages_of(TEXT, {"BASE": "base@sha256:0", "SOURCE_DATE_EPOCH": "1", "REVISION": "abc"})


def _of(stage: Stage, word: str) -> list[str]:
    return [one.told for one in stage.steps if one.word == word]


def test_the_base_can_be_fixed_by_its_digest_and_is_one(stages: list[Stage]) -> None:
    assert [one.base for one in stages] == ["base@sha256:0"] * 2
    assert "latest" not in TEXT


def test_everything_that_is_installed_is_pinned_with_its_hash(stages: list[Stage]) -> None:
    installs = [one for one in _of(stages[0], "RUN") if re.search(r"\binstall\b", one)]

    assert len(installs) == 3
    assert all("--require-hashes" in one or ("--no-deps" in one and "--offline" in one) for one in installs)


def test_nobody_is_root_and_nothing_is_run_in_what_is_passed_on(stages: list[Stage]) -> None:
    image = stages[-1]

    assert _of(image, "USER") == ["10001:10001"]
    assert _of(image, "RUN") == []
    assert _of(image, "COPY") == ["--from=build /opt/waakvlam /opt/waakvlam"]
    assert _of(image, "HEALTHCHECK") == ["NONE"]
    assert 'org.opencontainers.image.revision="abc"' in _of(image, "LABEL")[0]


def test_the_instant_of_its_files_is_told_from_outside(stages: list[Stage]) -> None:
    assert "SOURCE_DATE_EPOCH=1" in _of(stages[0], "ENV")[0]
    assert "--date=@1" in _of(stages[0], "RUN")[-1]


def test_what_goes_along_is_what_the_recipe_needs_and_nothing_secret() -> None:
    found = {str(one.relative_to(ROOT)) for one in let_through((ROOT / ".dockerignore").read_text("utf-8"), ROOT)}

    assert {"requirements.txt", "pyproject.toml", "sdk/pyproject.toml", "agreements/groningen-1.yaml"} <= found
    assert {"sdk/src/waakvlam/schemas", "schemas/topics.toml"} <= found, (
        "a link goes along as a link, with what it leads to"
    )
    assert [one for one in found if SECRET.search(one) or one.endswith(".pyc")] == []


def test_an_instruction_that_the_proof_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="SHELL is not known"):
        stages_of('FROM base\nSHELL ["/bin/bash"]\n', {})


def test_a_line_that_goes_on_is_one_instruction_and_arguments_are_filled_in() -> None:
    (stage,) = stages_of("ARG A=1\nFROM x:${A} AS y\nARG B=2\n# why\nRUN one \\\n  ${B}\n", {"B": "3"})

    assert (stage.base, stage.name, [(one.word, one.told) for one in stage.steps]) == ("x:1", "y", [("RUN", "one 3")])
