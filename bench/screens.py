"""From the radar's decision to 100 screens, over a real Kafka with logins: relay, intake, ledger, board and its streams between.

    make bench ARGS=screens
    make bench ARGS='screens --staff 20 --families 3'

Runs `waakvlam up --local-kafka` in a folder of its own, opens the list of alerts for all staff, and tells of families of whom
nobody heard for weeks, one after the other; so something is due at the radar's next scan. Measured is from the instant at
which the radar hands an alert to Kafka (the record's own time) until each open page is told of it, by the clock of this
machine. Prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import httpx
import kafka

from bench.board import spread
from waakvlam import codec
from waakvlam.clock import SystemClock
from waakvlam.kafka import KafkaTransport, client_options
from waakvlam.messages import ReportedPerson, ReportReceived
from waakvlam.publisher import Publisher
from waakvlam.settings import KafkaSettings
from waakvlam.topics import agencies

TELLER, READER, RADAR = "veilig-thuis-groningen", "intake", "radar"
WEEKS_AGO = 6
PATIENCE_SECONDS = 120
QUIET_SECONDS = 3.0
NEWS = re.compile(r"<strong>(\d+) nieuwe? alarm")


@contextmanager
def region(folder: Path) -> Iterator[tuple[str, str]]:
    """Run a whole region; yield the board's address and Kafka's."""
    ports = {f"WAAKVLAM_{name}_PORT": str(_free()) for name in ("BOARD", "INTAKE", "TRIAGE", "MONITORING", "WATCH")}
    given = {"WAAKVLAM_BOOTSTRAP": f"127.0.0.1:{_free()}", "WAAKVLAM_BOARD_HEALTH_PORT": str(_free()), **ports}
    words = [sys.executable, "-m", "cli.main", "up", "--data", str(folder), "--local-kafka", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **given})
    try:
        assert process.stdout is not None
        told = json.loads("".join(_until_closed(process.stdout)))
        yield told["board"], told["bootstrap"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _until_closed(lines: IO[str]) -> Iterator[str]:
    """Yield the lines of one JSON object; the program that prints it goes on afterwards."""
    for line in lines:
        yield line
        if line.startswith("}"):
            return


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def login(folder: Path, bootstrap: str, name: str) -> KafkaSettings:
    """Return how somebody of this region reaches its Kafka."""
    return KafkaSettings(
        bootstrap=bootstrap,
        security="sasl_ssl",
        sasl_username=name,
        sasl_password_file=folder / "kafka" / "credentials" / name,
        ca_file=folder / "kafka" / "certificates" / "ca.pem",
    )


class Screens:
    """People with the list open: of each, when it was told of how many new alerts (seconds since 1970)."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.told: list[list[tuple[float, int]]] = []

    async def listen(self, stand: str) -> None:
        """Keep the stream of one page open."""
        mine: list[tuple[float, int]] = []
        self.told.append(mine)
        async with self.client.stream("GET", f"/stroom?stand={stand}", timeout=None) as answer:
            async for line in answer.aiter_lines():
                found = NEWS.search(line)
                mine += [(time.time(), int(found[1]))] if found else []

    def waits(self, decided: list[float]) -> list[float]:
        """Return for each alert and each screen how long it took, of alerts in the order in which they were decided."""
        return [
            next(at for at, count in mine if count >= number) - since
            for number, since in enumerate(decided, 1)
            for mine in self.told
        ]


def decisions(folder: Path, bootstrap: str) -> Any:
    """Return a reader of what the radar publishes, from now on."""
    settings = login(folder, bootstrap, READER)
    reader = kafka.KafkaConsumer(**client_options(settings), group_id=None, auto_offset_reset="latest")
    topic = agencies()[RADAR].topic
    reader.assign([kafka.TopicPartition(topic, one) for one in reader.partitions_for_topic(topic)])
    reader.seek_to_end()
    for one in reader.assignment():
        reader.position(one)
    return reader


def read(reader: Any, seconds: float) -> list[float]:
    """Return when each alert was decided that comes within so many seconds."""
    found = [one for some in reader.poll(timeout_ms=int(seconds * 1000)).values() for one in some]
    return sorted(one.timestamp / 1000 for one in found if codec.decode(one.value)[0].name == "alert_raised")


async def measure(folder: Path, board: str, bootstrap: str, *, staff: int, families: int) -> dict[str, object]:
    """Let all staff listen, and tell of one forgotten family after the other."""
    reader = await asyncio.to_thread(decisions, folder, bootstrap)
    limits = httpx.Limits(max_connections=staff + 10)
    async with httpx.AsyncClient(
        base_url=board, limits=limits, timeout=60, headers={"accept-language": "nl"}
    ) as client:
        stand = re.search(r"stand=(\d+)", (await client.get("/")).text)
        assert stand is not None, "the list names no point to go on from"
        screens = Screens(client)
        listening = [asyncio.ensure_future(screens.listen(stand[1])) for _ in range(staff)]
        decided: list[float] = []
        with Publisher(TELLER, KafkaTransport(login(folder, bootstrap, TELLER))) as publisher:
            for number in range(families):
                publisher.publish(forgotten(number))
                publisher.flush()
                decided += await _until_quiet(reader, expects=len(decided) + 1, known=len(decided))
                await _until_told(screens, len(decided))
        for one in listening:
            one.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    reader.close()
    decided.sort()
    return {"alerts": len(decided), "from_the_radars_decision_to_each_screen": spread(screens.waits(decided))}


async def _until_quiet(reader: Any, *, expects: int, known: int) -> list[float]:
    found: list[float] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (more := await asyncio.to_thread(read, reader, QUIET_SECONDS)) or known + len(found) < expects:
        found += more
        assert time.monotonic() < deadline, "the radar decided nothing"
    return found


async def _until_told(screens: Screens, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(not mine or mine[-1][1] < count for mine in screens.told):
        assert time.monotonic() < deadline, "somebody was not told"
        await asyncio.sleep(0.01)


def forgotten(number: int) -> ReportReceived:
    """Return the report of a made-up family that nobody looked at since."""
    return ReportReceived(
        occurred_at=SystemClock().now() - timedelta(weeks=WEEKS_AGO),
        municipality="0014",
        reference=f"bench-{number}",
        report_id=f"r-bench-{number}",
        channel="phone",
        reporter_capacity="school",
        acute=False,
        persons=(ReportedPerson(person=f"psn-verzonnen-{number}", role="child", child=True),),
    )


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--staff", type=int, default=100, help="how many people have the list open")
    parser.add_argument("--families", type=int, default=10, help="of how many families is told")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, region(Path(name)) as (board, bootstrap):
        found = asyncio.run(measure(Path(name), board, bootstrap, staff=given.staff, families=given.families))
    print(json.dumps({**vars(given), **found}))


if __name__ == "__main__":
    main()
