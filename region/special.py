"""Families with a name: the stories that everyone should see once, and what goes wrong with messages in real life.

The first group shows how care can stall; the second how a message can. Both are played among the ordinary families.
"""

from collections.abc import Callable
from dataclasses import replace

from region import aftercare, chapters, sidetracks
from region.moments import DAY
from region.story import PACES, Pace, Sending, Story
from waakvlam.clock import iso

Begin = Callable[[str, int], Story]
PERFECT = Pace(late=0.0, never=0.0)


def special_stories(begin: Begin) -> tuple[Story, ...]:
    """Return the named families; `begin(name, after)` opens a story so long after the start of the region."""
    return (
        nobody_answers(_perfect(begin("niemand-antwoordt", 0))),
        code_red(_perfect(begin("code-rood", 2 * DAY))),
        code_orange(_perfect(begin("code-oranje", 4 * DAY))),
        refused_twice(_perfect(begin("twee-keer-geweigerd", 10 * DAY))),
        condition_forgotten(_perfect(begin("voorwaarde-vergeten", 15 * DAY))),
        moment_missed(_perfect(begin("monitormoment-gemist", 5 * DAY))),
        goes_right(_perfect(begin("gaat-goed", 3 * DAY))),
        told_late(_perfect(begin("laat-verteld", 120 * DAY))),
        out_of_order(_perfect(begin("andersom-verteld", 150 * DAY))),
        corrected(_perfect(begin("verbeterd", 180 * DAY))),
        sent_again(_perfect(begin("twee-keer-verstuurd", 210 * DAY))),
        poisoned(_perfect(begin("onleesbaar", 240 * DAY))),
        unknown_file(_perfect(begin("onbekend-dossier", 270 * DAY))),
        accepted_stall(_perfect(begin("stagnatie-geaccepteerd", 300 * DAY))),
        many_signals(_perfect(begin("veel-signalen", 330 * DAY))),
        skipped_level(_perfect(begin("trap-overgeslagen", 360 * DAY))),
    )


# How care can stall.


def nobody_answers(story: Story) -> Story:
    """A handover is offered and nobody answers, for years."""
    _assessed(story)
    chapters.offer(story, "assessment")
    return story


def code_red(story: Story) -> Story:
    """Acute danger, a child, a barring order, an investigation, and a team that keeps every term."""
    report_id = chapters.report(story, by=story.cast.police[0], acute=True)
    chapters.acute_danger(story, report_id)
    sidetracks.barring_order(story)
    chapters.assessment(story, report_id, urgency="red", days=1)
    chapters.triage(story, report_id, decision="investigation")
    chapters.service(story, "investigation")
    return _cared_for(story, "investigation")


def code_orange(story: Story) -> Story:
    """Structural danger: conditions and follow-up, then a team, with a setback on the way."""
    report_id = chapters.report(story, by=story.cast.reporters[0], acute=False)
    chapters.assessment(story, report_id, urgency="orange", days=4)
    chapters.triage(story, report_id, decision="conditions_and_follow_up")
    chapters.service(story, "conditions_and_follow_up")
    _taken_over(story, "conditions_and_follow_up")
    aftercare.direct_safety(story, days=60)
    aftercare.fall_back(story)
    aftercare.contacts(story, until=story.now + 300 * DAY, every=aftercare.MONTHLY)
    return story


def refused_twice(story: Story) -> Story:
    """Two teams say no; the third offer is taken."""
    _assessed(story)
    for reason in ("verkeerde-gemeente", "capaciteit"):
        offered = chapters.offer(story, "assessment")
        story.now = story.in_office(2)
        chapters.refuse(story, offered, reason)
        story.team = story.cast.another_team(story.team, story.municipality)
        story.now = story.in_office(6)
    _taken_over(story, "assessment")
    aftercare.direct_safety(story)
    return story


