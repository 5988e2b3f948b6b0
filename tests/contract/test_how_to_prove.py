"""The guide on proof does what it says: its commands run on a ledger of a few days, and print what it shows."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.testing import NOON
from tests.promise.test_whole_export import lived
from waakvlam.clock import FixedClock

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "how-to" / "prove.md"
BLOCK = re.compile(r"```(console|text)\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_guide_print_what_it_shows(tmp_path):
    clock = FixedClock(NOON)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    with closing(keys), closing(Ledger.open(url, clock=clock, keys=keys)) as ledger:
        lived(ledger, clock, tmp_path / "checkpoint.key")
        (public_key,) = ledger.proofs.public_keys()
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    commands = [line.removeprefix("$ ") for kind, text in blocks if kind == "console" for line in text.splitlines()]
    begin = [
        f'waakvlam() {{ {sys.executable} -m cli.main "$@"; }}',
        f'waakvlam-agency() {{ {sys.executable} -c "from waakvlam.cli import run; run()" "$@"; }}',
    ]
    script = "\n".join([*begin, *(one.replace("/tmp/", f"{tmp_path}/") for one in commands)])
    surroundings = {**os.environ, "LEDGER": url, "PUBLIC_KEY": public_key}
    done = subprocess.run(
        ["bash", "-ec", script], cwd=ROOT, check=True, capture_output=True, text=True, env=surroundings
    )

    assert done.stdout == "".join(text for kind, text in blocks if kind == "text")
