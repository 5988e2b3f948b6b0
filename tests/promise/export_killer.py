"""Run as a program: exports a ledger again and again, killed at every system call and at random instants.

    python export_killer.py LEDGER_URL FILE SEED

FILE holds an earlier export. After each death it is looked at what stands in FILE and beside it; a line of JSON each.
"""

import fcntl
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from ledger.application import Ledger
from ledger.export import write_export
from ledger.fsck import Examiner
from waakvlam.clock import SystemClock

WRAPPED = {os: ("open", "write", "ftruncate", "fsync", "rename", "unlink", "close"), fcntl: ("flock",)}
BUFFER_BYTES = 1_000
RANDOM_DEATHS = 20


def die_at(number: int) -> None:
    """Let this process be killed in the middle of its call of that number (a write is half done), or after it."""
    count = 0

    def wrapped(name, real):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            if count == number:
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                sys.stdout.write(f"{name}\n")
                sys.stdout.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    for module, names in WRAPPED.items():
        for name in names:
            setattr(module, name, wrapped(name, getattr(module, name)))


def in_child(work) -> int:
    """Fork; return the status with which the child ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    work()
    os._exit(0)


def export(url: str, file: Path) -> None:
    ledger = Ledger.open(url, clock=SystemClock())
    write_export(ledger, file, buffer_bytes=BUFFER_BYTES)
    ledger.close()


def seen(file: Path, how: str, *, ended: bool) -> None:
    """Tell what is there after a death."""
    told = {"how": how, "ended": ended}
    for name, path in (("file", file), ("part", file.with_name(file.name + ".part"))):
        if path.exists():
            with path.open("rb") as opened:
                told[name] = {"in_order": not list(Examiner().examine(opened)), "bytes": path.read_bytes().hex()}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def at_every_call(url: str, file: Path) -> None:
    before = file.read_bytes()
    number, ended = 0, False
    while not ended:
        number += 1
        file.write_bytes(before)

        def work(number=number):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            ledger = Ledger.open(url, clock=SystemClock())
            die_at(number)
            write_export(ledger, file, buffer_bytes=BUFFER_BYTES)

        ended = in_child(work) == 0
        seen(file, f"call {number}", ended=ended)


def at_random(url: str, file: Path, seed: int) -> None:
    drawn = random.Random(seed)
    for number in range(RANDOM_DEATHS):
        child = os.fork()
        if not child:
            while True:
                export(url, file)
        time.sleep(drawn.uniform(0.005, 0.15))  # not to wait for something: the instant of the death
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        seen(file, f"random {number}", ended=False)


if __name__ == "__main__":
    address, path, chosen = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    at_every_call(address, path)
    at_random(address, path, chosen)
