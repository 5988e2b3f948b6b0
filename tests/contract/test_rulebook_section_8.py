"""The rule book's section 8, written down by hand a second time, against the agreements that are in force.

Groningen holds the table as it stands. Fryslân holds it too, but for what is named under `FRISIAN`: a region differs by
data alone.
"""

import re
from pathlib import Path

import pytest

from rulebook.agreements import load
from rulebook.kinds.date import DateRule
from rulebook.kinds.moments import MomentsRule
from rulebook.kinds.pattern import PatternRule
from rulebook.kinds.silence import SilenceRule
from rulebook.kinds.term import TermRule
from rulebook.rules import FROM_LADDER
from rulebook.terms import Term
from rulebook.values import comparable

# id | kind | from or of | until | per | warn | breach | what else it says
TABLE = """
ST-01  | term    | report_received | safety_assessed | report_id | 3 wd | 5 wd | legal
ST-02  | term    | acute_danger_found | acute_action_taken | report_id | 15 min | 60 min | weight 5, already
ST-03  | term    | triage_decided | reporter_informed | report_id | 1 wd | 2 wd |
ST-04  | term    | report_received | household_informed informing_postponed | report_id | 3 w | 4 w | legal
ST-05  | term    | service_started:service=investigation | service_ended | service_id | 8 w | 10 w shift | legal
ST-06  | term    | service_started:service=conditions_and_follow_up | service_ended | service_id | 8 w | 10 w |
ST-07  | term    | handover_offered | handover_accepted handover_refused handover_withdrawn | handover_id | 3 wd | 5 wd |
ST-08  | term    | handover_accepted | first_contact_made | | 3 wd | 5 wd |
ST-09  | term    | handover_accepted | director_assigned | | 3 wd | 5 wd |
ST-10  | term    | handover_accepted | plan_agreed:plan=safety | | 7 wd | 10 wd |
ST-11  | term    | help_waiting | help_started help_ended | help_id | 2 w | 4 w |
ST-12  | moments | handover_accepted:after=conditions_and_follow_up+investigation | monitoring_moment_done | | -5 wd | 10 wd | at 3 12 18 mo, then 6 mo, ends stable_safety_reached vt_closed
ST-13  | date    | condition_set condition_changed | condition_met | condition_id | -5 wd | 0 d | due check_on
ST-14  | term    | handover_accepted | direct_safety_reached | | 2 mo | 3 mo |
ST-15  | term    | handover_accepted | stable_safety_reached | | 12 mo | 18 mo | weight 4
ST-16  | term    | stable_safety_reached | recovery_started plan_agreed:plan=recovery | | 2 mo | 3 mo | already
ST-17a | silence | | | | 10 wd | 15 wd | phases assessment direct_safety
ST-17b | silence | | | | 60 d | 90 d | phases stable_safety recovery
ST-17c | silence | | | | 150 d | 180 d | phases pilot_light
ST-18  | term    | handover_accepted | child_spoken_to | | 5 wd | 10 wd | has_child
ST-19  | term    | report_classified:class=during_assessment+after_assessment+during_monitoring | triage_decided | report_id | 1 wd | 2 wd | already
ST-20  | term    | concern_reported_back | concern_answered | concern_id | 1 wd | 2 wd |
ST-21  | term    | escalation_started escalation_moved | escalation_decided escalation_closed escalation_moved | escalation_id | ladder | ladder |
ST-22  | term    | director_ended | director_assigned | | 1 wd | 2 wd |
ST-23a | term    | barring_order_imposed | helper_present | order_id | | 0 d |
ST-23b | date    | barring_order_imposed barring_order_extended | barring_order_ended | order_id | -3 d | 0 d | due ends_on
ST-23c | term    | barring_order_imposed | barring_evaluated | order_id | 5 mo | 6 mo |
ST-24  | term    | board_request_sent | board_request_notified | request_id | 2 wd | 5 wd |
ST-25  | date    | appointment_made | appointment_kept | appointment_id | -2 wd | 2 wd | due due_on
ST-26  | term    | first_contact_made family_contacted | family_contacted first_contact_made | | 4 w | 6 w |
ST-27a | pattern | handover_refused | | | | | count 2, window 183 d
ST-27b | pattern | director_ended | | | | | count 2, window 183 d
ST-28  | term    | shelter_ready_to_leave | shelter_left | placement_id | 2 w | 4 w |
ST-29  | term    | honour_checklist_sent | honour_assessed | checklist_id | 3 wd | 5 wd |
ST-30  | date    | school_signal_due | school_signal_delivered | signal_id | | -1 d | due school_day
ST-31  | term    | information_requested | information_answered | request_id | 3 wd | 5 wd |
ST-32  | term    | director_absent | stand_in_assigned | | 1 wd | 3 wd |
ST-33  | date    | mda_evaluation_planned | mda_evaluated mda_closed | mda_id | 0 d | 5 wd | due evaluate_on
ST-34  | pattern | report_received | | | | | count 1, window 1 d, after case_closed 12 mo
ST-36  | date    | informing_postponed | household_informed | report_id | -5 wd | 0 d | due review_on
ST-37  | term    | handover_refused | handover_offered handover_accepted service_started | | | 2 wd |
ST-38  | pattern | report_received incident_recorded concern_reported_back | | | | | count 3, agencies 2, window 14 d, weight 5
ST-39  | term    | condition_broken | condition_met condition_changed | condition_id | | 1 wd | weight 5
ST-40  | term    | safety_lost | safety_assessed plan_agreed:plan=safety direct_safety_reached | | | 1 wd | weight 5
"""
# What the Frisian work group agreed otherwise: warn, breach, and what replaces a word of the last column.
FRISIAN = {
    "ST-07": {"warn": "2 wd", "breach": "4 wd"},
    "ST-08": {"warn": "2 wd", "breach": "4 wd"},
    "ST-11": {"warn": "3 w", "breach": "6 w"},
    "ST-12": {"at 3 12 18 mo": "at 3 6 12 18 mo"},
    "ST-14": {"warn": "8 w", "breach": "12 w"},
    "ST-20": {"warn": "2 wd", "breach": "3 wd"},
    "ST-26": {"breach": "5 w"},
    "ST-27a": {"window 183 d": "window 365 d"},
    "ST-38": {"window 14 d": "window 21 d"},
}
COLUMNS = ("id", "kind", "from", "until", "per", "warn", "breach", "more")
LINES = [dict(zip(COLUMNS, map(str.strip, line.split("|")), strict=True)) for line in TABLE.strip().splitlines()]
NATIONAL = {"ST-01", "ST-04", "ST-05", "ST-17a", "ST-17b", "ST-17c"}
UNITS = {"min": "minutes", "h": "hours", "wd": "working_days", "d": "days", "w": "weeks", "mo": "months"}
DAY = 24 * 3600 * 1_000_000
FILES = {one.id: one for one in load(Path(__file__).parents[2] / "agreements").files}


