"""Odd agreements and odd histories, drawn from a `Random`: few types, few values, many ties, every kind of change."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
# The first stand for most of what is drawn, so that rules and histories meet.
PLAIN = (
    "report_received",
    "handover_accepted",
    "incident_recorded",
    "escalation_started",
    "monitoring_moment_done",
    "case_closed",
    "case_reopened",
    "direct_safety_reached",
    "stable_safety_reached",
    "safety_lost",
    "vt_closed",
    "condition_set",
    "condition_met",
    "report_classified",
)
TYPES = (*PLAIN, "event_corrected", "event_withdrawn", "alert_acknowledged", "stall_accepted")
FIELDS = {
    name: frozenset({"x", "on", "moment", "plan", "ladder", "level", "persons", "alert", "rule", "instance"})
    for name in TYPES
}
VALUES = ("a", "b", 1, 1.0, True, None, "1")
RULES = ("R1", "R2", "R3", "R4", "R5")
# Around Easter, the spring and autumn clock changes, the turn of a year and a leap day.
STARTS = ("2026-03-27", "2026-10-23", "2026-12-22", "2024-02-27", "2026-04-01")
# In the midst of the histories that begin on those days.
LATER = ("2026-03-30", "2026-10-26", "2026-12-24", "2024-02-29", "2026-04-04")
CALENDAR = {
    "calendar": "nl",
    "from": "2023-06-01",
    "to": "2029-12-31",
    "days_off": {
        "2026-04-03": "Goede Vrijdag",
        "2026-04-06": "Tweede Paasdag",
        "2026-12-25": "Eerste Kerstdag",
        "2027-01-01": "Nieuwjaarsdag",
        "2024-02-29": "Een dag bij besluit",
    },
}


def days_term(random, *, low=-3, high=6):
    unit = random.choice(("working_days", "working_days", "days", "weeks", "months"))
    n = random.randint(low, high) if unit in ("working_days", "days") else random.randint(min(low, 0), 1)
    term = {unit: n}
    if random.random() < 0.2:
        term["shift"] = random.random() < 0.8
    return term


def any_term(random):
    if random.random() < 0.25:
        return {random.choice(("hours", "minutes")): random.randint(0, 90)}
    return days_term(random)


def plain(random):
    return random.choice(PLAIN[:5] if random.random() < 0.7 else PLAIN)


def types(random, most=3):
    return [entry(random) for _ in range(random.randint(1, most))]


def entry(random):
    name = plain(random)
    if random.random() < 0.2:
        value = random.choice(VALUES)
        return {"type": name, "where": {random.choice(("x", "plan")): random.choice((value, [value, "b"]))}}
    return name


def stages(random, term):
    found = {"warn": term(random), "breach": term(random)}
    if random.random() < 0.3:
        del found[random.choice(("warn", "breach"))]
    return found


def rule(random, name):
    kind = random.choice(("term", "term", "date", "moments", "silence", "pattern"))
    found = {"id": name, "kind": kind}
    if random.random() < 0.3:
        found["weight"] = random.choice((1, 5, 5))
    if random.random() < 0.15:
        found["legal"] = True
    if random.random() < 0.15:
        found["if_case"] = "has_child"
    if random.random() < 0.3:
        found["to"] = random.choice(("urgent", [{"to": "worker"}, {"to": "other", "after": days_term(random, low=0)}]))
    return {**found, **PARTS[kind](random)}


def term_rule(random):
    found = {"from": types(random), "until": types(random), **stages(random, any_term)}
    if random.random() < 0.2:
        found |= {"warn": {"from_ladder": True}, "breach": {"from_ladder": True}}
        found["from"] = ["escalation_started", *found["from"]]
    if random.random() < 0.4:
        found["per"] = "x"
    if random.random() < 0.2:
        found["already"] = True
    return found


def date_rule(random):
    found = {"from": types(random), "until": types(random), "due_field": "on", **stages(random, days_term)}
    if random.random() < 0.5:
        found["per"] = "x"
    return found


def moments_rule(random):
    unit = random.choice(("days", "weeks", "months", "working_days"))
    numbers = sorted(random.sample(range(5), random.randint(1, 2)))
    found = {
        "from": types(random, 2),
        "until": ["monitoring_moment_done", *types(random, 1)],
        "at": [{unit: n, **({"shift": True} if random.random() < 0.3 else {})} for n in numbers],
        **stages(random, days_term),
    }
    if random.random() < 0.5:
        found["then_every"] = {unit: random.randint(1, 5), **({"shift": True} if random.random() < 0.3 else {})}
    if random.random() < 0.6:
        found["ends"] = types(random, 2)
    return found


def silence_rule(random):
    phases = ("assessment", "direct_safety", "stable_safety", "recovery", "pilot_light")
    silent = [name for name in PLAIN if name not in ("report_received", "case_reopened", "case_closed")]
    return {
        "phases": random.sample(phases, random.randint(1, 5)),
        "ignore": random.sample(silent, random.choice((0, 0, 1, 3))),
        **stages(random, any_term),
    }


def pattern_rule(random):
    found = {
        "of": types(random, 4),
        "count": random.randint(1, 3),
        "window": random.choice(({"days": 3}, {"hours": 30})),
    }
    if random.random() < 0.4:
        found["agencies"] = 2
    if random.random() < 0.3:
        found["after"] = {"types": types(random, 2), "within": any_term(random)}
    return found


PARTS = {
    "term": term_rule,
    "date": date_rule,
    "moments": moments_rule,
    "silence": silence_rule,
    "pattern": pattern_rule,
}


def agreements(random):
    found = []
    for agreement, version in random.sample([("a", 1), ("a", 2), ("b", 1), ("b", 3)], random.randint(1, 4)):
        start = random.choice(STARTS) if random.random() < 0.3 else "2019-01-01"
        found.append(
            {
                "agreement": agreement,
                "version": version,
                "valid_from": start,
                "valid_to": random.choice((None, None, None, max(start, random.choice(LATER)))),
                "applies_to": random.choice(("all", "all", {"municipalities": ["0014"]}, {"municipalities": ["1966"]})),
                "calendar": "nl",
                "attention": {
                    "default": [{"to": "worker"}, {"to": "monitor", "after": {"working_days": 1}}],
                    "urgent": [
                        {"to": "worker"},
                        {"to": "monitor", "after": {"hours": 2}},
                        {"to": "manager", "after": {"days": 1}},
                    ],
                },
                "ladders": [
                    {
                        "id": "ladder",
                        "levels": [
                            {"nr": 0, "term": days_term(random), "warn": days_term(random)},
                            {"nr": 1, "term": any_term(random)},
                        ],
                    }
                ],
                "rules": [rule(random, name) for name in random.sample(RULES, random.randint(2, 5))],
            }
        )
    return found


def calendar(random):
    """Return the calendar, now and then one that ends in the midst of a history."""
    return {**CALENDAR, "to": random.choice(LATER)} if random.random() < 0.05 else CALENDAR


def until(random, lines):
    """Return the last instant of a run: mostly some time after its events, now and then among them."""
    start = max(datetime.fromisoformat(line["occurred_at"]) for line in lines)
    return random.choice((None, *((start + timedelta(days=days)).isoformat() for days in (-3, 20, 40, 400))))


def history(random, size, rows=()):
    """Return lines; `rows` are alert rows that acknowledgements and acceptances may name."""
    start = datetime.fromisoformat(random.choice(STARTS)).replace(tzinfo=ZONE)
    lines = []
    for number in range(size):
        name = random.choice(TYPES) if random.random() < 0.3 else plain(random)
        occurred = moment(random, start)
        lines.append(
            {
                "id": f"e{random.choice('abz')}{number}",
                "type": "report_received" if number == 0 and random.random() < 0.7 else name,
                "case": "c2" if random.random() < 0.05 else "c1",
                "agency": random.choice(("x", "y")),
                "municipality": random.choice(("0014", "0014", "1966")),
                "occurred_at": occurred.isoformat(),
                "recorded_at": (occurred if random.random() < 0.5 else moment(random, start)).isoformat(),
            }
        )
    for line in lines:
        line["data"] = data(random, line["type"], lines, rows, start)
    return lines


def moment(random, start):
    at = start + timedelta(days=random.randint(0, 9), hours=random.choice((0, 0, 2, 9, 23)))
    return at + timedelta(microseconds=random.choice((0, 0, 0, 1, -1, 500_000)))


def data(random, name, lines, rows, start):
    names = [line["id"] for line in lines]
    found = {field: random.choice(VALUES) for field in ("x", "plan") if random.random() < 0.6}
    if random.random() < 0.7:
        found["on"] = random.choice((day(random, start), day(random, start), day(random, start), "2026-02-30", None))
    if random.random() < 0.5:
        found["moment"] = random.choice((1, 1, 2, 3, 2.0, True, "1"))
    if random.random() < 0.3:
        found["x"] = random.choice((["a", 1], {"k": 1.0}, {"k": 1}))
    if name == "escalation_started":
        found |= {
            "ladder": random.choice(("ladder", "ladder", "none")),
            "level": random.choice((0, 1, 1.0, 2, True, "0")),
        }
    if name == "report_received" and random.random() < 0.4:
        found["persons"] = [{"person": "p1", "child": random.choice((True, False, 1, None))}]
    if name in ("event_corrected", "event_withdrawn"):
        found = correction(random, lines, start) if name == "event_corrected" else {"event_id": random.choice(names)}
    if name == "alert_acknowledged" and rows:
        found |= {"alert": random.choice(rows)["alert"]}
        if random.random() < 0.5:
            found["next_step_on"] = random.choice((day(random, start), "soon"))
    if name == "stall_accepted" and rows:
        row = random.choice(rows)
        found |= {
            "rule": row["rule"],
            "instance": row["instance"],
            "until_on": random.choice((day(random, start), None)),
        }
    return found


def correction(random, lines, start):
    told = {"event_id": random.choice(lines)["id"]}
    if random.random() < 0.6:
        told["occurred_at"] = random.choice((moment(random, start).isoformat(), None))
    if random.random() < 0.6:
        told["data"] = random.choice((None, {"x": random.choice(VALUES)}, {"on": day(random, start)}, {"moment": 2}))
    return told


def day(random, start):
    return (start.date() + timedelta(days=random.randint(-2, 14))).isoformat()
