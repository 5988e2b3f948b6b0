"""What can go wrong, done in earnest: each trouble is done to a site, and over when its function returns.

Every wait is for something that can be seen. What is held down (a paused broker, a full disk) is held until it was
noticed or for as long as it says here.
"""

import os
import resource
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import psycopg

from cli.broker import Broker, BrokerFault
from tests.torture.cluster import Cluster
from tests.torture.schedule import Strike
from tests.torture.site import DAY_MICROS, STARTS_AGAIN_WITHIN_SECONDS, Site, Stuck
from tests.torture.stations import STATIONS
from waakvlam.clock import FastClock

PAUSED_SECONDS = 30.0
BROKER_STARTS_WITHIN_SECONDS = 300.0
CLOSED_OFF_SECONDS = 8.0
DELAY_SECONDS = 0.05
MORE = 500
FULL_SECONDS = 10.0
NOTICED_WITHIN_SECONDS = 240.0
NO_ROOM = "No space left on device"
ROOM_BYTES = 128 * 1024  # what a service may still write into a file on a "full disk"

Trouble = Callable[[Site, Strike], None]


def kill(site: Site, strike: Strike) -> None:
    """SIGKILL; the process is started again by its supervisor, the broker by us."""
    process = STATIONS[strike.station].process
    if process == "broker":
        assert isinstance(site.broker, Broker)
        site.broker.kill()
        _start_again(site, site.broker)
        return
    pid = site.pid(process)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    site.until(lambda: site.pid(process) not in {None, pid}, STARTS_AGAIN_WITHIN_SECONDS, f"{process} starts again")


def jump(site: Site, strike: Strike) -> None:
    """Kill a service, and let its clock be a day ahead or behind when it comes back."""
    rng = Random(f"{site.wish.seed}/{strike}")
    days = rng.choice([-1, 0, 1])
    told = site.clock
    moved = FastClock(
        start=told.start + days * DAY_MICROS, anchor=told.anchor, rate=told.rate, until=told.until + days * DAY_MICROS
    )
    site.surroundings[STATIONS[strike.station].process]["WAAKVLAM_CLOCK"] = moved.setting()
    kill(site, strike)


def pause(site: Site, _: Strike) -> None:
    """Stop the broker in its tracks (SIGSTOP) for half a minute, and let it go on."""
    pid = site.pid("broker")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        _hold(site, PAUSED_SECONDS)
    finally:
        os.kill(pid, signal.SIGCONT)


def lose_a_node(site: Site, strike: Strike) -> None:
    """Kill one of three nodes, see that all goes on without it, and let it come back."""
    assert isinstance(site.broker, Cluster)
    node = Random(f"{site.wish.seed}/{strike}").choice(site.broker.nodes)
    node.kill()
    _comes_further(site, "intake", "with two of three nodes")
    _comes_further(site, "relay", "with two of three nodes")
    _start_again(site, node)


def restart_database(site: Site, _: Strike) -> None:
    """End PostgreSQL as if the power went, and start it."""
    assert site.server is not None
    site.server.stop(at_once=True)
    site.server.start()


def cut_session(site: Site, _: Strike) -> None:
    """Let PostgreSQL end a session that is in the middle of a transaction that writes."""
    assert site.server is not None
    question = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
        " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
    )
    with psycopg.connect(site.server.url("postgres"), autocommit=True) as connection:
        site.until(lambda: connection.execute(question).fetchone() is not None, 60, "a transaction to be cut")


def cut_road(site: Site, _: Strike) -> None:
    """Cut every connection on the road at once, wherever it is in what it says."""
    assert site.road is not None
    site.road.cut()


def close_road(site: Site, _: Strike) -> None:
    """Let nothing through for a while, in silence; then cut what hung."""
    assert site.road is not None
    site.road.close_off()
    _hold(site, CLOSED_OFF_SECONDS)
    site.road.cut()
    site.road.open_up()


def slow_road(site: Site, strike: Strike) -> None:
    """Let every word in both directions take its time; the work must go on all the same."""
    assert site.road is not None
    site.road.delay_seconds = DELAY_SECONDS
    try:
        _comes_further(site, strike.station, "over a slow road")
    finally:
        site.road.delay_seconds = 0.0


