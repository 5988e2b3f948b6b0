"""Small, nasty agreements by chance: one rule id in several files and versions, each with terms and lists of its own."""

from datetime import date, timedelta

MUNICIPALITIES = ("0014", "1966")
PLANS = ("safety", "help", "recovery")


def draw(dice, base, *, is_focused):
    """Return the files of one region (as YAML would hold them) and the calendars they name."""
    pool = dice.sample(sorted(RULES), 1 if is_focused else dice.randint(2, 6))
    traits = {one: {"legal": dice.random() < 0.15} for one in pool}
    files = _versions(dice, base, "landelijk", "all", pool, traits)
    for name in dice.sample(["groningen", "fryslan", "zuid"], dice.choice([0, 1, 1, 2])):
        listed = dice.choice([["0014"], ["1966"], ["0014", "1966"]])
        applies = "all" if dice.random() < 0.15 else {"municipalities": listed}
        some = dice.sample(pool, dice.randint(1, len(pool)))
        files += _versions(dice, base, name, applies, some, traits)
    if dice.random() < 0.1:
        files.pop(0)
    return files or draw(dice, base, is_focused=is_focused)[0], {
        name: _calendar(dice, base, name) for name in ("nl", "streek")
    }


def _versions(dice, base, name, applies, pool, traits):
    """One to three versions, valid after each other, or overlapping, or with a gap."""
    files = []
    starts = [
        date(2000, 1, 1),
        *sorted(base + timedelta(days=dice.randint(-3, 60)) for _ in range(dice.choice([0, 0, 1, 2]))),
    ]
    if dice.random() < 0.1:
        starts[0] = base + timedelta(days=dice.randint(-2, 10))
    for number, start in enumerate(starts):
        following = starts[number + 1] if number + 1 < len(starts) else None
        end = dice.choice([None, following and following - timedelta(days=dice.choice([1, 1, 3, -4]))])
        if following is None and dice.random() < 0.2:
            end = base + timedelta(days=dice.randint(0, 90))
        ids = [one for one in pool if dice.random() < 0.9] or pool[:1]
        files.append(
            {
                "agreement": name,
                "version": number + 1 if dice.random() < 0.8 else number + 10,
                "title": "Uit de losse pols",
                "valid_from": start,
                "valid_to": end if end is None or end >= start else None,
                "applies_to": applies,
                "calendar": "nl" if dice.random() < 0.85 else "streek",
                "attention": _attention(dice),
                "ladders": [_ladder(dice)],
                "rules": [{**RULES[one](dice), "id": one, **_common(dice, traits[one])} for one in ids],
            }
        )
    return files


def _common(dice, traits):
    found = {}
    if traits["legal"] or dice.random() < 0.05:
        found["legal"] = True
    if dice.random() < 0.25:
        found["weight"] = dice.choice([1, 3, 5, 5, 5])
    if dice.random() < 0.15:
        found["if_case"] = "has_child"
    if dice.random() < 0.3:
        found["to"] = "urgent"
    elif dice.random() < 0.1:
        found["to"] = [{"to": "policy"}, {"to": "director", "after": {"days": 1}}]
    return found


def _attention(dice):
    default = [
        {"to": "worker"},
        {"to": "monitor", "after": {"working_days": dice.choice([1, 2])}},
        {"to": "team_manager", "after": {dice.choice(["working_days", "days"]): 3}},
    ]
    urgent = [{"to": "worker"}, {"to": "monitor", "after": dice.choice([{"hours": 2}, {"minutes": 30}])}]
    if dice.random() < 0.5:
        urgent.append({"to": "boss", "after": dice.choice([{"hours": 24}, {"days": 1}, {"days": 0}, {"weeks": 1}])})
    return {"default": default[: dice.randint(1, 3)], "urgent": urgent}


def _ladder(dice):
    levels = []
    for number in range(dice.randint(1, 3)):
        level = {
            "nr": number,
            "name": f"trede {number}",
            "term": _any_term(dice),
            "may_skip": False,
            "information": "case",
        }
        if dice.random() < 0.6:
            level["warn"] = _any_term(dice)
        levels.append(level)
    return {"id": dice.choice(["x", "x", "y"]), "reasons": ["stuck"], "skip_reasons": [], "levels": levels}


