"""What the demonstration counts, compares and says."""

import json
from pathlib import Path

import pytest

from cli.clockwork import START_UP_SECONDS, demo_clock
from cli.demo import verdict, write_summary
from cli.demo_screen import DemoScreen, Glance
from cli.exits import Exit
from cli.programs import numbers_in
from cli.sentences import Sentences
from cli.summary import Replayed
from rulebook.agreements import load
from rulebook.event import from_json
from waakvlam.clock import FixedClock

AGREEMENTS = Path(__file__).parents[2] / "agreements"
NOW = 1_795_500_000_000_000
GOOD = {"lost": 0, "replay": {"same": True, "live_only": [], "replay_only": []}, "reconcile": {"ledger and relay": 0}}


def test_three_years_end_at_the_real_now():
    clock = demo_clock(FixedClock(NOW), 240)

    assert clock.until == NOW + int((START_UP_SECONDS + 240) * 1e6)
    assert (clock.until - clock.start) / 1e6 == pytest.approx(3 * 365.25 * 86400)
    assert clock.rate * 240 == pytest.approx(3 * 365.25 * 86400)


def test_alerts_due_after_the_moment_are_not_compared():
    replayed = Replayed(until=NOW, alerts=frozenset({"a", "b"}))
    comparison = replayed.beside({"a": "2026-11-24T00:00:00Z", "later": "2027-01-01T00:00:00Z"})

    assert comparison.live_only == ()
    assert comparison.replay_only == ("b",)
    assert not comparison.is_same


def test_the_same_set_is_the_same():
    comparison = Replayed(until=NOW, alerts=frozenset({"a"})).beside({"a": "2026-01-01T00:00:00Z"})

    assert comparison.as_json() == {"same": True, "live_only": [], "replay_only": []}


@pytest.mark.parametrize(
    ("summary", "drained", "code", "word"),
    [
        (GOOD, True, Exit.OK, "Niets kwijt"),
        (GOOD | {"lost": 2}, True, Exit.DIFFERS, "2 gebeurtenissen"),
        (GOOD, False, Exit.DIFFERS, "antwoord"),
        (
            GOOD | {"replay": {"same": False, "live_only": ["a"], "replay_only": ["b", "c"]}},
            True,
            Exit.DIFFERS,
            "1 alarmen gaf alleen het draaiende systeem, 2 alleen replay",
        ),
        (
            GOOD | {"reconcile": {"ledger and relay": 0, "ledger and board": -3}},
            True,
            Exit.DIFFERS,
            "ledger and board (-3)",
        ),
    ],
)
def test_the_verdict_says_what_is_wrong(summary, drained, code, word):
    ended, sentence = verdict(summary, drained=drained)

    assert ended is code
    assert word in sentence


def test_numbers_are_read_by_series_and_by_name():
    found = numbers_in('# HELP x y\nx{state="open"} 2.0\nx{state="closed"} 3.0\nplain 4.0\n')

    assert found == {'x{state="open"}': 2.0, 'x{state="closed"}': 3.0, "x": 5.0, "plain": 4.0}


def test_a_summary_is_written_as_json_where_it_was_asked(tmp_path):
    write_summary(GOOD, tmp_path / "deep" / "summary.json")

    assert json.loads((tmp_path / "deep" / "summary.json").read_text()) == GOOD


def test_a_warning_names_the_last_day_of_the_term_and_not_its_own():
    start = from_json(
        {
            "id": "e-1",
            "type": "report_received",
            "case": "c",
            "agency": "politie-nn",
            "municipality": "0014",
            "occurred_at": "2026-04-02T10:15:00+02:00",
            "recorded_at": "2026-04-02T10:15:01+02:00",
            "data": {"report_id": "r-1"},
        }
    )
    alert = {"agreement": "groningen", "version": 1, "rule": "ST-01", "instance": "e-1", "stage": "warn", "title": "T"}
    line = Sentences(load(AGREEMENTS)).of("0f6b1c2e-5a4d", alert, start)

    assert line.startswith("Loopt af · casus 0F6B-1C2E · T. Politie Noord-Nederland ontving op donderdag 2 april 2026")
    assert "uiterlijk maandag 13 april 2026" in line


def test_an_alert_of_a_rule_that_is_gone_still_has_its_title():
    alert = {"agreement": "weg", "version": 1, "rule": "ST-01", "instance": "e-1", "stage": "breach", "title": "Titel"}

    assert Sentences(load(AGREEMENTS)).of("0f6b1c2e", alert, None) == "Te laat · casus 0F6B-1C2E · Titel."


def test_plain_lines_are_paced_and_without_colour(capsys):
    glance = Glance(
        day="10 april 2026",
        share=0.5,
        sent=10,
        rate=5.0,
        on_the_way=1,
        ledger_events=9,
        behind=0,
        raised=2,
        open_alerts=1,
        board="http://127.0.0.1:1/",
        news=("Te laat · casus 1",),
    )
    with DemoScreen() as screen:
        screen.show(glance, at=1.0)
        screen.show(glance, at=2.0)
        screen.show(glance, at=7.0)
    written = capsys.readouterr().err

    assert written.count("verstuurd 10") == 2
    assert written.count("Te laat") == 1
    assert "\x1b" not in written
