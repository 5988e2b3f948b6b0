"""What has ended at the board is thrown away when its term is over, once a day, and what was done is set down for good."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from cli.main import app
from ledger import errors, retention
from ledger.application import Ledger
from ledger.database import open_database
from rulebook.instants import day_of
from services.board.access.sessions import Begun, Lifetimes, Sessions
from services.board.ageing import Shelf, Thrown
from services.board.rights import Person, Role
from waakvlam.clock import FixedClock

DAY = 86_400_000_000
NOON = 1_795_500_000_000_000
ANNA = Person(id="m-1", roles=frozenset({Role.MONITOR}), municipalities=frozenset({"0014"}))
SINCE = day_of(date(2010, 1, 1))


def ages(**days):
    return tuple(retention.Age(kind, SINCE, number, "voorbeeld") for kind, number in days.items())


class Door:
    """Logins, in a database of their own with its clock."""

    def __init__(self, url):
        self.clock = FixedClock(NOON)
        self.database = open_database(url)
        self.sessions = Sessions(self.database, self.clock, Lifetimes(idle=30, absolute=600))
        kinds = {
            retention.SESSION: self.sessions.forget_sessions,
            retention.LOGIN: self.sessions.forget_logins,
        }
        self.shelf = Shelf(self.database, self.clock, kinds)

    def rows(self, table):
        with self.database.reading() as t:
            return t.value(f"SELECT count(*) FROM {table}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def door(request, tmp_path):
    one = Door(f"sqlite:///{tmp_path}/looks.db" if request.param == "sqlite" else request.getfixturevalue("postgres")())
    yield one
    one.database.close()


def test_a_session_that_ended_goes_and_one_that_lasts_stays(door):
    door.sessions.open(ANNA, id_token="t")
    door.clock.at = NOON + DAY
    token = door.sessions.open(ANNA, id_token="t")  # a new login throws away what ended at once
    door.clock.at = NOON + DAY + DAY // 48 + 1
    assert (door.rows("sessions"), door.sessions.find(token, touch=False)) == (1, None)

    assert [one.number for one in door.shelf.tidy(ages(session=1))] == [0]
    door.clock.at += DAY
    assert [one.number for one in door.shelf.tidy(ages(session=1))] == [1]
    assert door.rows("sessions") == 0


def test_a_login_that_nobody_came_back_to_goes_a_day_later(door):
    door.sessions.begin_login(Begun(state="s", nonce="n", verifier="v", towards="/"))
    door.clock.at = NOON + DAY + 601_000_000

    assert [(one.kind, one.number) for one in door.shelf.tidy(ages(login=1))] == [("login", 1)]


def test_a_day_without_anything_is_set_down_too_and_no_day_twice(door):
    terms = ages(session=1, login=1)

    first, again = door.shelf.tidy(terms), door.shelf.tidy(terms)
    door.clock.at += DAY
    door.shelf.tidy(terms)

    assert (len(first), again, len(door.shelf.thrown())) == (2, [], 4)
    assert first[0] == Thrown(NOON, "session", 0, NOON - DAY, 1, "voorbeeld")


def test_what_was_set_down_can_not_be_changed_or_taken_away(door):
    door.shelf.tidy(ages(session=1))

    for deed in ("DELETE FROM thrown_away", "UPDATE thrown_away SET number = 9"):
        with pytest.raises(errors.LedgerError), door.database.transaction() as t:
            t.execute(deed)
    assert [one.number for one in door.shelf.thrown()] == [0]


def test_a_kind_without_a_term_is_kept(door):
    door.sessions.open(ANNA, id_token="t")
    door.clock.at = NOON + 9_000 * DAY

    assert door.shelf.tidy(()) == []
    assert door.rows("sessions") == 1


def test_the_command_tells_what_the_board_set_down(tmp_path, monkeypatch):
    clock = FixedClock(NOON)
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock).close()
    for name in ("LEDGER", "DATA", "CLOCK", "BOARD", "LOOKS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    database = open_database(f"sqlite:///{tmp_path}/looks.db")
    sessions = Sessions(database, clock, Lifetimes())
    sessions.open(ANNA, id_token="t")
    clock.at = NOON + 3 * DAY
    Shelf(database, clock, {"session": sessions.forget_sessions}).tidy(ages(session=1))
    database.close()

    told = CliRunner().invoke(app, ["retention", "--done", "--json", "--data", str(tmp_path)])

    (one,) = json.loads(told.stdout)
    assert (one["kind"], one["thrown_away"], one["days"], one["source"]) == ("session", 1, 1, "voorbeeld")
    assert "m-1" not in told.stdout
