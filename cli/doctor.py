"""`waakvlam doctor`: what is reachable, what is not, and what to do about it."""

import asyncio
import logging
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from cli import broker
from cli.backup import last_backup
from cli.books import ledger_at, rules_in, why_missing, without_password
from cli.exits import Ends, wrong_settings
from cli.programs import is_ready, programs_of
from cli.settings import Settings, read_settings
from cli.supervisor import Program
from ledger.errors import LedgerError
from ledger.streams.admin import missing_topics
from rulebook.errors import RulebookError
from waakvlam.clock import SystemClock, iso
from waakvlam.errors import Misconfigured
from waakvlam.topics import topics

BACKUP_AGE_MAX = timedelta(days=2)
FREE_BYTES_MIN = 2 * 1024**3
JAVA_MIN = 17
WAIT_SECONDS = 5.0
READY, TAKEN = "ready", "not ready, or another program has its port"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: is it in order, what was seen, and the next step where it is not."""

    name: str
    ok: bool
    seen: str
    next_step: str = ""

    def line(self) -> str:
        """Return it as a line for people."""
        step = f"\n      -> {self.next_step}" if self.next_step and not self.ok else ""
        return f"{'ok ' if self.ok else 'NOT'}  {self.name}: {self.seen}{step}"

    def as_json(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return asdict(self)


Check = Callable[[Settings], Finding]


def examine_from(data: Path | None) -> list[Finding]:
    """Look at everything as it is configured; settings that cannot be used are the first and only finding."""
    try:
        settings = read_settings(data)
    except ValidationError as error:
        seen, _, step = wrong_settings(error).rpartition("\n")
        return [Finding("settings", ok=False, seen=seen.replace("\n", " "), next_step=step)]
    return examine(settings)


def examine(settings: Settings, checks: Iterable[Check] | None = None) -> list[Finding]:
    """Look at everything that Waakvlam needs on this machine."""
    return [check(settings) for check in (checks or CHECKS)]


@contextmanager
def quiet(library: str) -> Iterator[None]:
    """Keep a library's own log lines away for a while; afterwards it logs as it did."""
    logger = logging.getLogger(library)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def python(_: Settings) -> Finding:
    """See whether this Python will do."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer and run: make setup")


def java(_: Settings) -> Finding:
    """See whether there is a Java for a local Kafka."""
    step = f"Install a Java runtime, version {JAVA_MIN} or newer (Debian: apt-get install default-jre-headless)."
    found = shutil.which("java")
    if not found:
        return Finding("java", ok=False, seen="not on PATH; only a local Kafka needs it", next_step=step)
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    number = told.partition('"')[2].partition(".")[0]
    return Finding("java", number.isdigit() and int(number) >= JAVA_MIN, told.splitlines()[0] if told else "?", step)


def kafka_jars(_: Settings) -> Finding:
    """See whether a local Kafka can be started."""
    here = any((broker.home() / "libs").glob("kafka_*.jar"))
    return Finding("local kafka", here, f"{broker.home()}", "Run: make setup")


def kafka(settings: Settings) -> Finding:
    """See whether Kafka answers and has all topics."""
    step = "Start it (`waakvlam up --local-kafka`) or set WAAKVLAM_BOOTSTRAP. A wrong password looks like a time-out."
    where = f"{settings.bootstrap} as {settings.sasl_username}" if settings.sasl_username else settings.bootstrap
    try:
        with quiet("aiokafka"):  # what it would say is said below
            missing = asyncio.run(asyncio.wait_for(_missing(settings), WAIT_SECONDS))
    except Misconfigured as error:
        return Finding("kafka", ok=False, seen=str(error), next_step="docs/how-to/secure-kafka.md tells of logins.")
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        return Finding("kafka", ok=False, seen=f"{where}: {type(error).__name__}", next_step=step)
    if missing:
        seen = f"{where}: {len(missing)} topics are missing or hidden, {missing[0]} among them"
        return Finding(
            "kafka", ok=False, seen=seen, next_step="`waakvlam topics apply` makes them; the operator sees all."
        )
    return Finding("kafka", ok=True, seen=f"{where}: answers, all topics are there")


def ledger(settings: Settings) -> Finding:
    """See whether the ledger can be read. A SQLite file that is not there is not made."""
    url, shown = settings.ledger_url, without_password(settings.ledger_url)
    step = "Look at WAAKVLAM_LEDGER; is the database running? `waakvlam up` makes a new SQLite ledger."
    if missing := why_missing(url):
        return Finding("ledger", ok=False, seen=f"{shown}: {missing}", next_step=step)
    try:
        with ledger_at(url, SystemClock()) as opened:
            head = opened.head()
    except LedgerError as error:
        return Finding("ledger", ok=False, seen=f"{shown}: {type(error).__name__}", next_step=step)
    return Finding("ledger", ok=True, seen=f"{shown}: {head} events")


def agreements(settings: Settings) -> Finding:
    """See whether the agreements are valid."""
    try:
        rules_in(settings.agreements)
    except (Ends, RulebookError, OSError) as error:
        step = "Mend the file at that line, or set WAAKVLAM_AGREEMENTS."
        return Finding("agreements", ok=False, seen=str(error), next_step=step)
    return Finding("agreements", ok=True, seen=f"{settings.agreements}: valid")


def clock(settings: Settings) -> Finding:
    """See which time the services live in."""
    try:
        now = iso(settings.time().micros())
    except Ends as error:
        return Finding("clock", ok=False, seen=str(error), next_step="Leave WAAKVLAM_CLOCK empty for real time.")
    return Finding("clock", ok=True, seen=f"{now} ({'accelerated' if settings.clock else 'real time'})")


def services(settings: Settings) -> Finding:
    """See whether the services answer; where one does not, whether something else has its port."""
    states = {one.name: (one.address.rpartition(":")[2], _state(one)) for one in programs_of(settings)}
    seen = ", ".join(f"{name} ({port or 'no port'}): {state}" for name, (port, state) in states.items())
    words = {state for _, state in states.values()}
    step = "Another program has the port: stop it, or set WAAKVLAM_<SERVICE>_PORT." if TAKEN in words else ""
    return Finding(
        "services", words == {READY}, seen, step or "`waakvlam up` starts them; their logs are in the data folder."
    )


def disk(settings: Settings) -> Finding:
    """See whether there is room."""
    folder = settings.data.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1024**3:.1f} GiB free for {settings.data}"
    return Finding("disk", free >= FREE_BYTES_MIN, seen, "Make room, or set WAAKVLAM_DATA to another disk.")


def backup(settings: Settings) -> Finding:
    """See how old the last backup made here is; a ledger that is not backed up here may be elsewhere."""
    made = last_backup(settings)
    if made is None:
        return Finding("backup", ok=True, seen="none was made here; `waakvlam backup --to DIR` makes one")
    age = SystemClock().now() - made
    step = "Make one each day: waakvlam backup --to DIR (docs/how-to/back-up-and-restore.md)."
    return Finding("backup", age <= BACKUP_AGE_MAX, f"{age.total_seconds() / 3600:.0f} hours old", step)


CHECKS: tuple[Check, ...] = (python, java, kafka_jars, kafka, ledger, agreements, clock, services, disk, backup)


async def _missing(settings: Settings) -> list[str]:
    return await missing_topics(settings.bootstrap, [one.name for one in topics()], security=settings.kafka_login())


def _state(program: Program) -> str:
    if is_ready(program):
        return READY
    with socket.socket() as one:
        one.settimeout(1)
        port = int(program.address.rpartition(":")[2])
        return TAKEN if one.connect_ex(("127.0.0.1", port)) == 0 else "not up"
