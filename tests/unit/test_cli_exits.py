"""Whatever odd thing a command is given: a sentence that says what to do, the right exit code, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.exits import Exit
from ledger.application import Ledger
from waakvlam.clock import FixedClock

AGREEMENTS = Path(__file__).parents[2] / "agreements"
LINE = {
    "id": "e-1",
    "type": "report_received",
    "case": "c-1",
    "agency": "politie-nn",
    "municipality": "0014",
    "occurred_at": "2026-04-02T10:15:00+02:00",
    "recorded_at": "2026-04-02T10:15:01+02:00",
    "data": {"report_id": "r-1"},
}


def waakvlam(*words, folder, output=subprocess.PIPE, **places):
    """Run a command as a process of its own, as people do, with nothing configured but these places."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WAAKVLAM_")}
    command = [sys.executable, "-m", "cli.main", *map(str, words)]
    root = str(Path(__file__).parents[2])
    environment = {**bare, **places, "PYTHONPATH": root}
    return subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=subprocess.PIPE, text=True)


def ended(*words, folder, **places):
    process = waakvlam(*words, folder=folder, **places)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert "Traceback" not in out
    return process.returncode, out + err


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "latin.jsonl").write_bytes(json.dumps(LINE).encode() + b"\n\xe9\n")
    (tmp_path / "no.db").write_text("This is no database, only a page of text. " * 100)
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "places", "code", "said"),
    [
        (("replay", "--agreements", AGREEMENTS, "--events", "latin.jsonl"), {}, Exit.REFUSED, "UTF-8"),
        (("export", "--ledger", "foo"), {}, Exit.USAGE, "sqlite:///path"),
        (("export", "--ledger", "sqlite:///no.db"), {}, Exit.REFUSED, "WAAKVLAM_LEDGER"),
        (("export", "--ledger", "postgresql://a:geheim@[x/y"), {}, Exit.UNREACHABLE, "WAAKVLAM_LEDGER"),
        (("why", "c-1", "--data", "."), {"WAAKVLAM_CLOCK": "rubbish"}, Exit.USAGE, "WAAKVLAM_CLOCK"),
        (("case", "c-1"), {"WAAKVLAM_INTAKE_PORT": "abc"}, Exit.USAGE, "WAAKVLAM_INTAKE_PORT"),
        (("doctor",), {"WAAKVLAM_INTAKE_PORT": "abc"}, Exit.UNREACHABLE, "WAAKVLAM_INTAKE_PORT"),
        (("demo", "--keep", "no.db/deep"), {}, Exit.USAGE, "cannot be made"),
        (("demo", "--summary", "no.db/deep/summary.json"), {}, Exit.USAGE, "cannot be made"),
        (("up", "--local-kafka"), {"WAAKVLAM_BOOTSTRAP": "kafka"}, Exit.USAGE, "WAAKVLAM_BOOTSTRAP"),
        (("up", "--data", "no.db/deep"), {"WAAKVLAM_AGREEMENTS": "/nergens"}, Exit.USAGE, "WAAKVLAM_AGREEMENTS"),
    ],
)
def test_an_odd_argument_ends_with_what_to_do(folder, words, places, code, said):
    ended_with, told = ended(*words, folder=folder, **places)

    assert (ended_with, said in told) == (code, True), told
    assert "geheim" not in told


def test_a_full_disk_is_told(folder):
    with open("/dev/full", "w") as full:  # noqa: PTH123 - the device that is always full
        process = waakvlam("doctor", folder=folder, output=full)
        _, err = process.communicate(timeout=60)

    assert process.returncode == Exit.UNREACHABLE
    assert "No space left" in err
    assert "Traceback" not in err


def test_output_that_nobody_reads_on_ends_quietly_and_well(folder):
    (folder / "one.jsonl").write_text(json.dumps(LINE))
    until = "2027-01-01T00:00:00Z"
    process = waakvlam("replay", "--agreements", AGREEMENTS, "--events", "one.jsonl", "--until", until, folder=folder)
    process.stdout.close()
    err = process.stderr.read()

    assert process.wait(timeout=60) == Exit.OK
    assert err == ""
