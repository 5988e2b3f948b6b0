"""How-to guides do what they say: every command runs, and prints what the guide shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import practice

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
# Each guide, and what makes ready what it looks at: a folder that it calls /tmp/oefening.
GUIDES = {
    "change-an-agreement.md": None,
    "ask-why.md": practice.fill,
    "set-aside.md": None,
    "log-in.md": practice.fill_looks,
}
BLOCK = re.compile(r"```(console|text)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_a_guide_print_what_it_shows(guide: str, tmp_path: Path) -> None:
    if make_ready := GUIDES[guide]:
        make_ready(tmp_path / "oefening")
    blocks = BLOCK.findall((HOW_TO / guide).read_text("utf-8"))
    commands = [line.removeprefix("$ ") for kind, text in blocks if kind == "console" for line in text.splitlines()]
    shown = "".join(text for kind, text in blocks if kind == "text")
    begin = f'python() {{ PYTHONPATH={ROOT} {sys.executable} "$@"; }}; waakvlam() {{ python -m cli.main "$@"; }}'
    script = "\n".join([begin, *(one.replace("/tmp/", f"{tmp_path}/") for one in commands)])

    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("WAAKVLAM_")}
    surroundings["WAAKVLAM_CLOCK"] = practice.CLOCK
    done = subprocess.run(
        ["bash", "-ec", script], cwd=ROOT, env=surroundings, check=True, capture_output=True, text=True
    )

    assert done.stdout == shown