def condition_forgotten(story: Story) -> Story:
    """A safety condition is agreed, and nobody ever looks whether it holds."""
    _assessed(story, decision="conditions_and_follow_up")
    chapters.condition(story, checked=False)
    chapters.service(story, "conditions_and_follow_up")
    return _cared_for(story, "conditions_and_follow_up")


def moment_missed(story: Story) -> Story:
    """The second monitoring moment, at twelve months, is forgotten."""
    _assessed(story, decision="conditions_and_follow_up")
    chapters.service(story, "conditions_and_follow_up")
    _taken_over(story, "conditions_and_follow_up")
    accepted = story.now
    aftercare.direct_safety(story)
    aftercare.contacts(story, until=accepted + 700 * DAY, every=aftercare.MONTHLY)
    aftercare.monitoring(story, accepted=accepted, until=accepted + 700 * DAY, skip=2)
    return story


def goes_right(story: Story) -> Story:
    """Everything in time, up to stable safety, recovery and the closing."""
    _assessed(story, decision="conditions_and_follow_up")
    chapters.service(story, "conditions_and_follow_up")
    return _cared_for(story, "conditions_and_follow_up")


def accepted_stall(story: Story) -> Story:
    """A plan cannot be made in time, and everybody agrees to wait: the stall is accepted, with a day and a reason."""
    _assessed(story)
    offered = chapters.offer(story, "assessment")
    story.now = story.in_office(1)
    accepted = chapters.accept(story, offered)
    story.tell(story.team, "first_contact_made", {}, at=story.in_office(2))
    story.tell(story.team, "director_assigned", {"director": story.thing("d")}, at=story.in_office(2))
    agreed = story.in_office(8)
    until_on = story.day(story.in_office(20, after=agreed))
    data = {"rule": "ST-10", "instance": accepted.id, "until_on": until_on, "reason": "wachtlijst"}
    story.tell(story.vt, "stall_accepted", data, at=agreed, late=0.0)
    story.tell(story.team, "plan_agreed", {"plan": "safety"}, at=story.in_office(18, after=agreed))
    story.now = story.in_office(20, after=agreed)
    aftercare.direct_safety(story)
    return story


def many_signals(story: Story) -> Story:
    """An incident, a report by a school and a concern of the team, in ten days: three small signals are one.

    After the incident someone is barred from the house; the helper comes a day late.
    """
    _assessed(story)
    _taken_over(story, "assessment")
    aftercare.incident(story)
    story.now += 2 * DAY
    sidetracks.barring_order(story, helper_is_late=True)
    story.now += 2 * DAY
    report_id = chapters.report(story, by=story.cast.reporters[-1], at=story.in_office(0), acute=False)
    aftercare.feedback(story, days=3)
    chapters.assessment(story, report_id, urgency="orange", days=1)
    chapters.triage(story, report_id, decision="added_to_case")
    aftercare.direct_safety(story)
    return story


def skipped_level(story: Story) -> Story:
    """Workers want the alderman to decide at once; the ladder does not let them, and the managers solve it."""
    _assessed(story)
    _taken_over(story, "assessment")
    ladder, lowest, reason = sidetracks.ladder_of(story)
    named = {"escalation_id": story.thing("x")}
    told = {**named, "ladder": ladder, "direction": "up", "reason": reason}
    asked = story.in_office(2)
    story.tell(story.vt, "escalation_started", {**told, "level": lowest}, at=asked, late=0.0)
    for days, level in ((1, lowest + 3), (2, lowest + 1)):
        at = story.in_office(days, after=asked)
        story.tell(story.vt, "escalation_moved", {**told, "level": level}, at=at, late=0.0)
    decided = story.in_office(4, after=asked)
    story.tell(story.vt, "escalation_decided", named, at=decided, late=0.0)
    closed = {**named, "reason": "opgelost"}
    story.tell(story.vt, "escalation_closed", closed, at=story.in_office(3, after=decided), late=0.0)
    aftercare.direct_safety(story)
    return story


# How a message can go wrong.


