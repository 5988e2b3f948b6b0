"""The bench of the board still builds a board: it is run seldom, and would rot unseen."""

from starlette.testclient import TestClient

from bench import overviews
from bench._board import UNTIL
from bench._staff import Staff
from bench.board import _board
from ledger.application import Ledger
from ledger.database import open_database
from services.board.app import pages_of
from services.board.live import Hub
from services.board.store import Store
from waakvlam.clock import FixedClock


def test_the_board_that_is_measured_answers(tmp_path):
    clock = FixedClock(UNTIL)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock)
    store = Store(open_database(f"sqlite:///{tmp_path}/board.db"))

    board = _board(store, ledger, Hub(), clock)
    with TestClient(pages_of(board), base_url="http://127.0.0.1") as client:
        assert client.get("/").status_code == 200
    assert board.desk.outbox.sent(case="a case") == []  # what the page of a case asks

    store.database.close()
    ledger.close()


def test_the_overviews_that_are_measured_answer(tmp_path):
    found = overviews.measure(overviews.board_of(tmp_path, cases=60, alerts=10), turns=2)

    assert {"/team", "/regio.csv", "/spiegel", "/bestuur"} <= found.keys()


def test_each_screen_waits_from_the_decision_until_it_counts_that_alert():
    staff = Staff("http://127.0.0.1", 2)
    for screen, told in zip(staff.screens, ([(10.5, 1), (12.0, 3)], [(10.2, 1), (11.5, 2), (12.5, 3)]), strict=True):
        screen.told = told

    assert staff.waits([10.0, 11.0, 11.25]) == [0.5, 10.2 - 10.0, 1.0, 0.5, 0.75, 1.25]
    assert staff.is_told_of(3)
    assert not staff.is_told_of(4)
