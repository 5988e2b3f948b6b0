"""The look log: only ever added to, chained, in the fields of the Logboek Dataverwerkingen and the words of NEN 7513."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger import errors
from ledger.database import open_database
from services.board.access.emergency import Emergencies
from services.board.access.keeper import Access
from services.board.access.looks import LookLog, Sought
from services.board.access.sessions import Begun, Lifetimes, Sessions
from services.board.ageing import Shelf
from services.board.outbox import Seal
from services.board.rights import Person, Role
from services.board.saved import SavedViews
from tests.looks_site import CASE, OTHER, look
from waakvlam.clock import FixedClock

MINUTE = 60_000_000
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "log-in.md"
GRANTS = re.compile(r"```sql\n(.*?)```", re.DOTALL)
SOMEBODY = Person(id="mdw-1", roles=frozenset({Role.MONITOR}), municipalities=frozenset({"0014"}), team="noord")


@pytest.fixture
def clock():
    return FixedClock(1_795_516_200_000_000)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database(request, tmp_path):
    is_file = request.param == "sqlite"
    opened = open_database(f"sqlite:///{tmp_path}/looks.db" if is_file else request.getfixturevalue("postgres")())
    yield opened
    opened.close()


@pytest.fixture
def log(database, clock):
    return LookLog(database, clock)


@pytest.fixture
def emergencies(log, clock):
    return Emergencies(log, clock, Seal())


def as_owner(database, sql):
    """Change the log as only who owns the database can: what keeps it as it is goes first."""
    with database.transaction() as t:
        if t.postgres:
            t.execute("ALTER TABLE looks DISABLE TRIGGER USER")
            t.execute("ALTER TABLE looks_shown DISABLE TRIGGER USER")
        else:
            for one in ("looks_no_update", "looks_no_delete", "looks_shown_no_update", "looks_shown_no_delete"):
                t.execute(f"DROP TRIGGER {one}")
        t.execute(sql)


def test_a_look_is_found_by_case_by_person_and_newest_first(log, clock):
    log.add([look()])
    clock.at += MINUTE
    log.add([look(OTHER, "mdw-2")])

    assert [line.case_id for line in log.find()] == [OTHER, CASE]
    assert [line.person for line in log.find(case=CASE[:9])] == ["mdw-1"]
    assert [line.case_id for line in log.find(person="mdw-2")] == [OTHER]
    assert log.find(case="-") == []
    assert [line.position for line in log.find(before=2)] == [1]


def test_a_list_is_one_line_that_is_found_by_each_of_its_cases_and_handed_on_as_one_for_each(log):
    log.add_list(look("", name="see_alerts"), [OTHER, CASE, OTHER])
    log.add_list(look(""), [])

    [line] = log.find(case=OTHER)
    both = list(log.by_case([line]))
    assert (line.case_id, line.shown) == ("", 2)
    assert [one.case_id for one in both] == [CASE, OTHER]
    assert [one.case_id for one in log.by_case([line], case=OTHER[:8])] == [OTHER]
    assert {one.ldv()["attributes"]["dpl.core.data_subject_id"] for one in both} == {CASE, OTHER}
    assert len({one.ldv()["span_id"] for one in both}) == 2
    assert {one.ldv()["trace_id"] for one in both} == {line.trace_id}
    assert both == list(log.by_case(log.find()))  # handed on twice, it is the same
    assert both[0].nen7513()["verwerking"] == f"{line.trace_id}-{both[0].span_id}"
    assert log.broken_at() is None


def test_looks_are_found_in_a_period(log, clock):
    log.add([look()])
    clock.at += MINUTE
    log.add([look(OTHER)])

    assert [line.case_id for line in log.find(sought=Sought(since=clock.at))] == [OTHER]
    assert [line.case_id for line in log.find(sought=Sought(until=clock.at))] == [CASE]


def test_a_log_of_before_there_were_lists_is_widened_and_its_chain_holds(log, database, clock):
    log.add([look()])
    gone = "ALTER TABLE looks DROP COLUMN"
    as_owner(database, f"{gone} shown")
    with database.transaction() as t:
        t.execute(f"{gone} digest")
        t.execute("DROP TABLE looks_shown")

    again = LookLog(database, clock)
    again.add_list(look(""), [OTHER])

    assert [line.shown for line in again.lines()] == [0, 1]
    assert again.broken_at() is None


def test_the_line_of_the_logboek_dataverwerkingen_has_its_fields_and_not_who_looked(log):
    log.add([look()])

    line = log.find()[0].ldv()

    assert set(line) == {
        "trace_id",
        "span_id",
        "status_code",
        "name",
        "start_time",
        "end_time",
        "resource",
        "attributes",
    }
    assert (len(bytes.fromhex(line["trace_id"])), len(bytes.fromhex(line["span_id"]))) == (16, 8)
    assert line["attributes"]["dpl.core.data_subject_id"] == CASE
    assert line["attributes"]["dpl.core.processing_activity_id"].endswith(":monitoren")
    assert "mdw-1" not in str(line)


def test_the_view_of_nen_7513_says_who_whose_file_when_why_and_on_whose_behalf(log):
    log.add([look(emergency="e-1")])

    said = log.find()[0].nen7513()

    assert (said["gebruiker"], said["dossier"], said["namens"]) == ("mdw-1", CASE, "Veilig Thuis")
    assert said["tijdstip"].startswith("2026-11-24T")
    assert said["grondslag"] == "noodtoegang"
    assert said["verwerking"].startswith(log.find()[0].trace_id)


def test_the_chain_holds_however_many_write_at_once(log):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: log.add([look(person=f"mdw-{n}"), look(OTHER)]), range(40)))

    assert [line.position for line in log.lines()] == list(range(1, 81))
    assert log.broken_at() is None


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("UPDATE looks SET person = 'mdw-9' WHERE position = 2", 2),
        ("DELETE FROM looks WHERE position = 2", 2),
        ("DELETE FROM looks WHERE position = 3", 3),
        ("UPDATE looks SET hash = previous WHERE position = 1", 1),
        ("DELETE FROM looks_shown WHERE position = 3", 3),
        ("UPDATE looks_shown SET case_id = '9b90f8fc' WHERE case_id > '1b9'", 3),
        ("INSERT INTO looks_shown VALUES (2, '9b90f8fc')", 2),
    ],
)
def test_a_line_that_is_changed_or_taken_away_is_found(log, database, sql, position):
    log.add([look(), look()])
    log.add_list(look(""), [CASE, OTHER])
    assert log.broken_at() is None

    as_owner(database, sql)

    assert log.broken_at() == position


@pytest.mark.parametrize(
    "sql", ["UPDATE looks SET person = 'mdw-9'", "DELETE FROM looks", "DELETE FROM looks_shown WHERE position = 1"]
)
def test_the_database_itself_refuses_to_change_or_take_away_a_line(log, database, sql):
    log.add_list(look(""), [CASE])

    with pytest.raises(errors.LedgerError), database.transaction() as t:
        t.execute(sql)

    assert [line.person for line in log.lines()] == ["mdw-1"]
    assert log.broken_at() is None


def test_another_board_that_starts_finds_what_keeps_the_log_as_it_is_made_already(log, database, clock):
    LookLog(database, clock).add([look()])

    with pytest.raises(errors.LedgerError), database.transaction() as t:
        t.execute("DELETE FROM looks")


def test_a_session_outlives_a_restart_and_ends_when_nobody_does_anything(database, clock):
    lifetimes = Lifetimes(idle=30, absolute=600)
    token = Sessions(database, clock, lifetimes).open(SOMEBODY, id_token="t")

    clock.at += 29 * MINUTE
    again = Sessions(database, clock, lifetimes)
    assert again.find(token, touch=True).person == SOMEBODY
    clock.at += 29 * MINUTE
    assert again.find(token, touch=False) is not None
    clock.at += 2 * MINUTE
    assert again.find(token, touch=True) is None


def test_a_session_ends_at_the_end_of_a_day_whatever_is_done(database, clock):
    sessions = Sessions(database, clock, Lifetimes(idle=30, absolute=120))
    token = sessions.open(SOMEBODY, id_token="t")
    for _ in range(5):
        clock.at += 20 * MINUTE
        assert sessions.find(token, touch=True) is not None

    clock.at += 20 * MINUTE

    assert sessions.find(token, touch=True) is None


def test_only_the_hash_of_a_token_is_kept(database, clock):
    token = Sessions(database, clock, Lifetimes()).open(SOMEBODY, id_token="t")

    with database.reading() as t:
        assert t.value("SELECT count(*) FROM sessions WHERE token = ?", (token,)) == 0


def test_a_login_comes_back_once_and_in_time(database, clock):
    sessions = Sessions(database, clock, Lifetimes())
    begun = Begun(state="s", nonce="n", verifier="v", towards="/")
    token, late = sessions.begin_login(begun), sessions.begin_login(begun)

    assert sessions.end_login(token) == begun
    assert sessions.end_login(token) is None
    clock.at += 11 * MINUTE
    assert sessions.end_login(late) is None


def test_emergency_access_lasts_two_hours_and_for_that_case_and_person_alone(emergencies, clock):
    emergencies.ask("mdw-1", CASE, "0014", reason="gevaar", explained="")

    assert emergencies.open_to("mdw-1", CASE) is not None
    assert emergencies.open_to("mdw-2", CASE) is None
    assert emergencies.open_to("mdw-1", OTHER) is None
    clock.at += 121 * MINUTE
    assert emergencies.open_to("mdw-1", CASE) is None
    assert [one.person for one in emergencies.of_case(CASE)] == ["mdw-1"]


@pytest.mark.parametrize(("reason", "explained"), [("", ""), ("zomaar", "een lange uitleg"), ("anders", "kort")])
def test_without_a_reason_nothing_opens(emergencies, reason, explained):
    with pytest.raises(ValueError, match="reason"):
        emergencies.ask("mdw-1", CASE, "0014", reason=reason, explained=explained)

    assert emergencies.all() == []


def test_nobody_judges_their_own_emergency_access_and_a_judgement_stands(emergencies):
    emergencies.ask("mdw-1", CASE, "0014", reason="gevaar", explained="")
    asked = emergencies.unjudged()[0].id

    assert not emergencies.judge(asked, by="mdw-1", verdict="terecht")
    assert not emergencies.judge(asked, by="tm-1", verdict="misschien")
    assert emergencies.judge(asked, by="tm-1", verdict="onterecht")
    assert not emergencies.judge(asked, by="tm-2", verdict="terecht")
    assert [(one.judged_by, one.verdict) for one in emergencies.all()] == [("tm-1", "onterecht")]


@pytest.mark.real
def test_on_postgresql_the_boards_login_adds_looks_and_can_do_nothing_else_to_them(postgres, clock):
    """The owner of the tables made them once; the board works with a login that may only what the guide grants."""
    owner = postgres()
    opened = open_database(owner)
    for made in (lambda one: Access.by(one, clock=clock), SavedViews, lambda one: Shelf(one, clock, {})):
        made(opened)
    granted = GRANTS.search(GUIDE.read_text("utf-8"))[1]
    with opened.transaction() as t:
        t.cursor.execute(granted)
    opened.close()

    board = open_database(owner.replace("//postgres@", "//bord@"))
    access = Access.by(board, clock=clock)
    access.looks.add_list(look(""), [CASE])
    access.emergencies.ask("mdw-9", CASE, "0014", reason="gevaar", explained="", owners=["mdw-1"], look=look())
    access.emergencies.read(access.emergencies.unjudged()[0].id, "mdw-1")
    assert access.sessions.find(access.sessions.open(SOMEBODY, id_token="t"), touch=True) is not None
    assert SavedViews(board).keep("mdw-1", "regel=ST-40", at=1)
    assert Shelf(board, clock, {"login": access.sessions.forget_logins}).tidy([]) == []

    for sql in (
        "DELETE FROM looks",
        "UPDATE looks_shown SET case_id = ''",
        "TRUNCATE looks",
        "ALTER TABLE looks DISABLE TRIGGER ALL",
        "DROP TRIGGER looks_only_added ON looks",
    ):
        with pytest.raises(errors.LedgerError), board.transaction() as t:
            t.execute(sql)
    assert access.looks.broken_at() is None
    board.close()
