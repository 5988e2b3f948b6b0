"""Measure everything one after the other and keep the results with the machine's name.

    make bench                                  # all
    make bench ARGS='intake scan'               # these
    make bench ARGS='scan --cases 1000000'      # one, with options of its own

Each module of this folder prints one JSON object on its last line. Times of one run are only comparable with each other:
look at ratios and medians.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from waakvlam.clock import SystemClock

HERE = Path(__file__).parent
BENCHES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def machine() -> dict[str, object]:
    """Return what must be known to compare results: processor, cores, memory, Python."""
    cpuinfo = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.split(": ")[1] for line in cpuinfo if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {"processor": model, "cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version()}


def measure(name: str, options: Sequence[str] = ()) -> dict[str, object]:
    """Run one bench, with options of its own, in a process of its own and return what it printed."""
    print(f"bench: {name} …", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *options], stdout=subprocess.PIPE, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(result), file=sys.stderr)
    return result


def main(words: list[str]) -> None:
    """Measure the named benches, or all, and write one file of results."""
    begin = next((number for number, word in enumerate(words) if word.startswith("--")), len(words))
    names, options = words[:begin], words[begin:]
    at = SystemClock().now()
    out = HERE / "results" / f"{at:%Y-%m-%d}.json"
    out.parent.mkdir(exist_ok=True)
    earlier = json.loads(out.read_text("utf-8"))["results"] if out.exists() else {}
    results = {**earlier, **{name: measure(name, options) for name in names or BENCHES}}
    out.write_text(
        json.dumps({"at": at.isoformat(), "machine": machine(), "results": results}, indent=2) + "\n", "utf-8"
    )
    print(f"written to {out.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main(sys.argv[1:])
