"""What nobody does alone at the door: let danger (weight 5) wait, or silence its alarm for longer than a week."""

import json
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.dangers import dangers_of
from ledger.sealing import FileKeyStore
from rulebook.agreements import load
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.clock import FixedClock

VT, TEAM, RADAR = "veilig-thuis-groningen", "team-groningen", "radar"
DANGER, OTHER = "ST-39", "ST-11"  # a condition broken; help waiting
ANNA, BEN, CARL = "mdw-1", "mdw-2", "mdw-3"
TODAY = date(2025, 11, 25)
ACCEPTED = ("accepted", None)
AGREEMENTS = load(Path(__file__).parents[2] / "agreements")


def day(number):
    return TODAY + timedelta(days=number)


class Family:
    """One case of Groningen at the door, with an alert of danger and one of waiting."""

    def __init__(self, desk):
        self.desk, self.numbers = desk, count()
        self.case = desk.take(report(VT, "open", reference="d-1"))[0].case
        for alert, rule in (("a-danger", DANGER), ("a-other", OTHER)):
            self.tell("alert_raised", None, agency=RADAR, **_raised(alert, rule))

    def tell(self, name, recorded_by, /, *, agency=VT, known_as=None, **fields):
        """Tell one event; return its verdict and the field."""
        told = sent(
            agency, name, known_as or f"n-{next(self.numbers)}", case=self.case, recorded_by=recorded_by, **fields
        )
        self.receipt = self.desk.take(told)[0]
        return self.receipt.verdict, self.receipt.field

    def stall(self, name, by, until, *, rule=DANGER, instance="open", **more):
        return self.tell(name, by, rule=rule, instance=instance, until_on=day(until), reason="wachtlijst", **more)

    def propose(self, by, until, **more):
        return self.stall("stall_acceptance_proposed", by, until, **more)

    def accept(self, by, until, **more):
        return self.stall("stall_accepted", by, until, **more)

    def acknowledge(self, by, until, *, alert="a-danger", **more):
        step = None if until is None else day(until)
        return self.tell("alert_acknowledged", by, alert=alert, next_step_on=step, intention=None, by=None, **more)

    def correct(self, event_id, by, *, known_as=None, **data):
        told = {"event_id": event_id, "new_occurred_at": None, "data": json.dumps(data), "reason": "typefout"}
        return self.tell("event_corrected", by, known_as=known_as, **told)

    def withdraw(self, event_id, by, *, known_as=None):
        return self.tell("event_withdrawn", by, known_as=known_as, event_id=event_id, reason="vergissing")