def types_in(files):
    """Return the event types that the rules of some files name, each as often as they name it."""
    found = []
    for rule in (rule for file in files for rule in file["rules"]):
        entries = [one for key in ("from", "until", "ends", "of") for one in rule.get(key) or []]
        entries += (rule.get("after") or {}).get("types", [])
        found += [one if isinstance(one, str) else one["type"] for one in entries] + (rule.get("ignore") or [])
    return found


def _any_term(dice):
    """A term from an instant: in all units, at times with a shift."""
    if dice.random() < 0.2:
        return dice.choice(
            [{"minutes": 15}, {"minutes": 60}, {"hours": 1}, {"hours": 24}, {"hours": 3}, {"minutes": 0}]
        )
    return _day_term(dice, least=0)


def _day_term(dice, least=-10):
    unit = dice.choice(["working_days", "working_days", "days", "weeks", "months"])
    small, large = {"working_days": (2, 12), "days": (3, 20), "weeks": (1, 4), "months": (1, 3)}[unit]
    most = small if dice.random() < 0.7 else large
    term = {unit: dice.randint(max(least, -most), most)}
    if dice.random() < 0.25:
        term["shift"] = True
    return term


def _stages(dice, term):
    """Both stages, or one; the warning may come later than the breach."""
    found = {"warn": term(dice), "breach": term(dice)}
    if dice.random() < 0.15:
        del found[dice.choice(["warn", "breach"])]
    return found


def _negative_at_times(dice):
    return _day_term(dice) if dice.random() < 0.15 else _any_term(dice)


def _report(dice):
    return {
        "from": ["report_received"],
        "until": ["safety_assessed"],
        **({"per": "report_id"} if dice.random() < 0.7 else {}),
        **_stages(dice, _negative_at_times),
        **({"already": True} if dice.random() < 0.3 else {}),
    }


def _acute(dice):
    found = _report(dice) | {"from": ["acute_danger_found"], "until": ["acute_action_taken", "safety_assessed"]}
    if dice.random() < 0.3:
        found["from"] = ["acute_danger_found", "report_received"]
    return found


def _contact(dice):
    """Each contact satisfies the one before; at times the closing itself satisfies."""
    until = ["family_contacted", "first_contact_made", *dice.choice([[], ["case_closed"], ["handover_accepted"]])]
    start = dice.choice(
        [["first_contact_made", "family_contacted"], ["handover_accepted"], ["case_closed"], ["case_reopened"]]
    )
    return {
        "from": start,
        "until": until,
        **_stages(dice, _negative_at_times),
        **({"already": True} if dice.random() < 0.2 else {}),
    }


def _plan(dice):
    wanted = dice.choice(["recovery", ["safety", "recovery"], "safety"])
    start = dice.choice(
        ["handover_accepted", "stable_safety_reached", {"type": "plan_agreed", "where": {"plan": "help"}}]
    )
    until = [{"type": "plan_agreed", "where": {"plan": wanted}}, *dice.choice([[], ["stable_safety_reached"]])]
    return {"from": [start], "until": until, "already": dice.random() < 0.5, **_stages(dice, _any_term)}


def _ladder_rule(dice):
    stages = {"warn": {"from_ladder": True}, "breach": {"from_ladder": True}}
    until = ["escalation_decided", "escalation_closed", "escalation_moved"]
    return {"from": ["escalation_started", "escalation_moved"], "until": until, "per": "escalation_id", **stages}


def _condition(dice):
    return {
        "kind": "date",
        "from": dice.choice([["condition_set", "condition_changed"], ["condition_set"]]),
        "due_field": "check_on",
        "until": ["condition_met", *dice.choice([[], ["condition_changed"]])],
        **({"per": "condition_id"} if dice.random() < 0.8 else {}),
        **_stages(dice, _day_term),
    }


