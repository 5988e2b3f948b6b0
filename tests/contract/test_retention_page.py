"""All that is kept has a term or a reason on one page: a table, a topic or a kind that is not on it fails here."""

import re
from pathlib import Path

import pytest

from ledger import retention
from services.board.ageing import NAME
from waakvlam.topics import topics

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "retention.md").read_text("utf-8")
MADE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
EVENTS = "stored_events"  # the library's own name
UNITS = {"1 hour": 3_600_000} | {f"{n} day{'s' * (n > 1)}": n * 86_400_000 for n in (1, 7, 14, 30)} | {"for ever": -1}


def tables_in(text: str) -> set[str]:
    return set(MADE.findall(text))


def not_told(names: set[str], page: str) -> set[str]:
    return {one for one in names if f"`{one}`" not in page}


def test_every_table_that_a_service_or_the_ledger_makes_is_told_of():
    sources = [path for folder in ("services", "ledger") for path in (ROOT / folder).rglob("*.py")]
    found = {NAME, EVENTS}.union(*(tables_in(path.read_text("utf-8")) for path in sources))

    assert len(found) > 40
    assert not_told(found, PAGE) == set()


def test_a_table_that_is_not_told_of_is_found():
    assert not_told(tables_in("CREATE TABLE IF NOT EXISTS neighbours (name text)"), PAGE) == {"neighbours"}


def test_every_topic_is_kept_as_long_as_the_page_says():
    told = dict(re.findall(r"^\| `([\w.<>-]+)` \| (for ever|[\d]+ \w+)", PAGE, flags=re.MULTILINE))

    found = {_kind(one.name): int(one.config["retention.ms"]) for one in topics()}
    assert {name: UNITS[kept] for name, kept in told.items()} == found


def _kind(topic: str) -> str:
    """Return the name under which the matrix has a topic that each agency has one of."""
    first = topic.partition(".")[0]
    return topic if first == topic else f"{first}.<id>"


@pytest.mark.parametrize("kind", retention.KINDS)
def test_every_kind_has_its_term_on_the_page(kind):
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |"))
    if kind == retention.CASE:
        (term,) = retention.load(ROOT / "agreements")
        assert f"{term.years} years" in line
        assert f"became {term.from_youngest_age}" in line
    else:
        (age,) = (one for one in retention.load_ages(ROOT / "agreements") if one.kind == kind)
        assert re.search(rf"\| {age.days} days? after", line)
