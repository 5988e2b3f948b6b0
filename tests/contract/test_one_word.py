"""One word per thing on every screen (docs/glossary.md): what Dutch readers see says casus, alarm and grootboek."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHER_WORDS = re.compile(
    r"(?<![\w/-])zaak(?![\w./-])|zaaknummer|\bzaken\b|logboek|melding(?:en)? van de radar|radarmelding|radaralarm",
    re.IGNORECASE,
)
PACKAGES = ("cli", "ledger", "region", "rulebook", "services", "sdk/src")


def words_of_code(file: Path) -> Iterator[str]:
    for one in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def words_of_page(file: Path) -> Iterator[str]:
    yield re.sub(r"{[{%#].*?[}%#]}|<[^>]*>", " ", file.read_text("utf-8"), flags=re.DOTALL)


def words_of_schema(file: Path) -> Iterator[str]:
    schema = json.loads(file.read_text("utf-8"))
    yield schema.get("timeline", "")
    yield schema.get("purpose", "")


def words_of_agreement(file: Path) -> Iterator[str]:
    yield file.read_text("utf-8")


SCREENS = (
    [(one, words_of_code) for package in PACKAGES for one in sorted((ROOT / package).rglob("*.py"))]
    + [(one, words_of_page) for one in sorted((ROOT / "services").rglob("*.html"))]
    + [(one, words_of_schema) for one in sorted((ROOT / "schemas").rglob("*.avsc"))]
    + [(one, words_of_agreement) for one in sorted((ROOT / "agreements").rglob("*.yaml"))]
)


def test_nothing_that_people_read_has_another_word():
    found = {str(file.relative_to(ROOT)): said for file, words in SCREENS if (said := _others(words(file)))}

    assert found == {}


@pytest.mark.parametrize("text", ["Deze zaak is dicht.", "Uw zaaknummer", "Een melding van de radar.", "het logboek"])
def test_each_of_these_is_noticed(text):
    assert _others([text])


def _others(texts: Iterator[str] | list[str]) -> list[str]:
    return [one.group() for text in texts for one in OTHER_WORDS.finditer(text)]