@pytest.fixture
def family(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Family(Desk(ledger, clock, Pipeline(ledger, clock=clock, dangers=dangers_of(AGREEMENTS))))
    ledger.close()
    keys.close()


# Waiting.


def test_nobody_lets_danger_wait_alone_and_hears_what_to_do(family):
    assert family.accept(ANNA, 7) == ("refused", "until_on")
    assert family.receipt.reason.startswith("Gevaar (zwaarte 5) laat niemand alleen wachten. Laat eerst een collega")
    assert family.receipt.reason.endswith("vastgelegd door een ander dan wie het voorstelde.")


def test_one_proposes_and_another_accepts(family):
    assert family.propose(ANNA, 7) == ACCEPTED
    assert family.accept(BEN, 7) == ACCEPTED


def test_what_was_refused_is_accepted_when_sent_again_after_the_proposal(family):
    assert family.accept(BEN, 7, known_as="mine") == ("refused", "until_on")
    family.propose(ANNA, 7)

    assert family.accept(BEN, 7, known_as="mine") == ACCEPTED


def test_who_proposed_does_not_accept_however_often_they_propose(family):
    family.propose(ANNA, 7)
    family.propose(ANNA, 14)

    assert family.accept(ANNA, 7) == ("refused", "until_on")
    assert family.accept("MDW-1", 7) == ("refused", "until_on")


def test_two_people_of_two_agencies_may_decide(family):
    family.propose(ANNA, 7, agency=TEAM)

    assert family.accept(BEN, 7) == ACCEPTED


@pytest.mark.parametrize(
    "other", [{"until": 6}, {"until": 7, "rule": "ST-40"}, {"until": 7, "instance": "elders"}], ids=str
)
def test_a_proposal_holds_for_its_own_rule_instance_and_days(family, other):
    family.propose(ANNA, **other)

    assert family.accept(BEN, 7) == ("refused", "until_on")


def test_a_shorter_delay_than_was_proposed_may_be_accepted(family):
    family.propose(ANNA, 14)

    assert family.accept(BEN, 7) == ACCEPTED


@pytest.mark.parametrize("nobody", ["proposer", "accepter"])
def test_where_nobody_is_named_nobody_can_say_that_it_were_two(family, nobody):
    family.propose(None if nobody == "proposer" else ANNA, 7)
    verdict = family.accept(None if nobody == "accepter" else BEN, 7)

    assert verdict == ("refused", "until_on" if nobody == "proposer" else "recorded_by")


def test_a_proposal_that_was_withdrawn_counts_no_more(family):
    family.propose(ANNA, 7, known_as="proposal")
    family.withdraw("proposal", ANNA)

    assert family.accept(BEN, 7) == ("refused", "until_on")


def test_a_proposal_for_more_than_three_months_is_refused_like_the_acceptance(family):
    assert family.propose(ANNA, 93) == ("refused", "until_on")


def test_other_rules_are_accepted_by_one_person_as_before(family):
    assert family.accept(None, 30, rule=OTHER) == ACCEPTED


# No way round.


def test_an_acceptance_is_not_lengthened_beyond_what_was_proposed(family):
    family.propose(ANNA, 7)
    family.accept(BEN, 7, known_as="acceptance")

    assert family.correct("acceptance", BEN, until_on=day(8).isoformat()) == ("refused", "until_on")
    assert family.correct("acceptance", BEN, until_on=day(5).isoformat()) == ACCEPTED
    assert family.correct("acceptance", BEN, until_on=day(7).isoformat()) == ACCEPTED


def test_who_proposed_does_not_lengthen_the_acceptance_by_a_correction(family):
    family.propose(ANNA, 14)
    family.accept(BEN, 7, known_as="acceptance")

    assert family.correct("acceptance", ANNA, until_on=day(14).isoformat()) == ("refused", "until_on")
    assert family.correct("acceptance", BEN, until_on=day(14).isoformat()) == ACCEPTED


def test_an_acceptance_of_something_else_does_not_become_one_of_danger(family):
    family.accept(ANNA, 30, rule=OTHER, known_as="acceptance")

    assert family.correct("acceptance", ANNA, rule=DANGER) == ("refused", "until_on")
    assert family.correct("acceptance", ANNA, instance="elders") == ACCEPTED


def test_whoever_changed_a_proposal_made_it_their_own(family):
    family.propose(ANNA, 3, known_as="proposal")
    family.correct("proposal", BEN, until_on=day(14).isoformat())

    assert family.accept(BEN, 14) == ("refused", "until_on")
    assert family.accept(CARL, 14) == ACCEPTED


def test_whoever_brought_a_proposal_back_made_it_their_own(family):
    family.propose(ANNA, 14, known_as="proposal")
    family.withdraw("proposal", ANNA, known_as="withdrawal")
    family.withdraw("withdrawal", BEN)

    assert family.accept(BEN, 14) == ("refused", "until_on")
    assert family.accept(CARL, 14) == ACCEPTED


def test_an_acceptance_that_was_withdrawn_does_not_come_back_by_who_proposed_it(family):
    family.propose(ANNA, 14)
    family.accept(BEN, 14, known_as="acceptance")
    family.withdraw("acceptance", BEN, known_as="withdrawal")

    assert family.withdraw("withdrawal", ANNA) == ("refused", "event_id")
    assert family.withdraw("withdrawal", BEN) == ACCEPTED


def test_a_shortening_is_not_taken_back_by_who_proposed(family):
    family.propose(ANNA, 14)
    family.accept(BEN, 14, known_as="acceptance")
    family.correct("acceptance", BEN, until_on=day(3).isoformat(), known_as="shorter")

    assert family.withdraw("shorter", ANNA) == ("refused", "event_id")


def test_a_correction_that_comes_before_what_it_corrects_opens_no_door(family):
    family.propose(ANNA, 7)
    assert family.correct("acceptance", BEN, until_on=day(30).isoformat()) == ACCEPTED

    assert family.accept(BEN, 7, known_as="acceptance") == ("refused", "until_on")


def test_what_made_an_acceptance_harmless_is_not_taken_back_by_one(family):
    family.correct("acceptance", ANNA, rule=OTHER, known_as="harmless")
    assert family.accept(ANNA, 7, known_as="acceptance") == ACCEPTED

    assert family.withdraw("harmless", ANNA) == ("refused", "event_id")
    family.propose(BEN, 7)
    assert family.withdraw("harmless", ANNA) == ACCEPTED


def test_ending_a_delay_is_always_free(family):
    family.propose(ANNA, 14)
    family.accept(BEN, 14, known_as="acceptance")

    assert family.withdraw("acceptance", ANNA) == ACCEPTED


# Silence.


def test_one_person_takes_an_alert_of_danger_up_for_a_week_at_most(family):
    assert family.acknowledge(ANNA, 7) == ACCEPTED
    assert family.acknowledge(ANNA, 8) == ("refused", "next_step_on")
    assert family.acknowledge(ANNA, None) == ("refused", "next_step_on")
    assert "binnen 7 dagen" in family.receipt.reason


def test_who_is_not_named_may_take_it_up_for_a_week_too(family):
    assert family.acknowledge(None, 1) == ACCEPTED
    assert family.acknowledge(None, 8) == ("refused", "recorded_by")


def test_once_another_took_it_up_too_it_may_be_quiet_for_longer(family):
    family.acknowledge(ANNA, 1)

    assert family.acknowledge(ANNA, 30) == ("refused", "next_step_on")
    assert family.acknowledge(BEN, 30) == ACCEPTED
    assert family.acknowledge(ANNA, None) == ACCEPTED


def test_whoever_is_not_named_is_no_other_person(family):
    family.acknowledge(None, 1)

    assert family.acknowledge(ANNA, 30) == ("refused", "next_step_on")


def test_an_acknowledgement_of_another_alert_or_one_that_was_withdrawn_is_no_second_pair_of_eyes(family):
    family.acknowledge(BEN, 1, alert="a-other")
    family.acknowledge(BEN, 1, known_as="short")
    family.withdraw("short", BEN)

    assert family.acknowledge(ANNA, 30) == ("refused", "next_step_on")


def test_a_short_acknowledgement_is_not_made_long_by_a_correction(family):
    family.acknowledge(ANNA, 1, known_as="short")
    family.acknowledge(ANNA, None, alert="a-other", known_as="other")

    for changed in ({"next_step_on": None}, {"next_step_on": day(8).isoformat()}):
        assert family.correct("short", ANNA, **changed) == ("refused", "next_step_on")
    assert family.correct("other", ANNA, alert="a-danger") == ("refused", "next_step_on")
    assert family.correct("short", ANNA, next_step_on=day(7).isoformat()) == ACCEPTED


def test_a_long_acknowledgement_may_be_shortened_by_anybody(family):
    family.acknowledge(ANNA, 1)
    family.acknowledge(BEN, None, known_as="long")

    assert family.correct("long", ANNA, next_step_on=day(30).isoformat()) == ACCEPTED


def test_an_alert_that_was_not_raised_yet_may_be_danger(family):
    """Its id can be computed beforehand, and an acknowledgement that comes first would silence it before anybody saw it."""
    assert family.acknowledge(ANNA, None, alert="a-later") == ("refused", "next_step_on")
    assert family.acknowledge(ANNA, 7, alert="a-later") == ACCEPTED


def test_an_alert_of_danger_stays_one_when_its_raising_is_corrected(family):
    """Only the radar raises alerts; what a person makes of one afterwards changes no weight."""
    family.tell("alert_raised", None, agency=RADAR, known_as="raised", **_raised("a-new", DANGER))
    family.correct("raised", ANNA, rule=OTHER)

    assert family.acknowledge(ANNA, None, alert="a-new") == ("refused", "next_step_on")


def test_other_alerts_are_taken_up_by_one_person_for_as_long_as_they_say(family):
    assert family.acknowledge(None, None, alert="a-other") == ACCEPTED


# Where it holds.


def test_a_rule_is_danger_where_an_agreement_says_so(family):
    dangers = dangers_of(AGREEMENTS)

    assert dangers({"0014"}) == {"ST-02", "ST-38", "ST-39", "ST-40"}
    assert dangers({"0106"}) == frozenset()
    assert dangers({"0106", "0014"}) == dangers({"0014"})
    assert dangers(()) >= dangers({"0014"})


def test_where_no_agreement_knows_danger_one_person_decides(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    family = Family(Desk(ledger, clock, Pipeline(ledger, clock=clock)))

    assert family.accept(None, 30) == ACCEPTED
    assert family.acknowledge(None, None) == ACCEPTED
    ledger.close()
    keys.close()


def _raised(alert, rule):
    about = {"rule": rule, "agreement": "groningen", "version": 1, "instance": "open", "stage": "breach"}
    words = {"title": "x", "why": None, "weight": 3, "legal": False, "to": [], "because": [], "row": 1}
    return {"alert": alert, "due": "2025-11-25T00:00:00Z", **about, **words}


# Ways round.


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("stall_accepted", {"rule": DANGER, "instance": "open", "until_on": day(60), "reason": "wachtlijst"}),
        (
            "stall_acceptance_proposed",
            {"rule": DANGER, "instance": "open", "until_on": day(60), "reason": "wachtlijst"},
        ),
        ("alert_acknowledged", {"alert": "a-danger", "next_step_on": None, "intention": None, "by": None}),
    ],
)
def test_what_one_person_decided_where_nothing_is_danger_is_not_moved_to_where_it_is(family, name, fields):
    far_away = "0106"  # only the national agreement holds there, and it has no rule of weight 5
    elsewhere = family.desk.take(report(VT, "far", reference="d-9", municipality=far_away))[0].case
    told = sent(VT, name, "decided", case=elsewhere, municipality=far_away, recorded_by=ANNA, **fields)
    assert family.desk.take(told)[0].verdict == "accepted"

    moved = {"event_ids": ["decided"], "to_case": family.case, "from_case": None, "reason": "verkeerd-gekoppeld"}
    (receipt,) = family.desk.take(sent(VT, "events_moved", "m-1", case=elsewhere, recorded_by=ANNA, **moved))

    assert (receipt.verdict, receipt.field) == ("refused", "event_ids")
    assert "gaat niet mee" in receipt.reason
    assert not any(one.type == name for one in family.desk.ledger.history(family.case))
