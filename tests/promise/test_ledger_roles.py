"""Each service has a role of its own at the ledger's database, and may do there what it needs and nothing else."""

from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger import roles
from ledger.application import Ledger
from ledger.database import open_database
from ledger.errors import Fault
from ledger.log_keys import LogKeys
from ledger.metrics import registry
from ledger.notary import Notary
from ledger.relay import published_so_far
from ledger.sealing import FileKeyStore
from ledger.tables import CREATE
from services.intake.gauges import tell_ledger
from services.intake.pipeline import Pipeline
from services.intake.reminders import remind
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.clock import FixedClock

pytestmark = pytest.mark.real

DAY = 86_400_000_000
DEEDS = {
    "SELECT": "SELECT {columns} FROM {table} LIMIT 0",
    "INSERT": "INSERT INTO {table} SELECT * FROM {table} LIMIT 0",
    "UPDATE": "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
    "DROP": "DROP TABLE {table}",
    "ALTER": "ALTER TABLE {table} ADD COLUMN extra text",
}  # fmt: skip
READ_BY_OTHERS = {"stored_events", "seen", "heads", "state", "memos", "positions", "checkpoints", "log_keys"}
NEVER_CHANGED = {"stored_events", "tree", "trace_runs", "checkpoints", "log_keys", "decisions"}
TAKEN_AWAY_WHEN_DONE = {"parked", "outbox", "asked"}


def of(url, who):
    return url.replace("postgres@", f"{who}@")


@pytest.fixture(scope="module")
def url(postgres):
    """A ledger of its owner, with a login for each role."""
    address = postgres()
    Ledger.open(address, clock=FixedClock(NOON)).close()
    with psycopg.connect(address, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'ledger_owner'").fetchone():
            admin.execute("CREATE ROLE ledger_owner LOGIN")
        name = sql.Identifier(address.rpartition("/")[2])
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO ledger_owner").format(name))
        for table in tables_of(address):
            admin.execute(sql.SQL("ALTER TABLE {} OWNER TO ledger_owner").format(sql.Identifier(table)))
    done = CliRunner(env={"WAAKVLAM_LEDGER": address}).invoke(app, ["roles", "--apply", "--data", "/nonexistent"])
    assert done.exit_code == 0, done.output
    with psycopg.connect(address, autocommit=True) as admin:
        for service in roles.RIGHTS:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (f"{service}_1",)).fetchone():
                admin.execute(f"CREATE ROLE {service}_1 LOGIN IN ROLE {roles.name_of(service)}")
    return address


@contextmanager
def connected(url, service):
    with psycopg.connect(of(url, f"{service}_1")) as one:
        yield one


