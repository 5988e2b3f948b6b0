"""How-to guides do what they say: every command runs, and prints what the guide shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "docs" / "how-to" / "change-an-agreement.md"]
BLOCK = re.compile(r"```(console|text)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_commands_of_a_guide_print_what_it_shows(guide: Path, tmp_path: Path) -> None:
    blocks = BLOCK.findall(guide.read_text("utf-8"))
    commands = [line.removeprefix("$ ") for kind, text in blocks if kind == "console" for line in text.splitlines()]
    shown = "".join(text for kind, text in blocks if kind == "text")
    begin = f'waakvlam() {{ PYTHONPATH={ROOT} {sys.executable} -m cli.main "$@"; }}'
    script = "\n".join([begin, *(one.replace("/tmp/", f"{tmp_path}/") for one in commands)])

    done = subprocess.run(["bash", "-ec", script], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout == shown
