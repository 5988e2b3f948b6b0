"""The agencies of a torture run, as a process of their own: `python -m tests.torture.sender SEED BOOTSTRAP FILE`.

It sends about as much as it is allowed (each line on standard input is a number of events in all), tells on standard output
how many Kafka has confirmed, and keeps in FILE one line for each record that was confirmed: the count at this end. What
Kafka does not confirm is sent again under the same id, as the guide of the SDK says.
"""

import json
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TextIO

from tests.torture.stories import Sending, blocks
from waakvlam.errors import NotDelivered, Unreachable
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings

CONFIRMED_WITHIN_SECONDS = 300.0
PATIENCE_SECONDS = 60.0


class Desk:
    """Sends until Kafka has confirmed it, and writes down what it has confirmed."""

    def __init__(self, bootstrap: str, file: TextIO) -> None:
        self._settings = KafkaSettings(bootstrap=bootstrap, patience_seconds=PATIENCE_SECONDS)
        self._transport = KafkaTransport(self._settings)
        self._file = file

    def deliver(self, block: list[Sending]) -> None:
        """Return when Kafka has confirmed all of a block."""
        waiting = block
        deadline = time.monotonic() + CONFIRMED_WITHIN_SECONDS
        while waiting:
            if time.monotonic() > deadline:
                raise TimeoutError(f"Kafka did not confirm {len(waiting)} events in {CONFIRMED_WITHIN_SECONDS} s")
            failed = self._tried(waiting)
            waiting = [one for one in waiting if one.id in failed]
        for one in block:
            line = {"id": one.id, "family": one.family, "must": one.must, "content": one.content}
            self._file.write(json.dumps(line | {"topic": one.record.topic}) + "\n")
        self._file.flush()

    def _tried(self, block: Iterable[Sending]) -> set[str]:
        """Send, and return the ids that Kafka has not confirmed."""
        failed: set[str] = set()
        for one in block:
            parcel = Parcel(
                one.id, one.record.topic, one.record.key or b"", one.record.value or b"", one.record.headers
            )
            try:
                self._transport.send(parcel)
            except NotDelivered as error:
                failed.update(error.ids)
        try:
            self._transport.flush(PATIENCE_SECONDS)
        except NotDelivered as error:
            failed.update(error.ids)
        return failed

    def close(self) -> None:
        """Let go of Kafka."""
        self._transport.close()


def main(seed: str, bootstrap: str, path: Path) -> None:
    """Send the run as fast as it is allowed, until there is nobody any more who allows it."""
    allowed, confirmed = 0, 0
    with path.open("a", encoding="utf-8") as file, closing(Desk(bootstrap, file)) as desk:
        for block in blocks(seed):
            while allowed <= confirmed and (line := sys.stdin.readline()):
                allowed = int(line)
            if allowed <= confirmed:
                break
            desk.deliver(block)
            confirmed += len(block)
            print(confirmed, flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    except Unreachable as error:
        sys.exit(str(error))
