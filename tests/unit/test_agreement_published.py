"""A published agreement never changes: whoever changes its file in place is told to make a new version."""

import hashlib
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from rulebook.checking import check
from rulebook.checking_published import LOCK, locked
from rulebook.finding import ERROR, NOTE, WARNING
from rulebook.instants import parse_day
from rulebook.wording import Words

AGREEMENTS = Path(__file__).parents[2] / "agreements"
ON = parse_day("2026-11-24")
REGION = "groningen-1.yaml"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(AGREEMENTS, tmp_path / "agreements"))


def found(folder):
    return [(one.level, Path(one.file).name) for one in check(folder, ON, Words()) if one.about == "gepubliceerd"]


def sentence(folder):
    (one,) = (one for one in check(folder, ON, Words()) if one.about == "gepubliceerd")
    return one.sentence


def publish(folder, name, *words):
    return CliRunner().invoke(app, ["agreements", "publish", str(folder / name), *words])


def change(file):
    text = file.read_text("utf-8")
    changed = text.replace("breach: {working_days: 5}", "breach: {working_days: 6}", 1)
    assert changed != text
    file.write_text(changed, "utf-8")


def new_version(folder, valid_from="2026-11-01"):
    text = (folder / REGION).read_text("utf-8").replace("version: 1", "version: 2", 1)
    (folder / "groningen-2.yaml").write_text(text.replace("valid_from: 2019-01-01", f"valid_from: {valid_from}", 1))


def test_what_this_product_publishes_is_all_of_its_agreements(folder):
    names = {one.name for one in folder.glob("*.yaml")} - {"triage.yaml"}

    assert locked(folder).keys() == names
    assert found(folder) == []


def test_a_published_file_that_was_changed_in_place_is_an_error_that_says_make_a_new_one(folder):
    change(folder / REGION)

    assert found(folder) == [(ERROR, REGION)]
    assert "nieuw bestand met een hogere versie" in sentence(folder)


def test_it_is_told_also_while_the_changed_file_cannot_be_read(folder):
    (folder / REGION).write_text("agreement: [", "utf-8")

    assert (ERROR, REGION) in found(folder)


def test_one_that_is_gone_must_be_put_back_for_running_terms_keep_to_it(folder):
    new_version(folder)
    publish(folder, "groningen-2.yaml")
    (folder / REGION).unlink()

    assert found(folder) == [(ERROR, REGION)]


def test_one_that_holds_and_is_not_published_is_a_warning_with_the_command_that_mends_it(folder):
    new_version(folder)

    assert found(folder) == [(WARNING, "groningen-2.yaml")]
    assert "waakvlam agreements publish groningen-2.yaml" in sentence(folder)
    assert publish(folder, "groningen-2.yaml").exit_code == Exit.OK
    assert found(folder) == []


def test_one_that_begins_to_hold_today_holds(folder):
    new_version(folder, valid_from="2026-11-24")

    assert found(folder) == [(WARNING, "groningen-2.yaml")]


def test_a_proposal_that_does_not_hold_yet_may_still_change(folder):
    new_version(folder, valid_from="2027-01-01")

    assert found(folder) == []


def test_without_a_lock_there_is_a_note_that_says_how_to_begin(folder):
    (folder / LOCK).unlink()

    assert found(folder) == [(NOTE, LOCK)]


def test_a_line_of_the_lock_that_says_nothing_is_an_error(folder):
    with (folder / LOCK).open("a") as lock:
        lock.write("groningen-1.yaml is oud\n")

    lines = (folder / LOCK).read_text().splitlines()

    assert found(folder) == [(ERROR, LOCK)]
    assert [one.line for one in check(folder, ON, Words()) if one.level == ERROR] == [len(lines)]


def test_publishing_adds_one_line_of_the_kind_that_sha256sum_checks_and_leaves_the_others(folder):
    before = (folder / LOCK).read_text().splitlines()
    new_version(folder, valid_from="2027-01-01")

    told = publish(folder, "groningen-2.yaml")

    after = (folder / LOCK).read_text().splitlines()
    digest = hashlib.sha256((folder / "groningen-2.yaml").read_bytes()).hexdigest()
    assert told.stdout.startswith("groningen-2.yaml: versie 2 van groningen is gepubliceerd.")
    assert set(after) - set(before) == {f"{digest}  groningen-2.yaml"}
    assert set(before) <= set(after)


def test_publishing_twice_changes_nothing_and_publishing_a_change_is_refused(folder):
    before = (folder / LOCK).read_bytes()
    assert "was al gepubliceerd" in publish(folder, REGION).stdout

    change(folder / REGION)
    refused = publish(folder, REGION)

    assert refused.exit_code == Exit.REFUSED
    assert "hogere versie" in refused.stderr
    assert (folder / LOCK).read_bytes() == before


@pytest.mark.parametrize("name", ["triage.yaml", "groningen-2.yaml"])
def test_what_is_no_agreement_or_has_a_fault_is_not_published(folder, name):
    new_version(folder)
    text = (folder / "groningen-2.yaml").read_text()
    (folder / "groningen-2.yaml").write_text(text.replace("from: [handover_accepted]", "from: [nooit_gebeurd]"))

    assert publish(folder, name).exit_code == Exit.REFUSED
    assert "groningen-2.yaml" not in locked(folder)


def test_a_file_that_is_not_there_is_wrong_use(folder):
    assert publish(folder, "groningen-9.yaml").exit_code == Exit.USAGE


def test_each_finding_names_the_file_that_it_is_about_from_its_first_line(folder):
    new_version(folder)
    change(folder / REGION)
    (folder / "fryslan-1.yaml").unlink()
    where = [(one.file, one.line, one.field) for one in check(folder, ON, Words()) if one.about == "gepubliceerd"]

    assert sorted(where) == sorted(
        (str(folder / name), 1, "bestand") for name in ("fryslan-1.yaml", REGION, "groningen-2.yaml")
    )

    (folder / LOCK).unlink()
    (note,) = (one for one in check(folder, ON, Words()) if one.about == "gepubliceerd")
    assert (note.file, note.line) == (str(folder / LOCK), 1)
