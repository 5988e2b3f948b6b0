"""Asking every part of Waakvlam how it is: the same numbers that Prometheus gets, from the same places.

A part tells its own. What the watch tells is looked at from here, once, when no watch answers; what intake tells of the
ledger is read from the ledger, when no intake answers. In a cluster, where each part is in a pod of its own, Prometheus
is asked for what it last heard from all of them.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from cli.books import ledger_at
from cli.doctor import quiet
from cli.exits import Ends, Exit
from cli.programs import SERVICES
from cli.readings import Reading, Readings, on_page
from cli.settings import Settings
from cli.watch import WHO, Watch
from ledger.errors import LedgerError
from ledger.metrics import registry
from ledger.notary import tell_signed
from ledger.streams.positions import Positions
from services.intake.gauges import tell_ledger

PATIENCE_SECONDS = 5.0
WATCH, INTAKE = "watch", "intake"
LOUD = ("aiokafka", "cli.watch", "cli.surroundings")
EVERYTHING = '{__name__=~"waakvlam_.+"}'


def ask(settings: Settings) -> Readings:
    """Ask the parts on this machine; what none of them tells is looked at from here."""
    pages = _pages(settings)
    found = [one.told_by(part) for part, text in pages.items() for one in on_page(text)]
    if not pages[WATCH]:
        found += on_page(asyncio.run(looked(settings)))
    if not pages[INTAKE]:
        found += on_page(_ledger(settings))
    return Readings(found)


def ask_prometheus(url: str) -> Readings:
    """Ask a Prometheus for the newest numbers of all parts; ends with what to do when it does not answer."""
    question = f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': EVERYTHING})}"
    if not url.startswith(("http://", "https://")):
        raise Ends(Exit.USAGE, f"{url} is no address. Give one such as http://prometheus:9090.")
    try:
        with urlopen(question, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - http or https, looked at above
            told = json.load(answer)
        return Readings(
            Reading(one["metric"]["__name__"], float(one["value"][1]), one["metric"]).told_by(
                one["metric"].get("job", "")
            )
            for one in told["data"]["result"]
        )
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        reason = f"No Prometheus answers at {url} ({type(error).__name__})."
        raise Ends(Exit.UNREACHABLE, f"{reason} Give another address, or leave --prometheus out.") from error


def own_page(settings: Settings, part: str) -> str:
    """Return what a part on this machine tells of itself; empty when it does not answer."""
    port = int(settings.places()[f"WAAKVLAM_{part.upper()}_PORT"])
    if not port:
        return ""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS) as answer:
            text = str(answer.read().decode())
    except (URLError, OSError, TimeoutError, ValueError):
        return ""
    return text if f'waakvlam_clock_timestamp_seconds{{part="{part}"}}' in text else ""  # another program has the port


def _pages(settings: Settings) -> dict[str, str]:
    parts = (*SERVICES, WATCH)
    with ThreadPoolExecutor(len(parts)) as pool:
        return dict(zip(parts, pool.map(lambda part: own_page(settings, part), parts), strict=True))


async def looked(settings: Settings) -> str:
    """Return what a watch would tell after its first look."""
    meters = registry(WATCH)
    kafka = settings.kafka_of(WHO)
    with _quiet():
        positions = Positions(kafka.bootstrap, kafka.login())
        watch = Watch(settings, meters, positions)
        try:
            await watch.look()
        finally:
            await positions.close()
            watch.close()
    return meters.text().decode()


def _ledger(settings: Settings) -> str:
    """Return what intake would tell of the ledger; nothing when that does not answer, which the watch tells."""
    meters = registry(INTAKE)
    try:
        with ledger_at(settings.ledger_url, settings.time()) as ledger:
            tell_ledger(ledger, meters)
            if signed := ledger.proofs.latest():
                tell_signed(signed, meters)
    except (Ends, LedgerError):
        return ""
    return meters.text().decode()


def _quiet() -> ExitStack:
    stack = ExitStack()
    for library in LOUD:
        stack.enter_context(quiet(library))
    return stack
