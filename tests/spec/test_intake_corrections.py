"""A correction at the door: it is judged as what it corrects would be, in its time and in what it says."""

import json

import pytest

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from rulebook.rules import Ladder, Level
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
