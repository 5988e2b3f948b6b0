"""A new kind of rule is one file: `kind_often.py` beside this one, made known by the one door there is.

Nothing else in the rule book has heard of it, and all the same it is read, checked, told, followed and explained.
"""

import json
from pathlib import Path
from random import Random
from runpy import run_path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from rulebook import kinds, scratch
from rulebook.agreements import load
from rulebook.alerts import Raised
from rulebook.errors import CannotCount
from rulebook.event import from_json
from rulebook.fates import fate
from rulebook.figures import figures
from rulebook.instants import parse_instant
from rulebook.kind import Counting, of
from rulebook.outcomes import outcomes
from rulebook.question import Names, Question
from rulebook.replay import by_recording, replay
from rulebook.sameness import differing
from rulebook.why import why
from rulebook.why_not import why_not

HERE = Path(__file__).parent
AGREEMENTS = HERE.parents[1] / "agreements"
OFTEN = run_path(str(HERE / "kind_often.py"))["OftenRule"]
STORY = run_path(str(HERE / "rulebook_story.py"))
LAWS = run_path(str(HERE.parent / "property" / "test_rulebook_laws.py"))
HISTORIES = LAWS["HISTORIES"]
Story, agreements, file, iso = STORY["Story"], STORY["agreements"], STORY["file"], STORY["iso"]
RULE = {
    "id": "R",
    "kind": "often",
    "title": "Te weinig contact",
    "from": ["handover_accepted"],
    "until": ["family_contacted"],
    "times": 2,
    "warn": {"days": 5},
    "breach": {"days": 10},
}
FILE = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: null
applies_to: {municipalities: ["0014"]}
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
  - id: R
    kind: often
    title: Te weinig contact
    from: [handover_accepted]
    until: [family_contacted]
    times: TIMES
    breach: {days: 10}