def tables_of(url):
    with psycopg.connect(url) as one:
        rows = one.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position"
        ).fetchall()
    found = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def may(connection, deed, table, columns):
    """Try it; PostgreSQL judges before it looks at a row."""
    with connection.transaction(force_rollback=True):
        try:
            connection.execute(
                sql.SQL(DEEDS[deed]).format(
                    table=sql.Identifier(table),
                    column=sql.Identifier(columns[0]),
                    columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.errors.UniqueViolation:
            return True
        return True


def able(url, service):
    """Return, of every table and column, each deed that a role may do."""
    found = set()
    with connected(url, service) as one:
        for table, columns in tables_of(url).items():
            found |= {
                (deed, table)
                for deed in ("INSERT", "DELETE", "TRUNCATE", "DROP", "ALTER")
                if may(one, deed, table, columns)
            }
            found |= {
                (deed, table, name)
                for deed in ("SELECT", "UPDATE")
                for name in columns
                if may(one, deed, table, [name])
            }
    return found


@pytest.mark.parametrize("service", ["triage", "monitoring"])
def test_who_only_reads_the_ledger_may_read_the_records_and_what_names_them_and_nothing_else(url, service):
    expected = {("SELECT", table, name) for table in READ_BY_OTHERS for name in tables_of(url)[table]}

    assert able(url, service) == expected


def test_the_board_sees_of_what_is_set_aside_how_it_stands_and_never_what_it_says(url):
    more = able(url, "board") - able(url, "triage")

    assert {(deed, table) for deed, table, _ in more} == {("SELECT", "parked"), ("SELECT", "dead_letters")}
    assert {name for _, _, name in more}.isdisjoint({"body", "content", "shape", "reference", "digest"})


def test_who_only_watches_counts_and_sees_no_record_and_no_person(url):
    found = able(url, "watch")

    assert {one[0] for one in found} == {"SELECT"}
    assert {one[1] for one in found}.isdisjoint({"stored_events", "seen", "decisions", "erasures", "asked"})
    assert {one[2] for one in found if one[1] == "persons"} == {"label"}


def test_intake_adds_records_and_nobody_changes_or_takes_one_away(url):
    found = able(url, "intake")
    tables = set(tables_of(url))

    assert {one[1] for one in found if one[0] == "INSERT"} == tables - {"state"}
    assert {one[1] for one in found if one[0] == "DELETE"} == TAKEN_AWAY_WHEN_DONE
    assert {one[1] for one in found if one[0] == "UPDATE"} == tables - NEVER_CHANGED - TAKEN_AWAY_WHEN_DONE
    assert ("UPDATE", "seen", "content") not in found
    assert not [one for one in found if one[0] in ("TRUNCATE", "DROP", "ALTER")]


def test_every_table_of_the_ledger_has_a_right_and_no_right_is_of_a_table_that_is_not_there(url):
    made = {one.split("EXISTS ")[1].split()[0] for one in CREATE if "CREATE TABLE" in one} | {"stored_events"}

    assert set(roles.RIGHTS["intake"]) == made == set(tables_of(url))
    assert {table for some in roles.RIGHTS.values() for table in some} == made


def test_under_its_own_role_intake_does_all_its_work(url, tmp_path):
    clock = FixedClock(NOON)
    with (
        closing(FileKeyStore(tmp_path / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(of(url, "intake_1"), clock=clock, keys=keys)) as ledger,
    ):
        desk = Desk(ledger, clock, Pipeline(ledger, clock=clock, meters=registry("intake")))
        early = sent("team-groningen", "condition_met", "e-2", condition_id="vw-1", reference="t-1")
        broken = replace(report("politie-nn", "e-3", reference="r-3"), value=b"niets")
        found = desk.take(early, broken, report("politie-nn", "e-1", reference="r-1", persons=["psn-voorbeeld-1"]))
        again = desk.take(report("politie-nn", "e-1", reference="r-1", persons=["psn-voorbeeld-1"]))
        case = next(one.case for one in found if one.case)
        desk.take(sent("team-groningen", "condition_met", "e-4", condition_id="vw-2", case=case, reference="t-1"))

        assert sorted(one.verdict for one in found) == ["accepted", "parked", "rejected"]
        assert [one.verdict for one in again] == ["duplicate"]
        assert ledger.parked_now() == 0, "what waited under that file number has come in"
        remind(ledger)
        tell_ledger(ledger, registry("intake"))
        clock.at += 3 * DAY
        notary = Notary(ledger, clock, LogKeys.at(tmp_path / "checkpoint.key", "voorbeeld.example/grootboek"))
        assert notary.sign_next_day() is not None
        with ledger.writing() as w:
            w.decide_erasure("e-5", case)
        assert ledger.finish_erasures() == 1


@pytest.mark.parametrize("service", ["triage", "monitoring", "board"])
def test_under_their_own_roles_the_others_read_and_are_told_that_they_may_not_write(url, service):
    with closing(Ledger.open(of(url, f"{service}_1"), clock=FixedClock(NOON))) as ledger:
        for one in ledger.notifications(after=0):
            assert one.position
        with pytest.raises(Fault, match="may not do that"), ledger.writing():
            pass


def test_under_its_own_role_the_watch_sees_how_far_the_relay_came_and_how_much_there_is(url):
    with closing(Ledger.open(of(url, "watch_1"), clock=FixedClock(NOON))) as ledger:
        tell_ledger(ledger, registry("intake"))
        ledger.proofs.latest()
        with ledger.reading() as t:
            assert published_so_far(t) == 0


def test_who_is_no_member_of_a_role_may_nothing_and_rights_that_were_taken_come_back_with_migrate(url):
    with closing(open_database(url)) as database, database.transaction() as t:
        t.execute(f"REVOKE ALL ON stored_events FROM {roles.name_of('triage')}")
        t.execute(f"GRANT UPDATE ON stored_events TO {roles.name_of('board')}")
    assert ("UPDATE", "stored_events", "state") in able(url, "board")

    done = CliRunner(env={"WAAKVLAM_LEDGER": of(url, "ledger_owner")}).invoke(
        app, ["migrate", "--data", "/nonexistent"]
    )

    assert done.exit_code == 0, done.output
    assert ("UPDATE", "stored_events", "state") not in able(url, "board")
    assert ("SELECT", "stored_events", "state") in able(url, "triage")


def test_what_is_printed_is_what_is_carried_out_and_a_file_has_no_roles(url, tmp_path):
    printed = CliRunner().invoke(app, ["roles", "--data", str(tmp_path)]).stdout
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(printed)

    refused = CliRunner(env={"WAAKVLAM_LEDGER": of(url, "ledger_owner")}).invoke(
        app, ["roles", "--apply", "--data", "/nonexistent"]
    )
    assert (refused.exit_code, "may not make roles" in refused.stderr) == (Exit.REFUSED, True)
    in_a_file = CliRunner().invoke(app, ["roles", "--apply", "--data", str(tmp_path)])
    assert (in_a_file.exit_code, "has no roles" in in_a_file.stderr) == (Exit.USAGE, True)
