"""Reading agreements: what is wrong is refused with file, line, field and reason."""

import json
import re
from pathlib import Path

import pytest

from rulebook.agreements import load
from rulebook.errors import AgreementError
from rulebook.event import from_json
from rulebook.faults import look
from rulebook.rules import Ladder, Level
from rulebook.terms import Term

NOW = "2026-06-01T10:00:00Z"
CALENDARS = Path(__file__).parents[2] / "agreements" / "calendars"
GOOD = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: null
applies_to: {municipalities: ["0014", "1966"]}
calendar: nl
attention:
  default: [{to: worker}, {to: monitor, after: {working_days: 1}}]
ladders:
  - id: samen-doen
    levels:
      - {nr: 0, name: werkvloer, term: {working_days: 2}}
rules:
  - id: ST-01
    from: [report_received]
    until: [safety_assessed]
    per: report_id
    warn: {working_days: 3}
    breach: {working_days: 5}
"""
MOMENTS = "{id: M, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], breach: {days: 1}, "
DATE = "{id: D, kind: date, from: [condition_set], until: [condition_met], "
SILENCE = "{id: S, kind: silence, breach: {days: 1}, "
PATTERN = "{id: P, kind: pattern, of: [incident_recorded], count: 2, "
TERM = "{id: T, from: [report_received], until: [safety_assessed], "


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "calendars").symlink_to(CALENDARS)
    return tmp_path


def refusal(folder, text):
    (folder / "proef.yaml").write_text(text)
    with pytest.raises(AgreementError) as caught:
        load(folder)
    error = caught.value
    assert str(error).startswith(f"{folder / 'proef.yaml'}:{error.line}: {error.field}: ")
    return error.line, error.field, error.reason


def test_a_good_file_is_read(folder):
    (folder / "proef.yaml").write_text(GOOD)
    (one,) = load(folder).files

    assert (one.id, one.version, list(one.rules)) == ("proef", 1, ["ST-01"])
    assert one.municipalities == {"0014", "1966"}


@pytest.mark.parametrize(
    ("was", "now", "line", "field", "reason"),
    [
        ("title: Een proef", "titel: Een proef", 3, "titel", "unknown key"),
        ("title: Een proef", "version: 2", 3, "version", "stands here twice"),
        ("agreement: proef\n", "", 1, "agreement", "is missing"),
        ("agreement: proef", "agreement: 12", 1, "agreement", "must be text"),
        ("version: 1", "version: 1.0", 2, "version", "must be a whole number"),
        ("version: 1", "version: 0x10", 2, "version", "must be a whole number"),
        ("2019-01-01", "2019-02-30", 4, "valid_from", "must be a day that exists"),
        ("valid_to: null", "valid_to: 2018-01-01", 5, "valid_to", "lies before"),
        ('"0014"', "0014", 6, "applies_to.municipalities[0]", "must be text"),
        ('"0014"', '"00a4"', 6, "applies_to.municipalities[0]", "four digits"),
        ('"0014"', '"٠٠١٤"', 6, "applies_to.municipalities[0]", "four digits"),
        ('"0014"', '"14"', 6, "applies_to.municipalities[0]", "four digits"),
        ('{municipalities: ["0014", "1966"]}', "some", 6, "applies_to", "must be all"),
        ('{municipalities: ["0014", "1966"]}', "{towns: []}", 6, "applies_to.towns", "unknown key"),
        ('{municipalities: ["0014", "1966"]}', "{}", 6, "applies_to.municipalities", "is missing"),
        ("[report_received]", "[{where: {report_id: x}}]", 16, "rules[ST-01].from[0].type", "is missing"),
        ("{working_days: 3}", "{from_ladder: false}", 19, "rules[ST-01].warn.from_ladder", "must be true"),
        ("calendar: nl", "calendar: be", 7, "calendar", "no file calendars/be.yaml"),
        ("calendar: nl", "calendar: ../nl", 7, "calendar", "no file"),
        ("{to: worker}", "{to: worker, after: {days: 1}}", 9, "attention.default[0].after", "told at once"),
        (", after: {working_days: 1}", "", 9, "attention.default[1].after", "is missing"),
        ("{working_days: 1}", "{working_days: 1, days: 1}", 9, "attention.default[1].after", "exactly one of"),
        ("{nr: 0,", "{nr: nul,", 13, "ladders[0].levels[0].nr", "must be a whole number"),
        ("{nr: 0,", "{nr: 0, level: 1,", 13, "ladders[0].levels[0].level", "unknown key"),
        ("  - id: samen-doen\n    levels:", "  - levels:", 11, "ladders[0].id", "is missing"),
        (
            "    levels:\n      - {nr: 0, name: werkvloer, term: {working_days: 2}}\n",
            "",
            11,
            "ladders[0].levels",
            "is missing",
        ),
        ("{nr: 0, name", "{name", 13, "ladders[0].levels[0].nr", "is missing"),
        ("{working_days: 2}}", "null}\n      - {nr: 0}", 14, "ladders[0].levels[1].nr", "stands in this ladder twice"),
        (
            "{working_days: 2}}",
            "null}\n  - {id: samen-doen, levels: []}",
            14,
            "ladders[1].id",
            "stands in this file twice",
        ),
        ("{nr: 0,", "{nr: 0, information: all,", 13, "ladders[0].levels[0].information", "none, minimal, case"),
        ("  - id: ST-01", "  - id: ST-01\n    kind: deadline", 16, "rules[ST-01].kind", "unknown kind"),
        ("  - id: ST-01", "  - id: ST-01\n    form: []", 16, "rules[ST-01].form", "unknown key"),
        ("[report_received]", "[report_recieved]", 16, "rules[ST-01].from[0]", "unknown event type"),
        ("[report_received]", "report_received", 16, "rules[ST-01].from", "must be a list"),
        ("[report_received]", "[]", 16, "rules[ST-01].from", "names no event type"),
        ("per: report_id", "per: raport_id", 18, "rules[ST-01].per", "report_received has no field raport_id"),
        ("[safety_assessed]", "[safety_assessed, case_closed]", 18, "rules[ST-01].per", "case_closed has no field"),
        ("{working_days: 3}", "{working_days: three}", 19, "rules[ST-01].warn.working_days", "must be a whole number"),
        ("{working_days: 3}", "{workdays: 3}", 19, "rules[ST-01].warn.workdays", "unknown key"),
        ("{working_days: 3}", "3", 19, "rules[ST-01].warn", "must be a mapping"),
        ("{working_days: 3}", "{hours: 3, shift: true}", 19, "rules[ST-01].warn.shift", "take no shift"),
        ("{working_days: 3}", "{days: 3, shift: yes}", 19, "rules[ST-01].warn.shift", "must be true or false"),
        ("{working_days: 3}", "{from_ladder: true}", 16, "rules[ST-01].from", "names no ladder and level"),
        ("    per: report_id", "    already: maybe", 18, "rules[ST-01].already", "must be true or false"),
        ("    per: report_id", "    weight: 6", 18, "rules[ST-01].weight", "must be 1, 2, 3, 4 or 5"),
        ("    per: report_id", "    if_case: has_dog", 18, "rules[ST-01].if_case", "must be has_child"),
        ("    per: report_id", "    to: nobody", 18, "rules[ST-01].to", "no list nobody under attention"),
        ("    per: report_id", "    to: []", 18, "rules[ST-01].to", "somebody must be told"),
        ("agreement: proef", "- agreement", 2, "file", "not YAML"),
        ("agreement: proef", "agreement: 'proef' 1", 1, "file", "not YAML"),
    ],
)
def test_a_wrong_file_is_refused_by_line_field_and_reason(folder, was, now, line, field, reason):
    assert was in GOOD

    at, named, why = refusal(folder, GOOD.replace(was, now, 1))

    assert (at, named) == (line, field)
    assert reason in why


@pytest.mark.parametrize(
    ("rule", "field", "reason"),
    [
        (MOMENTS + "at: [{months: 3}], per: moment}", "rules[M].per", "unknown key"),
        (MOMENTS + "at: []}", "rules[M].at", "at least one"),
        (MOMENTS + "at: [{hours: 3}]}", "rules[M].at[0].hours", "cannot be counted from a day"),
        (MOMENTS + "at: [{months: 3}], then_every: {weeks: 3}}", "rules[M].then_every", "must be in months"),
        (MOMENTS + "at: [{months: 3}], then_every: {months: 0}}", "rules[M].then_every", "must be positive"),
        (MOMENTS + "at: [{months: 3}], warn: {minutes: 3}}", "rules[M].warn.minutes", "cannot be counted"),
        (MOMENTS + "at: [{days: 3}], then_every: {hours: 5}}", "rules[M].then_every.hours", "cannot be counted"),
        (MOMENTS + "at: [{days: 3}], warn: {from_ladder: true}}", "rules[M].warn.from_ladder", "only a rule of kind"),
        (
            SILENCE + "phases: [recovery], warn: {from_ladder: true}}",
            "rules[S].warn.from_ladder",
            "only a rule of kind",
        ),
        (DATE + "due_field: check_on}", "rules[D]", "needs warn, breach or both"),
        (DATE + "breach: {days: 0}}", "rules[D].due_field", "is missing"),
        (DATE + "due_field: null, breach: {days: 0}}", "rules[D].due_field", "names no field"),
        (DATE + "due_field: due_on, breach: {days: 0}}", "rules[D].due_field", "condition_set has no field"),
        (DATE + "due_field: check_on, breach: {hours: 1}}", "rules[D].breach.hours", "cannot be counted"),
        (
            DATE + "due_field: check_on, breach: {from_ladder: true}}",
            "rules[D].breach.from_ladder",
            "only a rule of kind",
        ),
        (DATE + "due_field: check_on, breach: {days: 0}, already: true}", "rules[D].already", "unknown key"),
        (SILENCE + "phases: [asleep]}", "rules[S].phases[0]", "unknown phase"),
        (SILENCE + "phases: []}", "rules[S].phases", "at least one phase"),
        (SILENCE + "phases: [recovery], ignore: [case_closed]}", "rules[S].ignore[0]", "always heard"),
        (SILENCE + "phases: [recovery], ignore: [report_received]}", "rules[S].ignore[0]", "always heard"),
        (SILENCE + "phases: [recovery], ignore: [case_reopened]}", "rules[S].ignore[0]", "always heard"),
        (SILENCE + "phases: [recovery], ignore: [nothing]}", "rules[S].ignore[0]", "unknown event type"),
        (SILENCE + "phases: [recovery], until: [case_closed]}", "rules[S].until", "unknown key"),
        (PATTERN + "window: {weeks: 2}}", "rules[P].window", "days (of 24 hours) or hours"),
        (PATTERN + "window: {days: 0}}", "rules[P].window", "positive"),
        (PATTERN + "window: {days: 1}, agencies: 0}", "rules[P].agencies", "at least 1"),
        (PATTERN + "window: {days: 1}, breach: {days: 1}}", "rules[P].breach", "unknown key"),
        (PATTERN + "window: {days: 1}, after: {types: [case_closed]}}", "rules[P].after.within", "is missing"),
        (TERM + "breach: {days: 1}, from: [report_received]}", "rules[1].from", "stands here twice"),
        ("{from: [report_received], until: [safety_assessed], breach: {days: 1}}", "rules[1].id", "is missing"),
        (
            "{id: W, from: [{type: plan_agreed, where: {plann: x}}], until: [help_started], breach: {days: 1}}",
            "rules[W].from[0].where.plann",
            "plan_agreed has no field plann",
        ),
        (
            "{id: W, from: [{type: plan_agreed, when: {}}], until: [help_started], breach: {days: 1}}",
            "rules[W].from[0].when",
            "unknown key",
        ),
        (
            "{id: W, from: [{type: plan_agreed, where: {plan: {a: 1}}}], until: [help_started], breach: {days: 1}}",
            "rules[W].from[0].where.plan",
            "single value",
        ),
        (TERM.replace("id: T", "id: ST-01") + "breach: {days: 1}}", "rules[1].id", "stands in this file twice"),
    ],
)
def test_each_kind_has_its_own_keys_and_they_are_checked(folder, rule, field, reason):
    line, named, why = refusal(folder, f"{GOOD}  - {rule}\n")

    assert (line, named) == (21, field)
    assert reason in why


def test_two_files_with_the_same_agreement_and_version_are_refused_by_name(folder):
    (folder / "een.yaml").write_text(GOOD)
    (folder / "twee.yaml").write_text(GOOD)

    with pytest.raises(AgreementError, match=re.escape(str(folder / "een.yaml"))) as caught:
        load(folder)
    assert (caught.value.file, caught.value.line, caught.value.field) == (str(folder / "twee.yaml"), 2, "version")


def test_a_ladder_is_read_as_it_is_written(folder):
    whole = """ladders:
  - id: samen-doen
    title: Samen doen
    reasons: [overdracht, onveilig]
    skip_reasons: [onveilig]
    levels:
      - {nr: 0, name: werkvloer, term: {working_days: 2}, warn: {working_days: 1}, may_skip: true,
         information: minimal, direction: regisseur, participants: [worker, monitor]}
      - {nr: 1, term: null, warn: null}
