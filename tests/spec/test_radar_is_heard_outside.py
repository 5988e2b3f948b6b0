"""A dead man's switch outside is called while every family is watched, and hears nothing when one is not."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from ledger.metrics import registry
from services.monitoring.heartbeat import Heartbeat
from services.monitoring.outward import EVERY_SECONDS, Outward
from services.monitoring.settings import MonitoringSettings
from tests.property.radar_world import Station
from tests.said import lines
from tests.spec.test_radar_audits import MUTATIONS, Ward, station, world  # noqa: F401 - the fixtures of a sound radar
from waakvlam.clock import FixedClock

SECRET = "a-secret-part-of-the-address"
GRACE_SECONDS = 60


class Switch:
    """A dead man's switch: a real web server that remembers when it was called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                switch.calls.append(self.path)
                self.send_response(switch.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{SECRET}"


@pytest.fixture
def switch() -> Iterator[Switch]:
    made = Switch()
    yield made
    made.server.shutdown()
    made.server.server_close()


def warded(station: Station, switch: Switch) -> Ward:  # noqa: F811
    ward = Ward(station)
    ward.rest[Outward(ward.heartbeat, switch.url, meters=ward.meters)] = 0.0  # type: ignore[index]
    return ward


def test_it_is_called_for_as_long_as_all_is_well(station: Station, switch: Switch) -> None:  # noqa: F811
    ward = warded(station, switch)

    ward.pass_time(120)

    assert len(switch.calls) >= 120 / EVERY_SECONDS - 1
    assert set(switch.calls) == {f"/{SECRET}"}


@pytest.mark.parametrize("mutation", MUTATIONS[::4])
def test_it_hears_nothing_more_within_a_minute_when_one_row_is_broken_until_that_is_mended(
    station: Station,  # noqa: F811
    switch: Switch,
    monkeypatch: pytest.MonkeyPatch,
    mutation: str,
) -> None:
    ward = warded(station, switch)
    ward.pass_time(60)
    with monkeypatch.context() as unmended:
        unmended.setattr(station.radar, "mend", lambda *_: None)
        with station.view.transaction() as t:
            assert t.execute(mutation) > 0
        ward.pass_time(GRACE_SECONDS)
        heard = len(switch.calls)
        ward.pass_time(120)
        assert len(switch.calls) == heard > 0

    ward.pass_time(GRACE_SECONDS)

    assert len(switch.calls) > heard


def test_it_hears_nothing_more_when_the_auditor_does_not_run(station: Station, switch: Switch) -> None:  # noqa: F811
    ward = warded(station, switch)
    ward.pass_time(60)
    ward.pass_time(GRACE_SECONDS, without_auditor=True)
    heard = len(switch.calls)

    ward.pass_time(120, without_auditor=True)

    assert len(switch.calls) == heard > 0


def test_it_hears_nothing_while_nobody_can_say_how_far_one_partition_was_read(
    station: Station,  # noqa: F811
    switch: Switch,
) -> None:
    ward = warded(station, switch)
    ward.pass_time(60)
    station.horizon.halt(1)
    ward.pass_time(GRACE_SECONDS)
    heard = len(switch.calls)
    ward.pass_time(120)
    assert len(switch.calls) == heard > 0

    station.horizon.go_on(1, position=len(station.world.partitions[1]))
    ward.pass_time(GRACE_SECONDS)

    assert len(switch.calls) > heard


def test_it_hears_nothing_before_the_first_round_was_sound(station: Station, switch: Switch) -> None:  # noqa: F811
    station.horizon.assigned({})
    ward = warded(station, switch)

    ward.pass_time(120)

    assert switch.calls == []


def beaten(switch_url: str) -> tuple[Outward, Heartbeat, FixedClock, object]:
    meters, real = registry("monitoring"), FixedClock(1)
    heartbeat = Heartbeat(real, meters)
    beat(heartbeat, real)
    return Outward(heartbeat, switch_url, meters=meters), heartbeat, real, meters.registry


def beat(heartbeat: Heartbeat, real: FixedClock) -> None:
    real.at += 1_000_000
    heartbeat.audited(is_amiss=False, is_done=True)
    heartbeat.counted(without_deadline=0, is_seeing=True)


def test_a_switch_that_does_not_answer_is_called_again_counted_and_told_once_without_its_address(
    switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    outward, heartbeat, real, numbers = beaten(switch.url)
    switch.status = 503
    for _ in range(3):
        assert asyncio.run(outward.step()) == EVERY_SECONDS
        beat(heartbeat, real)
    switch.status = 200
    asyncio.run(outward.step())

    assert len(switch.calls) == 4
    assert lines(caplog) == [{"event": "switch_not_reached", "error": None, "status": 503}]
    assert SECRET not in caplog.text
    assert numbers.get_sample_value("waakvlam_radar_heartbeat_call_failures_total") == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/" + SECRET, "http://[" + SECRET])
def test_an_address_where_nobody_is_stops_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    outward, _, _, _ = beaten(url)

    assert asyncio.run(outward.step()) == EVERY_SECONDS

    assert [one["event"] for one in lines(caplog)] == ["switch_not_reached"]
    assert SECRET not in caplog.text


def test_without_an_address_nothing_is_called() -> None:
    outward, _, _, numbers = beaten("")

    asyncio.run(outward.step())

    assert numbers.get_sample_value("waakvlam_radar_heartbeat_call_failures_total") == 0  # type: ignore[attr-defined]


def test_an_address_that_is_none_is_refused_with_what_to_do_and_not_repeated() -> None:
    with pytest.raises(ValidationError, match="https://…") as refused:
        MonitoringSettings(heartbeat_url=SECRET)

    assert SECRET not in str(refused.value)
    assert SECRET not in repr(MonitoringSettings(heartbeat_url=f"https://example.org/{SECRET}"))
