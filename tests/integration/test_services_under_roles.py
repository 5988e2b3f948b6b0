"""All services as processes, each with a login of its own at PostgreSQL: the chain works, and the database refuses all else."""

import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from cli.broker import Broker, free_port
from cli.exits import Exit
from cli.kafka_admin import apply_matrix
from cli.main import app
from cli.programs import gauges, is_ready, programs_of
from cli.settings import AGREEMENTS, Settings, environment_for
from cli.supervisor import Program, Supervisor
from ledger import record, roles, tables
from ledger.application import Ledger
from ledger.database import open_database
from ledger.errors import NotAllowed
from ledger.record import Record
from services.intake.testing import report
from waakvlam.clock import SystemClock, micros_of
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings

pytestmark = pytest.mark.real
VT = "veilig-thuis-groningen"
OWNER = "owner_of_ledger"
SERVICES = tuple(roles.RIGHTS)
VIEWS = {"radar": "monitoring", "triage": "triage", "board": "board", "looks": "board"}  # whose login owns which
WITHIN_SECONDS = 120.0


def login(service: str) -> str:
    return f"{service}_alone"


def under(url: str, who: str) -> str:
    """Return an address for another login."""
    return url.replace("postgres@", f"{who}@")


@dataclass
class Site:
    """An installation as docs/how-to/install.md makes it; addresses are those of who administers the server."""

    urls: dict[str, str]
    settings: Settings
    supervisor: Supervisor
    said: list[str]

    def records(self) -> list[Record]:
        with closing(Ledger.open(under(self.urls["ledger"], OWNER), clock=SystemClock())) as ledger:
            return [record.decode(one.body) for one in ledger.notifications(after=0)]

    def program(self, name: str) -> Program:
        return next(one for one in self.supervisor.programs if one.name == name)

    def asked(self, view: str, question: str) -> list[tuple[object, ...]]:
        with closing(open_database(self.urls[view])) as database, database.reading() as t:
            return t.rows(question)

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + WITHIN_SECONDS
        while not condition():
            self.supervisor.look()
            assert self.said == [], [self.supervisor.last_words(one.split()[0]) for one in self.said]
            assert time.monotonic() < deadline, f"{what}: not in time"
            time.sleep(0.1)


def made(postgres: Callable[[], str]) -> dict[str, str]:
    """Make databases, roles and logins as the guide says; the owner makes the tables, and no service may."""
    urls = {name: postgres() for name in ("ledger", *VIEWS)}
    with psycopg.connect(urls["ledger"], autocommit=True) as admin:
        admin.execute(CliRunner().invoke(app, ["roles", "--without-rights", "--data", "/nonexistent"]).stdout)
        for name in (OWNER, *map(login, SERVICES)):
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        for service in SERVICES:
            names = (sql.Identifier(roles.name_of(service)), sql.Identifier(login(service)))
            admin.execute(sql.SQL("GRANT {} TO {}").format(*names))
        for name, url in urls.items():
            names = (
                sql.Identifier(url.rpartition("/")[2]),
                sql.Identifier(login(VIEWS[name]) if name in VIEWS else OWNER),
            )
            admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(*names))
            if name in VIEWS:
                admin.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(names[0]))
    assert migrated(under(urls["ledger"], OWNER), "--new") == (0, "")
    return urls


def programs(settings: Settings, urls: dict[str, str]) -> Iterator[Program]:
    """Yield every service, and the watch, each with its own login and no address that it does not need."""
    watch = Program(
        name="watch",
        command=(sys.executable, "-m", "cli.main", "watch"),
        environment=environment_for(settings.places_of("watch")),
        address=f"http://127.0.0.1:{settings.watch_port}",
    )
    for one in (*programs_of(settings), watch):
        own = {
            f"WAAKVLAM_{view.upper()}": under(urls[view], login(who)) for view, who in VIEWS.items() if who == one.name
        }
        others = {f"WAAKVLAM_{view.upper()}": "postgresql://nobody@127.0.0.1:1/none" for view in VIEWS}
        ledger = {"WAAKVLAM_LEDGER": under(urls["ledger"], login(one.name))}
        yield replace(one, environment={**one.environment, **others, **own, **ledger})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: Callable[[], str]) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("roles")
    broker = Broker(folder / "kafka").start()
    ports = {f"{name}_port": free_port() for name in SERVICES}
    settings = Settings(data=folder / "data", bootstrap=broker.bootstrap, agreements=AGREEMENTS, **ports)
    settings.data.mkdir()
    said: list[str] = []
    try:
        apply_matrix(KafkaSettings(bootstrap=broker.bootstrap))
        urls = made(postgres)
        supervisor = Supervisor(list(programs(settings, urls)), folder / "logs", said.append)
        supervisor.start()
        try:
            one = Site(urls, settings, supervisor, said)
            one.until(lambda: all(map(is_ready, supervisor.programs)), "all services are ready")
            yield one
        finally:
            supervisor.stop()
    finally:
        broker.stop()


