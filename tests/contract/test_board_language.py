"""Every text of the board is in every language, with the same blanks; and what agencies told is marked as Dutch."""

import re
from string import Formatter

import pytest

from services.board.language import DUTCH, LANGUAGES, catalogue
from tests.contract.board_texts import TEMPLATES, all_texts, bare, of_page

OTHERS = [one for one in LANGUAGES if one != DUTCH]
TEXTS = all_texts()
SENTENCE, BLANK, WORD = re.compile(r"(?<=[.!?:;])\s+"), re.compile(r"{\w+}"), re.compile(r"[\w'’-]+")


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_in_the_catalogue(language):
    missing = {text: place for text, place in TEXTS.items() if text not in catalogue(language)}

    assert missing == {}, f"write these in services/board/locale/{language}.po"


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_has_no_text_that_the_board_no_longer_has(language):
    assert set(catalogue(language)) - set(TEXTS) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_same_blanks_in_every_language(language):
    assert [one for one, other in catalogue(language).items() if blanks(one) != blanks(other)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_word_in_an_expression_of_a_template_goes_past_the_catalogue(template):
    assert list(bare(template.read_text("utf-8"))) == []


def test_these_guards_bite():
    page = '<p title="Kop">Tekst {{ "los" if x else say("vast") }}</p><a class="{{ \'geen\' if x }}">{{ say(y) }}</a>'

    assert set(of_page(page)) == {"Kop", "Tekst", "vast"}
    assert list(bare(page)) == ["los"]


def test_every_term_that_help_points_to_is_explained():
    pages = {path.name: path.read_text("utf-8") for path in TEMPLATES}
    asked = set(re.findall(r'/woorden#([a-z-]+)"', "".join(pages.values())))

    assert asked
    assert asked <= set(re.findall(r'<div id="([a-z-]+)">', pages["woorden.html"]))


def test_every_text_is_plain_in_short_sentences_and_words_that_fit_in_a_mouth():
    """What of B1 can be counted: a sentence of 25 words at most and of 12 on average, and no word of more than 22 letters."""
    sentences = [one for text in TEXTS for one in SENTENCE.split(BLANK.sub("x", text))]
    lengths = {one: len(WORD.findall(one)) for one in sentences}
    whole = [length for one, length in lengths.items() if one.rstrip().endswith((".", "?", "!"))]

    assert [one for one, length in lengths.items() if length > 25] == []
    assert sum(whole) / len(whole) < 12
    assert [one for text in TEXTS for one in WORD.findall(text) if len(one) > 22] == []
