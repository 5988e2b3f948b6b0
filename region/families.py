"""The plan of the region: every family's script for all the years, made from a seed before anything is sent.

`plan_of(seed, …)` is a pure function: the same seed gives the same steps with the same ids. The player
(`region.player`) only sends what stands here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from region import aftercare, chapters, sidetracks
from region.cast import Cast
from region.chance import Chance
from region.moments import DAY, local_day
from region.special import special_stories
from region.story import PACES, Step, Story

FAMILIES = 300
SECRET_OF_THE_REGION = b"verzonnen sleutel van een verzonnen regio"  # real agencies keep theirs in a vault


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in the order in which they are told, and which families have a name of their own."""

    steps: tuple[Step, ...]
    families: int
    special: tuple[str, ...]


def plan_of(seed: str, cast: Cast, *, start: int, until: int, families: int = FAMILIES) -> Plan:
    """Return what the region's agencies tell between two moments; what would be told later is left out."""
    steps: list[Step] = []
    special = special_stories(lambda name, at: _story(seed, name, cast, start + at, home=cast.home))
    for story in special:
        steps.extend(story.steps)
    for number in range(families - len(special)):
        name = f"f{number:04d}"
        steps.extend(_life(_story(seed, name, cast, _begins(seed, name, start, until)), until).steps)
    steps.extend(_advice(_story(seed, "advies", cast, start), until))
    told = [step for step in steps if step.told_at < until]
    return Plan(
        steps=tuple(sorted(told, key=lambda step: (step.told_at, step.family, step.id))),
        families=families,
        special=tuple(story.name for story in special),
    )


def pseudonym(family: str, number: int) -> str:
    """Return the keyed pseudonym of a person: the same at every agency, and telling nothing."""
    return blake2b(f"{family}/{number}".encode(), key=SECRET_OF_THE_REGION, digest_size=16).hexdigest()


def _begins(seed: str, name: str, start: int, until: int) -> int:
    """Return when a family is first reported: some at once, most spread over the years."""
    chance = Chance(f"{seed}/{name}/begin")
    latest = until - 20 * DAY
    return start + int(chance.between(0, 25) * DAY) if chance.happens(0.1) else int(chance.between(start, latest))


def _story(seed: str, name: str, cast: Cast, at: int, *, home: str = "") -> Story:
    chance = Chance(f"{seed}/{name}")
    municipality = home or chance.one_of((*cast.municipalities, cast.home))
    return Story(
        seed=seed,
        name=name,
        cast=cast,
        chance=chance,
        pace=PACES[chance.weighed({"careful": 0.6, "busy": 0.3, "stuck": 0.1})],
        municipality=municipality,
        now=at,
        team=cast.team[municipality],
        persons=tuple(_household(name, chance, local_day(at).year)),
    )


def _household(name: str, chance: Chance, year: int) -> Iterator[dict[str, object]]:
    """Yield the persons of a family: one or two adults, up to three children. None of them exists."""
    for number in range(chance.whole(1, 2)):
        born = chance.whole(1962, 2001)
        role = "victim" if number == 0 else "alleged_offender"
        group = "18_64" if year - born < 65 else "65_plus"
        yield _person(pseudonym(name, number), role, born, group)
    for number in range(chance.whole(0, 3)):
        age = chance.whole(0, 17)
        group = "0_3" if age < 4 else "4_11" if age < 12 else "12_17"
        yield _person(pseudonym(name, 10 + number), "child", year - age, group)


def _person(who: str, role: str, born: int, group: str) -> dict[str, object]:
    return {"person": who, "role": role, "child": role == "child", "birth_year": born, "age_group": group}


def _life(story: Story, until: int) -> Story:
    """Write a whole life cycle, as far as it comes."""
    report_id = chapters.report(story)
    if story.steps[0].data["acute"]:
        chapters.acute_danger(story, report_id)
        if story.chance.happens(0.4):
            sidetracks.barring_order(story)
    if story.chance.happens(0.06):
        sidetracks.honour(story)
    if story.chance.happens(0.1):
        story.now += DAY
        aftercare.repeat_report(story)
    if not chapters.assessment(story, report_id):
        return story
    decision = chapters.triage(story, report_id)
    if decision == "no_follow_up":
        aftercare.close(story, by=story.vt, reason="geen-vervolg-nodig")
        return _comes_back(story, until)
    if decision in aftercare.MONITORED and not chapters.service(story, decision):
        return story
    after = decision if decision in aftercare.MONITORED else "assessment"
    if chapters.handover(story, after):
        _care(story, after, until)
    return story


def _care(story: Story, after: str, until: int) -> None:
    """Write what the team and Veilig Thuis do after the handover."""
    accepted = story.now
    aftercare.start(story)
    sidetracks.some(story)
    stable = aftercare.direct_safety(story) and aftercare.stable_safety(story)
    if after in aftercare.MONITORED:
        aftercare.monitoring(story, accepted=accepted, until=story.now if stable else until)
    if stable:
        aftercare.recovery(story)
        aftercare.pilot_light(story)


def _comes_back(story: Story, until: int) -> Story:
    """Some families are reported again after their case was closed, and then it is taken up."""
    if story.chance.happens(0.35) and story.now + 90 * DAY < until:
        story.now += story.chance.whole(30, 300) * DAY
        report_id = chapters.report(story, by=story.chance.one_of(story.cast.police))
        if chapters.assessment(story, report_id):
            chapters.triage(story, report_id, decision="direct_handover")
            if chapters.handover(story, "assessment"):
                _care(story, "assessment", until)
    return story


def _advice(story: Story, until: int) -> Iterator[Step]:
    """Yield the advice that Veilig Thuis gives by telephone: never a person, never a case."""
    while (at := story.at_any_hour(story.chance.between(1, 6))) < until:
        story.now = at
        asker = story.chance.one_of(("school", "neighbour", "general_practitioner", "victim", "local_team"))
        kinds = [story.chance.one_of(chapters.VIOLENCE)]
        data = {"question": "what_can_i_do", "asker_capacity": asker, "violence_kinds": kinds}
        yield story.tell(story.vt, "advice_given", data, at=at)