def term(text):
    """What a cell of a stage means."""
    if text == "ladder":
        return FROM_LADDER
    number, unit, *shift = text.split()
    return Term(UNITS[unit], int(number), shift == ["shift"])


def types(text):
    """What a list of event types means: each with the values that a field of it may have."""
    meant = {}
    for one in text.split():
        name, _, where = one.partition(":")
        field, _, values = where.partition("=")
        allowed = ((field, frozenset(comparable(value) for value in values.split("+"))),) if where else ()
        meant[name] = (allowed,)
    return meant


def shown(rule):
    """A rule as the table has it: only what its kind holds."""
    told = {"kind": rule.kind, "legal": rule.legal, "if_case": rule.if_case}
    if isinstance(rule, TermRule | DateRule | MomentsRule):
        told |= {"from": dict(rule.start.by_type), "until": dict(rule.until.by_type)}
    if isinstance(rule, TermRule | DateRule):
        told |= {"per": rule.per}
    if isinstance(rule, TermRule | DateRule | MomentsRule | SilenceRule):
        told |= {"warn": rule.warn, "breach": rule.breach}
    if isinstance(rule, TermRule):
        told |= {"already": rule.already}
    if isinstance(rule, DateRule):
        told |= {"due": rule.due_field}
    if isinstance(rule, MomentsRule):
        told |= {"at": rule.at, "then": rule.then_every, "ends": dict(rule.ends.by_type)}
    if isinstance(rule, SilenceRule):
        told |= {"phases": rule.phases, "ignore": rule.ignore}
    if isinstance(rule, PatternRule):
        after = dict(rule.after.by_type) if rule.after else {}
        told |= {"of": dict(rule.of.by_type), "count": rule.count, "agencies": rule.agencies}
        told |= {"window": rule.window, "after": after, "within": rule.within}
    return told


