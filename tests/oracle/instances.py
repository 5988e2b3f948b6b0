"""What a rule yields at T: section 4 of the rule book, word by word; all instances that exist, over or not."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.oracle import knowledge, terms
from tests.oracle.knowledge import Event

SYSTEM = ("report_classified", "case_routed", "stall_accepted", "stall_acceptance_proposed")
PHASES = {
    "handover_accepted": "direct_safety",
    "direct_safety_reached": "stable_safety",
    "stable_safety_reached": "recovery",
    "safety_lost": "direct_safety",
    "vt_closed": "pilot_light",
    "case_closed": "closed",
}
NAMESPACE = uuid.UUID("6f2c7a52-0f0d-5c1e-9d7a-3a1d1f3b7e11")


@dataclass
class Instance:
    """A key, stages with a due instant each, and how it ended if it did."""

    file: dict
    rule: dict
    key: str
    start: Event
    because: list
    stages: dict = field(default_factory=dict)
    replaced: bool = False
    ended: bool = False
    acknowledged: bool = False
    case_closed: bool = False
    satisfied_at: datetime | None = None
    beforehand: bool = False  # `already`, by an event before the start: "the instance is then never due"

    @property
    def is_over(self):
        by_end = self.replaced or self.ended or self.acknowledged or self.case_closed
        return by_end or self.satisfied_at is not None

    def put(self, stage: str, count: Callable[[], datetime]):
        """Give a stage its due. Fine print 5: it fails only for an existing instance, neither ended nor satisfied."""
        try:
            self.stages[stage] = count()
        except terms.Uncountable:
            if not self.is_over:
                raise
            self.stages[stage] = None


@dataclass
class View:
    """K(T) of one case, with what else the engine's conclusions at T are a function of."""

    case: str
    known: list
    agreements: list
    calendars: dict
    last: datetime  # the last T of the run; needed only to stop counting moments
    choices: dict = field(default_factory=dict)  # asked often, and the same for one K(T)

    def after(self, start, entries):
        """The first such event after the start, in the order."""
        return next((one for one in self.known if one.place > start.place and knowledge.matches(one, entries)), None)

    def may_start(self, event, rule):
        return knowledge.may_start(self.known, event, rule)

    def chosen(self, rule_id, event):
        asked = rule_id, event.id
        if asked not in self.choices:
            self.choices[asked] = knowledge.chosen_for(self.agreements, self.known, rule_id, event)
        return self.choices[asked]


def of_case(view):
    """Each version is applied by itself to the whole of K(T); those exist whose start chooses that version."""
    found = []
    for file in view.agreements:
        for rule in file["rules"]:
            # "Gives the rule instances only while some `report_received` in K(T) lists a person with `child: true`."
            if rule.get("if_case") == "has_child" and not knowledge.has_child(view.known):
                continue
            some = KINDS[rule.get("kind", "term")](view, file, rule)
            found += [one for one in some if view.chosen(rule["id"], one.start) is file]
    return found


def _settle(view, one, satisfying):
    """The first `case_closed` after the start ends the instance, unless that same event also satisfies it."""
    closing = view.after(one.start, ["case_closed"])
    if closing and (satisfying is None or closing.place < satisfying.place):
        one.case_closed = True
    elif satisfying:
        one.satisfied_at = satisfying.occurred_at


def _stopping(view, start, rule):
    """The first `until` event e after s (same `per` value)."""
    return next((one for one in view.known if one.place > start.place and _stops(one, start, rule)), None)


def _beforehand(view, start, rule):
    """With `already: true` an `until` event before s counts too, however long before."""
    return next((one for one in view.known if one.place < start.place and _stops(one, start, rule)), None)


def _stops(one, start, rule):
    own = knowledge.per_value(start, rule)
    return knowledge.matches(one, rule["until"]) and knowledge.same(knowledge.per_value(one, rule), own)


def _ladder_term(file, stage, start):
    """Section 6: the level's `warn` and `term`, of the level that the start names, in the ladder of the rule's file."""
    for ladder in file.get("ladders") or []:
        if knowledge.same(ladder["id"], start.data.get("ladder")):
            for level in ladder["levels"]:
                if knowledge.same(level["nr"], start.data.get("level")):
                    return level.get("warn" if stage == "warn" else "term")
    return None


def of_term(view, file, rule):
    """4.1: every `from` event s in K(T) is an instance with key s.id."""
    calendar = view.calendars[file["calendar"]]
    found = []
    for start in view.known:
        if not knowledge.matches(start, rule["from"]) or not view.may_start(start, rule):
            continue
        one = Instance(file, rule, start.id, start, [start.id])
        before = _beforehand(view, start, rule) if rule.get("already") else None
        if before:
            one.satisfied_at, one.beforehand = before.occurred_at, True
        else:
            _settle(view, one, _stopping(view, start, rule))
        if view.chosen(rule["id"], start) is not file:
            continue  # it does not exist, so nothing of it is counted
        for stage in ("warn", "breach"):
            term = rule.get(stage)
            if term and term.get("from_ladder"):
                term = _ladder_term(file, stage, start)
            if term:
                one.put(stage, lambda term=term, start=start: terms.end_of_term(term, start.occurred_at, calendar))
        found.append(one)
    return found


