"""Side tracks beside a family's main story: barring order, shelter, school, specialists, and who leads when it is stuck."""

from collections.abc import Callable

from region.moments import DAY, HOUR, at_hour, local_day, working_day
from region.story import Story

# The region's own ladder: its name, its lowest level, and why people go up it.
SAMEN_DOEN = ("samen-doen", 0, "samenwerking-stagneert")
AVE = ("ave", 1, "complexiteit-hoog")
FRISIAN = "fryslan"


def some(story: Story) -> None:
    """Now and then a side track; most families have none."""
    for share, track in TRACKS:
        if story.chance.happens(share):
            track(story)


def barring_order(story: Story, *, helper_is_late: bool = False) -> None:
    """The mayor bars someone from the house for ten days, sometimes for four weeks; a helper is there the same day."""
    order = {"order_id": story.thing("b")}
    mayor = story.cast.municipal[0]
    at = story.now + 3 * HOUR
    ends = at + 10 * DAY
    story.tell(mayor, "barring_order_imposed", {**order, "ends_on": story.day(ends)}, at=at, late=0.0)
    there = at + (26 * HOUR if helper_is_late or story.chance.happens(story.pace.late) else HOUR)
    story.tell(story.team, "helper_present", order, at=there, late=0.0)
    if story.chance.happens(0.3):
        ends = at + 28 * DAY
        longer = {**order, "ends_on": story.day(ends)}
        story.tell(mayor, "barring_order_extended", longer, at=at + 6 * DAY, late=0.0)
    story.tell(mayor, "barring_order_ended", order, at=ends, late=0.0)
    days = story.in_time(60, 125)
    if days is not None:
        story.tell(story.team, "barring_evaluated", order, at=story.in_office(days, after=at))


def shelter(story: Story) -> None:
    """A stay in a shelter; leaving waits for a house."""
    house = story.cast.shelters[0]
    placement = {"placement_id": story.thing("o")}
    entered = story.at_any_hour(story.chance.between(1, 10))
    ready = story.in_office(story.chance.whole(20, 60), after=entered)
    story.tell(house, "shelter_entered", placement, at=entered)
    story.tell(house, "shelter_ready_to_leave", placement, at=ready)
    days = story.in_time(3, 20)
    if days is not None:
        story.tell(house, "shelter_left", placement, at=story.in_office(days, after=ready))


def child_protection(story: Story) -> None:
    """A request to the Child Protection Board, and its word that it has come."""
    request = {"request_id": story.thing("v")}
    sent = story.in_office(story.chance.whole(2, 15))
    story.tell(story.vt, "board_request_sent", request, at=sent)
    days = story.in_time(1, 5)
    if days is not None:
        story.tell(story.cast.justice[0], "board_request_notified", request, at=story.in_office(days, after=sent))


def specialists(story: Story) -> None:
    """The team asks for the joint approach of specialists; they decide, plan an evaluation, and hold it."""
    who = story.cast.specialists[0]
    named = {"mda_id": story.thing("m")}
    asked = story.in_office(story.chance.whole(10, 30))
    decided = story.in_office(story.chance.whole(3, 10), after=asked)
    story.tell(story.team, "mda_nominated", named, at=asked)
    accepted = story.chance.happens(0.8)
    story.tell(who, "mda_decided", {**named, "accepted": accepted}, at=decided)
    if not accepted:
        return
    evaluate = story.in_office(60, after=decided)
    planned = {**named, "evaluate_on": story.day(evaluate)}
    story.tell(who, "mda_evaluation_planned", planned, at=story.in_office(1, after=decided))
    days = story.in_time(0, 5)
    if days is not None:
        held = story.in_office(days, after=evaluate)
        story.tell(who, "mda_evaluated", named, at=held)
        story.tell(who, "mda_closed", named, at=story.in_office(30, after=held))


def honour(story: Story) -> None:
    """The police see signs of honour-related violence and ask the specialists to look."""
    checklist = {"checklist_id": story.thing("e")}
    sent = story.in_office(story.chance.whole(0, 1))
    story.tell(story.cast.police[0], "honour_checklist_sent", checklist, at=sent)
    days = story.in_time(1, 5)
    if days is not None:
        story.tell(story.cast.specialists[0], "honour_assessed", checklist, at=story.in_office(days, after=sent))


def school(story: Story, *, after: int) -> None:
    """The school of a child hears that last night was not easy, before the next school day begins."""
    signal_id = story.thing("g")
    seen = story.in_office(0, after=after)
    day = working_day(local_day(seen + HOUR), later=1)
    told = {"signal_id": signal_id, "school_day": day.isoformat()}
    story.tell(story.vt, "school_signal_due", told, at=seen, late=0.0)
    if not story.chance.happens(story.pace.never):
        is_late = story.chance.happens(story.pace.late / 4)
        story.tell(story.vt, "school_signal_delivered", told, at=at_hour(day, 10) if is_late else seen + HOUR, late=0.0)


def director_leaves(story: Story) -> None:
    """The one who leads finds other work; a few months later it may happen again."""
    ended = story.in_office(story.chance.whole(10, 60))
    for _ in range(2 if story.chance.happens(0.3) else 1):
        story.tell(story.team, "director_ended", {"director": story.thing("d")}, at=ended)
        days = story.in_time(0, 2)
        if days is None:
            return
        assigned = story.in_office(days, after=ended)
        story.tell(story.team, "director_assigned", {"director": story.thing("d")}, at=assigned)
        ended = story.in_office(story.chance.whole(40, 100), after=assigned)


def director_absent(story: Story) -> None:
    """The one who leads is ill, and somebody stands in."""
    absent = story.in_office(story.chance.whole(5, 60))
    story.tell(story.team, "director_absent", {}, at=absent)
    days = story.in_time(0, 3)
    if days is not None:
        story.tell(story.team, "stand_in_assigned", {}, at=story.in_office(days, after=absent))


def escalation(story: Story) -> None:
    """Those who work together get stuck and ask higher, level by level, until somebody decides."""
    ladder, level, reason = ladder_of(story)
    named = {"escalation_id": story.thing("x")}
    highest = level + 2
    told = {**named, "ladder": ladder, "level": level, "direction": "up", "reason": reason}
    at = story.in_office(story.chance.whole(5, 40))
    story.tell(story.vt, "escalation_started", told, at=at, late=0.0)
    while (days := story.in_time(0, 2 if level == 0 else 5)) is not None:
        at = story.in_office(days, after=at)
        if level == highest or story.chance.happens(0.6):
            story.tell(story.vt, "escalation_decided", named, at=at, late=0.0)
            closed = {**named, "reason": "besluit-uitgevoerd"}
            story.tell(story.vt, "escalation_closed", closed, at=story.in_office(5, after=at), late=0.0)
            return
        level += 1
        story.tell(story.vt, "escalation_moved", {**told, "level": level}, at=at, late=0.0)


def ladder_of(story: Story) -> tuple[str, int, str]:
    """Return the ladder of the family's region: its name, its lowest level, and why people go up it."""
    return AVE if story.vt.endswith(FRISIAN) else SAMEN_DOEN


TRACKS: tuple[tuple[float, Callable[[Story], None]], ...] = (
    (0.05, shelter),
    (0.05, child_protection),
    (0.04, specialists),
    (0.08, director_leaves),
    (0.06, director_absent),
    (0.08, escalation),
)
