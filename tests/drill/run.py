"""The drill: one fault after the other, each must call about itself in time and about nothing else."""

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.certificates import Certificates
from tests.drill.alerting import Alerting, alerting_on
from tests.drill.faults import Fault
from tests.drill.stack import Stack, stack_in
from waakvlam.clock import SystemClock

QUIET_WITHIN_SECONDS = 420.0
FAMILIES_WITHIN_SECONDS = 120.0
BEGINS_QUIET_FOR_SECONDS = 20.0


@dataclass(frozen=True)
class Told:
    """What came of one fault: after how many seconds people were called, and about what else."""

    fault: Fault
    seconds: float | None
    others: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Tell whether it called, in time, and about nothing else."""
        return self.seconds is not None and self.seconds <= self.fault.within and not self.others

    def line(self) -> str:
        """Return it as a row of the table."""
        seconds = "never" if self.seconds is None else f"{self.seconds:.0f}"
        others = ", ".join(self.others) or "nothing"
        return f"| {self.fault.name} | `{self.fault.alert}` | {seconds} | {self.fault.within:.0f} | {others} |"


def drill(folder: Path, faults: Iterable[Fault], say: Callable[[str], None]) -> Iterator[Told]:
    """Strike with each fault in turn, and yield what came of it."""
    (folder / "trust").mkdir()
    certificates = Certificates(folder / "trust")
    certificates.make_unless_valid("drill", SystemClock().now())
    with (
        small_disk(folder / "data"),
        stack_in(folder, on_postgres=["ledger"], ca_file=certificates.issuer) as stack,
        alerting_on(folder, stack.ports) as alerting,
    ):
        stack.until(lambda: stack.sent >= 5, FAMILIES_WITHIN_SECONDS, "some families are told of")
        stack.pause(BEGINS_QUIET_FOR_SECONDS)
        for one in faults:
            until_quiet(stack, alerting)
            say(f"{one.name} …")
            yield _struck(stack, alerting, one)


def _struck(stack: Stack, alerting: Alerting, fault: Fault) -> Told:
    began = time.monotonic()
    mend = fault.strike(stack)
    try:
        while fault.alert not in alerting.hook.about(began) and time.monotonic() - began < fault.within + 60:
            stack.pause(0.5)
        stack.pause(fault.watched)
    finally:
        mend()
    until_quiet(stack, alerting)
    heard = alerting.hook.about(began)
    at = heard.pop(fault.alert, None)
    return Told(fault, None if at is None else at - began, tuple(sorted(heard)))


def until_quiet(stack: Stack, alerting: Alerting) -> None:
    """Wait until everything is ready and nothing calls any more."""
    try:
        stack.until(lambda: stack.is_ready() and not alerting.firing(), QUIET_WITHIN_SECONDS, "all is quiet again")
    except AssertionError as error:
        raise AssertionError(
            f"{error}; what calls still: {sorted(alerting.firing()) or 'nothing, a part is not ready'}"
        ) from None


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Give a folder a disk of its own that can be filled up; only root may."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1800m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
