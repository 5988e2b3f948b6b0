"""A process that writes to a ledger, so that it can be killed or race with others: run by the promise tests.

Arguments: url, folder of the key store, name, number of transactions, what to do:
  race       append one event per transaction to the same case, the number of times, or until a line comes in
  hold       append, send everything to the database, say so, and wait to be killed
  keys       the same, having also made a key
"""

import sys
import threading
from itertools import takewhile
from pathlib import Path

from ledger.application import Ledger
from ledger.model import Draft
from ledger.sealing import FileKeyStore
from waakvlam.clock import SystemClock


def event(number: int, name: str, personal: dict[str, str]) -> Draft:
    return Draft(
        event_id=f"{name}-{number}",
        source=f"urn:{name}",
        content=bytes(32),
        case="case-a",
        type="incident_recorded",
        agency="politie-nn",
        municipality="0014",
        reference=None,
        occurred_at=number,
        recorded_by=None,
        payload=b"clear",
        personal=personal,
    )


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(url: str, folder: str, name: str, number: int, what: str) -> None:
    clock = SystemClock()
    keys = FileKeyStore(Path(folder) / "keys.db", clock=clock)
    ledger = Ledger.open(url, clock=clock, keys=keys)
    if what == "race":
        told = threading.Thread(target=sys.stdin.readline, daemon=True)
        told.start()
        for each in takewhile(lambda _: told.is_alive(), range(number)):
            with ledger.writing() as w:
                w.append([event(each, name, {})])
        return
    with ledger.writing() as w:
        w.append([event(each, name, {"note": "fictief"} if what == "keys" else {}) for each in range(number)])
        w.flush()
        say("held")
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