"""


@pytest.fixture(autouse=True, scope="module")
def _known():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "KINDS", dict(kinds.KINDS))
        kinds.register(OFTEN)
        yield


@pytest.fixture
def call(monkeypatch, tmp_path):
    for name in ("LEDGER", "DATA", "CLOCK", "AGREEMENTS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")
    (tmp_path / "landelijk-1.yaml").write_text((AGREEMENTS / "landelijk-1.yaml").read_text())
    (tmp_path / "proef-1.yaml").write_text(FILE.replace("TIMES", "2"))
    return lambda *words: CliRunner().invoke(app, ["agreements", *words])


def told(story):
    """What is asked about a story: its agreements, and its events."""
    return agreements(*story.files), [from_json(line) for line in story.lines]


def at(text):
    return parse_instant(iso(text))


# Made known.


def test_a_name_is_taken_once():
    with pytest.raises(AssertionError, match="another kind is called 'often'"):
        kinds.register(OFTEN)


def test_a_kind_that_leaves_out_what_it_must_say_is_not_made_known():
    class Empty(kinds.Kind):
        kind = "empty"
        called = "leeg"

    with pytest.raises(AssertionError, match="keys, required, read, begins_with, instances, asks"):
        kinds.register(Empty)


def test_what_is_of_no_kind_is_asked_nothing():
    with pytest.raises(AssertionError, match="Source is of no kind that is known"):
        of(load(AGREEMENTS).files[0].source)


# Read and checked.


def test_its_rules_are_read_from_yaml_with_the_line_where_they_stand(call):
    rule = load(".").plan("0014").choose(at("2026-06-01 00:00") // 86_400_000_000)["R"]

    assert isinstance(rule, OFTEN)
    assert (rule.times, rule.line, sorted(rule.touches())) == (2, 11, ["family_contacted", "handover_accepted"])


def test_the_check_accepts_it_and_refuses_with_words_of_its_own(call, tmp_path):
    good = call("check", ".", "--on", "2026-11-24")
    (tmp_path / "proef-1.yaml").write_text(FILE.replace("TIMES", "1"))
    bad = call("check", ".", "--on", "2026-11-24")

    assert (good.exit_code, bad.exit_code) == (Exit.OK, Exit.REFUSED)
    assert "fout: proef-1.yaml:16: rules[R].times: dit hoort minstens 2 te zijn; voor één keer is er" in bad.stdout


def test_the_check_asks_of_it_what_it_asks_of_every_rule(call, tmp_path):
    text = FILE.replace("TIMES", "2").replace("{days: 10}", "{days: -1}\n    why: 'Sinds {sinds} te weinig contact.'")
    (tmp_path / "proef-1.yaml").write_text(text)
    found = call("check", ".", "--on", "2026-11-24").stdout

    assert "Deze termijn ligt vóór de gebeurtenis waarna hij telt" in found
    assert "De invulplek {sinds} wordt door geen gebeurtenis gevuld" in found


def test_an_unknown_key_and_a_missing_stage_are_refused_as_everywhere(call, tmp_path):
    (tmp_path / "proef-1.yaml").write_text(FILE.replace("TIMES", "2").replace("breach: {days: 10}", "per: report_id"))
    assert "wel bekend zijn: " in call("check", ".").stdout
    (tmp_path / "proef-1.yaml").write_text(FILE.replace("TIMES", "2").replace("    breach: {days: 10}\n", ""))
    assert "deze regel heeft een waarschuwing (warn) of een termijn (breach) nodig" in call("check", ".").stdout


# Told.


def test_it_is_shown_in_dutch(call):
    assert "binnen tien dagen twee keer een " in call("show", "proef-1.yaml").stdout


def test_a_changed_rule_of_it_is_compared_in_dutch(call, tmp_path):
    (tmp_path / "proef-2.yaml").write_text(FILE.replace("TIMES", "3"))
    found = call("diff", "proef-1.yaml", "proef-2.yaml").stdout

    assert "R Te weinig contact, wat de regel vraagt: eerst “Na een " in found
    assert "twee keer een" in found
    assert "drie keer een" in found
    assert "de soort regel" not in found


def test_a_rule_that_becomes_one_of_it_says_so(call, tmp_path):
    plain = FILE.replace("    kind: often\n", "").replace("    times: TIMES\n", "")
    (tmp_path / "proef-0.yaml").write_text(plain)

    found = call("diff", "proef-0.yaml", "proef-1.yaml").stdout
    assert "eerst “termijn na een gebeurtenis”, straks “aantal keren na een gebeurtenis”" in found


# Followed.


def test_its_alerts_are_raised_and_closed():
    story = Story(RULE)
    story.tell("2026-06-01 09:00", "handover_accepted")
    story.tell("2026-06-03 09:00", "family_contacted")
    story.tell("2026-06-09 09:00", "family_contacted")

    assert story.rows() == ["e1 warn due 2026-06-07 00:00 raised 2026-06-07 00:00 closed 2026-06-09 09:00 late"]


def test_a_late_event_a_withdrawal_and_a_closing_reach_it():
    story = Story({**RULE, "warn": None})
    story.tell("2026-06-01 09:00", "handover_accepted")
    story.tell("2026-06-02 09:00", "family_contacted")
    story.tell("2026-06-04 09:00", "family_contacted", "2026-06-15 09:00")
    story.tell("2026-06-16 09:00", "event_withdrawn", event_id="e2")
    story.tell("2026-06-18 09:00", "case_closed")

    assert story.ends() == ["e1 breach in_time", "e1 breach case_closed"]


def test_a_stall_may_be_accepted():
    story = Story(RULE)
    story.tell("2026-06-01 09:00", "handover_accepted")
    story.tell("2026-06-07 09:00", "stall_accepted", rule="R", instance="e1", until_on="2026-06-20", reason="ziekte")

    assert story.rows(until="2026-06-30 00:00") == [
        "e1 warn due 2026-06-07 00:00 raised 2026-06-07 00:00 closed 2026-06-07 09:00 accepted",
        "e1 breach due 2026-06-21 00:00 raised 2026-06-21 00:00 open",
    ]


def often(random):
    name = random.choice(("N1", "N2"))
    found = {"id": name, "kind": "often", "from": HISTORIES["types"](random), "until": HISTORIES["types"](random)}
    found |= {"times": random.randint(2, 3), **HISTORIES["stages"](random, HISTORIES["any_term"])}
    if random.random() < 0.3:
        found["weight"] = 5
    if random.random() < 0.2:
        found["if_case"] = "has_child"
    return found


def world(seed):
    """Odd agreements, each with rules of the new kind, and an odd history."""
    random = Random(seed)
    files = HISTORIES["agreements"](random)
    for one in files:
        one["rules"] = [*one["rules"][:1], often(random)]
    read = LAWS["read"](files, HISTORIES["CALENDAR"])
    lines = HISTORIES["history"](random, random.randint(3, 14))
    rows = list(replay(read, map(json.dumps, lines), None, types=LAWS["TYPES"]))
    lines += LAWS["acknowledgements"](random, lines, rows) if rows else []
    if LAWS["has_ring"](lines):
        lines = [line for line in lines if line["type"] != "event_withdrawn"]
    facts = sorted((from_json(line) for line in lines if line["case"] == "c1"), key=by_recording)
    last_at = max(parse_instant(line["recorded_at"]) for line in lines)
    return SimpleNamespace(agreements=read, lines=lines, events=lambda: facts, last_at=last_at)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_followed_event_by_event_it_is_at_every_instant_what_is_computed_from_nothing(seed):
    try:
        drawn = world(seed)
    except CannotCount:
        return
    changes = []
    for watch, now, changes in LAWS["follow"](drawn):  # noqa: B007 - the last changes are used below
        must_be_open = scratch.open_alerts(drawn.agreements, "c1", drawn.events(), now)
        assert {row.alert for row in watch.open_alerts()} == set(must_be_open)
    raised = [change.row.as_json() for change in changes if isinstance(change, Raised)]
    offline = list(replay(drawn.agreements, map(json.dumps, drawn.lines), None, types=LAWS["TYPES"]))

    assert by_id(raised) == by_id(row for row in offline if row["case"] == "c1")


def by_id(rows):
    return sorted(rows, key=lambda row: (row["alert"], row["raised_at"]))


def test_the_histories_that_are_drawn_reach_it():
    found = [row["rule"] for seed in range(40) for row in rows_of(seed) if row["rule"].startswith("N")]

    assert len(found) > 20


def rows_of(seed):
    drawn = world(seed)
    return replay(drawn.agreements, map(json.dumps, drawn.lines), None, types=LAWS["TYPES"])


# Explained and counted.


def test_why_tells_what_is_open_and_what_would_settle_it():
    story = Story(RULE)
    story.tell("2026-06-01 09:00", "handover_accepted")
    read, facts = told(story)
    (opened,) = why(read, "gezin", facts, at("2026-06-12 09:00")).open

    assert (opened.rule, opened.stage, opened.sentence) == ("R", "breach", "Te weinig contact")
    assert opened.remedy.startswith("Klaar als gebeurt wat deze regel vraagt: Na een ")


@pytest.mark.parametrize(
    ("contacts", "closed", "code", "by"),
    [
        (["2026-06-02 09:00"], False, "not_due", None),
        (["2026-06-02 09:00", "2026-06-03 09:00"], False, "in_time", "e3"),
        (["2026-06-13 09:00", "2026-06-13 10:00"], False, "late", "e3"),
        ([], True, "case_closed", "e2"),
    ],
)
def test_why_not_tells_what_became_of_it(contacts, closed, code, by):
    story = Story({**RULE, "warn": None})
    story.tell("2026-06-01 09:00", "handover_accepted")
    for one in contacts:
        story.tell(one, "family_contacted")
    if closed:
        story.tell("2026-06-04 09:00", "case_closed")
    read, facts = told(story)
    (reason,) = why_not(
        read, "gezin", facts, at("2026-06-05 09:00" if code != "late" else "2026-06-20 09:00"), "R"
    ).reasons

    assert (reason.code, reason.by, reason.event) == (code, by, "e1")


def test_why_not_tells_that_nothing_began_and_what_is_needed():
    story = Story(RULE)
    story.tell("2026-06-01 09:00", "report_received")
    read, facts = told(story)
    (reason,) = why_not(read, "gezin", facts, at("2026-06-05 09:00"), "R").reasons

    assert reason.code == "no_start"
    assert reason.sentence.startswith("Er is in deze casus niets waarmee deze regel begint. Nodig is ")
    assert "elk bericht" not in reason.sentence


def test_figures_count_it():
    story = Story({**RULE, "warn": None})
    story.tell("2026-06-01 09:00", "handover_accepted")
    for contact in ("2026-06-02 09:00", "2026-06-03 09:00"):
        story.tell(contact, "family_contacted")
    story.tell("2026-06-04 09:00", "handover_accepted")
    read, _ = told(story)
    found = outcomes(read, map(json.dumps, story.lines), at("2026-06-30 09:00"))
    count = found.counts["R", "", "2026-1"]

    assert (count.instances, count.in_time, count.overdue, len(count.durations)) == (2, 1, 1, 0)
    assert [one.title for one in figures(found, read) if one.municipality == ""] == ["Te weinig contact"]


def test_two_versions_of_it_are_never_taken_to_be_the_same():
    one = agreements(file(RULE, version=1, valid_to="2026-05-31"), file(RULE, version=2, valid_from="2026-06-01"))
    day = at("2026-05-31 12:00") // 86_400_000_000

    assert differing(one, one, day, day) == frozenset()
    assert differing(one, one, day, day + 5) == {"R"}


# What no kind says better is told in general words.


def test_an_end_of_its_own_is_told_without_an_event():
    story = Story(RULE)
    story.tell("2026-06-01 09:00", "handover_accepted")
    read, facts = told(story)
    history = scratch.known_at(facts, at("2026-06-02 09:00"))
    question = Question(read, "gezin", history, at("2026-06-02 09:00"), "R", Names())
    (rule,) = question.versions
    (instance,) = rule.instances(Counting(history, question.plan, "gezin", 0)).values()
    instance.end = "ended"
    found = fate(instance, question)

    assert (found.code, found.by) == ("ended", None)
    assert found.sentence.endswith(": daarna hoefde het niet meer.")
