"""The board's view: every fact counts once, gaps are filled from the ledger, and it can be made again from nothing."""

import pytest

from ledger.application import Ledger
from ledger.database import open_database
from ledger.record import encode
from ledger.streams.records import Batch, Place
from services.board.agents import CASE_EVENTS, Reader
from services.board.anew import empty
from services.board.news import News
from services.board.store import Store
from services.board.worklist import ANEW_MICROS, Worklist
from tests.journey.region import Arrived, Region
from waakvlam.clock import FixedClock

FAMILY = "Familie Proef"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request, tmp_path):
    url = f"sqlite:///{tmp_path}/board.db" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    made = Store(open_database(url))
    yield made
    made.database.close()


@pytest.fixture
def region(store, tmp_path):
    clock = FixedClock(1_795_516_200_000_000)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock, keys=None)
    yield Region(ledger, Reader(store, ledger, changed=lambda: None), clock)
    ledger.close()


def raise_one(region, rule="ST-07", **others):
    return region.alert(
        FAMILY, rule, "Overdracht zonder antwoord", "Daarom.", due="2026-11-17T23:00:00+00:00", **others
    )


def open_rules(store):
    return sorted(row.rule for row in store.open_alerts()[1])


def arrived(region, version, offset=0):
    """Return a record of the family as the bus would hand it over."""
    record = region.ledger.history(region.case(FAMILY))[version - 1]
    headers = [("type", record.type.encode()), ("version", str(version).encode())]
    return Arrived(CASE_EVENTS, 0, offset, record.case.encode(), encode(record), headers)


def hand(region, *records):
    region.reader.handle(Batch({Place(CASE_EVENTS, 0): list(records)}))


def test_an_alert_is_open_from_its_raising_to_its_closing(region, store):
    raise_one(region)
    assert open_rules(store) == ["ST-07"]

    region.close(FAMILY, "ST-07")
    assert open_rules(store) == []


def test_what_the_alert_says_is_kept_whole(region, store):
    raised = raise_one(region, weight=5, to="team_manager", legal=True)

    row = store.alert(raised)

    assert (row.title, row.why, row.weight, row.turn, row.legal) == (
        "Overdracht zonder antwoord",
        "Daarom.",
        5,
        "team_manager",
        True,
    )


def test_a_fact_that_comes_again_changes_nothing(region, store):
    raise_one(region)
    region.close(FAMILY, "ST-07")
    before = store.stand()

    hand(region, arrived(region, 1), arrived(region, 2))

    assert open_rules(store) == []
    assert store.stand() == before


def test_a_gap_is_filled_from_the_ledger(region, store):
    region.reader.handle, keep = lambda _: None, region.reader.handle
    raise_one(region, "ST-07")
    raise_one(region, "ST-08")
    raise_one(region, "ST-09")
    region.reader.handle = keep

    hand(region, arrived(region, 3))

    assert open_rules(store) == ["ST-07", "ST-08", "ST-09"]
    assert store.version_of(region.case(FAMILY)) == 3


def test_an_empty_view_is_made_again_from_the_ledger(region, store, tmp_path):
    raise_one(region, "ST-07")
    raise_one(region, "ST-08")
    region.close(FAMILY, "ST-08")
    again = Store(open_database(f"sqlite:///{tmp_path}/again.db"))
    assert again.is_empty()

    count = Reader(again, region.ledger, changed=lambda: None).rebuild()

    assert count == 3
    assert open_rules(again) == open_rules(store) == ["ST-07"]
    again.database.close()


def test_reading_goes_on_where_it_ended(region, store):
    raise_one(region)
    place = Place(CASE_EVENTS, 0)

    assert region.reader.positions([place, Place(CASE_EVENTS, 1)]) == {place: 2}


def test_a_batch_that_fails_leaves_nothing_behind(region, store, monkeypatch):
    monkeypatch.setattr("services.board.store.Fold.finish", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        raise_one(region)

    assert open_rules(store) == []
    assert store.positions() == {}


def test_news_counts_what_is_new_changed_and_gone_since_a_list_was_shown(region, store):
    raise_one(region, "ST-07")
    raise_one(region, "ST-08")
    shown = store.stand()
    raise_one(region, "ST-09")
    raise_one(region, "ST-10")
    region.close(FAMILY, "ST-10")
    region.close(FAMILY, "ST-08")
    acknowledge(region, "ST-07")

    assert store.news(shown) == News(raised=1, acknowledged=1, closed=1)
    assert store.news(store.stand()) == News(0, 0, 0)


def acknowledge(region, rule, next_step_on=None):
    alert = next(row.alert for row in region.reader.store.open_alerts()[1] if row.rule == rule)
    return region.tell(FAMILY, "alert_acknowledged", alert=alert, next_step_on=next_step_on, intention=None, by=None)


def test_an_acknowledgement_is_of_one_alert_alone(region, store):
    raise_one(region, "ST-07")
    raise_one(region, "ST-08")

    acknowledge(region, "ST-07")

    assert {row.rule: row.acknowledgements for row in store.open_alerts()[1]} == {"ST-07": 1, "ST-08": 0}


def test_an_escalation_passes_the_turn(region, store):
    raise_one(region)
    alert = store.open_alerts()[1][0].alert
    same = {
        "rule": "ST-07",
        "agreement": "groningen",
        "version": 3,
        "instance": "s",
        "stage": "breach",
        "due": "",
        "row": 1,
    }

    region.tell(FAMILY, "alert_escalated", "radar", alert=alert, to=["team_manager"], step=2, **same)

    assert store.open_alerts()[1][0].turn == "team_manager"


def test_the_worklist_follows_the_view_and_keeps_the_most_urgent_first(region, store):
    worklist = Worklist(store, region.clock)
    raise_one(region, "ST-07")
    raise_one(region, "ST-08", weight=5)
    assert [row.rule for row in worklist.open()[1]] == ["ST-08", "ST-07"]

    region.close(FAMILY, "ST-08")
    raise_one(region, "ST-09", weight=4)
    acknowledge(region, "ST-07")

    stand, rows = worklist.open()
    assert [(row.rule, row.acknowledgements) for row in rows] == [("ST-09", 0), ("ST-07", 1)]
    assert stand == store.stand()


def test_a_worklist_of_which_nothing_changed_is_not_read_again(region, store, monkeypatch):
    raise_one(region)
    worklist = Worklist(store, region.clock)
    before = worklist.open()
    monkeypatch.setattr(Store, "open_alerts", lambda *_: pytest.fail("it was read again"))

    assert worklist.open() == before


def test_a_view_that_was_emptied_behind_the_worklist_is_believed(region, store):
    raise_one(region)
    worklist = Worklist(store, region.clock)
    worklist.open()

    empty(store.database)

    assert worklist.open()[1] == ()


def test_a_worklist_is_read_anew_after_a_while_whatever_the_numbers_say(region, store):
    raise_one(region)
    worklist = Worklist(store, region.clock)
    worklist.open()
    with store.database.transaction() as t:
        t.execute("UPDATE board_alerts SET title = 'Anders'")
    assert worklist.open()[1][0].title != "Anders"

    region.clock.at += ANEW_MICROS + 1

    assert worklist.open()[1][0].title == "Anders"


def test_a_case_is_found_by_how_its_number_begins(region, store):
    raise_one(region)
    case = region.case(FAMILY)

    assert store.cases_like(case[:8]) == [case]
    assert store.cases_like("00000000") == []