"""
    before, _, after = GOOD.partition("ladders:\n")
    (folder / "proef.yaml").write_text(before + whole + "rules:" + after.partition("rules:")[2])
    (one,) = load(folder).files
    floor = Level(
        nr=0,
        name="werkvloer",
        term=Term("working_days", 2),
        warn=Term("working_days", 1),
        may_skip=True,
        information="minimal",
        direction="regisseur",
        participants=("worker", "monitor"),
    )
    bare = Level(nr=1, name="", term=None, warn=None, may_skip=False, information="none", direction="", participants=())

    assert one.source.ladders == {
        "samen-doen": Ladder(
            id="samen-doen",
            levels=(floor, bare),
            reasons=("overdracht", "onveilig"),
            skip_reasons=("onveilig",),
            title="Samen doen",
        )
    }


def test_an_agreement_may_hold_for_one_day_and_an_event_may_be_named_without_a_condition(folder):
    text = GOOD.replace("valid_to: null", "valid_to: 2019-01-01").replace(
        "[report_received]", "[{type: report_received}]"
    )
    (folder / "proef.yaml").write_text(text)
    (one,) = load(folder).files

    assert [one.is_valid_on(one.valid_from + days) for days in (-1, 0, 1)] == [False, True, False]
    assert one.rules["ST-01"].start.by_type == {"report_received": ((),)}


def test_a_schedule_may_say_that_nothing_ends_it(folder):
    (folder / "proef.yaml").write_text(f"{GOOD}  - {MOMENTS}at: [{{days: 3}}], ends: [], then_every: null}}\n")
    (one,) = load(folder).files

    assert (one.rules["M"].ends.by_type, one.rules["M"].then_every) == ({}, None)


def test_a_file_that_leads_back_into_itself_is_refused(folder):
    assert refusal(folder, "&a\nagreement: *a\n")[1:] == ("file", "is nested more than 20 deep")


@pytest.mark.parametrize("text", ["", "# niets\n", "[]\n", "tekst\n"])
def test_a_file_without_keys_is_refused(folder, text):
    assert refusal(folder, text)[1] == "file"


def test_a_folder_without_agreements_is_refused(folder):
    with pytest.raises(AgreementError, match="holds no agreements") as caught:
        load(folder)

    assert (caught.value.file, caught.value.line, caught.value.field) == (str(folder), 1, "folder")


def test_every_yaml_file_of_a_folder_is_read_but_that_of_triage_and_no_other_file(folder):
    for number, name in enumerate(("a.yaml", "triage.yaml", "z.yml", "other.yxml", "agreement.yaml.old")):
        (folder / name).write_text(GOOD.replace("version: 1", f"version: {number + 1}"))

    assert [one.version for one in load(folder).files] == [1, 3]
    assert [one.version for one in look(folder).agreements] == [1, 3]


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("calendar: be\nfrom: 2026-01-01\nto: 2026-12-31\ndays_off: {}\n", "calendar", "so this must be nl"),
        ("calendar: nl\nfrom: 2026-01-01\nto: 2025-12-31\ndays_off: {}\n", "to", "lies before"),
        (
            "calendar: nl\nfrom: 2026-01-01\nto: 2026-12-31\ndays_off: {2026-02-30: X}\n",
            "days_off.2026-02-30",
            "exists",
        ),
        ("calendar: nl\nfrom: 2026-01-01\nto: 2026-12-31\n", "days_off", "is missing"),
    ],
)
def test_a_wrong_calendar_is_refused(tmp_path, text, field, reason):
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "nl.yaml").write_text(text)
    (tmp_path / "proef.yaml").write_text(GOOD)

    with pytest.raises(AgreementError, match=reason) as caught:
        load(tmp_path)
    assert caught.value.field == field


def test_words_that_yaml_takes_for_yes_and_no_are_text_and_numbers_are_numbers(folder):
    rule = {"id": "W", "from": [{"type": "monitoring_moment_done", "where": {}}], "until": ["help_started"]}
    text = json.dumps({**rule, "breach": {"days": 1}}).replace(
        '"where": {}', "where: {direct_safety: [yes, 1, 2026-01-01]}"
    )
    (folder / "proef.yaml").write_text(f"{GOOD}  - {text}\n")
    rule = load(folder).files[0].rules["W"]

    assert rule.start.by_type["monitoring_moment_done"] == ((("direct_safety", frozenset({"yes", 1, "2026-01-01"})),),)


def chosen(folder, told):
    """Read a rule that asks for a plan, as the YAML has it, and tell which values it takes."""
    rule = "{id: W, from: [{type: plan_agreed, where: {plan: " + told + "}}], until: [help_started], breach: {days: 1}}"
    (folder / "proef.yaml").write_text(f"{GOOD}  - {rule}\n")
    start = load(folder).files[0].rules["W"].start
    known = {"id": "e", "case": "c", "agency": "vt", "municipality": "0014", "occurred_at": NOW, "recorded_at": NOW}
    return lambda value: start.matches(from_json({"type": "plan_agreed", "data": {"plan": value}, **known}))


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("1.5", 1.5),
        ("1_000.5", 1000.5),
        ("1.0e+3", 1000),
        ("-0.25", -0.25),
        ("-7", -7),
        ("+7", 7),
        ("null", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("No", "No"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ('"7"', "7"),
        ("1e3", "1e3"),
        ("safety", "safety"),
    ],
)
def test_a_value_in_a_where_is_what_json_would_have(folder, told, value):
    takes = chosen(folder, told)

    assert takes(value)
    assert [other for other in (0, 7, 1000, "x", True, False, "None", [], {}) if other != value and takes(other)] == []


@pytest.mark.parametrize(
    "told", [".inf", "-.inf", ".nan", "190:20:30.15", "0x1F", "017", "1_000", "{a: 1}", "[[1]]", "!!binary aGk="]
)
def test_a_value_that_json_does_not_have_is_refused_in_a_where(folder, told):
    with pytest.raises(AgreementError, match="single value"):
        chosen(folder, told)