def _moments(dice):
    after = {"after": dice.choice([["investigation", "conditions_and_follow_up"], "investigation"])}
    start = dice.choice([{"type": "handover_accepted", "where": after}, "handover_accepted", "report_received"])
    unit, steps = dice.choice(
        [("months", (1, 2, 3)), ("days", (1, 3, 9)), ("weeks", (1, 2, 4)), ("working_days", (1, 2, 6))]
    )
    at = [{unit: steps[number]} for number in range(dice.randint(1, 3))]
    if dice.random() < 0.3:
        at[-1]["shift"] = True
    found = {"kind": "moments", "from": [start], "until": ["monitoring_moment_done"], "at": at}
    if dice.random() < 0.7:
        found["then_every"] = {unit: dice.choice([1, 3]), **({"shift": True} if dice.random() < 0.3 else {})}
    if dice.random() < 0.8:
        found["ends"] = dice.choice(
            [["stable_safety_reached", "vt_closed"], ["vt_closed", "monitoring_moment_done"], ["case_closed"]]
        )
    small = {
        "warn": {"working_days": dice.choice([-5, -1, 0])},
        "breach": {dice.choice(["working_days", "days"]): dice.choice([0, 2, 10])},
    }
    if dice.random() < 0.2:
        del small[dice.choice(["warn", "breach"])]
    return found | small


def _silence(dice):
    phases = ["assessment", "direct_safety", "stable_safety", "recovery", "pilot_light"]
    ignored = ["incident_recorded", "family_contacted", "safety_assessed", "condition_set", "handover_accepted"]
    found = {"kind": "silence", "phases": dice.sample(phases, dice.randint(1, 5)), **_stages(dice, _any_term)}
    if dice.random() < 0.7:
        found["ignore"] = dice.sample(ignored, dice.randint(0, 3))
    return found


def _pattern(dice):
    of = dice.choice(
        [
            ["report_received", "incident_recorded", "concern_reported_back"],
            ["incident_recorded"],
            ["incident_recorded", {"type": "plan_agreed", "where": {"plan": ["help", "safety"]}}],
            ["handover_accepted", "case_closed", "incident_recorded"],
        ]
    )
    count = dice.randint(1, 3)
    window = dice.choice([{"days": 14}, {"days": 1}, {"hours": 24}, {"days": 3}, {"hours": 1}, {"days": 40}])
    found = {"kind": "pattern", "of": of, "count": count, "window": window}
    if dice.random() < 0.6:
        found["agencies"] = dice.randint(1, min(2, count))
    if dice.random() < 0.3:
        types = dice.choice(
            [["case_closed"], ["report_received"], [{"type": "plan_agreed", "where": {"plan": "safety"}}]]
        )
        found["after"] = {
            "types": types,
            "within": dice.choice([{"months": 1}, {"days": 3}, {"hours": 30}, {"weeks": 1, "shift": True}]),
        }
    return found


RULES = {
    "REPORT": _report,
    "ACUTE": _acute,
    "CONTACT": _contact,
    "CONTACT-b": _contact,
    "PLAN": _plan,
    "LADDER": _ladder_rule,
    "CONDITION": _condition,
    "CONDITION-b": _condition,
    "MOMENTS": _moments,
    "SILENCE-a": _silence,
    "SILENCE-b": _silence,
    "PATTERN": _pattern,
    "PATTERN-b": _pattern,
}


def _calendar(dice, base, name):
    """The days off of these years, by hand, or days by chance; at times a calendar that begins late or ends soon."""
    days = map(date.fromisoformat, DAYS_OFF.split())
    if name == "streek":
        days = sorted({base + timedelta(days=dice.randint(-5, 60)) for _ in range(20)})
    is_short = dice.random() < 0.04
    return {
        "calendar": name,
        "from": date(2010, 1, 1) if dice.random() < 0.98 else base + timedelta(days=dice.randint(-5, 5)),
        "to": base + timedelta(days=dice.randint(10, 200)) if is_short else date(2045, 12, 31),
        "days_off": dict.fromkeys(days, "vrij"),
    }


DAYS_OFF = (
    "2024-01-01 2024-03-29 2024-04-01 2024-04-27 2024-05-05 2024-05-09 2024-05-20 2024-12-25 2024-12-26 "
    "2025-01-01 2025-04-18 2025-04-21 2025-04-26 2025-05-05 2025-05-29 2025-06-09 2025-12-25 2025-12-26 "
    "2026-01-01 2026-04-03 2026-04-06 2026-04-27 2026-05-05 2026-05-14 2026-05-25 2026-12-25 2026-12-26 2027-01-01"
)
