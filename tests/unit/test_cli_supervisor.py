"""The supervisor: what dies is started again, ever more patiently, and nothing is left behind."""

import os
import sys
import time

import pytest

from cli.supervisor import PAUSE_SECONDS_MAX, Program, Supervisor, pause_seconds

FOREVER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


class Hand:
    """A clock that is moved by hand."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def supervise(tmp_path):
    made = []

    def make(code, *, now=time.monotonic):
        said = []
        program = Program("service", (sys.executable, "-c", code), dict(os.environ))
        supervisor = Supervisor((program,), tmp_path / "logs", said.append, now)
        made.append(supervisor)
        supervisor.start()
        return supervisor, said

    yield make
    for one in made:
        one.stop()


def until(true, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_pauses_double_up_to_a_limit():
    assert [pause_seconds(failures) for failures in range(5)] == [0.0, 0.5, 1.0, 2.0, 4.0]
    assert pause_seconds(50) == PAUSE_SECONDS_MAX


def test_what_dies_is_started_again_after_its_pause(supervise):
    hand = Hand()
    supervisor, said = supervise("raise SystemExit(3)", now=hand)
    first = supervisor.pids()["service"]
    until(lambda: (supervisor.look(), said)[1])
    assert supervisor.pids() == {}
    assert "ended with code 3" in said[0]

    hand.at += 0.6
    supervisor.look()

    assert supervisor.pids()["service"] != first


def test_failures_in_a_row_are_forgotten_after_a_good_while(supervise):
    hand = Hand()
    supervisor, said = supervise("raise SystemExit(3)", now=hand)
    until(lambda: (supervisor.look(), len(said) == 1)[1])
    hand.at += 1
    until(lambda: (supervisor.look(), len(said) == 2)[1])
    hand.at += 2
    supervisor.look()
    hand.at += 100  # it ran for a good while
    until(lambda: (supervisor.look(), len(said) == 3)[1])

    assert "again in 0.5 s" in said[0]
    assert "again in 1 s" in said[1]
    assert "again in 0.5 s" in said[2]


def test_stopping_leaves_nothing_behind(supervise):
    supervisor, _ = supervise(FOREVER)
    pid = supervisor.pids()["service"]

    supervisor.stop()

    assert not is_alive(pid)
    assert supervisor.pids() == {}


def test_what_does_not_listen_is_ended_all_the_same(supervise, monkeypatch):
    monkeypatch.setattr("cli.supervisor.STOPPED_WITHIN_SECONDS", 0.2)
    supervisor, _ = supervise(STUBBORN)
    until(lambda: "up" in supervisor.last_words("service"))
    pid = supervisor.pids()["service"]

    supervisor.stop()

    assert not is_alive(pid)


def test_last_words_are_the_end_of_the_log(supervise):
    supervisor, said = supervise("print('woorden'); raise SystemExit(1)")
    until(lambda: (supervisor.look(), said)[1])

    assert supervisor.last_words("service") == "woorden"
    assert supervisor.last_words("another") == "(no log)"
