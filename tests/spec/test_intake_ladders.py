"""The ladders of the regions at the door: what does not exist or skips a level is refused, with the reason (rule book 6)."""

from datetime import date
from pathlib import Path
from runpy import run_path

import pytest

from ledger.application import Ledger
from ledger.ladders import ladders_of
from ledger.sealing import FileKeyStore
from rulebook.agreements import load
from rulebook.instants import day_of
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.clock import FixedClock

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
GRONINGEN, FRYSLAN, DRENTHE = "0014", "0080", "0106"
VT = {GRONINGEN: "veilig-thuis-groningen", FRYSLAN: "veilig-thuis-fryslan", DRENTHE: "veilig-thuis-groningen"}
REASON = {"samen-doen": "samenwerking-stagneert", "ave": "complexiteit-hoog", "mda-plusplus": "structureel-onveilig"}
AGREEMENTS = load(Path(__file__).parents[2] / "agreements")


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, ladders=ladders_of(AGREEMENTS)))
    ledger.close()
    keys.close()


class Escalation:
    """One escalation in one case of a municipality, level by level."""

    def __init__(self, desk, ladder, municipality=GRONINGEN):
        self.desk, self.ladder, self.municipality, self.count = desk, ladder, municipality, 0
        self.agency = VT[municipality]
        self.case = desk.take(report(self.agency, "open", reference="d-1", municipality=municipality))[0].case

    def start(self, level, **more):
        return self.move(level, name="escalation_started", **more)

    def move(self, level, *, reason=None, name="escalation_moved", told_in=None):
        """Tell of a level; return the verdict, the field and the sentence."""
        self.count += 1
        (receipt,) = self.desk.take(
            sent(
                self.agency,
                name,
                f"s-{self.count}",
                at=NOON + self.count,
                case=self.case,
                municipality=told_in or self.municipality,
                escalation_id="x-1",
                ladder=self.ladder,
                level=level,
                direction="up",
                reason=reason or REASON[self.ladder],
            )
        )
        return receipt.verdict, receipt.field, receipt.reason


ACCEPTED = ("accepted", None, None)


@pytest.mark.parametrize(
    ("municipality", "ladder", "levels"),
    [
        (GRONINGEN, "samen-doen", (0, 1, 2, 3)),
        (GRONINGEN, "ave", (1, 2, 3, 4)),
        (GRONINGEN, "mda-plusplus", (1, 2, 3, 4, 5)),
        (FRYSLAN, "ave", (1, 2, 3, 4)),
        (FRYSLAN, "mda-plusplus", (1, 2, 3, 4, 5)),
    ],
)
def test_level_by_level_every_ladder_can_be_climbed(desk, municipality, ladder, levels):
    escalation = Escalation(desk, ladder, municipality)

    assert escalation.start(levels[0]) == ACCEPTED
    assert [escalation.move(level) for level in levels[1:]] == [ACCEPTED] * (len(levels) - 1)


def test_who_goes_to_the_alderman_at_once_is_refused_and_hears_which_level_was_skipped(desk):
    escalation = Escalation(desk, "samen-doen")
    escalation.start(0)

    verdict, field, sentence = escalation.move(3)

    assert (verdict, field) == ("refused", "level")
    assert sentence == (
        "Niveau 1 (eerste-route) mag niet worden overgeslagen om deze reden. Wel om: veiligheid-in-gevaar."
    )
    assert escalation.move(1) == ACCEPTED
    assert escalation.move(3)[2].startswith("Niveau 2 (tweede-route) mag niet worden overgeslagen")


@pytest.mark.parametrize(
    ("ladder", "low", "high", "reason"),
    [("samen-doen", 0, 3, "veiligheid-in-gevaar"), ("ave", 1, 4, "veiligheid-in-geding")],
)
def test_when_safety_is_at_stake_any_level_may_be_passed_over(desk, ladder, low, high, reason):
    escalation = Escalation(desk, ladder)
    escalation.start(low)

    assert escalation.move(high, reason=reason) == ACCEPTED


