"""The process of `waakvlam watch`: looks every few seconds, shows its numbers, ends when it is told to."""

import asyncio
import signal

from cli.exits import Ends, Exit
from cli.screen import progress, result
from cli.settings import Settings
from cli.watch import WHO, Watch
from ledger import logs
from ledger.metrics import registry
from ledger.streams.positions import Positions
from ledger.streams.web import Web
from waakvlam.clock import SystemClock

NAME = "watch"
EVERY_SECONDS = 5.0


def keep_watching(settings: Settings, *, as_json: bool) -> Exit:
    """Watch until SIGTERM or Ctrl-C."""
    if not settings.watch_port:
        raise Ends(Exit.USAGE, "Nobody can ask without a port. Set WAAKVLAM_WATCH_PORT, such as 8704.")
    logs.configure(NAME, level=settings.log_level)
    asyncio.run(_watch(settings, as_json=as_json))
    return Exit.OK


async def _watch(settings: Settings, *, as_json: bool) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    meters = registry(NAME, SystemClock())
    kafka = settings.kafka_of(WHO)
    positions = Positions(kafka.bootstrap, kafka.login())
    watch = Watch(settings, meters, positions)
    web = Web(settings.watch_port, host=settings.health_host, is_ready=watch.is_ready, registry=meters.registry)
    await web.start()
    address = f"http://127.0.0.1:{settings.watch_port}/metrics"
    result({"metrics": address}, as_json=as_json, lines=[f"What is measured from outside: {address}"])
    try:
        while not stop.is_set():
            await watch.look()
            await _until(stop, EVERY_SECONDS)
    finally:
        progress("Stopping…")
        await web.stop()
        await positions.close()
        watch.close()


async def _until(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
