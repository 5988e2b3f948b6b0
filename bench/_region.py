"""A whole region for a bench: `waakvlam up --local-kafka` in a folder of its own, with a real provider of identities before it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from cli.programs import SERVICES, numbers_in
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Publisher
from waakvlam.settings import KafkaSettings

PARTS = ("BOARD", "INTAKE", "TRIAGE", "MONITORING", "WATCH")
STOPS_WITHIN_SECONDS = 120
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Region:
    """A region that runs: where its parts are, and which processes they are."""

    folder: Path
    bootstrap: str
    ports: Mapping[str, int]
    pids: Mapping[str, int]

    @property
    def board(self) -> str:
        """Return the board's address."""
        return f"http://127.0.0.1:{self.ports['BOARD']}"

    def publisher(self, agency: str) -> Publisher:
        """Return a sender for an agency, under its own login at Kafka."""
        login = KafkaSettings(
            bootstrap=self.bootstrap,
            security="sasl_ssl",
            sasl_username=agency,
            sasl_password_file=self.folder / "kafka" / "credentials" / agency,
            ca_file=self.folder / "kafka" / "certificates" / "ca.pem",
        )
        return Publisher(agency, KafkaTransport(login))

    def numbers(self, part: str) -> dict[str, float]:
        """Return the metrics of a part, as Prometheus would read them."""
        return numbers_in(httpx.get(f"http://127.0.0.1:{self.ports[part]}/metrics", timeout=STOPS_WITHIN_SECONDS).text)

    def processor_seconds(self) -> dict[str, float]:
        """Return how much processor time each service has used since it began."""
        return {name: _used(self.pids[name]) for name in SERVICES}


@contextmanager
def region(folder: Path, *, issuer: str) -> Iterator[Region]:
    """Run a region whose staff log in at `issuer`, and stop it at the end."""
    ports = {name: _free() for name in PARTS}
    secret = folder / "secret"
    secret.write_text("geheim-van-de-meting", "utf-8")
    given = {f"WAAKVLAM_{name}_PORT": str(port) for name, port in ports.items()} | {
        "WAAKVLAM_BOOTSTRAP": f"127.0.0.1:{_free()}",
        "WAAKVLAM_BOARD_ADDRESS": f"http://127.0.0.1:{ports['BOARD']}",
        "WAAKVLAM_OIDC_ISSUER": issuer,
        "WAAKVLAM_OIDC_CLIENT_SECRET_FILE": str(secret),
    }
    words = [sys.executable, "-m", "cli.main", "up", "--data", str(folder), "--local-kafka", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **given})
    try:
        assert process.stdout is not None
        told = json.loads("".join(_one_object(process.stdout)))
        yield Region(folder, told["bootstrap"], ports, told["pids"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOPS_WITHIN_SECONDS)


def until(true: Callable[[], bool], *, seconds: float, otherwise: str, every: float = 0.5) -> None:
    """Wait until something is true; fails with a sentence when that takes longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(every)


def _one_object(lines: IO[str]) -> Iterator[str]:
    """Yield the lines of one JSON object; the program that prints it goes on afterwards."""
    for line in lines:
        yield line
        if line.startswith("}"):
            return


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
