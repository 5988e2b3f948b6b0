"""Whatever people fill in at the board: it is said what is not right, or it is an event that a real door takes or refuses in words.

Histories grow as they do in life: each deed changes what can be done next, and the clock goes on.
"""

import random
from datetime import timedelta

import pytest

from services.board.doing.fields import Asked, Kind
from services.board.doing.form import TIME
from services.board.doing.scene import scene_of
from services.board.doing.table import ACTIONS
from tests.spec.doing_site import AGREED, ANNA, BEN, CANARY, POLICE, TEAM, DoingSite, report

DEEDS, HOUR = 60, 3_600_000_000
JUNK = ["", " ", "0", "-1", "2026-02-30", "morgen", "x" * 3_000, "é\x00\u202e", "<b>", "123456789", "ST-07|x", CANARY]


@pytest.fixture
def site(tmp_path):
    made = DoingSite(tmp_path)
    made.tell("handover_offered", handover_id="o-1", to_agency=TEAM, after="investigation")
    made.tell("handover_accepted", TEAM, handover_id="o-1", after="investigation")
    made.tell("concern_reported_back", TEAM, concern_id="t-1")
    made.tell("report_received", POLICE, **report("r-2"))
    made.tell("safety_assessed", report_id="r-1", urgency="red", acute_unsafe=True, structural_unsafe=True, persons=[])
    for rule, more in (
        ("ST-07", {}),
        ("ST-39", {"weight": 5}),
        ("ST-01", {"legal": True}),
        ("ST-38", {"stage": "signal"}),
    ):
        made.alert(rule, **more)
    yield made
    made.close()


def some(draw: random.Random, one: Asked, today) -> dict[str, object]:
    """Return something that somebody fills in, mostly what is asked for, now and then anything."""
    past = today - timedelta(days=draw.choice([0, 0, 1, 30, -1]))
    likely = {
        Kind.CHOICE: lambda: draw.choice(list(one.choices)),
        Kind.MANY: lambda: draw.sample(list(one.choices), draw.randint(0, min(2, len(one.choices)))),
        Kind.DAY: (today + timedelta(days=draw.randint(-2, 9))).isoformat,
        Kind.MOMENT: past.isoformat,
        Kind.TEXT: lambda: draw.choice([CANARY, "", "Ik bel\r\nmorgen"]),
        Kind.ID: lambda: draw.choice([ANNA, BEN, "mdw-9"]),
    }
    given = {one.name: draw.choice(JUNK) if draw.random() < 0.05 else likely[one.kind]()}
    return {**given, one.name + TIME: draw.choice(["", "", "08:15", "23:59"])} if one.kind is Kind.MOMENT else given


@pytest.mark.parametrize("seed", [7, 26])
def test_every_form_that_the_board_takes_is_an_event_that_the_door_takes_or_refuses_in_words(site, seed):
    draw, seats, taken, done = random.Random(seed), [site.at(ANNA), site.at(BEN)], 0, set()
    for _ in range(DEEDS):
        site.clock.at += draw.randint(1, 6) * HOUR
        seat = draw.choice(seats)
        records = site.ledger.history(site.case)
        scene = scene_of(
            records, site.store.open_alerts(site.case)[1], AGREED, person=seat.person, now=site.clock.micros()
        )
        can = [(one, subject) for one in ACTIONS.values() for subject in one.subjects(scene)]
        action = draw.choice(sorted({one.id for one, _ in can}))
        subject = draw.choice([subject for one, subject in can if one.id == action])
        given = {}
        for one in ACTIONS[action].fields(scene, subject):
            given |= some(draw, one, scene.today)
        before = len(site.receipts)

        answer = seat.do(action, subject.id, **given)

        assert answer.status_code in {303, 422}, (action, given)
        told = site.receipts[before:]
        assert all(one.verdict in {"accepted", "refused"} for one in told), (action, given, told)
        assert all(one.reason and one.reason.endswith(".") for one in told if one.verdict == "refused")
        assert len(told) == (1 if answer.status_code == 303 else 0)
        taken += answer.status_code == 303
        done |= {action} if told else set()
    assert taken > DEEDS / 3
    assert len(done) >= 10, done
