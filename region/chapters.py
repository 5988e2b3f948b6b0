"""The first chapters of a family's story: from the report up to a handover that is accepted.

Each chapter adds steps to a story and moves its `now`. A chapter returns whether the story goes on.
"""

from region.moments import DAY, HOUR
from region.story import Step, Story

VIOLENCE = (
    "partner_violence",
    "child_witness",
    "child_neglect",
    "psychological_violence",
    "ex_partner_violence",
    "elder_abuse",
)
CITIZENS = ("neighbour", "family_or_friend", "victim")
PROFESSIONALS = ("school", "general_practitioner", "youth_health_care", "hospital")


def report(story: Story, *, by: str | None = None, at: int | None = None, acute: bool | None = None) -> str:
    """Someone reports the family; the first one opens the case. Returns the report's id."""
    agency = by or _who_reports(story)
    at = story.at_any_hour(0) if at is None else at
    report_id = story.thing("r")
    acute = story.chance.happens(0.08) if acute is None else acute
    if not story.opener:
        story.opener = agency
    story.tell(
        agency,
        "report_received",
        {
            "report_id": report_id,
            "channel": _channel(story, agency),
            "reporter_capacity": _capacity(story, agency),
            "violence_kinds": [story.chance.one_of(VIOLENCE)],
            "acute": acute,
            "persons": [dict(one) for one in story.persons],
            "incident_on": story.day(at - story.chance.whole(0, 6) * DAY),
            "doubly_anonymous": False,
        },
        at=at,
        late=0.0,
    )
    story.now = max(story.now, at)
    return report_id


def acute_danger(story: Story, report_id: str) -> None:
    """Acute danger is found and met at once."""
    found = story.now + story.chance.whole(5, 50) * HOUR // 60
    story.tell(story.vt, "acute_danger_found", {"report_id": report_id}, at=found, late=0.0)
    acted = found + story.chance.whole(4, 70) * HOUR // 60
    who = story.chance.one_of((*story.cast.police, story.vt))
    action = story.chance.one_of(("police_sent", "safe_place_arranged", "home_visit"))
    story.tell(who, "acute_action_taken", {"report_id": report_id, "action": action}, at=acted, late=0.0)
    story.now = acted


