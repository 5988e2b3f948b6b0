"""What each service shows is what Prometheus reads: its own tool finds nothing to say about a page with every metric on it."""

import shutil
import subprocess

import pytest

from ledger.metrics import METRICS, registry

SERVICES = ("intake", "triage", "monitoring", "board", "watch")


def page(service: str) -> bytes:
    """Return the page of a service on which every metric has a value."""
    meters = registry(service)
    for row in METRICS:
        if row.service in (service, "every service"):
            meter = getattr(meters, row.kind)(row.name)
            one = meter.labels(**dict.fromkeys(row.labels, "x")) if row.labels else meter
            {"counter": lambda m: m.inc(), "gauge": lambda m: m.set(1), "histogram": lambda m: m.observe(1)}[row.kind](
                one
            )
    return meters.text()


def check(text: bytes) -> subprocess.CompletedProcess[bytes]:
    tool = shutil.which("promtool")
    assert tool, "promtool is not here: make setup installs it (Debian: prometheus)"
    return subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, check=False)


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_of_a_service_is_in_order(service: str) -> None:
    done = check(page(service))

    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_a_page_that_is_not_in_order_is_found() -> None:
    done = check(b"# TYPE waakvlam_told counter\nwaakvlam_told 1\n")

    assert done.returncode != 0


def test_every_metric_is_on_the_page_of_its_service() -> None:
    shown = b"".join(map(page, SERVICES)).decode()

    assert [row.name for row in METRICS if f"# HELP {row.name} " not in shown] == []
