"""The board as a process: it stays up without Kafka and says so, ends cleanly, and refuses settings with a sentence."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ledger.application import Ledger
from tests.journey import stories
from tests.journey.region import Region
from waakvlam.clock import FixedClock

ROOT = Path(__file__).parents[2]
NOBODY = "127.0.0.1:9"


@pytest.fixture
def port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def environment(tmp_path, port):
    return {
        "PATH": os.environ["PATH"],
        "WAAKVLAM_BOOTSTRAP": NOBODY,
        "WAAKVLAM_LEDGER": f"sqlite:///{tmp_path}/ledger.db",
        "WAAKVLAM_BOARD": f"sqlite:///{tmp_path}/board.db",
        "WAAKVLAM_AGREEMENTS": str(ROOT / "agreements"),
        "WAAKVLAM_LOOKS": f"sqlite:///{tmp_path}/looks.db",
        "WAAKVLAM_BOARD_PORT": str(port),
    }


def start(environment, **others):
    return subprocess.Popen(
        [sys.executable, "-m", "services.board"],
        cwd=ROOT,
        env=environment | others,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(port, path):
    """Return status and text of a page as soon as the board answers."""
    pause = threading.Event()
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as found:
                return found.status, found.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            pause.wait(0.1)
    raise AssertionError("the board does not answer")


def test_without_kafka_the_board_shows_what_the_ledger_knew_and_says_that_it_is_not_fed(tmp_path, environment, port):
    clock = FixedClock(1_795_516_200_000_000)
    ledger = Ledger.open(environment["WAAKVLAM_LEDGER"], clock=clock, keys=None)
    stories.many_signals(Region(ledger, Deaf(), clock))
    ledger.close()
    board = start(environment)
    try:
        status, page = answer(port, "/")

        assert status == 200
        assert "Veel signalen in korte tijd" in page
        assert "dit bord krijgt nu geen nieuwe berichten" in page
        assert answer(port, "/health")[0] == 200
        assert answer(port, "/ready")[0] == 503
        assert "waakvlam_board_open_alerts 1.0" in answer(port, "/metrics")[1]
    finally:
        board.send_signal(signal.SIGTERM)
        out, logged = board.communicate(timeout=20)

    assert board.returncode == 0, logged
    assert out == ""


class Deaf:
    """A board that hears nothing: what is told goes into the ledger alone."""

    def handle(self, batch):
        """Hear nothing."""


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("WAAKVLAM_BOARD_HOST", "0.0.0.0", "Het bord heeft geen inlog"),
        ("WAAKVLAM_AGREEMENTS", "/nergens", "nergens"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_a_sentence(environment, setting, value, sentence):
    board = start(environment, **{setting: value})

    _, told = board.communicate(timeout=60)

    assert board.returncode == 64
    assert sentence in told
    assert "Traceback" not in told
