"""What was set aside, from the command line: nothing that was sent is shown, and every decision has a name and a reason."""

import json

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from services.intake.practice import practise

WHY = ("--reason", "klok staat weer goed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("LEDGER", "DATA", "CLOCK", "KEYS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    practise(tmp_path)
    return tmp_path


@pytest.fixture
def call(folder):
    def run(*words):
        return CliRunner().invoke(app, [*words, "--data", str(folder)])

    return run


def read(told):
    assert told.exit_code == Exit.OK, told.stderr
    return json.loads(told.stdout)


def test_every_command_about_what_was_set_aside_tells_its_exit_codes():
    for group, names in {
        "dead-letters": ("list", "show", "replay", "discard"),
        "parked": ("list", "show", "replay", "discard"),
        "fuse": ("list", "reset"),
        "intake": ("set-aside",),
    }.items():
        for name in names:
            told = CliRunner().invoke(app, [group, name, "--help"])
            assert told.exit_code == 0
            assert "Exit codes" in told.stdout


def test_a_list_and_one_of_it_show_no_value_that_was_sent(call):
    listed = read(call("dead-letters", "list", "--json"))
    shown = read(call("dead-letters", "show", "1", "--json"))
    words = call("dead-letters", "show", "1").stdout

    assert [(one["id"], one["verdict"]) for one in listed] == [(1, "rejected"), (2, "conflict")]
    assert shown["shape"]["fields"]["reference"] == "text"
    assert len(shown["sha256"]) == 64
    for text in (json.dumps([listed, shown]), words):
        assert "psn-voorbeeld" not in text
        assert "pv-0114" not in text
    assert "persons: 1 of, (person: text" in words


def test_a_replay_is_asked_for_done_by_intake_and_stays_on_record(call, folder):
    assert read(call("dead-letters", "replay", "1", "--by", "op-1", *WHY, "--json"))["asked"] == [1]
    assert [one["standing"] for one in read(call("dead-letters", "list", "--json"))] == ["asked", "open"]

    practise(folder)

    shown = read(call("dead-letters", "show", "1", "--json"))
    assert shown["standing"] == "taken_in"
    assert [(one["step"], one["by"], one["reason"]) for one in shown["decisions"]] == [
        ("confirmed", "op-1", "klok staat weer goed"),
        ("done", "waakvlam", "accepted"),
    ]


def test_all_of_an_agency_are_replayed_and_whoever_is_logged_in_did_it(call):
    assert read(call("dead-letters", "replay", "--agency", "politie-nn", *WHY, "--json"))["asked"] == [1]
    assert read(call("parked", "replay", "--agency", "team-groningen", *WHY, "--json"))["asked"] == ["contact-31"]
    assert "nothing to replay" in call("parked", "replay", "--agency", "ggz-noord", *WHY).stdout


def test_two_persons_discard_and_the_fact_stays(call):
    assert read(call("dead-letters", "discard", "2", "--by", "op-1", *WHY, "--json"))["done"] is False
    same = call("dead-letters", "discard", "2", "--by", "op-1", *WHY)
    assert same.exit_code == Exit.REFUSED
    assert "another person than op-1. Nothing was changed." in same.stderr
    assert read(call("dead-letters", "discard", "2", "--by", "op-2", "--json"))["done"] is True

    assert [one["id"] for one in read(call("dead-letters", "list", "--json"))] == [1]
    assert [one["id"] for one in read(call("dead-letters", "list", "--all", "--json"))] == [1, 2]


def test_a_parked_event_is_shown_and_discarded_by_two(call):
    shown = read(call("parked", "show", "contact-31", "--json"))
    assert (shown["waits_for_reference"], shown["type"]) == ("dossier-31", "first_contact_made")
    assert "occurred_at" in shown["fields"]
    assert "reference dossier-31" in call("parked", "list").stdout

    call("parked", "discard", "contact-31", "--by", "op-1", *WHY)
    assert read(call("parked", "discard", "contact-31", "--by", "op-2", "--json"))["done"] is True

    assert call("parked", "list").stdout == "Nothing is set aside.\n"
    assert call("parked", "show", "contact-31").exit_code == Exit.REFUSED


def test_a_fuse_is_listed_and_reset_with_a_name_and_a_reason(call):
    assert {one["blown"] for one in read(call("fuse", "list", "--json"))} == {False}
    assert "whole" in call("fuse", "list").stdout
    assert read(call("fuse", "reset", "politie-nn", "--by", "op-1", *WHY, "--json"))["was_blown"] is False


def test_a_record_is_set_aside_unread_by_two(call):
    where = ("intake", "set-aside", "agency.politie-nn", "2", "7")

    assert read(call(*where, "--by", "op-1", "--json"))["done"] is False
    assert "start it again" in call(*where, "--by", "op-2").stdout
    assert call("intake", "set-aside", "case-events", "0", "0", "--by", "op-1").exit_code == Exit.REFUSED


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("dead-letters", "show", "99"), Exit.REFUSED, "There is no dead letter 99"),
        (("dead-letters", "replay", "99", *WHY), Exit.REFUSED, "Dead letter 99 is not open"),
        (("dead-letters", "replay", *WHY), Exit.USAGE, "--agency"),
        (("dead-letters", "replay", "1", "--agency", "politie-nn", *WHY), Exit.USAGE, "--agency"),
        (("dead-letters", "list", "--agency", "niemand"), Exit.USAGE, "There is no agency niemand"),
        (("dead-letters", "replay", "1", "--reason", " "), Exit.USAGE, "Say why"),
        (("dead-letters", "replay", "1", "--reason", "bsn 123456782"), Exit.USAGE, "no number"),
        (("dead-letters", "discard", "1", "--by", "Fictieve Frederika"), Exit.USAGE, "one word"),
        (("parked", "replay", "onbekend", *WHY), Exit.REFUSED, "No event onbekend is parked"),
        (("fuse", "reset", "niemand", "--by", "op-1", *WHY), Exit.USAGE, "There is no agency niemand"),
    ],
)
def test_what_cannot_be_is_answered_with_what_to_do(call, words, code, sentence):
    told = call(*words)

    assert told.exit_code == code
    assert sentence in told.stderr


def test_where_no_ledger_is_none_is_made(tmp_path):
    told = CliRunner().invoke(app, ["dead-letters", "list", "--data", str(tmp_path / "nergens")])

    assert told.exit_code == Exit.UNREACHABLE
    assert not (tmp_path / "nergens").exists()
