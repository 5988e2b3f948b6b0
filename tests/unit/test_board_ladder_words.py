"""A ladder names who sits on each step as people say it, not as the agreement writes it down."""

from pathlib import Path

from ledger.ladders import ladders_of
from rulebook.agreements import load
from rulebook.instants import parse_day
from services.board.doing.shown import steps

GRONINGEN = ladders_of(load(Path(__file__).parents[2] / "agreements"))("0014", parse_day("2026-11-24"))


def test_who_sits_on_a_step_is_written_out():
    highest, *_, lowest = steps(GRONINGEN["samen-doen"], None)

    assert (highest.who, highest.direction) == ("Wethouder en directeur van Veilig Thuis", "directeur van Veilig Thuis")
    assert lowest.who == "Medewerker van Veilig Thuis, teammedewerker en casusregisseur"


def test_what_is_shortened_in_an_agreement_is_spelled():
    assert steps(GRONINGEN["ave"], None)[0].who == "Burgemeester, wethouder, politie, Openbaar Ministerie en AVZ"
