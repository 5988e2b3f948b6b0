"""The rule book by the letter: a second, slow reading of its text that shares no code with the engine.

Agreements and events are plain JSON values, as files would hold them. Days are `date`s and instants aware `datetime`s, so
that not even the arithmetic is shared. Nothing is remembered from one instant to the next but the rows themselves.
"""

import calendar as months
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
NAMESPACE = uuid.UUID("6f2c7a52-0f0d-5c1e-9d7a-3a1d1f3b7e11")
OPENING = ("report_received", "case_reopened")
UNHEARD = ("report_classified", "case_routed", "stall_accepted", "stall_acceptance_proposed")
PHASES = {
    "case_reopened": "assessment",
    "handover_accepted": "direct_safety",
    "direct_safety_reached": "stable_safety",
    "stable_safety_reached": "recovery",
    "safety_lost": "direct_safety",
    "vt_closed": "pilot_light",
    "case_closed": "closed",
}


class OutsideCalendarError(Exception):
    """A day that the calendar does not know."""


# Time.


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def text_of(at):
    at = at.astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{at.microsecond:06d}" if at.microsecond else "") + "Z"


def end_of(day):
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ZONE).astimezone(UTC)


def local(at):
    return at.astimezone(ZONE).date()


def day_in(value):
    if isinstance(value, str) and len(value) == 10:
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None
    return None


def works(day, book):
    if not book["from"] <= day <= book["to"]:
        raise OutsideCalendarError(day)
    return day.weekday() < 5 and day not in book["days_off"]


def day_after(term, day, book):
    [(unit, n)] = [(unit, n) for unit, n in term.items() if unit != "shift"]
    if unit == "working_days":
        step = timedelta(days=1 if n > 0 else -1)
        left = abs(n)
        while left:
            day += step
            left -= works(day, book)
    elif unit == "months":
        index = day.year * 12 + day.month - 1 + n
        year, month = index // 12, index % 12 + 1
        day = date(year, month, min(day.day, months.monthrange(year, month)[1]))
    else:
        day += timedelta(days=n * (7 if unit == "weeks" else 1))
    while term.get("shift") and not works(day, book):
        day += timedelta(days=1)
    return day


def after(term, at, book):
    for unit in ("minutes", "hours"):
        if unit in term:
            return at + timedelta(**{unit: term[unit]})
    return end_of(day_after(term, local(at), book))


# What is known.


def known(told, at):
    told = [one for one in told if one["recorded_at"] <= at]
    withdrawals = [one for one in told if one["type"] == "event_withdrawn"]

    def is_removed(name):
        return any(one["data"].get("event_id") == name and not is_removed(one["id"]) for one in withdrawals)

    effective = []
    for one in told:
        if one["type"] in ("event_withdrawn", "event_corrected") or is_removed(one["id"]):
            continue
        corrections = [
            other
            for other in told
            if other["type"] == "event_corrected"
            and other["data"].get("event_id") == one["id"]
            and not is_removed(other["id"])
        ]
        now = dict(one)
        if corrections:
            said = max(corrections, key=lambda other: (other["recorded_at"], other["id"]))["data"]
            if said.get("occurred_at") is not None:
                now["occurred_at"] = instant(said["occurred_at"])
            if said.get("data") is not None:
                now["data"] = {**one["data"], **said["data"]}
        effective.append(now)
    return sorted(effective, key=place)


def place(event):
    return (event["occurred_at"], event["recorded_at"], event["id"])


def is_closed(k, before=None):
    last = None
    for one in k:
        if before is not None and place(one) >= place(before):
            break
        if one["type"] in (*OPENING, "case_closed"):
            last = one["type"]
    return last == "case_closed"


def phase_of(k):
    phase, reports = "assessment", 0
    for one in k:
        if one["type"] == "report_received":
            reports += 1
            if reports == 1 or is_closed(k, one):
                phase = "assessment"
        phase = PHASES.get(one["type"], phase)
    return phase


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b


def means(entries, event):
    for named in entries:
        entry = {"type": named} if isinstance(named, str) else named
        if entry["type"] == event["type"] and all(
            field in event["data"] and allowed(value, event["data"][field])
            for field, value in entry.get("where", {}).items()
        ):
            return True
    return False


def allowed(values, told):
    values = values if isinstance(values, list) else [values]
    told = told if isinstance(told, list) else [told]
    return any(same(one, other) for one in told for other in values)


# Which version.


def chosen(files, k, rule_id, event):
    reports = [one for one in k if one["type"] == "report_received"]
    municipality = reports[0]["municipality"] if reports else None
    day = local(event["occurred_at"])
    fitting = [
        one
        for one in files
        if one["valid_from"] <= day.isoformat()
        and (one["valid_to"] is None or day.isoformat() <= one["valid_to"])
        and (one["applies_to"] == "all" or municipality in one["applies_to"]["municipalities"])
    ]
    counting = [
        one
        for one in fitting
        if not any(other["agreement"] == one["agreement"] and other["version"] > one["version"] for other in fitting)
    ]
    holding = [one for one in counting if any(rule["id"] == rule_id for rule in one["rules"])]
    if not holding:
        return None
    return max(holding, key=lambda one: (one["applies_to"] != "all", one["version"], one["agreement"]))


# Rows.


def alert_id(case, rule_id, file, key, stage, due):
    parts = (case, rule_id, file["agreement"], str(file["version"]), key, stage, text_of(due))
    return str(uuid.uuid5(NAMESPACE, "|".join(parts)))


def dues(one, k):
    """The dues of an instance after any acceptance."""
    result = dict(one["original"])
    days = [
        day_in(event["data"].get("until_on"))
        for event in k
        if event["type"] == "stall_accepted"
        and event["data"].get("rule") == one["rule"]["id"]
        and event["data"].get("instance") == one["key"]
    ]
    days = [day for day in days if day is not None]
    if days and not one["rule"].get("legal") and "signal" not in result:
        result.pop("warn", None)
        if result.get("breach"):
            result["breach"] = max(result["breach"], end_of(max(days)))
    return result


def open_at(one, k, at):
    if one["ended"] or one["satisfied"]:
        return None
    for stage in ("signal", "breach", "warn"):
        due = dues(one, k).get(stage)
        if due is not None and due <= at:
            return (one["rule"]["id"], one["file"]["agreement"], one["file"]["version"], one["key"], stage, due)
    return None


def why_closed(identity, was, now, k):
    *_, stage, due = identity
    if now is None or now["original"].get(stage) != was["original"].get(stage):
        return "withdrawn"
    due_now = dues(now, k).get(stage)
    if due_now is not None and due_now < due:
        return "withdrawn"
    if now["ended"]:
        return now["ended"]
    if now["satisfied"]:
        return "in_time" if now["satisfied"] == "already" or now["satisfied"] < due else "late"
    return "accepted" if due_now != due else "superseded"
