"""`waakvlam looks`: what it prints for an auditor, that asking is a look itself, and how it ends."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger.database import open_database
from services.board.access.looks import LookLog
from tests.looks_site import CASE, OTHER, look
from tests.unit.test_board_looks import as_owner
from waakvlam.clock import FixedClock

RUNNER, NOON, HOUR = CliRunner(), 1_795_516_200_000_000, 3_600_000_000


@pytest.fixture
def data(tmp_path):
    """A folder with the look log of a board: somebody opened a case, and an hour later a colleague a list of two."""
    clock = FixedClock(NOON)
    with closing(open_database(f"sqlite:///{tmp_path}/looks.db")) as database:
        log = LookLog(database, clock)
        log.add([look()])
        clock.at += HOUR
        log.add_list(look("", "mdw-2", name="see_alerts"), [CASE, OTHER])
    return tmp_path


def call(data, *arguments, by="ctl-1"):
    return RUNNER.invoke(app, ["looks", *(("--by", by) if by else ()), "--data", str(data), *map(str, arguments)])


def asked(data, *arguments):
    found = call(data, *arguments, "--json")
    assert found.exit_code == Exit.OK, found.output
    return json.loads(found.stdout)


def test_each_look_is_told_in_the_words_of_nen_7513_a_list_as_one_line_for_each_case(data):
    told = asked(data)

    assert [(one["gebruiker"], one["dossier"], one["gebeurtenis"]) for one in told] == [
        ("mdw-2", CASE, "see_alerts"),
        ("mdw-2", OTHER, "see_alerts"),
        ("mdw-1", CASE, "see_case"),
    ]
    assert {one["namens"] for one in told} == {"Veilig Thuis"}


def test_in_the_form_of_the_logboek_nobody_of_the_staff_stands(data):
    told = asked(data, "--ldv")

    assert [one["attributes"]["dpl.core.data_subject_id"] for one in told] == [CASE, OTHER, CASE]
    assert "mdw-" not in str(told)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (("--case", OTHER), [OTHER]),
        (("--case", CASE[:4].upper() + "-" + CASE[4:8].upper()), [CASE, CASE]),
        (("--person", "mdw-1"), [CASE]),
        (("--from", "2026-11-24T12:00:00+01:00"), [CASE, OTHER]),
        (("--until", "2026-11-24T12:00:00+01:00"), [CASE]),
        (("--show", 1), [CASE]),
        (("--case", "ffffffff"), []),
    ],
)
def test_it_is_asked_by_case_by_person_and_by_period(data, sought, found):
    assert [one["dossier"] for one in asked(data, *sought)] == found


def test_to_look_at_looks_is_a_look_that_names_who_asked_and_what_was_shown(data):
    asked(data, "--person", "mdw-2")

    [line] = [one for one in asked(data, "--person", "ctl-1") if one["dossier"] == OTHER]
    assert (line["gebruiker"], line["gebeurtenis"], line["grondslag"]) == ("ctl-1", "see_looks", "controle")


def test_a_file_holds_the_same_and_the_screen_says_how_many(data, tmp_path):
    told = call(data, "--csv", tmp_path / "looks.csv")
    flat = call(data, "--ldv", "--csv", tmp_path / "ldv.csv")

    assert "3 looks. That you looked at them is logged." in told.stdout
    assert CASE not in told.stdout
    lines = (tmp_path / "looks.csv").read_text("utf-8").splitlines()
    assert (len(lines), lines[0].startswith("\ufeffgebeurtenis;tijdstip;dossier")) == (4, True)
    assert flat.exit_code == Exit.OK
    assert "dpl.core.data_subject_id" in (tmp_path / "ldv.csv").read_text("utf-8").splitlines()[0]


def test_for_people_it_is_a_line_each(data):
    shown = call(data, "--person", "mdw-1").stdout.splitlines()

    assert "0A90-F8FC  mdw-1  see_case" in shown[0]
    assert len(shown) == 2


@pytest.mark.parametrize("by", ["", "Jan Verzonnen", "jan@verzonnen.example"])
def test_who_gives_no_number_of_their_own_sees_nothing(data, by):
    told = call(data, by=by)

    assert (told.exit_code, told.stdout) == (Exit.USAGE, "")


def test_what_cannot_be_a_case_or_an_instant_is_wrong_use(data):
    assert call(data, "--case", "familie").exit_code == Exit.USAGE
    assert call(data, "--from", "gisteren").exit_code == Exit.USAGE


def test_where_no_log_is_none_is_made(tmp_path):
    assert call(tmp_path / "elsewhere").exit_code == Exit.UNREACHABLE
    assert not (tmp_path / "elsewhere" / "looks.db").exists()


def test_the_chain_is_checked_without_a_look_and_a_broken_one_ends_with_a_difference(data):
    whole = call(data, "--check", by="")
    assert (whole.exit_code, whole.stdout.startswith("2 lines; the chain holds")) == (Exit.OK, True)

    with closing(open_database(f"sqlite:///{data}/looks.db")) as database:
        as_owner(database, "UPDATE looks SET person = 'mdw-7' WHERE position = 1")
    broken = call(data, "--check", "--json", by="")

    assert broken.exit_code == Exit.DIFFERS
    assert json.loads(broken.stdout)["broken_at"] == 1
