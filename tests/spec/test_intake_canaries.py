"""A canary goes the whole road, is answered, is told of by its age, and counts for nothing."""

from contextlib import closing

import pytest

from ledger.application import Ledger
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from services.intake import canaries
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, Sent, report
from waakvlam.canary import own_line
from waakvlam.clock import FixedClock
from waakvlam.envelope import CANARY_HEADER
from waakvlam.publisher import Publisher
from waakvlam.sending import send_lines
from waakvlam.testing import Outbox
from waakvlam.topics import agencies

POLICE = "politie-nn"


@pytest.fixture
def real():
    return FixedClock(NOON)


@pytest.fixture
def desk(tmp_path, real):
    clock = FixedClock(NOON)
    with (
        closing(FileKeyStore(tmp_path / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        yield Desk(ledger, clock, Pipeline(ledger, clock=clock, real=real))


def age_of(desk):
    meters = registry("intake")
    canaries.tell(desk.ledger, meters)
    return meters.registry.get_sample_value("waakvlam_intake_canary_timestamp_seconds", {"agency": POLICE})


def canary(**more):
    return report(POLICE, "e-1", reference="r-1", headers={CANARY_HEADER: b"1"}, **more)


def test_a_canary_is_answered_and_adds_nothing_however_often_it_comes(desk, real):
    [first] = desk.take(report(POLICE, "e-1", reference="r-1"))
    assert age_of(desk) is None

    for hour in (1, 2):
        real.at = NOON + hour * HOUR
        [again] = desk.take(canary())

        assert (again.verdict, again.case) == ("duplicate", first.case)
        assert age_of(desk) == real.at / 1e6
        assert desk.ledger.head() == 1


def test_what_the_agencys_own_command_sends_is_such_a_canary(desk):
    agency = agencies()["veilig-thuis-groningen"]
    desk.clock.at = NOON + 60 * 24 * HOUR
    for verdict in ("accepted", "duplicate"):
        outbox = Outbox()
        with Publisher(agency.id, outbox, desk.clock, start_sequence=None) as publisher:
            send_lines([own_line(agency, "0014")], publisher, Silent(), is_canary=True)
        parcel = outbox.delivered()[0].parcel
        [answer] = desk.take(Sent(parcel.topic, parcel.key, parcel.value, parcel.headers))

        assert answer.verdict == verdict
    meters = registry("intake")
    canaries.tell(desk.ledger, meters)
    assert (
        meters.registry.get_sample_value("waakvlam_intake_canary_timestamp_seconds", {"agency": agency.id})
        == NOON / 1e6
    )
    assert desk.ledger.head() == 1


class Silent:
    """Hears how sending goes, and says nothing."""

    def problem(self, number, problem):
        raise AssertionError((number, problem))

    def sent(self, number, sent):
        pass


def test_a_canary_that_is_new_is_an_event_once(desk):
    assert [one.verdict for one in desk.take(canary(), canary())] == ["accepted", "duplicate"]
    assert desk.ledger.head() == 1
    assert age_of(desk) == NOON / 1e6


def test_a_canary_that_is_set_aside_did_not_come_through(desk):
    desk.take(report(POLICE, "e-1", reference="r-1"))
    [told] = desk.take(canary(municipality="0037"))

    assert told.verdict == "conflict"
    assert age_of(desk) is None


def test_the_age_of_a_canary_outlives_intake(desk, real):
    desk.take(canary())
    real.at += HOUR

    Pipeline(desk.ledger, clock=desk.clock, real=real)

    assert age_of(desk) == NOON / 1e6