def meant(line):
    """What a line of the table says, in the same form."""
    more, kind = line["more"], line["kind"]
    told = {"kind": kind, "legal": "legal" in more, "if_case": "has_child" if "has_child" in more else None}
    if kind in {"term", "date", "moments"}:
        told |= {"from": types(line["from"]), "until": types(line["until"])}
    if kind in {"term", "date"}:
        told |= {"per": line["per"] or None}
    if kind != "pattern":
        told |= {stage: term(line[stage]) if line[stage] else None for stage in ("warn", "breach")}
    if kind == "term":
        told |= {"already": "already" in more}
    if kind == "date":
        told |= {"due": word(more, r"due (\w+)")}
    if kind == "moments":
        at, ends = word(more, r"at ([\d ]+) mo"), types(word(more, r"ends ([\w ]+)"))
        told |= {"at": tuple(term(f"{n} mo") for n in at.split()), "then": term(word(more, r"then (\d+ mo)"))}
        told |= {"ends": ends}
    if kind == "silence":
        told |= {"phases": frozenset(word(more, r"phases ([\w ]+)").split()), "ignore": frozenset()}
    return told | (_pattern(line, more) if kind == "pattern" else {})


def _pattern(line, more):
    after = re.search(r"after (\w+) (\d+ mo)", more)
    return {
        "of": types(line["from"]),
        "count": int(word(more, r"count (\d+)")),
        "agencies": int(word(more, r"agencies (\d+)") or 1),
        "window": int(word(more, r"window (\d+) d")) * DAY,
        "after": types(after[1]) if after else {},
        "within": term(after[2]) if after else None,
    }


def word(text, pattern):
    found = re.search(pattern, text)
    return found[1].strip() if found else ""


def frisian(line):
    """A line as the Frisian work group has it."""
    changes = FRISIAN.get(line["id"], {})
    ours = line | {key: value for key, value in changes.items() if key in line}
    for old, new in changes.items():
        assert old in line or old in line["more"], "a change of what is there"
        ours["more"] = ours["more"].replace(old, new)
    return ours


BY_ID = {line["id"]: line for line in LINES}


@pytest.mark.parametrize("line", [one for one in LINES if one["id"] in NATIONAL], ids=lambda one: one["id"])
def test_the_national_file_holds_what_the_law_says_and_listens(line):
    assert shown(FILES["landelijk"].rules[line["id"]]) == meant(line)


@pytest.mark.parametrize("line", [one for one in LINES if one["kind"] != "silence"], ids=lambda one: one["id"])
def test_groningen_holds_the_table_as_it_stands(line):
    assert shown(FILES["groningen"].rules[line["id"]]) == meant(line)


@pytest.mark.parametrize("line", [one for one in LINES if one["id"] not in NATIONAL], ids=lambda one: one["id"])
def test_fryslan_holds_the_table_but_for_what_it_agreed_otherwise(line):
    rule = shown(FILES["fryslan"].rules[line["id"]])

    assert rule == meant(frisian(line))
    assert (rule != meant(line)) == (line["id"] in FRISIAN)


def test_no_file_holds_a_rule_that_the_table_does_not_have():
    assert set(FILES["landelijk"].rules) == NATIONAL
    assert set(FILES["groningen"].rules) == set(BY_ID) - {"ST-17a", "ST-17b", "ST-17c"}
    assert set(FILES["fryslan"].rules) == set(BY_ID) - NATIONAL


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_weights_are_those_of_the_table_and_only_danger_weighs_five(file):
    """Weight 5 also means that a closing does not wave it away, so nothing may have it by accident."""
    for rule in file.rules.values():
        told = word(BY_ID[rule.id]["more"], r"weight (\d)")
        assert rule.weight == int(told) if told else 1 <= rule.weight < 5, rule.id


def test_a_term_that_differs_from_the_table_is_found():
    line = BY_ID["ST-10"]

    assert shown(FILES["groningen"].rules["ST-10"]) != meant(line | {"breach": "9 wd"})
    assert shown(FILES["groningen"].rules["ST-10"]) != meant(line | {"until": "plan_agreed"})
