"""The faults of the drill: how each is made and undone, which alert must call, and within how many seconds."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from aiokafka import AIOKafkaConsumer
from kafka.admin import ConfigResource, KafkaAdminClient

from cli.certificates import Certificates
from cli.postgres import Postgres
from ledger.database import open_database
from services.intake.testing import Sent
from tests.drill.stack import Stack
from waakvlam.clock import SystemClock, iso
from waakvlam.topics import agencies

FLOODED, SILENT = "scholen-groningen", "politie-nn"
HOUR = 3_600_000_000
DAY = timedelta(days=1)
FILL_BYTES = 1_000 * 1024**2


@dataclass(frozen=True)
class Fault:
    """`watched` is for how many seconds after the call it is seen whether anybody is called about something else."""

    name: str
    alert: str
    within: float
    watched: float
    strike: Callable[[Stack], Callable[[], None]]  # breaks it; what it returns mends it


def broker_down(stack: Stack) -> Callable[[], None]:
    stack.broker.kill()
    return lambda: stack.broker.start() and None


def database_down(stack: Stack) -> Callable[[], None]:
    assert isinstance(stack.server, Postgres)
    stack.server.stop(at_once=True)
    return lambda: stack.server.start() and None  # type: ignore[union-attr]


def service_down(stack: Stack) -> Callable[[], None]:
    """Triage cannot start: somebody gave it a database that is none."""
    before = stack.settings.places()["WAAKVLAM_TRIAGE"]
    stack.change("triage", WAAKVLAM_TRIAGE="nowhere://")

    def mend() -> None:
        kept = next(one for one in stack.supervisor._kept if one.program.name == "triage")
        environment = {**kept.program.environment, "WAAKVLAM_TRIAGE": before}
        kept.program = type(kept.program)(kept.program.name, kept.program.command, environment, kept.program.address)
        kept.failures = 0
        kept.start_at = 0.0

    return mend


def worker_stuck(stack: Stack) -> Callable[[], None]:
    """A worker of triage that holds its part of the topic and does nothing: half of it is read by nobody."""
    import asyncio  # noqa: PLC0415 - a loop of its own in a thread of its own

    over = threading.Event()

    async def hold() -> None:
        consumer = AIOKafkaConsumer(
            "case-events", bootstrap_servers=stack.settings.bootstrap, group_id="triage", enable_auto_commit=False
        )
        await consumer.start()
        while not over.is_set():
            await consumer.getmany(timeout_ms=200)
        await consumer.stop()

    thread = threading.Thread(target=lambda: asyncio.run(hold()), daemon=True)
    thread.start()

    def mend() -> None:
        over.set()
        thread.join(30)

    return mend


def clock_wrong(stack: Stack) -> Callable[[], None]:
    """The clock of triage is a day ahead."""
    now = SystemClock().micros()
    ahead = f"start={iso(now + 24 * HOUR)};anchor={now / 1e6};rate=1;until={iso(now + 1_000 * HOUR)}"
    stack.change("triage", WAAKVLAM_CLOCK=ahead)
    return lambda: stack.change("triage", WAAKVLAM_CLOCK="")


def disk_nearly_full(stack: Stack) -> Callable[[], None]:
    filler = stack.settings.data / "filler"
    subprocess.run(["fallocate", "-l", str(FILL_BYTES), str(filler)], check=True)
    return filler.unlink


def deadline_broken(stack: Stack) -> Callable[[], None]:
    """Somebody's hand in the radar's database takes the deadline of a family away."""
    file = stack.settings.places()["WAAKVLAM_RADAR"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=30)) as database, database:
        sql = "UPDATE radar SET next_due = NULL, wake_at = NULL WHERE case_id = (SELECT min(case_id) FROM radar WHERE is_open = 1)"
        assert database.execute(sql).rowcount == 1
    return lambda: None  # the auditor mends it by itself


def certificate_ending(stack: Stack) -> Callable[[], None]:
    """The certificate by which Kafka is trusted ends in a week."""
    file = stack.settings.ca_file
    assert file
    kept = file.read_bytes()
    old = Certificates(file.parent / "old")
    old.folder.mkdir()
    old.make_unless_valid("drill", SystemClock().now() - 390 * DAY)
    file.write_bytes(old.issuer.read_bytes())
    shutil.rmtree(old.folder)
    return lambda: file.write_bytes(kept) and None


def relay_stopped(stack: Stack) -> Callable[[], None]:
    """Of case-events somebody set the greatest record to one byte, so Kafka takes none; all other topics go on."""

    def greatest(size: int) -> None:
        with closing(KafkaAdminClient(bootstrap_servers=stack.settings.bootstrap)) as admin:
            admin.alter_configs([ConfigResource("TOPIC", "case-events", {"max.message.bytes": str(size)})])

    greatest(1)
    return lambda: greatest(1_048_588)


def poison_flood(stack: Stack) -> Callable[[], None]:
    """An agency's new system sends what nobody can read, a hundred times and more."""
    one = Sent(topic=agencies()[FLOODED].topic, key=b"d-1", value=b"\x00geen bericht", headers=[])
    stack.send(*[one] * 120)

    def mend() -> None:
        command = [sys.executable, "-m", "cli.main", "fuse", "reset", FLOODED, "--by", "drill", "--reason", "oefening"]
        subprocess.run(command, check=True, env=stack.supervisor._kept[0].program.environment, capture_output=True)

    return mend


def agency_silent(stack: Stack) -> Callable[[], None]:
    """An agency that was heard each hour for six weeks was last heard ten hours ago."""
    now, source = SystemClock().micros(), agencies()[SILENT].source
    rows = [(f"drill-silent-{number}", source, b"", now - number * HOUR) for number in range(10, 24 * 42)]
    with closing(open_database(stack.settings.ledger_url)) as database, database.transaction() as t:
        sql = "INSERT INTO seen (event_id, source, content, verdict, recorded_at) VALUES (?, ?, ?, 'refused', ?)"
        t.executemany(sql, rows)

    def mend() -> None:
        with closing(open_database(stack.settings.ledger_url)) as database, database.transaction() as t:
            t.execute("DELETE FROM seen WHERE source = ? AND verdict = 'refused'", (source,))

    return mend


# Truth and agencies first: nothing hides them, so they may follow one another at once.
FAULTS = (
    Fault("a certificate ends within a month", "WaakvlamExpiresSoon", 60, 20, certificate_ending),
    Fault("a row of the radar loses its deadline", "WaakvlamDeadlineBroken", 60, 30, deadline_broken),
    Fault("the disk is nearly full", "WaakvlamDiskNearlyFull", 90, 20, disk_nearly_full),
    Fault("an agency floods its topic with poison", "WaakvlamAgencyStopped", 60, 80, poison_flood),
    Fault("a worker holds its partitions and does nothing", "WaakvlamReaderStuck", 150, 40, worker_stuck),
    Fault("the clock of a part is a day ahead", "WaakvlamClockWrong", 90, 40, clock_wrong),
    Fault("the relay stands still", "WaakvlamRelayStopped", 150, 60, relay_stopped),
    Fault("a part cannot start", "WaakvlamServiceDown", 150, 40, service_down),
    Fault("the broker is down", "WaakvlamKafkaUnreachable", 90, 100, broker_down),
    Fault("the database is down", "WaakvlamLedgerUnreachable", 90, 100, database_down),
    Fault("an agency falls silent", "WaakvlamAgencySilent", 360, 10, agency_silent),
)
