"""The laws of the rule book, for odd agreements and odd histories drawn from a seed.

The engine is compared with a second reading of the rule book that shares no code with it (rulebook_letter*.py), and with
itself: computed from nothing, in another order, live instead of offline, and cut off earlier.
"""

import json
import shutil
import tempfile
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random
from runpy import run_path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import scratch
from rulebook.agreements import load
from rulebook.alerts import Closed, Raised
from rulebook.engine import CaseWatch
from rulebook.errors import CannotCount
from rulebook.event import from_json
from rulebook.instants import DAY, parse_instant
from rulebook.replay import by_recording, replay
from rulebook.rules import NEVER_HEARD

HERE = Path(__file__).parent
HISTORIES = run_path(str(HERE / "rulebook_histories.py"))
LETTER = run_path(str(HERE / "rulebook_letter_rows.py"))
TYPES = frozenset(HISTORIES["TYPES"])
SEEDS = st.integers(0, 2**32 - 1)
WEEKS = 60 * DAY
FAILED = "a day outside the calendar"


class World:
    """Agreements and a history from one seed."""

    def __init__(self, seed):
        random = Random(seed)
        self.random = random
        self.calendar = HISTORIES["calendar"](random)
        self.files = HISTORIES["agreements"](random)
        self.agreements = read(self.files, self.calendar)
        self.lines = HISTORIES["history"](random, random.randint(2, 14))
        self.until = HISTORIES["until"](random, self.lines)
        rows = self.rows()
        if rows and rows != FAILED:
            self.lines += acknowledgements(random, self.lines, rows)
        if has_ring(self.lines):  # what happens then is ours to choose, and has its own test
            self.lines = [line for line in self.lines if line["type"] != "event_withdrawn"]

    def rows(self, lines=None, until="its own"):
        last = self.until if until == "its own" else until
        last = None if last is None else parse_instant(last)
        told = [json.dumps(line) for line in (self.lines if lines is None else lines)]
        try:
            return list(replay(self.agreements, told, last, types=TYPES))
        except CannotCount:
            return FAILED

    def by_the_letter(self):
        days = {
            "from": date.fromisoformat(self.calendar["from"]),
            "to": date.fromisoformat(self.calendar["to"]),
            "days_off": {date.fromisoformat(day) for day in self.calendar["days_off"]},
        }
        try:
            return LETTER["rows"](self.files, {"nl": days}, self.lines, self.until)
        except LETTER["OutsideCalendarError"]:
            return FAILED

    def events(self, case="c1"):
        found = [from_json(line) for line in self.lines if line["case"] == case]
        return sorted(found, key=by_recording)

    @property
    def last_at(self):
        if self.until is not None:
            return parse_instant(self.until)
        return max(parse_instant(line["recorded_at"]) for line in self.lines)


def read(files, calendar):
    folder = Path(tempfile.mkdtemp(prefix="laws-"))
    try:
        (folder / "calendars").mkdir()
        (folder / "calendars" / "nl.yaml").write_text(json.dumps(calendar))
        for number, file in enumerate(files):
            (folder / f"{number}.yaml").write_text(json.dumps(file))
        return load(folder, fields=HISTORIES["FIELDS"])
    finally:
        shutil.rmtree(folder)


def acknowledgements(random, lines, rows):
    """Lines that name alerts and instances that there are."""
    found = []
    for line in random.sample(lines, min(5, len(lines))):
        name = random.choice(("alert_acknowledged", "stall_accepted"))
        start = LETTER["instant"](line["occurred_at"])
        data = HISTORIES["data"](random, name, lines, rows, start)
        found.append({**line, "id": f"k{line['id']}", "case": "c1", "type": name, "data": data})
    return found


