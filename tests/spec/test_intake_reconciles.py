"""Every part counts by itself, and each counter that diverges is named: by its two sides, in a gauge and in the log."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from cli.reconcile import VIEWS
from ledger.database import open_database
from ledger.metrics import registry
from ledger.reconciling import PAIRS, reconcile
from ledger.relay import Relay
from services.intake.pipeline import Pipeline
from services.intake.reconciler import Reconciler
from services.intake.testing import HOUR, NOON, Desk, Sent, report, sent
from tests.said import lines
from waakvlam.clock import FixedClock

VT, POLICE = "veilig-thuis-groningen", "politie-nn"


class Bus:
    """What the relay needs of Kafka."""

    async def deliver(self, rows):
        return {0: len(rows)}

    async def ends_of(self, _topic):
        return {0: 0}


@pytest.fixture
def desk(ledger, clock):
    """Intake after a morning of everything that can become of an event, all of it published."""
    desk = Desk(ledger, clock, Pipeline(ledger, clock=clock, real=clock))
    desk.take(
        sent(VT, "condition_met", "e-2", condition_id="vw-1", reference="d-1"),
        Sent("agency.politie-nn", None, b"geen avro", []),
        report(POLICE, "p-1", persons=["psn-voorbeeld-1"], headers={"ce_sequence": b"1"}),
    )
    desk.take(report(VT, "e-1", reference="d-1"), report(VT, "e-1", reference="d-1"))
    publish(ledger)
    return desk


def publish(ledger):
    asyncio.run(Relay(ledger, Bus()).step())


def look(desk, meters=None):
    return Reconciler(desk.ledger, meters or registry("intake"), minutes=5, real=FixedClock(NOON + HOUR)).look()


def test_at_rest_all_that_was_counted_agrees(desk):
    assert look(desk) == {}


def test_what_is_not_published_yet_is_a_difference_until_it_is(desk):
    desk.take(report(VT, "e-9"))
    assert look(desk) == {"ledger and relay": 1}

    publish(desk.ledger)

    assert look(desk) == {}


SPOILED = {
    "DELETE FROM seen WHERE event_id = 'e-1'": {"ledger and register": 1},
    "UPDATE heads SET version = version + 1 WHERE version = 2": {"ledger and chains": -1},
    "DELETE FROM stored_events WHERE topic = 'condition_met'": {
        "intake and ledger": 1,
        "ledger and register": -1,
        "ledger and chains": -1,
        "ledger and relay": -1,
    },
    "UPDATE memos SET value = CAST('2' AS BLOB) WHERE name = 'relay/published'": {"ledger and relay": 1},
    "UPDATE memos SET value = CAST('7' AS BLOB) WHERE name = 'counted/from'": {"intake and ledger": 7},
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_whatever_of_the_ledgers_own_counters_diverges_is_named(desk, spoil):
    with desk.ledger.writing() as w:
        assert w.statements.execute(spoil) > 0

    assert look(desk) == SPOILED[spoil]


def test_a_number_that_the_sender_counted_and_intake_did_not_is_named(desk):
    desk.take(report(POLICE, "p-3", headers={"ce_sequence": b"3"}))
    publish(desk.ledger)

    assert look(desk) == {"sender and intake": 1}


def test_records_that_kafka_threw_away_before_they_were_read_are_named(desk):
    desk._next[next(place for place in desk._next if place.topic == "agency.politie-nn")] += 4
    desk.take(report(POLICE, "p-9"))
    publish(desk.ledger)

    assert look(desk) == {"kafka and intake": 4}


def test_a_ledger_that_is_older_than_its_counters_counts_from_where_it_stood(desk):
    with desk.ledger.writing() as w:
        w.statements.execute("DELETE FROM memos")
    assert look(desk) == {}

    desk.take(report(VT, "e-8"))
    publish(desk.ledger)

    assert look(desk) == {}


def test_a_difference_is_a_gauge_at_once_and_a_line_when_it_stays(desk, caplog):
    desk.take(report(VT, "e-9"))
    meters = registry("intake")
    reconciler = Reconciler(desk.ledger, meters, minutes=5)
    reconciler.look()
    assert 'waakvlam_reconcile_difference{between="ledger and relay"} 1.0' in meters.text().decode()
    assert "counts_differ" not in caplog.text

    reconciler.look()
    reconciler.look()

    assert [one for one in lines(caplog) if one["event"] == "counts_differ"] == [
        {"event": "counts_differ", "pair": "ledger and relay", "difference": 1}
    ]
    publish(desk.ledger)
    reconciler.look()
    assert 'waakvlam_reconcile_difference{between="ledger and relay"} 0.0' in meters.text().decode()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_each_pair_is_named_when_one_of_its_sides_diverges_and_only_then(pair):
    even = {one.left: 5 for one in PAIRS} | {one.right: 5 for one in PAIRS}
    even = {
        name: 0 if name in ("sequence_numbers_missing", "records_thrown_away_unread") else n for name, n in even.items()
    }
    assert [one.pair.name for one in reconcile(even) if one.difference] == []

    named = [one.pair.name for one in reconcile({**even, pair.left: even[pair.left] + 3}) if one.difference]

    assert pair.name in named


def test_a_side_that_is_not_known_here_is_compared_with_nothing():
    assert [one.pair.name for one in reconcile({"ledger_records": 1})] == []


# From the command line, with the views.


@pytest.fixture
def views(tmp_path, desk, monkeypatch):
    """The views' own databases, each with what its counter is made of."""
    tables = {
        "RADAR": [
            "CREATE TABLE radar (case_id text, version bigint)",
            "CREATE TABLE positions (topic text, part bigint, position bigint)",
            "CREATE TABLE alerts (alert text, raised_sent_at bigint, raised_recorded_at bigint)",
            "INSERT INTO radar VALUES ('a', 2), ('b', 1)",
            "INSERT INTO positions VALUES ('case-events', 0, 2), ('case-events', 1, 1)",
        ],
        "TRIAGE": [
            "CREATE TABLE triage_positions (topic text, part bigint, position bigint)",
            "INSERT INTO triage_positions VALUES ('case-events', 0, 3)",
        ],
        "BOARD": [
            "CREATE TABLE board_cases (case_id text, version bigint)",
            "CREATE TABLE board_alerts (raised text)",
            "INSERT INTO board_cases VALUES ('a', 2), ('b', 1)",
        ],
    }
    for name in ("LEDGER", "DATA", "CLOCK"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    for name, statements in tables.items():
        url = f"sqlite:///{tmp_path}/{name.lower()}.db"
        monkeypatch.setenv(f"WAAKVLAM_{name}", url)
        database = open_database(url)
        database.create(statements)
        database.close()
    return tmp_path


def ask(folder):
    told = CliRunner().invoke(app, ["reconcile", "--json", "--data", str(folder)])
    return told.exit_code, {one["between"]: one["difference"] for one in json.loads(told.stdout)["pairs"]}


def test_one_command_puts_all_counters_side_by_side(views):
    code, found = ask(views)

    assert code == Exit.OK
    assert set(found) == {pair.name for pair in PAIRS}
    assert set(found.values()) == {0}


def test_what_is_told_without_a_case_is_read_by_the_board_and_folded_by_no_radar(views, desk):
    desk.take(sent(VT, "advice_given", "adv-1", question="anders", asker_capacity="school", violence_kinds=[]))
    publish(desk.ledger)
    database = open_database(f"sqlite:///{views}/board.db")
    with database.transaction() as t:
        t.execute("INSERT INTO board_cases VALUES ('the stream of an agency', 1)")
    database.close()

    code, found = ask(views)

    assert (code, {pair: number for pair, number in found.items() if number}) == (Exit.OK, {})


DIVERGED = {
    "UPDATE radar SET version = 1 WHERE case_id = 'a'": ("RADAR", {"ledger and radar": 1}),
    "UPDATE board_cases SET version = 1 WHERE case_id = 'a'": ("BOARD", {"ledger and board": 1}),
    "DELETE FROM triage_positions": ("TRIAGE", {"radar and triage": 3}),
    "INSERT INTO alerts VALUES ('x', NULL, NULL)": ("RADAR", {"alerts raised and delivered": 1}),
    "INSERT INTO alerts VALUES ('x', 1, NULL)": ("RADAR", {"alerts delivered and recorded": 1}),
    "INSERT INTO board_alerts VALUES ('x')": ("BOARD", {"alerts recorded and shown": -1}),
}


@pytest.mark.parametrize("spoil", DIVERGED)
def test_a_view_or_channel_that_diverges_is_named_and_ends_with_a_code_of_its_own(views, spoil):
    name, expected = DIVERGED[spoil]
    database = open_database(f"sqlite:///{views}/{name.lower()}.db")
    with database.transaction() as t:
        assert t.execute(spoil) > 0
    database.close()

    code, found = ask(views)

    assert code == Exit.DIFFERS
    assert {pair: number for pair, number in found.items() if number} == expected


def test_the_difference_is_told_in_words_with_what_to_do(views, desk):
    desk.take(report(VT, "e-9"))

    told = CliRunner().invoke(app, ["reconcile", "--data", str(views)]).stdout

    assert ["ledger", "and", "relay", "4", "3", "1"] in [line.split() for line in told.splitlines()]
    assert "ledger and relay: Records are not on case-events yet." in told


def test_a_view_that_is_not_there_is_left_out_and_never_made(views):
    (views / "board.db").unlink()

    _, found = ask(views)

    assert "ledger and board" not in found
    assert not (views / "board.db").exists()
    assert set(VIEWS) == {"WAAKVLAM_RADAR", "WAAKVLAM_TRIAGE", "WAAKVLAM_BOARD"}
