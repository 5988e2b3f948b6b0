"""What agencies send in a torture run: a pure function of the seed, with the verdicts that each event must come to.

Families are told in blocks of five at once. Nothing here asks the product what it will do: what an event must come to
follows from how its story is made. A repeat, and an event under an id that was used before, come a block later, when
Kafka has confirmed the first.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from services.intake.testing import NOON, Sent, report, sent
from waakvlam.topics import agencies

VEILIG_THUIS, POLICE = "veilig-thuis-groningen", "politie-nn"
FAMILIES_PER_BLOCK = 5
BEGIN = NOON

ACCEPTED, PARKED, REFUSED, REJECTED, CONFLICT = "accepted", "parked", "refused", "rejected", "conflict"


@dataclass(frozen=True, slots=True)
class Sending:
    """One record that an agency sends. `must` is what the first of its bytes comes to, whatever is killed meanwhile."""

    id: str
    family: str
    must: str
    record: Sent

    @property
    def content(self) -> str:
        """The SHA-256 of its value, as text."""
        return hashlib.sha256(self.record.value or b"").hexdigest()


def blocks(seed: str) -> Iterator[list[Sending]]:
    """Yield the sendings of a run block by block, without end."""
    later: list[Sending] = []
    for number in count():
        rng = Random(f"{seed}/{number}")
        families = [list(_family(seed, number * FAMILIES_PER_BLOCK + one, rng)) for one in range(FAMILIES_PER_BLOCK)]
        new = list(_in_turns(families))
        yield [*later, *new]
        later = list(_again(new, rng))


def _in_turns(families: list[list[Sending]]) -> Iterator[Sending]:
    for step in range(max(map(len, families))):
        yield from (family[step] for family in families if step < len(family))


def _family(seed: str, number: int, rng: Random) -> Iterator[Sending]:
    """Yield what is told of one family: often something before its report, and seldom something that cannot be."""
    name, steps = f"{seed}-{number}", iter(range(100))
    file = f"d-{name}"

    def told(kind: str, must: str = ACCEPTED, agency: str = VEILIG_THUIS, **fields: object) -> Sending:
        event_id = f"e-{name}-{next(steps)}"
        headers = fields.pop("headers", None)
        made = sent(agency, kind, event_id, at=BEGIN, reference=file, headers=headers, **fields)
        return Sending(event_id, name, must, made)

    if rng.random() < 0.1:
        for one in range(2):
            yield told("condition_met", condition_id=f"vroeg-{one}")
    opening = f"e-{name}-{next(steps)}"
    persons = [f"psn-{name}-a", f"psn-{name}-b"]
    yield Sending(opening, name, ACCEPTED, report(VEILIG_THUIS, opening, persons=persons, at=BEGIN, reference=file))
    yield told("family_contacted")
    if rng.random() < 0.3:
        other = f"e-{name}-{next(steps)}"
        yield Sending(other, name, ACCEPTED, report(POLICE, other, persons=persons[:1], at=BEGIN, reference=file))
        if rng.random() < 0.03:
            yield told("event_withdrawn", REFUSED, POLICE, event_id="e-van-niemand", reason="typefout")
    elif rng.random() < 0.03:
        yield told("incident_recorded", PARKED, POLICE, incident_id="i-1", violence_kinds=[], children_present=None)
    if rng.random() < 0.05:
        yield told("condition_met", REJECTED, condition_id="v", headers={"ce_type": b"nl.waakvlam.iets-anders.v1"})
    yield from _work(told, opening, rng)
    if rng.random() < 0.85:
        yield told("case_closed", reason="stabiel-veilig")


def _work(told, opening: str, rng: Random) -> Iterator[Sending]:
    if rng.random() < 0.6:
        findings = {"urgency": rng.choice(["red", "orange", "green"]), "acute_unsafe": False, "structural_unsafe": True}
        yield told("safety_assessed", report_id=f"r-{opening}", persons=[], **findings)
    for number in range(rng.randrange(20, 60)):
        if rng.random() < 0.2:
            yield told("family_contacted")
        else:
            yield told(rng.choice(["condition_met", "condition_broken"]), condition_id=f"vw-{number % 5}")


def _again(block: list[Sending], rng: Random) -> Iterator[Sending]:
    """Yield repeats of what was told, byte for byte, and seldom another event under an id that is taken."""
    for one in block:
        if one.must == ACCEPTED and rng.random() < 0.04:
            yield one
        elif one.must == ACCEPTED and rng.random() < 0.003:
            file = (one.record.key or b"").decode()
            agency = next(each.id for each in agencies().values() if each.topic == one.record.topic)
            other = sent(agency, "incident_recorded", one.id, at=BEGIN, reference=file, incident_id="i-anders",
                         violence_kinds=[], children_present=None)  # fmt: skip
            yield Sending(one.id, one.family, CONFLICT, other)