def assessment(story: Story, report_id: str, *, urgency: str | None = None, days: int | None = None) -> bool:
    """Veilig Thuis judges how safe it is. False when nobody does, and the family waits for ever."""
    received = story.now
    taken = story.in_time(2, 5) if days is None else days
    if taken is None:
        return False
    if taken > 1:
        story.tell(story.vt, "assessment_started", {"report_id": report_id}, at=story.in_office(taken // 2))
    if story.chance.happens(0.4):
        information(story)
    urgency = urgency or story.chance.weighed({"green": 0.55, "orange": 0.37, "red": 0.08})
    story.now = max(story.now, story.in_office(taken, after=received))
    story.tell(
        story.vt,
        "safety_assessed",
        {
            "report_id": report_id,
            "urgency": urgency,
            "acute_unsafe": urgency == "red",
            "structural_unsafe": urgency != "green",
            "persons": [{"person": one["person"], "safe": urgency == "green"} for one in story.persons],
        },
        at=story.now,
    )
    return True


def information(story: Story) -> None:
    """Veilig Thuis asks another agency what it knows."""
    asked = story.chance.one_of((*story.cast.reporters, story.team))
    request = story.thing("i")
    at = story.in_office(0)
    story.tell(story.vt, "information_requested", {"request_id": request, "of_agency": asked}, at=at)
    days = story.in_time(1, 5)
    if days is not None:
        answer = "given" if story.chance.happens(0.93) else "refused"
        answered = story.in_office(days, after=at)
        story.tell(asked, "information_answered", {"request_id": request, "answer": answer}, at=answered)


def triage(story: Story, report_id: str, *, decision: str | None = None) -> str:
    """Veilig Thuis decides what follows, and tells the reporter and the household. Returns the decision."""
    decision = decision or story.chance.weighed(
        {"direct_handover": 0.44, "conditions_and_follow_up": 0.32, "investigation": 0.12, "no_follow_up": 0.12}
    )
    story.now += story.chance.whole(1, 20) * HOUR
    story.tell(
        story.vt,
        "triage_decided",
        {"report_id": report_id, "decision": decision, "protocol": "handelingsprotocol-2019"},
        at=story.now,
    )
    days = story.in_time(0, 2)
    if days is not None:
        story.tell(story.vt, "reporter_informed", {"report_id": report_id}, at=story.in_office(days))
    inform_household(story, report_id)
    return decision


def inform_household(story: Story, report_id: str) -> None:
    """The household hears that there was a report, unless that is not safe yet."""
    days = story.in_time(3, 15)
    if days is None:
        return
    if not story.chance.happens(0.08):
        story.tell(story.vt, "household_informed", {"report_id": report_id}, at=story.in_office(days))
        return
    at = story.in_office(days)
    review = story.in_office(15, after=at)
    data = {"report_id": report_id, "ground": "child_safety", "review_on": story.day(review)}
    story.tell(story.vt, "informing_postponed", data, at=at)
    days = story.in_time(4, 15)
    if days is not None:
        story.tell(story.vt, "household_informed", {"report_id": report_id}, at=story.in_office(days, after=at))


def service(story: Story, kind: str) -> bool:
    """Veilig Thuis works with the family for some weeks. False when the service never ends."""
    service_id = story.thing("s")
    story.now = story.in_office(story.chance.whole(0, 3))
    began = story.now
    story.tell(story.vt, "service_started", {"service_id": service_id, "service": kind}, at=began)
    for _ in range(story.chance.whole(1, 3)):
        condition(story)
    days = story.in_time(22, 45)
    for day in range(story.chance.whole(3, 6), days or 30, 7):
        if not story.chance.happens(story.pace.late / 3):
            story.tell(story.vt, "family_contacted", {}, at=story.in_office(day, after=began))
    if days is None:
        return False
    story.now = story.in_office(days, after=began)
    found = {"violence_kind": "partner_violence", "outcome": story.chance.one_of(("confirmed", "not_confirmed"))}
    outcomes = [found] if kind == "investigation" else []
    data = {"service_id": service_id, "service": kind, "outcomes": outcomes}
    story.tell(story.vt, "service_ended", data, at=story.now)
    return True


def condition(story: Story, *, by: str | None = None, checked: bool = True) -> str:
    """A safety condition is agreed with the family and checked on its day. Returns its id."""
    agency = by or story.vt
    condition_id = story.thing("c")
    at = story.in_office(story.chance.whole(1, 5))
    check = story.in_office(story.chance.whole(8, 30), after=at)
    data = {
        "condition_id": condition_id,
        "check_on": story.day(check),
        "check_by": _checker(story, agency),
        "text": "Verzonnen voorwaarde: tante Voorbeeld komt elke zaterdag langs.",
    }
    story.tell(agency, "condition_set", data, at=at)
    if checked:
        _check(story, agency, condition_id, at, check)
    return condition_id


def _check(story: Story, agency: str, condition_id: str, at: int, check: int) -> None:
    """See on the day whether a condition holds: mostly met in time, sometimes broken, changed, or not looked at."""
    late, never = story.pace.late, story.pace.never
    met_in_time = 1 - 2.2 * late
    course = story.chance.weighed(
        {"met": met_in_time, "broken": late, "late": 0.8 * late, "changed": 0.4 * late, "never": never}
    )
    named = {"condition_id": condition_id}
    if course == "met":
        met = max(at + HOUR, check - story.chance.whole(8, 16) * DAY)
        story.tell(agency, "condition_met", named, at=met, late=0.0)
    if course == "late":
        story.tell(agency, "condition_met", named, at=story.in_office(story.chance.whole(1, 8), after=check))
    if course == "changed":
        later = story.in_office(10, after=check)
        changed = {**named, "check_on": story.day(later), "check_by": _checker(story, agency)}
        story.tell(agency, "condition_changed", changed, at=check - DAY)
        story.tell(agency, "condition_met", named, at=later - DAY)
    if course == "broken":
        story.tell(agency, "condition_broken", named, at=check)
        story.tell(agency, "condition_met", named, at=story.in_office(story.chance.whole(1, 6), after=check))


def handover(story: Story, after: str) -> bool:
    """The family is handed to a local team. False when nobody takes it."""
    for attempt in range(3):
        offered = offer(story, after)
        answer = story.chance.weighed({"accepted": 0.9, "refused": 0.07, "unanswered": 0.03})
        if answer == "unanswered":
            return False
        days = story.in_time(1, 5)
        if days is None:
            return False
        story.now = story.in_office(days)
        if answer == "accepted" or attempt == 2:
            accept(story, offered)
            return True
        refuse(story, offered)
        story.team = story.cast.another_team(story.team, story.municipality)
        story.now = story.in_office(story.chance.whole(0, 3))
    return False


def offer(story: Story, after: str) -> Step:
    """Veilig Thuis offers the family to the team."""
    story.now = story.in_office(story.chance.whole(0, 2))
    data = {"handover_id": story.thing("h"), "to_agency": story.team, "after": after}
    return story.tell(story.vt, "handover_offered", data, at=story.now, late=0.0)


def accept(story: Story, offered: Step) -> Step:
    """The team takes the family."""
    data = {name: offered.data[name] for name in ("handover_id", "after")}
    return story.tell(story.team, "handover_accepted", data, at=story.now, answers=offered.id)


def refuse(story: Story, offered: Step, reason: str = "capaciteit") -> Step:
    """The team says no."""
    data = {"handover_id": offered.data["handover_id"], "reason": reason}
    return story.tell(story.team, "handover_refused", data, at=story.now, answers=offered.id)


def _who_reports(story: Story) -> str:
    part = story.chance.weighed({"police": 0.46, "vt": 0.34, "reporter": 0.16, "team": 0.04})
    if part == "police":
        return story.chance.one_of(story.cast.police)
    if part == "reporter":
        return story.chance.one_of(story.cast.reporters)
    return story.team if part == "team" else story.vt


def _channel(story: Story, agency: str) -> str:
    if agency in story.cast.police:
        return "police_system"
    return "phone" if agency == story.vt else "web_form"


def _capacity(story: Story, agency: str) -> str:
    if agency in story.cast.police:
        return "police"
    if agency in story.cast.teams:
        return "local_team"
    return story.chance.one_of((*CITIZENS, *PROFESSIONALS) if agency == story.vt else PROFESSIONALS)


def _checker(story: Story, agency: str) -> str:
    return "veilig_thuis" if agency == story.vt else "local_team"
