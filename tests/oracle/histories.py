"""Small, nasty histories by chance; a seed tells one story, always the same."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.oracle import brute_force, drawn_agreements, terms

LOCAL = ZoneInfo("Europe/Amsterdam")
# Easter and the spring night, the autumn night, a leap day, Christmas, month ends, King's Day.
BASES = ("2026-03-26", "2026-10-22", "2024-02-26", "2025-12-22", "2026-01-28", "2025-04-23", "2026-03-29", "2026-10-24")
AGENCIES = ("veilig-thuis", "politie-nn", "lokaal-team")
TYPE_WORDS = (
    "report_received report_received safety_assessed handover_accepted handover_accepted first_contact_made "
    "family_contacted plan_agreed condition_set condition_changed condition_met monitoring_moment_done "
    "stable_safety_reached direct_safety_reached safety_lost vt_closed incident_recorded incident_recorded "
    "concern_reported_back escalation_started escalation_moved escalation_decided case_closed case_reopened "
    "acute_danger_found acute_action_taken report_classified case_routed"
)
TYPES = TYPE_WORDS.split()
DATA = {
    "report_received": ("report_id", "persons"),
    "safety_assessed": ("report_id",),
    "acute_danger_found": ("report_id",),
    "acute_action_taken": ("report_id",),
    "handover_accepted": ("after",),
    "plan_agreed": ("plan",),
    "condition_set": ("condition_id", "check_on"),
    "condition_changed": ("condition_id", "check_on"),
    "condition_met": ("condition_id",),
    "monitoring_moment_done": ("moment",),
    "escalation_started": ("escalation_id", "ladder", "level"),
    "escalation_moved": ("escalation_id", "ladder", "level"),
    "escalation_decided": ("escalation_id",),
}


@dataclass(frozen=True)
class Story:
    """Everything that two engines must be given."""

    seed: int
    agreements: list
    calendars: dict
    events: list
    until: str | None

    def without(self, position):
        return replace(self, events=self.events[:position] + self.events[position + 1 :])


class Teller:
    """Draws one story."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.seed = seed
        self.base = date.fromisoformat(self.dice.choice(BASES))
        self.span_days = self.dice.choice([1, 3, 10, 40, 150])
        self.cases = ["zaak-1", "zaak-2", "Zaak-3"][: self.dice.choice([1, 1, 1, 2, 3])]
        self.events = []
        self.moments = []

    def story(self):
        # Half of the stories turn around one rule in all its versions, and know only the events that it names.
        is_focused = self.dice.random() < 0.5
        agreements, calendars = drawn_agreements.draw(self.dice, self.base, is_focused=is_focused)
        types = self._types(agreements, is_focused=is_focused)
        if self.dice.random() < 0.8:
            self.tell("report_received")
        for _ in range(self.dice.randint(4, 22)):
            self.tell(self.dice.choice(types))
        for _ in range(self.dice.choice([0, 0, 1, 2, 3, 6])):
            self.mend()
        self.until = self._until()
        for _ in range(self.dice.choice([0, 1, 1, 2])):
            self.answer(Story(self.seed, agreements, calendars, self.events, self.until))
        for _ in range(self.dice.choice([0, 0, 1, 2])):
            self.mend()
        self._oddities()
        self.dice.shuffle(self.events)
        return Story(self.seed, agreements, calendars, self.events, self.until)

    def _types(self, agreements, *, is_focused):
        """Few types, few fields, few values: most events have something to do with each other."""
        named = drawn_agreements.types_in(agreements)
        if is_focused:
            return named + self.dice.sample(["case_closed", "case_reopened", "report_received", *TYPES], 3)
        return self.dice.sample(named, min(len(named), 12)) + self.dice.sample(TYPES, self.dice.randint(1, 8))

    def moment(self):
        """An instant in the span; often one that was used before, or a midnight, or an hour of the clock's change."""
        dice = self.dice
        if self.moments and dice.random() < 0.2:
            return dice.choice(self.moments)
        day = self.base + timedelta(days=dice.randint(0, self.span_days))
        hour = dice.choice(
            [
                time(0),
                time(0),
                time(1, 30),
                time(2, 30),
                time(9),
                time(9),
                time(12),
                time(23, 59, 59, 999999),
                time(17, 5),
            ]
        )
        at = datetime.combine(day, hour, LOCAL).replace(fold=dice.randint(0, 1)).astimezone(UTC)
        self.moments.append(at)
        return at

    def told_at(self, at):
        delay = self.dice.choice([0, 0, 0, 0, 0.001, 1, 2, 30 * 24, 5 * 24, 24 * self.span_days / 2, -24])
        if self.moments and self.dice.random() < 0.15:
            return self.dice.choice(self.moments)
        return at + timedelta(hours=delay)

    def text(self, at):
        shown = self.dice.choice([LOCAL, UTC, UTC])
        return at.astimezone(shown).isoformat()

    def tell(self, kind, case=None, data=None, recorded_at=None, occurred_at=None):
        at = occurred_at or self.moment()
        number = len(self.events)
        line = {
            "id": f"{self.dice.choice(['e', 'e', 'E', 'é'])}{number}",
            "type": kind,
            "case": case or self.dice.choice(self.cases),
            "agency": self.dice.choice(AGENCIES),
            "municipality": self.dice.choice(["0014", "0014", "1966", "0363"]),
            "occurred_at": self.text(at),
            "recorded_at": self.text(recorded_at or self.told_at(at)),
            "data": self.data(kind) if data is None else data,
        }
        self.events.append(line)
        return line

    def data(self, kind):
        return {name: self.value(name) for name in DATA.get(kind, ()) if self.dice.random() < 0.9}

    def value(self, name):
        dice = self.dice
        if name == "persons":
            return dice.choice(
                [[{"person": "p1", "child": True}], [{"person": "p1", "child": False}], [], None, [{"child": 1}]]
            )
        if name == "check_on":
            return dice.choice([self.day(), self.day(), self.day(), self.day(), "2026-02-30", "morgen", None, 20260401])
        values = {
            "report_id": ["r1", "r1", "r2", None, 1],
            "after": ["investigation", "conditions_and_follow_up", "assessment", ["investigation", "x"]],
            "plan": [*drawn_agreements.PLANS, ["help", "recovery"]],
            "condition_id": ["v1", "v1", "v2", None],
            "moment": [1, 1, 2, 2.0, 3, "1", True, 4],
            "escalation_id": ["x1", "x1", "x2"],
            "ladder": ["x", "x", "x", "y"],
            "level": [0, 0, 1, 1.0, 2, True, "1"],
        }
        return dice.choice(values[name])

    def day(self):
        return (self.base + timedelta(days=self.dice.randint(-5, self.span_days + 10))).isoformat()

    def mend(self):
        """A withdrawal or a correction: of any event, also of another case, also of one another."""
        dice = self.dice
        named = dice.choice(self.events)
        # Mostly later, at times recorded before what it names, or at the same instant.
        at = dice.choice(
            [self.told_at(terms.instant(named["recorded_at"]) + timedelta(days=dice.choice([0, 1, 7]))), self.moment()]
        )
        case = named["case"] if dice.random() < 0.95 else dice.choice(self.cases)
        if dice.random() < 0.4:
            self.tell("event_withdrawn", case, {"event_id": named["id"], "reason": "vergissing"}, at)
            return
        data = {"event_id": named["id"], "reason": "beter geweten"}
        if dice.random() < 0.6:
            data["occurred_at"] = dice.choice([self.text(self.moment()), self.text(self.moment()), None])
        if dice.random() < 0.6:
            fields = [*DATA.get(named["type"], ())] or ["text"]
            some = dice.sample(fields, dice.randint(1, len(fields)))
            data["data"] = {name: self.value(name) if name != "text" else "x" for name in some}
        self._mend_answer(named, data)
        self.tell("event_corrected", case, data, at)

    def _mend_answer(self, named, data):
        name = {"alert_acknowledged": "next_step_on", "stall_accepted": "until_on"}.get(named["type"])
        if name:
            data["data"] = {name: self.dice.choice([self.day(), self.day(), None])}

    def answer(self, story):
        """Acknowledge and accept what the engine itself would raise: an alert has the id that it computes."""
        try:
            raised = brute_force.rows(story.agreements, story.calendars, story.events, story.until)
        except terms.Uncountable:
            return
        for row in self.dice.sample(raised, min(len(raised), self.dice.randint(1, 3))):
            at = terms.instant(row["raised_at"])
            closed = terms.instant(row["closed_at"]) if row["closed_at"] else at + timedelta(days=9)
            told = self.dice.choice(
                [at, at, at + (closed - at) / 2, at + (closed - at) / 2, closed, at - timedelta(hours=2), self.moment()]
            )
            happened = self.dice.choice([told, told, self.moment()])
            told = told.replace(microsecond=told.microsecond // 1000 * 1000) if self.dice.random() < 0.5 else told
            case = row["case"] if self.dice.random() < 0.97 else self.dice.choice(self.cases)
            if self.dice.random() < 0.6:
                data = {"alert": row["alert"], "next_step_on": self.near(told)}
                self.tell("alert_acknowledged", case, data, told, happened)
            else:
                data = {
                    "rule": row["rule"],
                    "instance": row["instance"],
                    "until_on": self.near(told),
                    "reason": "wachtlijst",
                }
                self.tell("stall_accepted", case, data, told, happened)

    def near(self, at):
        day = (at.astimezone(LOCAL).date() + timedelta(days=self.dice.randint(-2, 12))).isoformat()
        return self.dice.choice([day, day, day, self.day(), None, "2026-02-31"])

    def _until(self):
        if self.dice.random() < 0.25:
            return None
        late = self.dice.choice([0.5, 1, 1, 2]) * self.span_days + self.dice.choice([0, 20, 60, 200])
        at = datetime.combine(self.base, time(self.dice.choice([0, 12])), LOCAL) + timedelta(days=int(late))
        return self.text(at.astimezone(UTC))

    def _oddities(self):
        """A line without a case, and one that is told twice."""
        if self.dice.random() < 0.15:
            self.events.append({**self.tell("advice_given", self.cases[0], {}), "case": None, "id": "zonder-zaak"})
        if self.dice.random() < 0.15:
            self.events.append(dict(self.dice.choice(self.events)))


def tell(seed):
    """Return the story of a seed."""
    return Teller(seed).story()
