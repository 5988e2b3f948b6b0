"""The later chapters: from the accepted handover to direct safety, stable safety, recovery, pilot light and closing."""

from region import sidetracks
from region.chapters import assessment, condition, report, triage
from region.moments import DAY
from region.story import Story

MONITORED = ("conditions_and_follow_up", "investigation")
# Every how many days the team sees the family, at least and at most. Between two visits something may come in between.
WEEKLY, MONTHLY, SELDOM = (5, 10), (14, 25), (17, 26)
AWAY = 0.12


def start(story: Story) -> None:
    """The team begins: first contact, a director, the child spoken to, a safety plan."""
    accepted = story.now
    for event, least, term, data in (
        ("first_contact_made", 1, 5, {}),
        ("director_assigned", 0, 5, {"director": story.thing("d")}),
        ("plan_agreed", 4, 10, {"plan": "safety"}),
    ):
        days = story.in_time(least, term)
        if days is not None:
            story.tell(story.team, event, data, at=story.in_office(days, after=accepted))
    days = story.in_time(2, 10)
    if story.child and days is not None:
        story.tell(story.team, "child_spoken_to", {"person": story.child}, at=story.in_office(days, after=accepted))
    story.now = story.in_office(10, after=accepted)


def direct_safety(story: Story, *, days: int | None = None) -> bool:
    """Weeks of close contact until it is safe today. False when that never comes."""
    began = story.now
    days = story.chance.whole(20, 44) if days is None else days
    if story.chance.happens(story.pace.late):
        days += story.chance.whole(20, 60)
    contacts(story, until=began + days * DAY, every=WEEKLY)
    help_for(story)
    if story.chance.happens(0.25):
        feedback(story)
    if story.chance.happens(story.pace.never):
        contacts(story, until=began + 400 * DAY, every=(6, 12))
        return False
    story.now = story.in_office(0, after=began + days * DAY)
    story.tell(story.team, "direct_safety_reached", {}, at=story.now)
    return True


def contacts(story: Story, *, until: int, every: tuple[int, int]) -> None:
    """The team sees the family every so many days, with now and then an appointment, an incident or a long gap."""
    while True:
        away = story.chance.whole(12, 30) if story.chance.happens(story.pace.late * AWAY) else 0
        story.now = story.in_office(0, after=story.now + (story.chance.whole(*every) + away) * DAY)
        if story.now >= until:
            break
        story.tell(story.team, "family_contacted", {}, at=story.now)
        if story.chance.happens(0.22):
            appointment(story)
        if story.chance.happens(0.06):
            incident(story)
    story.now = story.in_office(0, after=until)
    story.tell(story.team, "family_contacted", {}, at=story.now)


def appointment(story: Story) -> None:
    """Something is agreed, by someone, for a day."""
    appointment_id = story.thing("a")
    kept = story.in_office(story.chance.whole(2, 9))
    due = story.in_office(story.chance.whole(4, 8), after=kept)
    data = {
        "appointment_id": appointment_id,
        "owner": story.chance.one_of(("local_team", "family", "school", "health_care")),
        "due_on": story.day(due),
    }
    story.tell(story.team, "appointment_made", data, at=story.now)
    course = story.chance.weighed({"kept": 0.93, "broken": 0.04, "forgotten": 0.03})
    if course == "kept":
        story.tell(story.team, "appointment_kept", {"appointment_id": appointment_id}, at=kept)
    if course == "broken":
        story.tell(story.team, "appointment_broken", {"appointment_id": appointment_id}, at=due)
        mended = story.in_office(5, after=due)
        story.tell(story.team, "appointment_kept", {"appointment_id": appointment_id}, at=mended)


def incident(story: Story) -> None:
    """The police are called; what kind of thing it was is recorded, not the story of it. A child's school hears of it."""
    present = story.child is not None and story.chance.happens(0.5)
    at = story.at_any_hour(1)
    data = {"incident_id": story.thing("n"), "violence_kinds": ["partner_violence"], "children_present": present}
    story.tell(story.chance.one_of(story.cast.police), "incident_recorded", data, at=at)
    if present:
        sidetracks.school(story, after=at)


def help_for(story: Story) -> None:
    """Help is asked for; there is a waiting list."""
    help_id = story.thing("z")
    kind = story.chance.one_of(("trauma", "parenting", "addiction", "debt", "mental_health"))
    asked = story.in_office(3)
    data = {"help_id": help_id, "kind": kind}
    story.tell(story.team, "help_waiting", data, at=asked)
    days = story.in_time(4, 20)
    if days is None:
        return
    began = story.in_office(days, after=asked)
    story.tell(story.team, "help_started", data, at=began)
    if story.chance.happens(0.6):
        ended = story.in_office(story.chance.whole(40, 160), after=began)
        early = story.chance.happens(0.15)
        story.tell(story.team, "help_ended", {**data, "early": early}, at=ended)