def fill_disk(site: Site, strike: Strike) -> None:
    """Let a service find no room in its files: it must end by itself, saying why, and go on when there is room."""
    process = STATIONS[strike.station].process
    before, ended = site.log(process), len(site.said)
    held: set[int] = set()

    def has_ended_and_come_back() -> bool:
        pid = site.pid(process)
        if pid is not None and pid not in held:
            log = site.supervisor.logs / f"{process}.log"
            room = ROOM_BYTES + (log.stat().st_size if log.exists() else 0)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            held.add(pid)
        return sum(one.startswith(process) for one in site.said[ended:]) >= 2

    try:
        site.until(has_ended_and_come_back, STARTS_AGAIN_WITHIN_SECONDS, f"{process} ends by itself on a full disk")
    finally:
        if pid := site.pid(process):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if "CRITICAL" not in (said := site.log(process)[len(before) :]).upper():
        raise Stuck(f"{process} ended on a full disk without saying why: {said[-500:]}")


def fill_tables(site: Site, strike: Strike) -> None:
    """Leave PostgreSQL no room for its tables until it says so."""
    _fill_database(site, strike, "tables")


def fill_wal(site: Site, strike: Strike) -> None:
    """Leave PostgreSQL no room for its log, without which it can do nothing and ends, until it says so."""
    _fill_database(site, strike, "wal")


def fill_broker(site: Site, strike: Strike) -> None:
    """Leave Kafka no room for its log until it says so or ends; what it says it cannot write it must be started for anew."""
    assert isinstance(site.broker, Broker)
    broker, log = site.broker, site.broker.folder / "server.log"
    _fill_until_noticed(site, "kafka/log", log, broker.has_ended)
    if not broker.has_ended():
        broker.kill()  # what a person does: a broker without its log serves nobody until it is started anew
    _start_again(site, broker)
    _comes_further(site, strike.station, "when there is room")


TROUBLES: Mapping[str, Trouble] = {
    one.__name__.replace("_", "-"): one
    for one in (
        kill, jump, pause, lose_a_node, restart_database, cut_session, cut_road, close_road, slow_road, fill_disk,
        fill_tables, fill_wal, fill_broker,
    )
}  # fmt: skip


def _fill_database(site: Site, strike: Strike, disk: str) -> None:
    assert site.server is not None
    server = site.server
    _fill_until_noticed(site, disk, server.log, server.has_ended)
    if server.has_ended():
        server.start()
    _comes_further(site, strike.station, "when there is room")


def _fill_until_noticed(site: Site, disk: str, log: Path, has_ended: Callable[[], bool]) -> None:
    """Fill a disk until it is noticed, and keep it full for a while; give the room back at the end, whatever happens."""
    before = len(_said(log))

    def is_noticed() -> bool:
        site.disks[disk].fill()
        if site.is_idle():
            site.let_in(MORE)
        return has_ended() or NO_ROOM in _said(log)[before:]

    try:
        site.until(is_noticed, NOTICED_WITHIN_SECONDS, f"a full disk is noticed ({disk})")
        _hold(site, FULL_SECONDS)
    finally:
        site.disks[disk].make_room()


def _said(log: Path) -> str:
    return log.read_text("utf-8", errors="replace") if log.exists() else ""


def _start_again(site: Site, broker: Broker) -> None:
    """Start a broker again; its port may be taken for a moment, by a connection of anybody on this machine."""

    def is_up() -> bool:
        try:
            broker.start()
        except BrokerFault:
            return False
        return True

    site.until(is_up, BROKER_STARTS_WITHIN_SECONDS, "the broker starts again")


def _hold(site: Site, seconds: float) -> None:
    """Let something stay as it is for a while."""
    until = site.supervisor.now() + seconds
    site.until(lambda: site.supervisor.now() >= until, seconds + 60, "time passes")


def _comes_further(site: Site, station: str, how: str) -> None:
    """Let more in, and wait until a station has come further than it was."""
    base = site.progress(station) or 0
    site.let_in(MORE)
    site.until(lambda: (site.progress(station) or 0) > base, STARTS_AGAIN_WITHIN_SECONDS, f"{station} goes on {how}")
