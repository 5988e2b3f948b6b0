"""What another version of the agreements would have done: alerts added, gone, earlier and later, small counts hidden."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from rulebook.agreements import load
from rulebook.backtest import as_if_always, backtest
from rulebook.disclosure import in_words, told
from rulebook.errors import HistoryError
from rulebook.instants import parse_day, parse_instant

CALENDARS = Path(__file__).parents[2] / "agreements" / "calendars"
TEXT = """agreement: proef
version: 1
valid_from: 2026-01-01
applies_to: all
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
  - {id: R, from: [handover_accepted], until: [first_contact_made], breach: {days: 3}}
  - {id: S, from: [handover_accepted], until: [director_assigned], breach: {days: 9}}
"""


def family(number, *, contact_day, place="0014"):
    """The lines of a family that was handed over on 1 June 2026 and spoken to some days later."""
    moments = [
        ("report_received", "2026-05-20"),
        ("handover_accepted", "2026-06-01"),
        ("first_contact_made", contact_day),
    ]
    for name, day in moments:
        yield json.dumps(
            {
                "id": f"{number}-{name}",
                "type": name,
                "case": f"case-{number}",
                "agency": "team",
                "municipality": place,
                "occurred_at": f"{day}T10:00:00+02:00",
                "recorded_at": f"{day}T10:00:01+02:00",
                "data": {},
            }
        )


def region(count, **told_of):
    return [line for number in range(count) for line in family(f"{told_of['contact_day']}-{number}", **told_of)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "calendars").symlink_to(CALENDARS)
    (tmp_path / "proef-1.yaml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def changed(folder):
    def run(term, lines, **options):
        (folder / "proef-1.yaml").write_text(TEXT)
        before = load(folder)
        (folder / "proef-1.yaml").write_text(TEXT.replace("breach: {days: 3}", f"breach: {{{term}}}"))
        return {(rule, place): count for rule, place, count in backtest(before, load(folder), lines, **options).cells()}

    return run


def test_counts_are_rounded_to_five_and_one_to_four_are_hidden():
    assert [told(count) for count in (0, 1, 4, 5, 7, 8, 12, 13)] == [0, None, None, 5, 5, 10, 10, 15]
    assert [in_words(told(count)) for count in (0, 3, 5)] == ["0", "<5", "5"]


def test_a_shorter_term_adds_alerts_and_raises_others_earlier(changed):
    lines = [*region(10, contact_day="2026-06-04"), *region(20, contact_day="2026-06-20")]
    found = changed("days: 1", lines)

    assert found["R", "0014"] == {"before": 20, "after": 30, "added": 10, "gone": 0, "earlier": 20, "later": 0}
    assert found["R", ""] == found["R", "0014"]
    assert {rule for rule, _ in found} == {"R"}


def test_a_longer_term_drops_alerts_and_raises_others_later(changed):
    lines = [*region(10, contact_day="2026-06-06"), *region(20, contact_day="2026-06-20")]
    found = changed("days: 6", lines)

    assert found["R", "0014"] == {"before": 30, "after": 20, "added": 0, "gone": 10, "earlier": 0, "later": 20}


def test_small_counts_of_a_municipality_are_hidden(changed):
    lines = [*region(4, contact_day="2026-06-04", place="1966"), *region(10, contact_day="2026-06-05", place="0014")]
    found = changed("days: 1", lines)

    assert found["R", "1966"]["added"] is None
    assert found["R", "0014"]["earlier"] == 10


def test_only_alerts_raised_since_a_day_under_either_version_are_counted(changed):
    lines = region(10, contact_day="2026-06-20")

    assert changed("days: 1", lines, since=parse_instant("2026-06-05T00:00:00+02:00"))["R", ""]["earlier"] == 10
    assert ("R", "") not in changed("days: 1", lines, since=parse_instant("2026-06-05T00:00:01+02:00"))


def test_a_file_can_be_taken_as_if_it_had_always_held(folder):
    (path,) = folder.glob("*.yaml")
    path.write_text(path.read_text().replace("valid_from:", "valid_to: 2026-12-31\nvalid_from:", 1))
    files = load(folder).files
    always = as_if_always(files, files[0])

    assert always.plan(None).choose(parse_day("1990-01-01")).keys() == {"R", "S"}
    assert [(one.id, one.valid_to) for one in always.files] == [("proef", None)]


def test_a_line_that_cannot_be_read_is_refused_with_its_number(folder):
    with pytest.raises(HistoryError, match="line 1"):
        backtest(load(folder), load(folder), ["{}"])


@pytest.fixture
def call(folder, monkeypatch):
    monkeypatch.chdir(folder)
    Path("events.jsonl").write_text("\n".join(region(10, contact_day="2026-06-20")))
    Path("ander").mkdir()

    def run(*words):
        return CliRunner().invoke(app, ["agreements", "backtest", *words, "--events", "events.jsonl"])

    return run


def test_the_command_shows_what_a_file_would_have_done_although_it_holds_only_later(call):
    newer = (
        TEXT.replace("version: 1", "version: 2").replace("2026-01-01", "2030-01-01").replace("{days: 3}", "{days: 4}")
    )
    Path("ander/proef-2.yaml").write_text(newer)
    told_ = call("proef-1.yaml", "ander/proef-2.yaml")

    assert told_.exit_code == Exit.OK
    assert told_.stdout.splitlines()[2].split() == ["R", "alle", "gemeenten", "10", "10", "0", "0", "0", "10"]
    assert "Aan de andere regels verandert niets." in told_.stdout
    assert json.loads(call("proef-1.yaml", "ander/proef-2.yaml", "--json").stdout)["changed"] == ["R"]


def test_the_command_says_that_a_folder_with_a_later_version_did_nothing_yet(call):
    Path("ander/calendars").symlink_to(CALENDARS)
    Path("ander/proef-1.yaml").write_text(TEXT)
    Path("ander/proef-2.yaml").write_text(TEXT.replace("version: 1", "version: 2").replace("2026-01-01", "2030-01-01"))
    told_ = call(".", "ander")

    assert told_.stdout.startswith("Er verandert niets")
    assert "geldt pas vanaf dinsdag 1 januari 2030" in told_.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [(["nergens", "."], Exit.USAGE), ([".", ".", "--since", "gisteren"], Exit.USAGE), ([".", "."], Exit.OK)],
)
def test_the_command_ends_with_the_code_of_what_is_wrong(call, words, code):
    assert call(*words).exit_code == code


def test_the_command_refuses_a_history_that_cannot_be_read(call):
    Path("events.jsonl").write_text("geen json")

    assert call(".", ".").exit_code == Exit.REFUSED


def test_an_alert_that_is_raised_at_the_same_instant_is_neither_earlier_nor_later(changed):
    found = changed("days: 3}, weight: 5, warn: {days: 1", region(10, contact_day="2026-06-20"))

    assert found["R", ""]["before"] == 10
    assert (found["R", ""]["earlier"], found["R", ""]["later"]) == (0, 0)


def test_a_difference_after_the_last_day_of_the_history_counts_for_nothing(folder):
    before = load(folder)
    newer = TEXT.replace("version: 1", "version: 2").replace("2026-01-01", "2030-01-01").replace("days: 3", "days: 1")
    (folder / "proef-2.yaml").write_text(newer)

    assert backtest(before, load(folder), region(10, contact_day="2026-06-20")).counts == {}


def told_later(name, about, moment, **data):
    """The line of an event about another of family 0."""
    told_of = json.loads(next(family(0, contact_day="2026-06-20")))
    told_of |= {"id": f"{name}-{moment}", "type": name, "data": {"event_id": f"0-{about}", **data}}
    return json.dumps(told_of | {"occurred_at": moment, "recorded_at": moment})


def test_a_day_to_which_something_is_moved_by_a_correction_is_a_day_of_the_history(folder):
    early = TEXT.replace("valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_to: 2026-04-30")
    later = TEXT.replace("version: 1", "version: 2").replace("2026-01-01", "2026-05-01")
    (folder / "proef-2.yaml").write_text(later)
    (folder / "proef-1.yaml").write_text(early)
    before = load(folder)
    (folder / "proef-1.yaml").write_text(early.replace("days: 3", "days: 300"))
    lines = list(family(0, contact_day="2026-06-20"))[:2]
    lines.append(told_later("event_corrected", "handover_accepted", "2026-06-02T10:00:00Z", data={"handover_id": "h"}))
    moved = told_later(
        "event_corrected", "handover_accepted", "2026-06-03T10:00:00Z", occurred_at="2026-04-20T10:00:00Z"
    )

    assert backtest(before, load(folder), lines).counts == {}
    assert backtest(before, load(folder), [*lines, moved]).counts["R", "0014"]["gone"] == 1


def test_of_an_alert_that_is_raised_again_the_second_time_counts_although_the_first_was_too_long_ago(folder):
    (folder / "ander").mkdir()
    (folder / "ander" / "calendars").symlink_to(CALENDARS)
    (folder / "ander" / "proef-1.yaml").write_text(TEXT.replace("breach: {days: 3}", "weight: 5, breach: {days: 3}"))
    contact_withdrawn = told_later("event_withdrawn", "first_contact_made", "2026-06-24T10:00:00Z")
    lines = [*family(0, contact_day="2026-06-20"), contact_withdrawn]
    since = parse_instant("2026-06-22T00:00:00Z")
    counts = backtest(load(folder), load(folder / "ander"), lines, since=since).counts

    assert counts["R", "0014"] == {"before": 1, "after": 1, "earlier": 0, "later": 0}


def test_a_case_without_municipality_counts_among_all_and_has_no_line_of_its_own(folder):
    before = load(folder)
    (folder / "proef-1.yaml").write_text(TEXT.replace("breach: {days: 3}", "breach: {days: 1}"))
    nowhere = region(10, contact_day="2026-06-20", place=None)
    found = backtest(before, load(folder), [*nowhere, *region(10, contact_day="2026-06-21", place="0014")])

    assert [(place, count["earlier"]) for _, place, count in found.cells()] == [("", 20), ("0014", 10)]