def told_late(story: Story) -> Story:
    """The assessment is done in time, and written down three weeks later."""
    report_id = chapters.report(story, by=story.vt)
    done = story.in_office(3)
    data = {"report_id": report_id, "urgency": "green", "acute_unsafe": False, "structural_unsafe": False}
    judged = [{"person": one["person"], "safe": True} for one in story.persons]
    story.tell(story.vt, "safety_assessed", {**data, "persons": judged}, at=done, late=21.0)
    story.now = done + 22 * DAY
    chapters.triage(story, report_id, decision="no_follow_up")
    aftercare.close(story, by=story.vt, reason="geen-vervolg-nodig")
    return story


def out_of_order(story: Story) -> Story:
    """Veilig Thuis tells of its assessment before it tells of the report: it waits for its case, and then flows."""
    report_id = chapters.report(story, by=story.vt)
    story.steps[0] = replace(story.steps[0], told_at=story.steps[0].told_at + 30 * DAY)
    chapters.assessment(story, report_id, urgency="green", days=4)
    return story


def corrected(story: Story) -> Story:
    """The report had come in a week earlier than was first told; later a withdrawn contact."""
    report_id = chapters.report(story, by=story.vt)
    first = story.steps[0]
    right = {"event_id": first.id, "new_occurred_at": iso(first.at - 7 * DAY), "reason": "verkeerde-datum"}
    story.tell(story.vt, "event_corrected", right, at=story.in_office(2), late=0.0)
    chapters.assessment(story, report_id, urgency="green", days=4)
    chapters.triage(story, report_id, decision="direct_handover")
    _taken_over(story, "assessment")
    contact = story.tell(story.team, "family_contacted", {}, at=story.in_office(3), late=0.0)
    wrong = {"event_id": contact.id, "reason": "verkeerde-casus"}
    story.tell(story.team, "event_withdrawn", wrong, at=story.in_office(5), late=0.0)
    return story


def sent_again(story: Story) -> Story:
    """An agency sends an event twice, and another one a second time with another content."""
    _assessed(story)
    for number, sending in ((0, Sending.AGAIN), (len(story.steps) - 1, Sending.CHANGED)):
        step = story.steps[number]
        story.steps.append(replace(step, told_at=step.told_at + 2 * DAY, sending=sending))
    return story


def poisoned(story: Story) -> Story:
    """Between good events stands one that cannot be read; the others go on."""
    _assessed(story)
    step = story.tell(story.vt, "family_contacted", {}, at=story.in_office(2))
    story.steps[-1] = replace(step, sending=Sending.POISONED)
    _taken_over(story, "assessment")
    return story


def unknown_file(story: Story) -> Story:
    """A school tells of a file that nobody ever reported: it stays waiting, in sight."""
    story.opener = story.cast.reporters[-1]
    data = {"incident_id": story.thing("n"), "violence_kinds": ["child_neglect"], "children_present": True}
    story.tell(story.opener, "incident_recorded", data, at=story.now)
    return story


# What several of them share.


def _perfect(story: Story) -> Story:
    story.pace = PERFECT
    return story


def _assessed(story: Story, decision: str = "direct_handover") -> None:
    report_id = chapters.report(story, by=story.vt, acute=False)
    chapters.assessment(story, report_id, urgency="orange", days=3)
    chapters.triage(story, report_id, decision=decision)


def _taken_over(story: Story, after: str) -> None:
    offered = chapters.offer(story, after)
    story.now = story.in_office(2)
    chapters.accept(story, offered)
    aftercare.start(story)


def _cared_for(story: Story, after: str) -> Story:
    _taken_over(story, after)
    accepted = story.now
    aftercare.direct_safety(story, days=50)
    aftercare.stable_safety(story)
    aftercare.monitoring(story, accepted=accepted, until=story.now)
    aftercare.recovery(story)
    story.pace = PACES["careful"]
    aftercare.pilot_light(story)
    return story