def feedback(story: Story, *, days: int | None = None) -> None:
    """The team tells Veilig Thuis that it worries; Veilig Thuis answers."""
    concern_id = story.thing("t")
    at = story.in_office(story.chance.whole(5, 20) if days is None else days)
    story.tell(story.team, "concern_reported_back", {"concern_id": concern_id}, at=at)
    taken = story.in_time(0, 2)
    if taken is not None:
        answered = story.in_office(taken, after=at)
        story.tell(story.vt, "concern_answered", {"concern_id": concern_id}, at=answered)


def stable_safety(story: Story) -> bool:
    """Months of risk-led care until safety lasts. False when that never comes."""
    began = story.now
    story.tell(story.team, "plan_agreed", {"plan": "help"}, at=story.in_office(20))
    until = began + story.chance.whole(150, 310) * DAY
    if story.chance.happens(0.15):
        contacts(story, until=began + 90 * DAY, every=MONTHLY)
        fall_back(story)
    contacts(story, until=until, every=MONTHLY)
    if story.chance.happens(0.2):
        condition(story, by=story.team)
    if story.chance.happens(story.pace.never * 2):
        contacts(story, until=until + 400 * DAY, every=MONTHLY)
        return False
    story.now = story.in_office(0, after=until)
    story.tell(story.vt, "stable_safety_reached", {}, at=story.now)
    return True


def fall_back(story: Story) -> None:
    """It goes wrong again: an incident, perhaps a new report, and a new plan before anything else."""
    incident(story)
    lost = story.in_office(1)
    story.tell(story.team, "safety_lost", {}, at=lost)
    days = story.in_time(0, 1)
    if days is not None:
        story.tell(story.team, "plan_agreed", {"plan": "safety"}, at=story.in_office(days, after=lost))
    for visit in (3, 8):
        story.tell(story.team, "family_contacted", {}, at=story.in_office(visit, after=lost))
    if story.chance.happens(0.5):
        repeat_report(story)
    story.now = story.in_office(15, after=lost)
    story.tell(story.team, "direct_safety_reached", {}, at=story.now)


def repeat_report(story: Story) -> None:
    """Another agency reports the same persons; it joins the case that is there."""
    by = story.chance.one_of((*story.cast.police, *story.cast.reporters))
    report_id = report(story, by=by, at=story.at_any_hour(2))
    if assessment(story, report_id, days=3 if story.chance.happens(0.15) else 0):
        triage(story, report_id, decision="added_to_case")


def monitoring(story: Story, *, accepted: int, until: int, skip: int = 0) -> None:
    """Veilig Thuis asks its three questions at 3, 12 and 18 months and then every 6, while the story lasts."""
    moment = 0
    months = 3
    while (day := accepted + int(months * 30.44 * DAY)) < until:
        moment += 1
        if moment != skip and not story.chance.happens(story.pace.never):
            late = story.chance.whole(25, 40) if story.chance.happens(story.pace.late) else 0
            story.tell(
                story.vt,
                "monitoring_moment_done",
                {
                    "moment": moment,
                    "conditions": story.chance.one_of(("met", "met", "partly", "not_met")),
                    "direct_safety": "yes" if months > 3 or story.chance.happens(0.7) else "no",
                    "stable_safety": "no" if months < 18 else "unknown",
                    "recovery": "unknown",
                    "decision": "continue",
                },
                at=story.in_office(late, after=day - story.chance.whole(10, 24) * DAY),
            )
        months = {1: 12, 2: 18}.get(moment, months + 6)


def recovery(story: Story) -> None:
    """The family recovers; the team steps back slowly."""
    reached = story.now
    days = story.in_time(10, 40)
    if days is not None:
        story.tell(story.team, "plan_agreed", {"plan": "recovery"}, at=story.in_office(days, after=reached))
        story.tell(story.team, "recovery_started", {}, at=story.in_office(days + 5, after=reached))
    contacts(story, until=reached + story.chance.whole(100, 200) * DAY, every=SELDOM)


def pilot_light(story: Story) -> None:
    """Veilig Thuis closes its part; the flame stays on until the team closes too."""
    story.now = story.in_office(5)
    story.tell(story.vt, "vt_closed", {"reason": "stabiel-veilig"}, at=story.now)
    contacts(story, until=story.now + story.chance.whole(150, 330) * DAY, every=SELDOM)
    if story.chance.happens(1 - story.pace.late):
        close(story, by=story.team)


def close(story: Story, *, by: str, reason: str = "stabiel-veilig") -> None:
    """The case ends."""
    story.now = story.in_office(3)
    story.tell(by, "case_closed", {"reason": reason}, at=story.now)