def test_no_step_of_the_specialists_ladder_is_ever_passed_over(desk):
    escalation = Escalation(desk, "mda-plusplus")
    escalation.start(1)

    for reason in ("structureel-onveilig", "acuut-en-complex", "veiligheid-in-gevaar"):
        verdict, _, sentence = escalation.move(3, reason=reason)
        assert verdict == "refused"
        assert sentence == "Niveau 2 (analyse) mag niet worden overgeslagen om deze reden. Wel om: geen."


def test_regions_differ_by_their_files_alone(desk):
    """In Fryslân the first two levels of AVE may be passed over, in Groningen none."""
    frisian = Escalation(desk, "ave", FRYSLAN)
    frisian.start(1)
    assert frisian.move(4)[:2] == ("refused", "level")
    assert frisian.move(3) == ACCEPTED


def test_in_groningen_no_level_of_ave_may_be_passed_over(desk):
    escalation = Escalation(desk, "ave")
    escalation.start(1)

    assert escalation.move(3)[:2] == ("refused", "level")


def test_a_ladder_that_the_region_does_not_have_is_refused_with_those_that_it_has(desk):
    verdict, field, sentence = Escalation(desk, "samen-doen", FRYSLAN).start(0)

    assert (verdict, field) == ("refused", "ladder")
    assert sentence == "Deze escalatieladder kent de regio niet. Bekend: ave, mda-plusplus."


@pytest.mark.parametrize("level", [-1, 4, 9])
def test_a_level_that_the_ladder_does_not_have_is_refused(desk, level):
    escalation = Escalation(desk, "samen-doen")

    assert escalation.start(level) == ("refused", "level", f"De ladder samen-doen heeft geen niveau {level}.")


def test_the_ladders_are_those_of_the_case_wherever_the_teller_is(desk):
    """A family of Groningen keeps the ladders of Groningen when a colleague in Leeuwarden tells of it."""
    escalation = Escalation(desk, "samen-doen")

    assert escalation.start(0, told_in=FRYSLAN) == ACCEPTED
    assert escalation.move(3, told_in=FRYSLAN)[:2] == ("refused", "level")


def test_a_start_passes_over_nothing_and_going_down_is_free(desk):
    """Only a move up can pass over a level: where people start is told as it was, and coming down again is good news."""
    escalation = Escalation(desk, "samen-doen")

    assert escalation.start(2) == ACCEPTED
    assert escalation.move(0) == ACCEPTED
    assert escalation.move(2)[:2] == ("refused", "level")


def test_where_no_agreement_has_a_ladder_nothing_is_refused(desk):
    """In Drenthe only the national file holds; it has no ladders, so there is nothing to judge by."""
    assert Escalation(desk, "samen-doen", DRENTHE).start(3) == ACCEPTED


def test_an_escalation_is_judged_by_what_holds_on_its_day():
    ladders = ladders_of(AGREEMENTS)

    assert set(ladders(FRYSLAN, day_of(date(2020, 1, 1)))) == {"ave", "mda-plusplus"}
    assert ladders(FRYSLAN, day_of(date(2019, 12, 31))) == {}
    assert ladders(None, day_of(date(2026, 1, 1))) == {}


def test_of_two_ladders_by_one_name_that_of_the_rule_that_counts_by_it_holds():
    def ladder(term):
        return [{"id": "trap", "levels": [{"nr": 1, "term": {"days": term}}]}]

    step = {
        "id": "ST-21",
        "from": ["escalation_started"],
        "until": ["escalation_decided"],
        "breach": {"from_ladder": True},
    }
    other = {"id": "ST-08", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 2}}
    agreed = STORY["agreements"](
        STORY["file"](step, agreement="a", ladders=ladder(7)),
        STORY["file"](other, agreement="b", ladders=ladder(9), version=2, applies_to={"municipalities": [GRONINGEN]}),
    )

    assert ladders_of(agreed)(GRONINGEN, day_of(date(2026, 1, 1)))["trap"].levels[0].term.number == 7
