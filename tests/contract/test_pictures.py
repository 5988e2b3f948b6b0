"""Each kind of user has a journey in a real browser, and a picture of their screen in the documents, small and with words for it."""

import re
from pathlib import Path

import pytest

from services.board.rights import Role
from tests.journey.pictures import FOLDER, PICTURES

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
BYTES_MAX = 150_000
WORDS_MIN = 5


def shown_in(page: Path) -> dict[Path, str]:
    """Return the pictures on a page of the documents, with the words that stand for them."""
    return {(page.parent / path).resolve(): words for words, path in IMAGE.findall(page.read_text("utf-8"))}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """Return all screenshots on pages of the documents, by their file's name."""
    found = [one for page in PAGES for one in shown_in(page).items()]
    return {path.name: words for path, words in found if path.parent == FOLDER}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_a_picture_and_a_journey(role: Role) -> None:
    journeys = (ROOT / "tests" / "journey" / "test_board_each_role.py").read_text("utf-8")

    assert [one.file for one in PICTURES if one.role is role] != []
    assert f"becomes(begins, site.address, Role.{role.name})" in journeys


def test_every_picture_stands_on_a_page_with_words_for_who_does_not_see_it(shown: dict[str, str]) -> None:
    without_words = [one.file for one in PICTURES if len(shown.get(one.file, "").split()) < WORDS_MIN]

    assert without_words == []
    assert {path.name for path in FOLDER.iterdir()} == set(shown) == {one.file for one in PICTURES}


def test_every_picture_is_small() -> None:
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > BYTES_MAX] == []
