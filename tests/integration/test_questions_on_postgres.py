"""The questions of the command line on PostgreSQL: the same answers as on SQLite, letter for letter."""

from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger.database import open_database
from ledger.record import case_id
from services.board.access.looks import LookLog
from tests.contract import practice
from waakvlam.clock import FixedClock

FAMILY = case_id(practice.FIRST)
QUESTIONS = (
    ("radar",),
    ("radar", "--json", "--municipality", "1966"),
    ("why", "84E6-6302"),
    ("why", FAMILY, "--json", "--at", "2026-11-17T12:00:00+01:00"),
    ("why", "--not", "ST-09", "84E6-6302"),
)


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """What the questions come to, of a ledger and a radar at two addresses."""
    monkeypatch.delenv("WAAKVLAM_AGREEMENTS", raising=False)
    monkeypatch.setenv("WAAKVLAM_CLOCK", practice.CLOCK)

    def ask(ledger, radar, looks):
        monkeypatch.setenv("WAAKVLAM_LOOKS", looks)
        monkeypatch.setenv("WAAKVLAM_LEDGER", ledger)
        monkeypatch.setenv("WAAKVLAM_RADAR", radar)
        told = [CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")]) for words in QUESTIONS]
        assert [(one.exit_code, one.stderr) for one in told] == [(Exit.OK, "")] * len(QUESTIONS)
        return [one.stdout for one in told]

    return ask


@pytest.mark.real
def test_why_why_not_and_radar_answer_on_postgresql_as_on_sqlite(answers, postgres, tmp_path):
    ledger, radar, looks = postgres(), postgres(), postgres()
    practice.fill(tmp_path / "one")
    (tmp_path / "one" / "looks.db").touch()
    practice.fill(tmp_path / "other", ledger=ledger, radar=radar)

    told = answers(ledger, radar, looks)

    assert told == answers(*(f"sqlite:///{tmp_path}/one/{name}.db" for name in ("ledger", "radar", "looks")))
    with closing(open_database(looks)) as database:
        log = LookLog(database, FixedClock(1))
        assert (log.head()[0], log.broken_at()) == (len(QUESTIONS), None)
    assert "ST-39 Veiligheidsvoorwaarde geschonden" in told[0]
    assert "Te laat sinds 24 november 2026 · ST-10 Geen veiligheidsplan" in told[2]
