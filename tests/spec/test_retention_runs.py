"""The timed job of retention: it proposes what is due, once, and what it did stands in the ledger; erasing stays with people."""

import json
from contextlib import closing
from datetime import date

import pytest

from cli import erase as erasing
from cli.exits import Ends, Exit
from cli.settings import Settings
from ledger import decisions
from ledger.database import open_database
from rulebook.instants import day_of
from services.board.access.looks import LookLog
from tests.spec.test_intake_erases import ANNA, BERT, House, closed, confirmed, proposed
from waakvlam.clock import FixedClock

LATER = day_of(date(2060, 1, 1))
KEYS = {"kept_until", "proposed", "waiting"}  # no case: nobody reads along with a timed job


@pytest.fixture
def house(tmp_path):
    one = House(tmp_path)
    yield one
    for each in one.opened:
        each.close()


@pytest.fixture
def told(monkeypatch):
    """What the job says at the door, instead of saying it on Kafka."""
    found = []
    monkeypatch.setattr(erasing, "tell", lambda _, message: found.append(message))
    return found


def run(house, *, by=None, day=LATER, **more):
    kind = type("Simulated", (Settings,), {"time": lambda _: house.clock})
    erasing.show_retention(kind(data=house.folder), day, by, **{"run": True, "as_json": True, **more})


def written(desk):
    with desk.ledger.reading() as t:
        return {item: (one.who, json.loads(one.reason)) for item, one in decisions.last_of(t, decisions.RETAIN).items()}


def test_a_run_without_a_proposer_changes_nothing_and_is_set_down_with_the_terms_it_went_by(house, told, capsys):
    desk = house.open()
    case = closed(desk)

    run(house)

    (one,) = json.loads(capsys.readouterr().out)
    assert (one.keys(), one["proposed"], one["waiting"], told) == (KEYS, False, False, [])
    who, said = written(desk)["retention/2060-01-01"]
    assert (who, said["kind"], said["due"], said["proposed"], said["waiting"]) == ("waakvlam", "case", 1, 0, 0)
    assert said["terms"] == [{"valid_from": "2010-01-01", "years": 20, "from_youngest_age": 18}]
    assert case not in json.dumps(said)


def test_whoever_asks_which_cases_are_due_stands_in_the_look_log_first(house, told, capsys):
    case = closed(house.open())

    run(house, run=False, by=ANNA)

    with closing(open_database(f"sqlite:///{house.folder}/looks.db")) as database:
        log = LookLog(database, FixedClock(1))
        (look,) = log.by_case(list(log.lines()))
    assert [one["case"] for one in json.loads(capsys.readouterr().out)] == [case]
    assert (look.person, look.case_id, look.purpose) == (ANNA, case, "bewaartermijn-verlopen")


def test_a_case_is_proposed_once_and_waits_for_another_person(house, told, capsys):
    desk = house.open()
    case = closed(desk)

    run(house, by=ANNA)
    (message,) = told
    assert (str(message.case), message.ground, message.recorded_by) == (case, "bewaartermijn-verlopen", ANNA)
    desk.take(proposed(case))
    run(house, by=ANNA, day=LATER + 7)

    assert len(told) == 1
    assert json.loads(capsys.readouterr().out.partition("]\n")[2])[0]["waiting"] is True
    assert [said["proposed"] for _, said in written(desk).values()] == [1, 0]
    assert desk.take(confirmed(case, by=BERT))[0].verdict == "accepted"


def test_what_was_erased_is_not_due_any_more(house, told):
    desk = house.open()
    case = closed(desk)
    desk.take(proposed(case), confirmed(case))

    run(house, by=ANNA)

    assert (told, written(desk)["retention/2060-01-01"][1]["due"]) == ([], 0)


def test_a_run_that_breaks_off_is_set_down_with_what_it_did(house, monkeypatch):
    desk = house.open()
    closed(desk)

    def broken(*_):
        raise ConnectionError("the door does not answer")

    monkeypatch.setattr(erasing, "tell", broken)
    with pytest.raises(ConnectionError):
        run(house, by=ANNA)

    assert written(desk)["retention/2060-01-01"] == (ANNA, {**written(desk)["retention/2060-01-01"][1], "proposed": 0})


def test_without_any_term_the_job_fails_loudly_instead_of_finding_nothing_due(house, told, tmp_path):
    closed(house.open())
    kind = type("Simulated", (Settings,), {"time": lambda _: house.clock})

    with pytest.raises(Ends, match="nothing would ever be due") as ended:
        erasing.show_retention(kind(data=house.folder, agreements=tmp_path), LATER, None, run=True, as_json=True)

    assert ended.value.code == Exit.USAGE
