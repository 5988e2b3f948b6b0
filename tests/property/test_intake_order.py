"""Whatever order agencies' records arrive in, and wherever intake is killed: each file keeps its order in its case.

What waits for its case comes behind the event that opens it, in the order in which its sender told it; nothing is lost
and nothing counts twice. The order of one sender's file is that of its partition, so that is what may not change.
"""

import random
from collections import defaultdict

import pytest

from ledger import record
from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.clock import FixedClock

VT, TEAM, POLICE = "veilig-thuis-groningen", "team-groningen", "politie-nn"
FAMILIES, STEPS = 3, 4


def files(chance):
    """Return the files of all agencies, each a list of records in the order of its partition."""
    told = []
    for family in range(FAMILIES):
        persons = [f"psn-voorbeeld-{family}"]
        for agency in (VT, TEAM, POLICE):
            steps = [
                sent(agency, "incident_recorded", f"{agency}-{family}-{n}", reference=f"d-{family}", **INCIDENT)
                for n in range(STEPS)
            ]
            opener = report(agency, f"{agency}-{family}-report", persons=persons, reference=f"d-{family}")
            place = chance.randrange(STEPS + 1)
            told.append([*steps[:place], opener, *steps[place:]])
    return told


INCIDENT = {"incident_id": "i-1", "violence_kinds": [], "children_present": None}


def interleaved(chance, told):
    """Return all records in some order in which each file keeps its own."""
    left = [list(one) for one in told]
    order = []
    while left := [one for one in left if one]:
        order.append(chance.choice(left).pop(0))
    return order


class Kill(BaseException):
    """What no handler of ours catches: the process is gone."""


def _die(*_args, **_kwargs):
    raise Kill


def take_in(desk, batch, chance):
    """Let intake take a batch in, killed before or after its commit now and then and started again until it is in."""
    while True:
        fate = chance.choice(["goes well", "goes well", "killed before the commit", "killed after the commit"])
        with pytest.MonkeyPatch.context() as broken:
            if fate == "killed before the commit":
                broken.setattr("ledger.writing.Writing.move_position", _die)
            try:
                desk.pipeline.handle(batch)
            except Kill:
                assert fate == "killed before the commit"
        if fate == "goes well":
            return
        desk.pipeline = Pipeline(desk.ledger, clock=desk.clock)
        reached = desk.pipeline.positions(list(desk._next))
        if all(reached.get(place, 0) > some[-1].offset for place, some in batch.records.items()):
            return


@pytest.mark.parametrize("seed", range(6))
def test_each_file_keeps_its_order_in_its_case_whatever_comes_first_and_wherever_intake_dies(tmp_path, seed):
    chance, clock = random.Random(seed), FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
    told = files(chance)
    order = interleaved(chance, told)
    while order:
        some, order = order[: (size := chance.randint(1, 6))], order[size:]
        take_in(desk, desk.batch(*some), chance)

    taken = defaultdict(list)
    for notification in ledger.notifications(after=0, limit=1_000):
        one = record.decode(notification.body)
        taken[one.agency, one.reference].append((one.event_id, one.case, one.version))
    for one in told:
        ids = [dict(each.headers)["ce_id"].decode() for each in one]
        (alias,) = {(each.topic.removeprefix("agency."), each.key.decode()) for each in one}
        opener = next(place for place, event_id in enumerate(ids) if event_id.endswith("report"))
        expected = [ids[opener], *ids[:opener], *ids[opener + 1 :]]
        found = taken[alias]
        assert [event_id for event_id, _, _ in found] == expected, f"seed {seed}"
        assert len({case for _, case, _ in found}) == 1
        assert [version for _, _, version in found] == sorted(version for _, _, version in found)
    assert ledger.parked_now() == 0
    assert list(ledger.verify_all()) == []
    ledger.close()
    keys.close()
