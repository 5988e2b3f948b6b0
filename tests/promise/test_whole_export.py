"""A whole export is the same from either store, is there whole or not at all, and fsck finds it in order."""

import ast
import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from ledger import sealing, whole_file
from ledger.application import Ledger
from ledger.export import write_export
from ledger.fsck import Examiner
from ledger.log_keys import LogKeys
from ledger.notary import Notary
from ledger.sealing import FileKeyStore
from ledger.whole_file import InUse, WholeFile
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from tests.promise.export_killer import WRAPPED
from waakvlam.clock import FixedClock

ROOT = Path(__file__).resolve().parents[2]
VT, POLICE = "veilig-thuis-groningen", "politie-nn"


def lived(ledger: Ledger, clock: FixedClock, keys_at: Path, *, days: int = 4, cases: int = 2) -> Notary:
    """Let some days pass: reports about persons, incidents, an event without a case; each day is signed."""
    desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
    notary = Notary(ledger, clock, LogKeys.at(keys_at, "waakvlam.example/proef"))
    for day in range(days):
        clock.at = NOON + day * 24 * HOUR
        for number in range(cases):
            name = f"{day}-{number}"
            person = f"{day * cases + number:064x}"
            desk.take(report(POLICE, f"r-{name}", reference=f"d-{name}", persons=[person], at=clock.at))
            incident = {"incident_id": f"i-{name}", "violence_kinds": [], "reference": f"d-{name}"}
            desk.take(sent(POLICE, "incident_recorded", f"i-{name}", at=clock.at, **incident))
        advice = {"question": "other", "asker_capacity": "school", "violence_kinds": []}
        desk.take(sent(VT, "advice_given", f"a-{day}", at=clock.at, **advice))
        while notary.work():
            pass
    return notary


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Each call lives the same days on another store, with the same keys and the same chance, and exports it."""

    def one(url: str, name: str) -> Path:
        nonces = count()
        monkeypatch.setattr(sealing.os, "urandom", lambda number: next(nonces).to_bytes(number, "big"))
        clock = FixedClock(NOON)
        keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
        with closing(keys), closing(Ledger.open(url, clock=clock, keys=keys)) as ledger:
            (tmp_path / "checkpoint.key.signed").unlink(missing_ok=True)
            lived(ledger, clock, tmp_path / "checkpoint.key")
            write_export(ledger, tmp_path / name)
        return tmp_path / name

    return one


def flaws(content: bytes) -> list[str]:
    return [str(one) for one in Examiner().examine(io.BytesIO(content))]


@pytest.mark.real
def test_both_stores_give_the_same_bytes_for_the_same_events(exported, postgres, tmp_path):
    sqlite = exported(f"sqlite:///{tmp_path / 'ledger.db'}", "from-sqlite").read_bytes()

    assert exported(postgres(), "from-postgresql").read_bytes() == sqlite
    assert flaws(sqlite) == []


def test_an_export_in_order_tells_what_is_in_it(exported, tmp_path):
    examiner = Examiner()
    with exported(f"sqlite:///{tmp_path / 'ledger.db'}", "export").open("rb") as file:
        found = list(examiner.examine(file))

    assert found == []
    assert (examiner.frontier.size, examiner.records.cases, examiner.checkpoints.count) == (20, 9, 3)
    assert examiner.checkpoints.last.day == "2025-11-27"
    assert examiner.checkpoints.last.size == 15


def test_an_export_is_for_our_user_alone(exported, tmp_path):
    file = exported(f"sqlite:///{tmp_path / 'ledger.db'}", "export")

    assert file.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_an_empty_ledger_and_one_that_never_signed_are_exported_in_order(tmp_path):
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=FixedClock(NOON))) as ledger:
        write_export(ledger, tmp_path / "export")

    assert flaws((tmp_path / "export").read_bytes()) == []


def test_an_error_leaves_the_earlier_file_and_nothing_beside_it(tmp_path):
    file = tmp_path / "export"
    file.write_bytes(b"earlier")
    with pytest.raises(TypeError), WholeFile(file) as whole:
        whole.write(None)

    assert file.read_bytes() == b"earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["export"]


def test_two_exports_at_once_do_not_mix(tmp_path):
    with WholeFile(tmp_path / "export") as whole:
        with pytest.raises(InUse, match="another export"):
            WholeFile(tmp_path / "export")
        whole.write(b"one")

    assert (tmp_path / "export").read_bytes() == b"one"


def test_killed_at_any_call_and_at_any_instant_it_leaves_a_good_export(exported, tmp_path):
    seed = random.randrange(2**32)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    file = exported(url, "export")
    new = file.read_bytes()
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'empty.db'}", clock=FixedClock(NOON))) as empty:
        write_export(empty, file)
    earlier = file.read_bytes()
    command = [sys.executable, str(Path(__file__).with_name("export_killer.py")), url, str(file), str(seed)]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sdk" / "src")])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240, env=surroundings)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    at_calls = [one for one in told if one["how"].startswith("call")]

    assert at_calls[-1]["ended"], f"seed {seed}"
    assert not any(one["ended"] for one in at_calls[:-1]), "every call before the last was one to die at"
    assert len(at_calls) > 15
    assert {one["file"]["bytes"] for one in at_calls} == {earlier.hex(), new.hex()}
    for one in told:
        assert one["file"]["in_order"], f"{one['how']}, seed {seed}"
        part = one.get("part")
        assert part is None or part["in_order"] == (part["bytes"] == new.hex()), f"{one['how']}, seed {seed}"
    assert any(not one["part"]["in_order"] for one in told if "part" in one)


def test_every_call_by_which_a_file_is_made_is_one_to_die_at():
    tree = ast.parse(Path(whole_file.__file__).read_text("utf-8"))
    called = {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
    on_parts = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "_part"
    }
    wrapped = {name for names in WRAPPED.values() for name in names}

    assert {name for module, name in called if module in {"os", "fcntl"}} <= wrapped
    assert on_parts <= wrapped


WRITES = """
import sys
from pathlib import Path
from ledger.whole_file import WholeFile
with WholeFile(Path(sys.argv[1]), buffer_bytes=1_000) as file:
    for number in range(6):
        file.write(b"line %d" % number * 100)
"""


def test_the_kernel_sees_no_other_call_on_the_file_than_those_to_die_at(tmp_path):
    """What the killer wraps in Python is all that reaches the kernel: asked of the kernel itself."""
    places = [
        word for place in (tmp_path, tmp_path / "export", tmp_path / "export.part") for word in ("-P", str(place))
    ]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sdk" / "src")])}
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", str(tmp_path / "calls"), *places, sys.executable, "-c", WRITES, str(tmp_path / "export")],
        check=False, capture_output=True, text=True, timeout=120, env=surroundings,
    )  # fmt: skip
    assert "ptrace" not in done.stderr, (
        "this machine lets nobody look on: allow ptrace, or run the suite where it is allowed"
    )
    calls = [re.sub(r"^\d+ +", "", line) for line in (tmp_path / "calls").read_text("utf-8").splitlines()]
    begun = next(at for at, call in enumerate(calls) if call.startswith("openat") and "export.part" in call)
    names = {call.partition("(")[0].removesuffix("at") for call in calls[begun:]}

    assert names == {name for some in WRAPPED.values() for name in some} - {"unlink"}, "unlink only when it fails"