def test_under_roles_of_their_own_a_report_becomes_an_alert_that_the_board_shows(site: Site) -> None:
    long_ago = micros_of(SystemClock().now() - timedelta(days=45))
    told = report(VT, "rol-1", at=long_ago, persons=["psn-voorbeeld-1"], reference="rol-1")
    with closing(KafkaTransport(KafkaSettings(bootstrap=site.settings.bootstrap, patience_seconds=30))) as transport:
        transport.send(Parcel("rol-1", told.topic, told.key, told.value or b"", list(told.headers)))
        transport.flush()

    def types() -> set[str]:
        return {one.type for one in site.records()}

    site.until(lambda: {"report_received", "report_classified", "alert_raised"} <= types(), "an alert is in the ledger")
    assert site.asked("radar", "SELECT count(*) FROM radar") == [(1,)]

    (case,) = {one.case for one in site.records() if one.type == "report_received"}

    def shown() -> str:
        with urllib.request.urlopen(site.settings.board_address, timeout=10) as answer:
            return str(answer.read().decode())

    site.until(lambda: case in shown(), "the board shows it")
    watch = site.program("watch")
    site.until(
        lambda: gauges(watch).get('waakvlam_watch_reachable_state{what="ledger"}') == 1, "the watch sees the ledger"
    )
    assert gauges(watch)["waakvlam_watch_relay_behind_events"] == 0


REFUSED = {
    "a record is changed": "UPDATE stored_events SET state = '' WHERE false",
    "a record is taken away": "DELETE FROM stored_events WHERE false",
    "a decision is changed": "UPDATE decisions SET who = who WHERE false",
    "a table is made": "CREATE TABLE extra (a bigint)",
    "a table is changed": "ALTER TABLE seen ADD COLUMN extra text",
    "the layout is set": "DROP TABLE state",
    "a right is passed on": f"GRANT {roles.name_of('intake')} TO {login('board')}",
    "one becomes the owner": f"SET ROLE {OWNER}",
}
OF_INTAKE_ALONE = {
    "who a pseudonym belongs to": "SELECT pseudonym FROM persons",
    "what was set aside": "SELECT body FROM dead_letters",
    "a record is added": "INSERT INTO stored_events SELECT * FROM stored_events LIMIT 0",
    "the ledger is locked": "SELECT lock_records()",
    "one becomes intake": f"SET ROLE {roles.name_of('intake')}",
}


def is_refused(connection: psycopg.Connection, deed: str) -> bool:
    try:
        connection.execute(deed.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_may_not_do_the_database_refuses(site: Site, service: str) -> None:
    deeds = {**REFUSED, **({} if service == "intake" else OF_INTAKE_ALONE)}
    with psycopg.connect(under(site.urls["ledger"], login(service)), autocommit=True) as one:
        for what, deed in deeds.items():
            assert is_refused(one, deed), f"{service}: {what}"


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_comes_in_at_the_view_of_another(site: Site, service: str) -> None:
    for view, who in VIEWS.items():
        if who != service:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(under(site.urls[view], login(service)))


def migrated(url: str, *words: str) -> tuple[int, str]:
    done = CliRunner(env={"WAAKVLAM_LEDGER": url}).invoke(app, ["migrate", *words, "--data", "/nonexistent"])
    return done.exit_code, done.stderr


@pytest.mark.usefixtures("site")
def test_tables_are_made_only_where_that_is_asked_for_and_never_by_a_service(postgres: Callable[[], str]) -> None:
    url = postgres()
    with pytest.raises(NotAllowed, match="owner of the tables"):
        Ledger.open(under(url, login("intake")), clock=SystemClock())
    code, words = migrated(url)
    assert (code, "--new" in words) == (Exit.REFUSED, True), words
    assert migrated(under(url, login("intake")), "--new")[0] == Exit.REFUSED
    assert migrated(url, "--new", "--plan") == (0, "")
    assert migrated(url)[0] == Exit.REFUSED, "a plan changes nothing"
    assert migrated(url, "--new") == migrated(url) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_tables_are_brought_to_a_new_layout_by_their_owner_and_by_no_service(site: Site, service: str) -> None:
    def layout(told: int) -> int:
        with closing(open_database(site.urls["ledger"])) as database, database.transaction() as t:
            before = int(t.value("SELECT value FROM state WHERE name = 'layout'"))
            t.execute("UPDATE state SET value = ? WHERE name = 'layout'", (told,))
            return before

    layout(tables.LAYOUT - 1)
    try:
        code, words = migrated(under(site.urls["ledger"], login(service)))
        assert (code, "the owner of the tables" in words) == (Exit.REFUSED, True), words
        assert migrated(under(site.urls["ledger"], OWNER))[0] == 0
    finally:
        assert layout(tables.LAYOUT) == tables.LAYOUT
