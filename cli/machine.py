"""One machine's worth of Waakvlam: broker, topics and services, started in order and stopped in order."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cli.exits import Ends, Exit
from cli.kafka_admin import apply_matrix
from cli.programs import is_ready, programs_of
from cli.secured_broker import SecuredBroker
from cli.settings import Settings
from cli.supervisor import Supervisor
from waakvlam.errors import Unreachable

Say = Callable[[str], None]
READY_WITHIN_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.1


@contextmanager
def broker_in(folder: Path, port: int = 0) -> Iterator[SecuredBroker]:
    """Run a real Kafka with its data in a folder: encrypted, a login for everybody, nothing allowed by default."""
    broker = SecuredBroker(folder, port)
    try:
        yield broker.start()
    finally:
        with undisturbed():
            broker.stop()


@contextmanager
def services_on(settings: Settings, say: Say) -> Iterator[Supervisor]:
    """Run all services on what is configured, and stop them at the end, whatever happens."""
    supervisor = Supervisor(programs_of(settings), settings.data / "logs", say)
    try:
        supervisor.start()
        yield supervisor
    finally:
        with undisturbed():
            supervisor.stop()


def topics_on(settings: Settings) -> int:
    """Make topics and rights as the matrix says, and return how much there was to do.

    Ends with a next step when Kafka does not answer.
    """
    try:
        return apply_matrix(settings.kafka()).to_do
    except Unreachable as error:
        step = "Start it, or set WAAKVLAM_BOOTSTRAP; `waakvlam up --local-kafka` starts one here."
        raise Ends(Exit.UNREACHABLE, f"Kafka does not answer at {settings.bootstrap}. {step}") from error


def wait_until_ready(supervisor: Supervisor) -> list[str]:
    """Wait until every service says it is ready; return the names of those that do not in time."""
    waiting = {one.name: one for one in supervisor.programs}
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while waiting and time.monotonic() < deadline:
        supervisor.look()
        waiting = {name: one for name, one in waiting.items() if not is_ready(one)}
        time.sleep(LOOK_EVERY_SECONDS if waiting else 0)
    return list(waiting)


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: through every `finally`."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal interrupt what must be finished, such as stopping the services."""
    before = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
