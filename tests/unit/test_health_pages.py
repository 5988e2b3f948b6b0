"""The small web server of a service is open where its settings say, and on this machine alone when they say nothing."""

import asyncio
import json
import socket
from types import SimpleNamespace

import aiohttp
import pytest

from ledger.metrics import registry
from ledger.settings import Settings
from ledger.streams.web import Web
from services.board.pages import machines
from waakvlam.clock import FixedClock

ELSEWHERE = "127.0.0.2"  # another address than the one it listens on by default, on this machine


async def _asked(told: dict[str, str], at: str) -> int | None:
    with socket.create_server((at, 0)) as free:
        port = free.getsockname()[1]
    web = Web(port, is_ready=lambda: False, **told)
    async with web, aiohttp.ClientSession() as client:
        try:
            async with client.get(f"http://{at}:{port}/health") as answer:
                return answer.status
        except aiohttp.ClientConnectionError:
            return None


@pytest.mark.parametrize(
    ("told", "at", "status"),
    [({}, "127.0.0.1", 200), ({}, ELSEWHERE, None), ({"host": "0.0.0.0"}, ELSEWHERE, 200)],
    ids=["silent-here", "silent-elsewhere", "told-elsewhere"],
)
def test_it_is_open_where_it_is_told_and_else_here_alone(told: dict[str, str], at: str, status: int | None) -> None:
    assert asyncio.run(_asked(told, at)) == status


def test_a_service_that_is_not_ready_is_still_alive_so_nothing_ends_it_when_the_broker_is_away() -> None:
    assert asyncio.run(_asked({}, "127.0.0.1")) == 200


def test_the_setting_says_this_machine() -> None:
    assert Settings().health_host == "127.0.0.1"


def test_the_board_is_measured_at_a_port_of_its_own_with_numbers_of_that_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meters, told = registry("board", FixedClock(0)), []
    board = SimpleNamespace(feed=SimpleNamespace(is_fed=lambda: True), meters=meters)
    monkeypatch.setattr(
        machines, "tell_numbers", lambda _: told.append(meters.gauge("waakvlam_board_open_alerts").set(7 + len(told)))
    )

    async def ask() -> list[str]:
        with socket.create_server((ELSEWHERE, 0)) as free:
            port = free.getsockname()[1]
        async with machines.measured(board, "0.0.0.0", port), aiohttp.ClientSession() as client:
            answers = [
                await client.get(f"http://{ELSEWHERE}:{port}/{page}") for page in ("ready", "metrics", "metrics")
            ]
            return [await one.text() for one in answers]

    ready, first, second = asyncio.run(ask())

    assert json.loads(ready) == {"status": "ready"}
    assert "waakvlam_board_open_alerts 7.0" in first
    assert "waakvlam_board_open_alerts 8.0" in second