def of_date(view, file, rule):
    """4.2: for each `per` value only the last `from` event with a date in `due_field` counts."""
    calendar = view.calendars[file["calendar"]]
    dated = [
        one
        for one in view.known
        if knowledge.matches(one, rule["from"])
        and view.may_start(one, rule)
        and terms.named_day(one.data.get(rule["due_field"]))
    ]
    found = []
    for start in dated:
        one = Instance(file, rule, start.id, start, [start.id])
        own = knowledge.per_value(start, rule)
        one.replaced = any(
            later.place > start.place and knowledge.same(knowledge.per_value(later, rule), own) for later in dated
        )
        _settle(view, one, _stopping(view, start, rule))
        if view.chosen(rule["id"], start) is not file:
            continue
        _put_from_day(one, terms.named_day(start.data[rule["due_field"]]), calendar)
        found.append(one)
    return found


def _put_from_day(one, day, calendar):
    for stage in ("warn", "breach"):
        if one.rule.get(stage):
            one.put(stage, lambda stage=stage: terms.end_from_day(one.rule[stage], day, calendar))


def of_moments(view, file, rule):
    """4.3: the last `from` event s is the anchor; a newer anchor replaces all."""
    anchors = [one for one in view.known if knowledge.matches(one, rule["from"]) and view.may_start(one, rule)]
    found = []
    for anchor in anchors:
        if view.chosen(rule["id"], anchor) is file:
            found += _moments_of(view, file, rule, anchor, is_replaced=anchor is not anchors[-1])
    return found


def _moments_of(view, file, rule, anchor, *, is_replaced):
    """Fine print 5: moments are counted in order, up to the first whose stages all fall after the last T.

    Only what fails depends on that: a moment that a shift pushed behind the next one does not hide it, for what is open
    at T is a function of nothing but K(T). So the counting goes on for a month, and what cannot be counted is left out.
    """
    calendar = view.calendars[file["calendar"]]
    horizon = terms.local_day(view.last) + timedelta(days=30)
    is_past = False
    for number, term in enumerate(_offsets(rule), 1):
        one = _moment(view, file, rule, anchor, number)
        one.replaced = is_replaced
        try:
            day = terms.day_of_term(term, terms.local_day(anchor.occurred_at), calendar)
            _put_from_day(one, day, calendar)
        except terms.Uncountable:
            if not one.is_over and not is_past:
                raise
            return
        yield one
        is_past = is_past or all(due is not None and due > view.last for due in one.stages.values())
        if day > horizon:
            return


def _moment(view, file, rule, anchor, number):
    """Satisfied by the first `until` event after s whose `data.moment` is the number i."""
    one = Instance(file, rule, f"{anchor.id}#{number}", anchor, [anchor.id])
    done = None
    for each in view.known:
        is_its = knowledge.matches(each, rule["until"]) and knowledge.same(each.data.get("moment"), number)
        if each.place > anchor.place and is_its and done is None:
            done = each
    # "Any `ends` event after s ends every moment that is not satisfied before it, also where the same event would."
    ending = view.after(anchor, rule.get("ends") or [])
    one.ended = ending is not None and not (done is not None and done.place < ending.place)
    _settle(view, one, done)
    return one


def _offsets(rule):
    """Moment k beyond the list lies k times `then_every` after the last listed offset, counted in one step."""
    yield from rule["at"]
    every = rule.get("then_every")
    if every:
        unit = terms.unit_of(every)
        for k in itertools.count(1):
            yield {unit: rule["at"][-1][unit] + k * every[unit], "shift": every.get("shift", False)}


def phase_of(known):
    """4.4: the last of these in K(T) sets the phase; a follow-up report changes no phase."""
    phase = "assessment"
    seen_report = False
    for one in known:
        if one.type == "report_received":
            if not seen_report or knowledge.is_closed_before(known, one.place):
                phase = "assessment"
            seen_report = True
        elif one.type == "case_reopened":
            phase = "assessment"
        else:
            phase = PHASES.get(one.type, phase)
    return phase


def _is_heard(view, rule_id, event):
    """An event is heard unless its own version of the rule lists its type in `ignore`; the system's own never are."""
    if event.type in SYSTEM or event.type.startswith("alert_"):
        return False
    file = view.chosen(rule_id, event)
    return file is None or event.type not in (knowledge.rule_of(file, rule_id).get("ignore") or [])


def of_silence(view, file, rule):
    """4.4: nothing at all is heard after the last heard event s."""
    calendar = view.calendars[file["calendar"]]
    heard = [one for one in view.known if _is_heard(view, rule["id"], one)]
    found = []
    for start, following in itertools.zip_longest(heard, heard[1:]):
        if view.chosen(rule["id"], start) is not file:
            continue
        # Its own text names only these two exceptions, not the weight.
        if start.type not in knowledge.REVIVES and knowledge.is_closed_before(view.known, start.place):
            continue
        is_outside = knowledge.is_closed_before(view.known, None) or phase_of(view.known) not in rule["phases"]
        if following is None and is_outside:
            continue
        one = Instance(file, rule, start.id, start, [start.id])
        if following:
            one.satisfied_at = following.occurred_at
        for stage in ("warn", "breach"):
            if rule.get(stage):
                term = rule[stage]
                one.put(stage, lambda term=term, start=start: terms.end_of_term(term, start.occurred_at, calendar))
        found.append(one)
    return found


KINDS = {"term": of_term, "date": of_date, "moments": of_moments, "silence": of_silence}
