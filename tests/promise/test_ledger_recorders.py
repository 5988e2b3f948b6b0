"""The recorders by themselves keep what eventsourcing asks of one, with positions of our own."""

import sqlite3
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError, StoredEvent

from ledger import errors
from ledger.recorders import kept, open_recorder


@pytest.fixture
def recorder(url: str):
    opened = open_recorder(url)
    yield opened
    opened.close()


def stored(number: int, case: str = "case-a", first: int = 1) -> list[StoredEvent]:
    return [
        StoredEvent(case, version, "incident_recorded", bytes([version])) for version in range(first, first + number)
    ]


def test_inserted_events_come_back_in_order_of_version_and_of_position(recorder):
    assert list(recorder.insert_events(stored(3))) == [1, 2, 3]
    assert list(recorder.insert_events([*stored(2, "case-b"), *stored(1, first=4)])) == [4, 5, 6]

    assert list(recorder.select_events("case-a")) == stored(4)
    assert [
        (each.id, each.originator_id, each.originator_version)
        for each in recorder.select_notifications(2, 3, inclusive_of_start=False)
    ] == [(3, "case-a", 3), (4, "case-b", 1), (5, "case-b", 2)]
    assert recorder.max_notification_id() == 6


def test_a_version_that_is_taken_is_a_conflict_and_nothing_of_it_remains(recorder):
    recorder.insert_events(stored(2))
    with pytest.raises(errors.Conflict):
        recorder.insert_events([*stored(1, "case-b"), *stored(1, first=2)])

    assert recorder.max_notification_id() == 2
    assert list(recorder.select_events("case-b")) == []
    assert list(recorder.insert_events(stored(1, "case-b"))) == [3]


def test_the_tables_are_made_once_and_opening_needs_no_lock(recorder, url: str):
    with recorder.writing():
        again = open_recorder(url)
    again.close()


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path):
    recorder = open_recorder(f"sqlite:///{tmp_path / 'new' / 'ledger.db'}")
    with recorder.writing() as t:
        assert (t.value("PRAGMA journal_mode"), t.value("PRAGMA synchronous")) == ("wal", 2)
    recorder.close()
    with sqlite3.connect(tmp_path / "new" / "ledger.db") as by_hand:
        [(made,)] = by_hand.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events'")
    assert "rowid INTEGER PRIMARY KEY AUTOINCREMENT" in made


@pytest.mark.parametrize(("theirs", "ours"), [(OperationalError, errors.Unavailable), (ValueError, ValueError)])
def test_errors_of_the_library_become_the_ledgers(theirs, ours):
    with pytest.raises(ours), kept():
        raise theirs("gone")
