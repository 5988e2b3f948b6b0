"""Outcome figures: how each thing that had to happen came out, told so that no family can be found in them."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from rulebook.agreements import Agreements, load
from rulebook.errors import CannotCount
from rulebook.figures import NORMS, NORMS_SOURCE, figures
from rulebook.instants import DAY, SECOND, format_instant, parse_instant
from rulebook.outcomes import Outcome, Outcomes, outcomes
from rulebook.picture import duration_in_words, picture
from rulebook.replay import replay

AGREEMENTS = Path(__file__).parents[2] / "agreements"
HEAD = """agreement: proef
version: 1
valid_from: 2020-01-01
applies_to: all
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
"""
TERM = (
    "{id: ST-01, title: Melding niet beoordeeld, from: [report_received], until: [safety_assessed], breach: {days: 5}}"
)
DATE = "{id: D, kind: date, from: [condition_set], due_field: check_on, until: [condition_met], per: condition_id, breach: {days: 0}}"
MOMENTS = (
    "{id: M, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{days: 10}, {days: 20}], "
    "then_every: {days: 10}, ends: [vt_closed], breach: {days: 2}}"
)
SILENCE = "{id: S, kind: silence, phases: [assessment], breach: {days: 3}}"
PATTERN = "{id: P, kind: pattern, of: [incident_recorded], count: 2, window: {days: 9}}"
BEGIN = parse_instant("2026-03-02T10:00:00+01:00")


def line(case, number, name, day, place="0014", **data):
    at = BEGIN + round(day * DAY)
    told = {"id": f"{case}-{number}", "type": name, "case": case, "agency": "vt", "municipality": place, "data": data}
    return json.dumps(told | {"occurred_at": format_instant(at), "recorded_at": format_instant(at + SECOND)})


def story(case, *events, place="0014"):
    return [line(case, number, name, day, place, **data) for number, (name, day, data) in enumerate(events)]


@pytest.fixture
def agreements(tmp_path):
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")

    def with_rules(*rules):
        (tmp_path / "proef.yaml").write_text(HEAD + "".join(f"  - {rule}\n" for rule in rules))
        return load(tmp_path)

    return with_rules


def counted(agreements, lines, *, until, rule):
    """The counts of a rule in all places together, by half-year."""
    found = outcomes(agreements, lines, BEGIN + round(until * DAY))
    return {half: one for (name, place, half), one in found.counts.items() if name == rule and place == ""}


REPORT = ("report_received", 0, {})


def test_a_term_is_in_time_late_running_overdue_or_no_longer_needed(agreements):
    rules = agreements(TERM)
    lines = [
        *story("in-time", REPORT, ("safety_assessed", 2, {})),
        *story("late", REPORT, ("safety_assessed", 8, {})),
        *story("overdue", REPORT),
        *story("running", ("report_received", 7, {})),
        *story("closed before", REPORT, ("case_closed", 2, {})),
        *story("closed too late", REPORT, ("case_closed", 8, {})),
    ]
    (one,) = counted(rules, lines, until=9, rule="ST-01").values()

    assert (one.instances, one.in_time, one.late, one.overdue, one.running, one.lapsed) == (6, 1, 2, 1, 1, 1)
    assert sorted(one.durations) == [2 * DAY, 8 * DAY]


def test_a_day_that_was_named_counts_in_its_own_half_year_and_only_once_it_has_come(agreements):
    rules = agreements(DATE)
    lines = [
        *story("met", ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"}), ("condition_met", 1, {"condition_id": "c"})),
        *story("missed", ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})),
        *story("summer", ("condition_set", 0, {"condition_id": "c", "check_on": "2026-07-01"}), ("condition_met", 1, {"condition_id": "c"})),
    ]  # fmt: skip
    spring = counted(rules, lines, until=10, rule="D")
    autumn = counted(rules, lines, until=200, rule="D")

    assert [(half, one.in_time, one.overdue) for half, one in spring.items()] == [("2026-1", 1, 1)]
    assert [(half, one.in_time) for half, one in sorted(autumn.items())] == [("2026-1", 1), ("2026-2", 1)]


def test_a_day_that_was_replaced_in_time_is_no_longer_needed_and_one_replaced_too_late_is_late(agreements):
    first = ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})
    in_time = ("condition_set", 1, {"condition_id": "c", "check_on": "2026-03-20"})
    too_late = ("condition_set", 8, {"condition_id": "c", "check_on": "2026-03-20"})
    other = ("condition_set", 1, {"condition_id": "d", "check_on": "2026-03-05"})
    rules = agreements(DATE)

    assert counted(rules, story("a", first, in_time), until=10, rule="D") == {}
    (late,) = counted(rules, story("b", first, other, too_late), until=10, rule="D").values()
    assert (late.instances, late.late, late.overdue) == (2, 1, 1)


def test_each_moment_that_has_come_is_counted_and_none_after_the_schedule_ended(agreements):
    begin = ("handover_accepted", 0, {})
    done = ("monitoring_moment_done", 9, {"moment": 1})
    lines = [
        *story("goes on", begin, done),
        *story("ends", begin, done, ("vt_closed", 15, {})),
        *story("missed and ended", begin, ("vt_closed", 15, {})),
    ]
    (one,) = counted(agreements(MOMENTS), lines, until=41, rule="M").values()

    # goes on: 1 in time, 2 and 3 overdue, 4 running; ends: 1 in time; missed and ended: 1 late
    assert (one.instances, one.in_time, one.overdue, one.running, one.late) == (6, 2, 2, 1, 1)


def test_silence_counts_only_in_the_phases_of_its_rule_and_a_pattern_counts_signals(agreements):
    lines = story(
        "a",
        REPORT,
        ("incident_recorded", 1, {}),
        ("incident_recorded", 6, {}),
        ("handover_accepted", 7, {}),
        ("first_contact_made", 30, {}),
    )
    rules = agreements(SILENCE, PATTERN)
    (heard,) = counted(rules, lines, until=40, rule="S").values()
    (signal,) = counted(rules, lines, until=40, rule="P").values()

    assert (heard.instances, heard.in_time, heard.late) == (3, 2, 1)
    assert (signal.instances, signal.signals, signal.in_time) == (1, 1, 0)


def test_an_accepted_stall_is_counted_apart_and_makes_nothing_in_time(agreements):
    def accepted(instance, rule="D"):
        return (
            "stall_accepted",
            1,
            {"rule": rule, "instance": instance, "until_on": "2026-06-01", "reason": "wachtlijst"},
        )

    check = ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})
    rules = agreements(DATE, TERM.replace("breach", "legal: true, breach"))
    lines = [
        *story("late", check, accepted("late-0"), ("condition_met", 9, {"condition_id": "c"})),
        *story("waits twice", check, accepted("waits twice-0"), accepted("waits twice-0")),
        *story("other", check, accepted("no-such-start")),
        *story("legal", REPORT, accepted("legal-0", rule="ST-01")),
    ]
    (one,) = counted(rules, lines, until=20, rule="D").values()
    (legal,) = counted(rules, lines, until=20, rule="ST-01").values()

    assert (one.instances, one.late, one.overdue, one.accepted) == (3, 1, 2, 2)
    assert (legal.overdue, legal.accepted) == (1, 0)


def test_late_and_overdue_are_exactly_the_breaches_that_replay_tells(agreements):
    rules = agreements(TERM)
    lines = [one for day in range(12) for one in story(f"c{day}", REPORT, ("safety_assessed", day + 0.5, {}))]
    breaches = [row for row in replay(rules, lines, BEGIN + 9 * DAY) if row["stage"] == "breach"]
    (one,) = counted(rules, lines, until=9, rule="ST-01").values()

    assert one.late + one.overdue == len(breaches) > 0


def told(agreements, **counts):
    durations = counts.pop("durations", ())
    one = Outcome(**counts)
    one.durations.extend(durations)
    (row,) = figures(Outcomes(0, {("ST-01", "", "2026-1"): one}), agreements)
    return row


def test_counts_are_rounded_and_one_to_four_are_never_told(agreements):
    row = told(agreements(TERM), instances=33, in_time=28, late=3, running=2)

    assert (row.instances, row.in_time, row.late, row.open) == (35, 30, None, None)
    assert [told(agreements(TERM), accepted=number).accepted for number in (0, 4, 7)] == [0, None, 5]


def test_a_share_comes_from_rounded_counts_and_is_on_the_right_side_of_the_norm(agreements):
    rules = agreements(TERM)

    assert NORMS == {"ST-01": 90, "ST-05": 80}
    assert told(rules, instances=20, in_time=18, late=2).share_in_time == 90
    met = told(rules, instances=50, in_time=45, late=5)
    missed = told(rules, instances=50, in_time=44, late=6)
    assert (met.share_in_time, met.meets_norm) == (90, True)
    assert (missed.share_in_time, missed.meets_norm) == (89, False)


def test_a_share_is_told_from_twenty_on_and_while_a_tenth_at_most_still_runs(agreements):
    rules = agreements(TERM)

    assert told(rules, instances=20, in_time=18, late=2).share_in_time is not None
    assert told(rules, instances=20, in_time=20).share_in_time == 100
    assert told(rules, instances=20, in_time=18, running=2).still_running is False
    assert told(rules, instances=20, in_time=17, running=3).still_running is True
    assert told(rules, instances=19, in_time=10, running=9).still_running is False


def test_a_norm_is_met_or_not_by_the_exact_counts(agreements):
    rules = agreements(TERM)

    assert told(rules, instances=1000, in_time=899, late=101).meets_norm is False
    assert told(rules, instances=1000, in_time=900, late=100).meets_norm is True
    assert told(rules, instances=100, late=100).share_in_time == 0
    assert told(rules, instances=100, in_time=100).share_in_time == 100


def test_every_count_is_told_in_its_own_place(agreements):
    row = told(agreements(TERM), instances=210, in_time=10, late=20, running=30, overdue=40, lapsed=50, signals=60)

    assert (row.instances, row.in_time, row.late, row.open, row.open_overdue) == (210, 10, 20, 70, 40)
    assert (row.lapsed, row.signals, row.accepted) == (50, 60, 0)


def test_durations_become_coarser_as_they_grow(agreements):
    rules = agreements(TERM)
    hour, minute = 3600 * SECOND, 60 * SECOND
    lasting = {
        2 * DAY: 48.0,
        2 * DAY - minute: 48.0,
        2 * DAY + 13 * hour: 72.0,
        47 * hour: 47.0,
        2 * hour: 2.0,
        2 * hour + 25 * minute: 2.0,
        hour + 58 * minute: 2.0,
        hour + 52 * minute: 1.83,
    }

    assert {one: told(rules, durations=[one] * 11).median_hours for one in lasting} == lasting


def test_the_median_is_the_one_in_the_middle(agreements):
    days = [number * DAY for number in range(3, 103)]

    assert told(agreements(TERM), durations=days).median_hours == 52 * 24
    assert told(agreements(TERM), durations=days).p90_hours == 92 * 24


def test_what_is_open_and_past_its_term_counts_against_the_norm(agreements):
    row = told(agreements(TERM), instances=40, in_time=30, overdue=10)

    assert (row.share_in_time, row.meets_norm, row.open_overdue) == (75, False, 10)


@pytest.mark.parametrize("counts", [{"instances": 12, "in_time": 11, "late": 1}, {"instances": 4, "in_time": 4}])
def test_no_share_and_no_verdict_is_told_of_few(agreements, counts):
    row = told(agreements(TERM), **counts)

    assert (row.share_in_time, row.meets_norm, row.still_running) == (None, None, False)


def test_no_share_is_told_while_many_still_run(agreements):
    row = told(agreements(TERM), instances=40, in_time=35, running=5)

    assert (row.share_in_time, row.meets_norm, row.still_running) == (None, None, True)


def test_a_percentile_is_told_only_with_five_on_either_side_and_in_coarse_steps(agreements):
    rules = agreements(TERM)
    days = [number * DAY + 3 * 3600 * SECOND for number in range(1, 51)]

    assert told(rules, durations=days[:10]).median_hours is None
    assert told(rules, durations=days[:11]).median_hours == 6 * 24
    assert told(rules, durations=days[:49]).p90_hours is None
    assert told(rules, durations=days).p90_hours == 45 * 24
    assert told(rules, durations=[5 * 3600 * SECOND + 7] * 11).median_hours == 5
    assert told(rules, durations=[26 * 60 * SECOND] * 11).median_hours == 0.42


def test_durations_read_as_people_say_them():
    assert [duration_in_words(hours) for hours in (None, 0.42, 2.0, 5.0, 72.0)] == [
        "–",
        "25 min",
        "2 uur",
        "5 uur",
        "3 dagen",
    ]


def test_the_picture_tells_in_words_what_it_shows_by_colour(agreements):
    rules = agreements(TERM)
    found = Outcomes(0)
    found.counts["ST-01", "", "2026-1"] = Outcome(instances=100, in_time=80, late=20, accepted=12)
    found.counts["ST-01", "", "2026-2"] = Outcome(instances=3, in_time=3, accepted=2)
    found.counts["ST-05", "", "2026-2"] = Outcome(instances=100, in_time=50, running=50)
    found.counts["ST-02", "", "2026-2"] = Outcome(instances=2, late=2)
    root = ET.fromstring(picture(figures(found, rules), place="Het Hogeland", until="1 juli 2026"))
    words = "\n".join(root.itertext())

    assert "Op tijd per afspraak: Het Hogeland" in words
    assert "▼ 80 %" in words
    assert (
        "ST-01 Melding niet beoordeeld, 2026, 1e helft: ongeveer 80 procent op tijd, norm van 90 procent niet gehaald, 10 keer uitstel geaccepteerd"
        in words
    )
    assert "<5 keer" in words
    assert all(one in words for one in NORMS_SOURCE)
    assert "te weinig" in words
    assert "loopt nog" in words
    assert "Overal te weinig: ST-02" in words


def drawn(agreements, *, rows):
    """The words of a picture of counts, each with its rule, municipality and half-year."""
    found = Outcomes(0, dict(rows))
    return "\n".join(ET.fromstring(picture(figures(found, agreements), place="X", until="1 juli 2026")).itertext())


def test_rows_come_by_rule_then_half_year_then_municipality(agreements):
    keys = [("B", "", "2026-1"), ("A", "0014", "2026-2"), ("A", "0080", "2026-1"), ("A", "0014", "2026-1")]
    rows = figures(Outcomes(0, {key: Outcome(instances=5) for key in keys}), agreements(TERM))

    assert [(one.rule, one.half_year, one.municipality) for one in rows] == [
        ("A", "2026-1", "0014"), ("A", "2026-1", "0080"), ("A", "2026-2", "0014"), ("B", "2026-1", ""),
    ]  # fmt: skip


def test_the_picture_leaves_out_what_never_was_and_shows_what_still_runs_the_norms_first(agreements):
    runs, done = Outcome(instances=100, in_time=50, running=50), Outcome(instances=100, in_time=100)
    words = drawn(
        agreements(TERM),
        rows=[(("A", "", "2026-1"), runs), (("ST-01", "", "2026-1"), done), (("ST-05", "", "2026-1"), Outcome())],
    )

    assert words.index("ST-01") < words.index("A , 2026")
    assert "ST-05" not in words


def test_the_picture_tells_the_newest_times_that_are_known(agreements):
    known = Outcome(instances=100, in_time=100)
    known.durations.extend([5 * DAY] * 100)
    words = drawn(
        agreements(TERM),
        rows=[(("ST-01", "", "2026-1"), known), (("ST-01", "", "2026-2"), Outcome(instances=100, in_time=100))],
    )

    assert "5 dagen · 5 dagen" in words


@pytest.mark.parametrize(
    ("letters", "cut"),
    [("a" * 46, "a" * 46), ("a" * 44 + " bbb", "a" * 44 + "…")],
)
def test_a_title_is_cut_only_where_it_is_too_long_and_not_after_a_blank(agreements, letters, cut):
    rule = TERM.replace("Melding niet beoordeeld", letters)
    words = drawn(agreements(rule), rows=[(("ST-01", "", "2026-1"), Outcome(instances=100, in_time=100))])

    assert f"{cut} (norm 90 %)" in words


APPROVED = Path(__file__).with_name("outcome_picture.svg")


def test_the_picture_is_the_one_that_was_looked_at(agreements, tmp_path):
    long = "{id: ST-99, title: Een titel die veel langer is dan de zesenveertig letters waarvoor er plaats is, from: [vt_closed], until: [case_closed], breach: {days: 5}}"
    found = Outcomes(0)
    for number, (late, accepted) in enumerate(((10, 0), (11, 7), (40, 3), (0, 0), (30, 0), (5, 12), (12, 25))):
        one = Outcome(instances=100, in_time=100 - late, late=late, accepted=accepted)
        one.durations.extend((number + 1) * place * 3600 * SECOND for place in range(1, 100))
        found.counts["ST-01", "", f"{2023 + number // 2}-{1 + number % 2}"] = one
    found.counts["ST-05", "", "2025-2"] = Outcome(instances=100, in_time=50, running=50)
    found.counts["ST-05", "", "2026-1"] = Outcome(instances=100, in_time=80, late=20)
    found.counts["ST-99", "", "2024-2"] = Outcome(instances=60, in_time=45, late=15)
    found.counts["ST-99", "", "2025-1"] = Outcome(instances=3, in_time=3, accepted=1)
    for number in range(20):
        found.counts[f"Z-{number:02d}", "", "2026-1"] = Outcome(instances=2, late=2)
    found.counts["P", "", "2026-1"] = Outcome(instances=9, signals=9)
    drawn = picture(figures(found, agreements(TERM, long)), place="Het Hogeland & Groningen", until="1 juli 2026")
    (tmp_path / APPROVED.name).write_text(drawn)

    assert drawn == APPROVED.read_text(), (
        f"look at {tmp_path / APPROVED.name}; if it is good, put it in the place of {APPROVED}"
    )


@pytest.fixture
def call(agreements, tmp_path, monkeypatch):
    agreements(TERM)
    monkeypatch.chdir(tmp_path)
    lines = [one for number in range(30) for one in story(f"g{number}", REPORT, ("safety_assessed", 2, {}))]
    lines += [
        one for number in range(3) for one in story(f"h{number}", REPORT, ("safety_assessed", 9, {}), place="1966")
    ]
    Path("events.jsonl").write_text("\n".join(lines))

    def run(*words):
        return CliRunner().invoke(app, ["figures", "--agreements", str(tmp_path), *words])

    return run


def test_the_command_writes_csv_and_a_picture_and_prints_a_table(call):
    told_ = call("--events", "events.jsonl", "--csv", "cijfers.csv", "--picture", "cijfers.svg")
    rows = list(csv.DictReader(io.StringIO(Path("cijfers.csv").read_text()), delimiter=";"))

    assert told_.exit_code == Exit.OK
    assert (
        "alle gemeenten      35       30       <5     0            0      92 %  90 % gehaald  2 dagen" in told_.stdout
    )
    assert {row["uitstel_geaccepteerd"] for row in rows} == {"0"}
    assert "\n".join(NORMS_SOURCE) in told_.stdout
    assert [(row["gemeente"], row["aantal"], row["te_laat"], row["norm_gehaald"]) for row in rows] == [
        ("alle gemeenten", "35", ".", "ja"), ("Groningen", "30", "0", "ja"), ("Het Hogeland", ".", ".", "."),
    ]  # fmt: skip
    assert Path("cijfers.svg").read_text().startswith("<svg")


def test_the_command_prints_json_of_one_municipality(call):
    told_ = json.loads(call("--events", "events.jsonl", "--municipality", "0014", "--json").stdout)

    assert [(row["municipality"], row["in_time"]) for row in told_["figures"]] == [("0014", 30)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--municipality", "9999"], Exit.USAGE),
        (["--agreements", "nergens"], Exit.USAGE),
        (["--events", "nergens.jsonl"], Exit.REFUSED),
        (["--events", "proef.yaml"], Exit.REFUSED),
        (["--events", "events.jsonl", "--csv", "nergens/cijfers.csv"], Exit.REFUSED),
        ([], Exit.UNREACHABLE),
    ],
)
def test_the_command_ends_with_the_code_of_what_is_wrong(call, monkeypatch, words, code):
    monkeypatch.delenv("WAAKVLAM_LEDGER", raising=False)

    assert call(*words).exit_code == code


def test_nothing_counted_is_said(call):
    Path("events.jsonl").write_text("")

    assert "Er is niets geteld" in call("--events", "events.jsonl").stdout


@pytest.mark.parametrize(
    ("rule", "begin"),
    [
        (TERM.replace("{days: 5}", "{working_days: 90000}"), REPORT),
        (
            MOMENTS.replace("{days: 20}], then_every: {days: 10}", "{working_days: 90000}]"),
            ("handover_accepted", 0, {}),
        ),
    ],
)
def test_a_term_that_the_calendar_cannot_count_is_an_error_and_never_a_guess(agreements, rule, begin):
    with pytest.raises(CannotCount, match="calendar nl"):
        outcomes(agreements(rule), story("a", begin), BEGIN + 20 * DAY)


def test_what_was_done_before_counts_as_in_time_and_has_no_duration(agreements):
    rules = agreements(TERM.replace("breach", "already: true, breach"))
    (one,) = counted(rules, story("a", ("safety_assessed", -1, {}), REPORT), until=9, rule="ST-01").values()

    assert (one.in_time, list(one.durations)) == (1, [])


def test_a_newer_anchor_replaces_the_moments_of_the_older(agreements):
    lines = story("a", ("handover_accepted", 0, {}), ("handover_accepted", 15, {}))
    (one,) = counted(agreements(MOMENTS), lines, until=26, rule="M").values()

    # the older: moment 1 was missed before it was replaced; the newer: moment 1 has come and runs
    assert (one.instances, one.late, one.running) == (2, 1, 1)


def test_an_event_of_a_closed_case_replaces_nothing(agreements):
    first = ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})
    later = ("condition_set", 6, {"condition_id": "c", "check_on": "2026-03-20"})
    lines = story("a", REPORT, first, ("case_closed", 5, {}), later)
    (one,) = counted(agreements(DATE), lines, until=30, rule="D").values()

    assert (one.instances, one.late) == (1, 1)


def test_what_happened_is_counted_as_it_was_corrected(agreements):
    correction = ("event_corrected", 12, {"event_id": "a-1", "occurred_at": format_instant(BEGIN + 2 * DAY)})
    (one,) = counted(
        agreements(TERM), story("a", REPORT, ("safety_assessed", 8, {}), correction), until=20, rule="ST-01"
    ).values()

    assert (one.in_time, one.late) == (1, 0)


END_OF_TERM = 5 + 14 / 24  # the local day of five days later ends then


@pytest.mark.parametrize("second", [-1, 0])
def test_at_the_instant_of_the_term_itself_it_is_too_late(agreements, second):
    rules = agreements(TERM)
    day = END_OF_TERM + second / 86_400
    done = [*story("a", REPORT, ("safety_assessed", day, {})), *story("b", REPORT, ("safety_assessed", day, {}))]
    closed = [*story("a", REPORT, ("case_closed", day, {})), *story("b", REPORT, ("case_closed", day, {}))]
    nothing = [*story("a", REPORT), *story("b", REPORT)]

    def of(lines, until):
        (one,) = counted(rules, lines, until=until, rule="ST-01").values()
        return (one.in_time, one.late, one.running, one.overdue, one.lapsed)

    is_late = second == 0
    assert of(done, 9) == ((0, 2, 0, 0, 0) if is_late else (2, 0, 0, 0, 0))
    assert of(closed, 9) == ((0, 2, 0, 0, 0) if is_late else (0, 0, 0, 0, 2))
    assert of(nothing, day) == ((0, 0, 0, 2, 0) if is_late else (0, 0, 2, 0, 0))


def test_june_is_in_the_first_half_of_the_year(agreements):
    lines = story("a", ("report_received", 100, {}))  # 10 June

    assert list(counted(agreements(TERM), lines, until=101, rule="ST-01")) == ["2026-1"]


def test_signals_add_up_and_a_case_counts_by_the_rules_of_its_own_place_and_among_all(agreements):
    twice = [REPORT, ("incident_recorded", 0, {}), ("incident_recorded", 1, {})]
    lines = [*story("a", *twice), *story("b", *twice, place="1966"), *story("c", *twice, place=None)]
    found = outcomes(agreements(PATTERN), lines, BEGIN + 3 * DAY)

    assert {place: one.signals for (_, place, _), one in found.counts.items()} == {"": 3, "0014": 1, "1966": 1}
    assert found.at == BEGIN + 3 * DAY


def test_a_rule_of_one_municipality_counts_there_only(agreements, tmp_path):
    (tmp_path / "elders.yaml").write_text(
        HEAD.replace("agreement: proef", "agreement: elders").replace("all", '{municipalities: ["1966"]}')
        + f"  - {DATE}\n"
    )
    set_ = ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})
    rules = agreements(TERM)

    assert counted(rules, story("a", REPORT, set_), until=9, rule="D") == {}
    assert len(counted(rules, story("a", REPORT, set_, place="1966"), until=9, rule="D")) == 1


@pytest.mark.parametrize(("until", "instances"), [(9.9, 0), (10, 1), (19.9, 1), (20, 2), (29.9, 2), (30, 3), (40, 4)])
def test_a_moment_counts_from_its_day_on(agreements, until, instances):
    lines = story("a", ("handover_accepted", -10 / 24 + 1 / 86_400, {}))  # just after midnight
    found = counted(agreements(MOMENTS), lines, until=until - 10 / 24 + 1 / 86_400, rule="M").values()

    assert sum(one.instances for one in found) == instances


def test_a_list_of_moments_without_an_end_of_its_own_stops_at_its_last(agreements):
    rules = agreements(MOMENTS.replace("then_every: {days: 10}, ", ""))
    found = counted(rules, story("a", ("handover_accepted", 0, {})), until=90, rule="M").values()

    assert [one.instances for one in found] == [2]


def test_a_number_of_instances_does_not_give_its_own_parts_away():
    found = Outcomes(BEGIN, {("ST-01", "", "2026-1"): Outcome(instances=8, in_time=4, late=4)})

    row = next(figures(found, Agreements([])))

    assert (row.in_time, row.late) == (None, None)
    assert row.instances != 10  # under which both could only be four


@pytest.mark.parametrize(("second", "instances"), [(-1, 1), (0, 2)])
def test_what_is_replaced_as_its_day_begins_counts_and_a_second_earlier_it_does_not(agreements, second, instances):
    first = ("condition_set", 0, {"condition_id": "c", "check_on": "2026-03-05"})
    again = ("condition_set", 3 - 10 / 24 + second / 86_400, {"condition_id": "c", "check_on": "2026-03-06"})
    (one,) = counted(agreements(DATE), story("a", first, again), until=10, rule="D").values()

    assert one.instances == instances


def test_a_signal_that_somebody_acknowledged_is_still_counted_as_a_signal(agreements):
    rules = agreements(PATTERN)
    lines = story("a", REPORT, ("incident_recorded", 0, {}), ("incident_recorded", 1, {}))
    (row,) = replay(rules, lines, BEGIN + 2 * DAY)
    lines.append(line("a", 9, "alert_acknowledged", 2, alert=row["alert"]))
    (one,) = counted(rules, lines, until=3, rule="P").values()

    assert (one.instances, one.signals) == (1, 1)
