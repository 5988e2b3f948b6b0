"""The escalation ladders of the regions, written down by hand a second time: levels, who leads, terms, what may be seen."""

from pathlib import Path

import pytest

from rulebook.agreements import load
from rulebook.terms import Term
from waakvlam.catalogue import event_types

# nr | name | who leads | who takes part | term | warn | may it be passed over | what the level may see
SAMEN_DOEN = """
0 | werkvloer | casusregisseur | vt-medewerker teammedewerker casusregisseur | 2 wd | 1 wd | no | case
1 | eerste-route | teammanager | vt-medewerker teammedewerker teammanager vt-manager | 5 wd | 3 wd | no | case
2 | tweede-route | beleidsambtenaar | vt-medewerker teammedewerker teammanager vt-manager beleidsambtenaar | 5 wd | 3 wd | no | minimal
3 | bestuurlijk | directeur-vt | wethouder directeur-vt | 10 wd | 6 wd | no | minimal
"""
AVE = """
1 | ave-1 | inwoner-of-hulpverlener | huishouden hulpverlener | 10 wd | 6 wd | no | case
2 | ave-2 | casusregisseur | casusregisseur lokaal-team ketenpartners | 5 wd | 3 wd | no | case
3 | ave-3 | procesregisseur-of-directeur-sociaal-domein | procesregisseur management avz | 3 wd | 2 wd | no | minimal
4 | ave-4 | burgemeester | burgemeester wethouder politie om avz | 2 wd | 1 wd | no | minimal
"""
FRISIAN_AVE = """
1 | ave-1 | inwoner-of-hulpverlener | huishouden hulpverlener | 8 wd | 5 wd | yes | case
2 | ave-2 | casusregisseur | casusregisseur lokaal-team ketenpartners | 5 wd | 3 wd | yes | case
3 | ave-3 | procesregisseur-of-directeur-sociaal-domein | procesregisseur management avz | 4 wd | 2 wd | no | minimal
4 | ave-4 | burgemeester | burgemeester wethouder politie om avz | 2 wd | 1 wd | no | minimal
"""
MDA = """
1 | aanmelding | veilig-thuis | aanmelder veilig-thuis | 5 wd | 3 wd | no | case
2 | analyse | kernteam | kernteam casusregisseur extra-expert | 20 wd | 12 wd | no | case
3 | plan-van-aanpak | casusregisseur | kernteam casusregisseur client-en-gezin | 10 wd | 6 wd | no | case
4 | uitvoering | casusregisseur | uitvoerende-partijen | 6 mo | 4 mo | no | case
5 | evaluatie | kernteam | kernteam casusregisseur | 10 wd | 6 wd | no | case
"""
REASONS = {
    "samen-doen": (
        "veiligheid-in-gevaar samenwerking-stagneert route-loopt-vast afspraken-werken-niet",
        "veiligheid-in-gevaar",
    ),
    "ave": ("samenwerking-stagneert complexiteit-hoog veiligheid-in-geding", "veiligheid-in-geding"),
    "mda-plusplus": ("gewone-kanalen-geven-geen-duurzame-veiligheid structureel-onveilig acuut-en-complex", ""),
}
LADDERS = {
    "groningen": {"samen-doen": SAMEN_DOEN, "ave": AVE, "mda-plusplus": MDA},
    "fryslan": {"ave": FRISIAN_AVE, "mda-plusplus": MDA},
    "landelijk": {},
}
UNITS = {"wd": "working_days", "mo": "months"}
FILES = {one.id: one for one in load(Path(__file__).parents[2] / "agreements").files}
EACH = [(file, name) for file, ladders in LADDERS.items() for name in ladders]


def term(text):
    number, unit = text.split()
    return Term(UNITS[unit], int(number))


def levels(text):
    """What a table of levels means."""
    for line in text.strip().splitlines():
        nr, name, leads, who, until, warn, may, sees = map(str.strip, line.split("|"))
        yield int(nr), name, leads, tuple(who.split()), term(until), term(warn), may == "yes", sees


@pytest.mark.parametrize("file", FILES)
def test_each_region_has_its_own_ladders(file):
    assert set(FILES[file].source.ladders) == set(LADDERS[file])


@pytest.mark.parametrize(("file", "name"), EACH)
def test_the_levels_are_those_of_the_region(file, name):
    found = [
        (one.nr, one.name, one.direction, one.participants, one.term, one.warn, one.may_skip, one.information)
        for one in FILES[file].source.ladders[name].levels
    ]

    assert found == list(levels(LADDERS[file][name]))


@pytest.mark.parametrize(("file", "name"), EACH)
def test_the_reasons_are_those_of_the_ladder_and_each_can_be_sent(file, name):
    ladder = FILES[file].source.ladders[name]
    (reason,) = [one for one in event_types()["escalation_moved"].data_fields if one.data_name == "reason"]

    assert (" ".join(ladder.reasons), " ".join(ladder.skip_reasons)) == REASONS[name]
    assert set(ladder.skip_reasons) <= set(ladder.reasons) <= set(reason.codes)


@pytest.mark.parametrize(("file", "name"), EACH)
def test_no_level_lets_a_question_lie_for_ever(file, name):
    """Numbers without a gap, and each level has a term and warns before it."""
    steps = FILES[file].source.ladders[name].levels
    numbers = [one.nr for one in steps]

    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    for one in steps:
        assert one.term is not None
        assert one.warn is not None
        assert (one.warn.unit, one.warn.number < one.term.number) == (one.term.unit, True)
