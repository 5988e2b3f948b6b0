"""Side tracks that run beside a family's main story: a barring order, shelter, child protection, a team of specialists."""

from region.moments import DAY, HOUR
from region.story import Story


def some(story: Story) -> None:
    """Now and then a side track; most families have none."""
    if story.chance.happens(0.05):
        shelter(story)
    if story.chance.happens(0.05):
        child_protection(story)
    if story.chance.happens(0.04):
        specialists(story)


def barring_order(story: Story) -> None:
    """The mayor bars someone from the house for ten days; a helper is there the same day."""
    order = story.thing("b")
    mayor = story.cast.municipal[0]
    at = story.now + 3 * HOUR
    ends = story.day(at + 10 * DAY)
    story.tell(mayor, "barring_order_imposed", {"order_id": order, "ends_on": ends}, at=at, late=0.0)
    story.tell(story.team, "helper_present", {"order_id": order}, at=at + HOUR, late=0.0)
    story.tell(mayor, "barring_order_ended", {"order_id": order}, at=at + 10 * DAY, late=0.0)
    story.tell(story.team, "barring_evaluated", {"order_id": order}, at=at + 160 * DAY)


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
