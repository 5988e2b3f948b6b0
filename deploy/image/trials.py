"""Tries an image as Kubernetes would run it: as nobody in particular, with a root that cannot be written."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.image.recipe import Stage, stages_of

ROOT = Path(__file__).resolve().parents[2]
NOBODY_ANSWERS = "127.0.0.1:1"
SETTINGS = {  # folders inside the image
    "WAAKVLAM_BOOTSTRAP": NOBODY_ANSWERS,
    "WAAKVLAM_DATA": "/tmp/data",  # noqa: S108
    "WAAKVLAM_KEYS": "/tmp/keys.db",  # noqa: S108
}
VIEWS = {f"WAAKVLAM_{name}": f"sqlite:////tmp/{name.lower()}.db" for name in ("LEDGER", "RADAR", "TRIAGE", "BOARD")}

# Each: what it shows, the command, its exit code, and words that it prints.
TRIALS = (
    ("the commands are there", ["waakvlam", "--help"], 0, "doctor"),
    ("agencies' commands are there", ["waakvlam-agency", "types", "--agency", "politie-nn"], 0, "report_received"),
    ("agreements are there and in order", ["waakvlam", "agreements", "check", "/opt/waakvlam/agreements"], 0, ""),
    ("intake says what is wanting", ["python", "-m", "services.intake"], 2, "kafka_unreachable"),
    ("triage says what is wanting", ["python", "-m", "services.triage"], 2, "kafka_unreachable"),
    ("monitoring says what is wanting", ["python", "-m", "services.monitoring"], 2, "kafka_unreachable"),
    ("the board knows that it has no login", ["python", "-m", "services.board"], 64, "127.0.0.1"),
    ("the ledger was made by intake, and can be backed up", ["waakvlam", "backup", "--to", "/tmp/b"], 0, "0 events"),  # noqa: S108
    ("nobody is root", ["python", "-c", "import os; print(os.getuid(), os.getgid())"], 0, "10001 10001"),
    ("nothing can be written", ["python", "-c", "open('/opt/waakvlam/x', 'w')"], 1, "Read-only file system"),
    ("it needs no shell", ["python", "-c", "import ledger, services, psycopg, hvac; print('in')"], 0, "in"),
)


def try_out(root: Path, told: Callable[[str], None]) -> list[str]:
    """Try everything; tell each outcome, and return those that are not as they should be."""
    image = stages_of((ROOT / "Dockerfile").read_text("utf-8"), {})[-1]
    faults = []
    (root / "bin/sh").unlink(missing_ok=True)  # whoever needs one is found
    with read_only(root):
        for about, command, code, words in TRIALS:
            done = run(image, root, command, about)
            printed = done.stdout + done.stderr
            is_well = done.returncode == code and words in printed
            told(
                f"{'ok ' if is_well else 'NOT'} {about}" + ("" if is_well else f": {done.returncode} {printed[-600:]}")
            )
            if not is_well:
                faults.append(about)
    return faults


def run(image: Stage, root: Path, command: list[str], about: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the image, with the image's environment and user."""
    environment = SETTINGS | VIEWS
    for step in image.steps:
        if step.word == "ENV":
            environment |= dict(one.split("=", 1) for one in step.words())
    if "no login" in about:
        environment["WAAKVLAM_BOARD_HOST"] = "0.0.0.0"  # noqa: S104 - that it refuses this is what is tried
    return _run(root, environment, command)


def _run(root: Path, environment: dict[str, str], command: list[str]) -> subprocess.CompletedProcess[str]:
    whole = [
        shutil.which("chroot") or "chroot",
        "--userspec=10001:10001",
        str(root),
        "/usr/bin/env",
        "--chdir=/tmp",
        *command,
    ]
    return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=120, check=False)


@contextmanager
def read_only(root: Path) -> Iterator[None]:
    """Make the root unwritable, with a /tmp of its own, as the chart's pods have it."""
    subprocess.run(["mount", "--bind", root, root], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp"], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--recursive", root], check=True)
