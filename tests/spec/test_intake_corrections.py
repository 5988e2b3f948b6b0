"""A correction at the door: it is judged as what it corrects would be, in its time and in what it says."""

import json
from datetime import date

import pytest

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from rulebook.rules import Ladder, Level
from services.intake import sentences
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from waakvlam.clock import FixedClock, instant_of

VT, TEAM, HOGELAND = "veilig-thuis-groningen", "team-groningen", "team-hogeland"
LATEST = NOON + 5 * 60 * 1_000_000


def ladders(_municipality, _day):
    levels = tuple(Level(nr, f"Niveau {nr}", None, None, nr != 2, "none", "", ()) for nr in (1, 2, 3))
    return {"regio": Ladder("regio", levels, ("vastgelopen",), ("acuut",))}


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, ladders=ladders))
    ledger.close()
    keys.close()


def opened(desk):
    return desk.take(report(VT, "open", reference="d-1"))[0].case


def corrected(desk, of, *, agency=VT, to=None, **data):
    """Correct an event of the file d-1; return the verdict and the field."""
    told = {"event_id": of, "new_occurred_at": to, "data": json.dumps(data) if data else None, "reason": "typefout"}
    (receipt,) = desk.take(
        sent(agency, "event_corrected", f"c-{of}-{len(desk.letters)}", case=opened_case(desk), **told)
    )
    assert receipt.verdict == "accepted" or receipt.reason.endswith(".")
    return receipt.verdict, receipt.field


def opened_case(desk):
    return desk.ledger.record("open")[1].case


# Its time.


@pytest.mark.parametrize(("to", "verdict"), [(LATEST, "accepted"), (LATEST + 1, "rejected")])
def test_a_correction_moves_an_event_to_five_minutes_ahead_at_most(desk, to, verdict):
    opened(desk)

    assert corrected(desk, "open", to=instant_of(to))[0] == verdict


def test_a_correction_to_another_year_is_rejected_and_the_event_stays_where_it_was(desk):
    opened(desk)

    assert corrected(desk, "open", to=instant_of(NOON + 30 * 365 * 24 * HOUR)) == ("rejected", "new_occurred_at")
    assert desk.types(opened_case(desk)) == ["report_received"]


def test_a_corrected_time_inside_data_is_rejected_with_the_place_where_it_belongs(desk):
    opened(desk)

    assert corrected(desk, "open", occurred_at="2057-01-01T00:00:00Z") == ("rejected", "data.occurred_at")


# What it says: no door that is closed to the event itself stands open to its correction.


def test_a_delay_is_not_corrected_to_more_than_three_months_ahead(desk):
    case = opened(desk)
    delay = {"rule": "ST-11", "instance": "open", "until_on": date(2026, 1, 1), "reason": "wachtlijst"}
    desk.take(sent(VT, "stall_accepted", "e-2", case=case, **delay))

    assert corrected(desk, "e-2", until_on="2099-01-01") == ("refused", "until_on")
    assert corrected(desk, "e-2", until_on="2026-02-25") == ("accepted", None)


def test_an_answer_is_not_corrected_to_the_answer_to_anothers_offer(desk):
    case = opened(desk)
    offer = {"case": case, "after": "assessment"}
    desk.take(sent(VT, "handover_offered", "e-2", handover_id="o-1", to_agency=TEAM, **offer))
    desk.take(sent(TEAM, "handover_accepted", "e-3", handover_id="o-1", **offer))
    desk.take(sent(VT, "handover_offered", "e-4", handover_id="o-2", to_agency=HOGELAND, **offer))

    assert corrected(desk, "e-3", agency=TEAM, handover_id="o-2") == ("refused", "handover_id")
    assert corrected(desk, "e-3", agency=TEAM, after="investigation") == ("accepted", None)


def test_a_level_is_not_skipped_by_a_correction_nor_one_chosen_that_the_ladder_has_not(desk):
    case = opened(desk)
    step = {"case": case, "escalation_id": "x-1", "ladder": "regio", "reason": "vastgelopen", "direction": "up"}
    desk.take(sent(VT, "escalation_started", "e-2", level=1, **step))
    desk.take(sent(VT, "escalation_moved", "e-3", level=2, **step))
    desk.take(sent(VT, "escalation_moved", "e-4", level=3, **step))

    assert corrected(desk, "e-3", level=3) == ("refused", "level")
    assert corrected(desk, "e-2", level=9) == ("refused", "level")
    assert corrected(desk, "e-2", ladder="elders") == ("refused", "ladder")
    assert corrected(desk, "e-3", level=3, reason="acuut") == ("accepted", None)


def test_a_withdrawal_of_an_offer_is_not_corrected_to_anothers_offer(desk):
    case = opened(desk)
    offer = {"case": case, "to_agency": HOGELAND, "after": "assessment"}
    desk.take(sent(TEAM, "handover_offered", "e-2", handover_id="o-1", **offer))
    desk.take(sent(VT, "handover_offered", "e-3", handover_id="o-2", **offer))
    desk.take(sent(TEAM, "handover_withdrawn", "e-4", case=case, handover_id="o-1"))

    assert corrected(desk, "e-4", agency=TEAM, handover_id="o-2") == ("refused", "handover_id")


@pytest.mark.parametrize("data", [{"handover_id": ["o-2"]}, {"handover_id": None}, {"handover_id": 7}, {"level": 1}])
def test_a_value_that_the_field_cannot_have_is_refused_before_it_is_judged(desk, data):
    case = opened(desk)
    desk.take(sent(TEAM, "handover_accepted", "e-2", case=case, handover_id="o-1", after="assessment"))

    assert corrected(desk, "e-2", agency=TEAM, **data) == ("refused", "data")


# A withdrawal that leaves nothing.


def test_who_withdraws_the_last_that_is_known_of_a_family_hears_that_nobody_watches_it_there_any_more(desk):
    case = opened(desk)
    desk.take(sent(VT, "incident_recorded", "i-1", case=case, incident_id="i-1", violence_kinds=[]))

    remarks = []
    for told in ("open", "i-1"):
        (receipt,) = desk.take(
            sent(VT, "event_withdrawn", f"w-{told}", case=case, event_id=told, reason="verkeerde-datum")
        )
        assert receipt.verdict == "accepted"
        remarks.append(receipt.remarks)

    assert remarks == [(), (sentences.EMPTIED,)]