def has_ring(lines):
    names = {line["id"]: line["data"].get("event_id") for line in lines if line["type"] == "event_withdrawn"}
    for start in names:
        seen, at = set(), start
        while at in names and at not in seen:
            seen.add(at)
            at = names[at]
        if at in names:
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_the_engine_and_the_letter_of_the_rule_book_give_the_same_rows(seed):
    world = World(seed)

    assert world.rows() == world.by_the_letter()


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_order_of_the_lines_changes_nothing(seed):
    world = World(seed)
    shuffled = world.random.sample(world.lines, len(world.lines))

    assert world.rows(shuffled) == world.rows()


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_shorter_run_is_the_beginning_of_a_longer_one(seed):
    world = World(seed)
    whole, cut = world.rows(), world.random.choice(world.lines)["recorded_at"]
    if whole == FAILED or parse_instant(cut) > world.last_at:
        return

    assert world.rows(until=cut) == list(until(whole, parse_instant(cut)))


def until(rows, at):
    for row in rows:
        if parse_instant(row["raised_at"]) <= at:
            is_open = row["closed_at"] is None or parse_instant(row["closed_at"]) > at
            told = [step for step in row["attention"] if parse_instant(step["at"]) <= at]
            yield {**row, "attention": told, **({"closed_at": None, "outcome": None} if is_open else {})}


def follow(world):
    """Yield a watch at every instant at which something may change, and just before it; live, without knowing the end."""
    watch = CaseWatch(world.agreements, "c1")
    turns = {at: list(group) for at, group in groupby(world.events(), key=by_recording) if at <= world.last_at}
    changes = []
    for at, following in zip(turns, [*list(turns)[1:], world.last_at + 1], strict=False):
        changes += watch.learn(turns[at], at)
        yield watch, at, changes
        while (due := watch.next_at) is not None and due < min(following, at + WEEKS):
            changes += watch.advance(due - 1)
            yield watch, due - 1, changes
            changes += watch.advance(due)
            yield watch, due, changes
        changes += watch.advance(following - 1)
        yield watch, following - 1, changes


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_followed_event_by_event_it_is_at_every_instant_what_is_computed_from_nothing(seed):
    world = World(seed)
    if world.rows() == FAILED:
        return
    facts = world.events()
    for place, (watch, at, _) in enumerate(follow(world)):
        if place > 60:
            break
        must_be_open = scratch.open_alerts(world.agreements, "c1", facts, at)
        living = scratch.instances(world.agreements, "c1", facts, at)
        dues = [due for due in (one.next_due(at) for one in living) if due is not None]

        assert {row.alert for row in watch.open_alerts()} == set(must_be_open)
        assert watch.next_due == min(dues, default=None)
        assert watch.closed == scratch.known_at(facts, at).closed
        assert watch.phase == scratch.known_at(facts, at).phase


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_live_and_offline_tell_the_same_story(seed):
    world = World(seed)
    offline = world.rows()
    if offline == FAILED:
        return
    changes = []
    for _, _, told in follow(world):
        changes = told
    raised = [change.row for change in changes if isinstance(change, Raised)]
    raised.sort(key=lambda row: (row.raised_at, row.case, row.rule, row.instance, row.stage))

    assert [row.as_json() for row in raised] == [row for row in offline if row["case"] == "c1"]
    assert [id(c.row) for c in changes if isinstance(c, Closed)] == [
        id(row) for row in sorted((one for one in raised if one.closed_at), key=closing_order(changes))
    ]


def closing_order(changes):
    places = {id(change.row): place for place, change in enumerate(changes) if isinstance(change, Closed)}
    return lambda row: places[id(row)]


OURS = load(HERE.parents[1] / "agreements")


@pytest.mark.parametrize("municipality", ["0014", "0363"])
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_every_open_case_has_a_next_due_instant_or_an_open_alert(municipality, seed):
    lines = HISTORIES["history"](Random(seed), 12)
    facts = [from_json({**line, "municipality": municipality, "case": "c1"}) for line in lines]
    facts[0].type = "report_received"
    watch = CaseWatch(OURS, "c1")
    for at, group in groupby(sorted(facts, key=by_recording), key=by_recording):
        watch.learn(group, at)

        assert watch.is_emptied == all(event.type in NEVER_HEARD for event in watch.known())
        assert watch.closed or watch.is_emptied or watch.next_due is not None or watch.open_alerts()
