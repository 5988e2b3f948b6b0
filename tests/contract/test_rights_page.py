"""The page of rights says what the table says."""

from pathlib import Path

from services.board.rights_page import lines

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rights-on-the-board.md"


def test_the_page_of_rights_is_the_table():
    assert PAGE.read_text("utf-8").splitlines() == list(lines()), "run make docs"
