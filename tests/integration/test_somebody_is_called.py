"""A consumer that stands still calls somebody: real Kafka, all services, a real Prometheus and a real Alertmanager, a web hook."""

import re
import time
from pathlib import Path

import pytest

from tests.drill.alerting import alerting_on
from tests.drill.faults import worker_stuck
from tests.drill.stack import stack_in

pytestmark = pytest.mark.real
WITHIN_SECONDS = 90


def in_seconds(text: str) -> str:
    """Return rules and routes with seconds where there were minutes: a test does not wait as people do."""
    text = re.sub(r"(waakvlam_watch_no_progress_seconds\) >) 60", r"\1 10", text)
    text = re.sub(r"(scrape_interval|evaluation_interval|group_wait): \d+s", r"\1: 1s", text)
    return re.sub(r"keep_firing_for: \w+", "keep_firing_for: 1s", text)


def test_a_consumer_that_stands_still_calls_somebody_and_is_over_when_it_goes_on(tmp_path: Path) -> None:
    with (
        stack_in(tmp_path) as stack,
        alerting_on(tmp_path, stack.ports, changed=in_seconds) as alerting,
    ):
        stack.until(
            lambda: any(one.to == "alive" for one in alerting.hook.calls), WITHIN_SECONDS, "the dead man's switch"
        )
        began = time.monotonic()
        mend = worker_stuck(stack)
        stack.until(lambda: "WaakvlamReaderStuck" in alerting.hook.about(began), WITHIN_SECONDS, "the call")
        mend()
        stack.until(lambda: "WaakvlamReaderStuck" not in alerting.firing(), WITHIN_SECONDS, "the end of it")

        assert set(alerting.hook.about(began, to=["page"])) == {"WaakvlamReaderStuck"}
