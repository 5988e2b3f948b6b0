"""Reminders (rulebook 5): when the last acknowledgement runs out and the alert is open, whoever was in turn is told again."""

from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import scratch
from rulebook.alerts import Reminded
from rulebook.attention import is_acknowledged, later_steps
from rulebook.instants import day_end, format_instant, parse_day, parse_instant
from rulebook.replay import case_rows
from tests.property.test_rulebook_laws import FAILED, World, follow

SEEDS = st.integers(0, 2**32 - 1)
HOUR = 3_600_000_000


def taken_up(world):
    """Acknowledge what is open, each alert up to three times; now and then take an acknowledgement back."""
    random, found = world.random, []
    for row in [one for one in world.rows() if one["case"] == "c1"]:
        for number in range(random.randint(0, 3)):
            at = parse_instant(row["raised_at"]) + random.choice((0, 1, 5 * HOUR, 24 * HOUR, 60 * HOUR))
            until = date.fromisoformat(format_instant(at)[:10]) + timedelta(days=random.randint(-1, 3))
            data = {"alert": row["alert"], **({"next_step_on": until.isoformat()} if random.random() < 0.9 else {})}
            found.append(line(f"t{len(found)}{number}", "alert_acknowledged", at, data))
            if random.random() < 0.3:
                name = {"event_id": found[-1]["id"]}
                found.append(line(f"u{len(found)}", "event_withdrawn", at + random.choice((0, HOUR, 40 * HOUR)), name))
    world.lines += found


def line(name, kind, at, data):
    when = {"occurred_at": format_instant(at), "recorded_at": format_instant(at)}
    return {"id": name, "type": kind, "case": "c1", "agency": "x", "municipality": "0014", **when, "data": data}


def by_definition(world):
    """Return every reminder, from K at each instant at which one can be due: the end of a named day, or a recording."""
    facts = world.events()
    told = (one.data.get("next_step_on") or (one.data.get("data") or {}).get("next_step_on") for one in facts)
    days = {day for day in (parse_day(one) for one in told) if day is not None}
    instants = sorted({day_end(day) for day in days} | {one.recorded_at for one in facts})
    rules = {(file.id, file.version, one.id): one for file in world.agreements.files for one in file.rules.values()}
    known = cache(lambda at: scratch.known_at(facts, at))
    found = []
    for row in case_rows(world.agreements, "c1", facts, world.last_at):
        steps = dict(later_steps(rules[row.agreement, row.version, row.rule], row))
        for at in instants:
            is_open = row.raised_at < at <= world.last_at and (row.closed_at is None or at < row.closed_at)
            has_run_out = is_open and acknowledged(known, row, at - 1) and not acknowledged(known, row, at)
            if has_run_out and at not in steps.values():
                found.append((row.alert, at, max((one for one, falls in steps.items() if falls < at), default=0)))
    return sorted(found)


def acknowledged(known, row, at):
    return is_acknowledged(row, known(at).acknowledged(row.alert), at)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_the_engine_reminds_exactly_when_the_last_acknowledgement_has_run_out(seed):
    world = World(seed)
    if world.rows() == FAILED:
        return
    taken_up(world)
    if world.rows() == FAILED:
        return
    changes = []
    for _, _, told in follow(world):
        changes = told

    reminded = [(one.row.alert, one.told.at, one.told.step) for one in changes if isinstance(one, Reminded)]
    assert sorted(one for one in reminded if one[1] <= world.last_at) == by_definition(world)
