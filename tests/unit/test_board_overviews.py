"""The figures of each overview, computed by hand beside what the page says; and that a file or a picture says the same."""

import csv
import io
import itertools
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from ledger.delivery import Delivery, Gap, SetAside
from ledger.model import Standing
from rulebook.figures import Figure
from services.board import weeks
from services.board.marks import Judged
from services.board.overviews.governors import Kept, governors
from services.board.overviews.mirror import Mirror, mirror
from services.board.overviews.numbers import Answered, HandedOver, Open, Waiting
from services.board.overviews.plots import picture
from services.board.overviews.region import Region, region
from services.board.overviews.sheet import Bar, Sheet, Table, as_csv, harmless, row
from services.board.overviews.team import Team, team
from services.board.overviews.usefulness import usefulness
from waakvlam.clock import micros_of

NOW = micros_of(datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
HOUR = 3600 * 1_000_000
DAY = 24 * HOUR
WEEKS = weeks.last_weeks(NOW)
PLACES = {"0014": "Groningen", "1966": "Het Hogeland"}
AGENCIES = {"team-groningen": "Lokaal team Groningen", "team-hogeland": "Lokaal team Het Hogeland"}
CASE = "0a1b2c3d-0000-4000-8000-00000000000{}"


def table(sheet, name):
    return next(one for one in sheet.tables if one.id == name)


def cells(sheet, name):
    return [tuple(cell.text for cell in cells) for cells in table(sheet, name).rows]


# The team.


def alert(number, *, weight=3, days=1, by=None, step=None, place="0014"):
    return Open(
        raised=f"e{number}",
        alert=f"a{number}",
        case_id=CASE.format(number),
        municipality=place,
        rule="ST-07",
        title="Overdracht niet beantwoord",
        weight=weight,
        raised_at=NOW - days * DAY,
        turn="worker,monitor",
        acknowledged_at=NOW - DAY if by else None,
        acknowledged_by=by,
        next_step_on=step,
    )


@pytest.fixture
def work():
    rows = [
        alert(1, days=9),
        alert(2, days=4, weight=5),
        alert(3, by="m-1", weight=5, step="2026-11-23"),
        alert(4, by="m-1", step="2026-11-24"),
        alert(5, by="m-2"),
    ]
    waiting = [Waiting(CASE.format(6), "0014", "team-hogeland", NOW - 3 * DAY)]
    return team(
        Team(rows=rows, reminded={"a2": 3, "a5": 9}, waiting=waiting, municipalities=PLACES, agencies=AGENCIES, now=NOW)
    )


def test_the_team_leader_sees_what_lies_with_whom_and_what_with_nobody(work):
    assert cells(work, "bij-wie") == [
        ("Nog niemand", "2", "1", "2", "0"),
        ("m-1", "2", "1", "2", "1"),
        ("m-2", "1", "0", "1", "0"),
    ]


def test_the_longest_unacknowledged_stands_first_and_leads_to_its_case(work):
    first = table(work, "niemand").rows[0]

    assert [cell.text for cell in first] == [
        "0A1B-2C3D",
        "Groningen",
        "Overdracht niet beantwoord (ST-07)",
        "3",
        "15 november 2026 om 11.30 uur",
        "9 dagen",
        "de behandelaar en de monitoring",
    ]
    assert first[0].href == f"/zaak/{CASE.format(1)}"
    assert ("Langst niet opgepakt", "9 dagen") in work.facts


def test_a_reminder_is_ignored_only_while_nobody_picks_the_alert_up(work):
    assert [(one[3], one[4]) for one in cells(work, "herinnerd")] == [("5", "3")]


def test_a_next_step_is_past_when_its_day_is_over_and_not_before(work):
    assert [one[4:] for one in cells(work, "stap-voorbij")] == [("m-1", "23 november 2026")]


def test_a_handover_without_an_answer_says_with_whom_and_how_long(work):
    assert cells(work, "overdrachten") == [
        ("0A1B-2C3D", "Groningen", "Lokaal team Het Hogeland", "21 november 2026 om 11.30 uur", "3 dagen")
    ]


def test_what_was_handed_to_a_colleague_and_not_taken_up_stands_with_both():
    handed = {"a5": HandedOver("m-3", "m-2", NOW - HOUR), "gone": HandedOver("m-4", "m-2", NOW)}
    sheet = team(
        Team(
            rows=[alert(5, by="m-2")], reminded={}, waiting=[], municipalities=PLACES, agencies=AGENCIES, now=NOW,
            handed=handed,
        )
    )  # fmt: skip

    assert [one[4:] for one in cells(sheet, "overgedragen")] == [("m-2", "m-3", "24 november 2026 om 10.30 uur")]


def said(rule, useful, useless, reason="te-vroeg"):
    return [Judged(rule, "0014", "useful", "")] * useful + [Judged(rule, "0014", "not_useful", reason)] * useless


def test_how_useful_the_alerts_of_a_rule_were_is_told_rounded_and_small_counts_are_hidden():
    judged = [*said("ST-07", 22, 8), *said("ST-11", 30, 2), *said("ST-22", 3, 12, "al-gedaan")]

    found = usefulness(judged, {"ST-07": "Overdracht niet beantwoord"})

    assert [tuple(cell.text for cell in cells) for cells in found.rows] == [
        ("ST-07 Overdracht niet beantwoord", "20", "10", "ongeveer 67 %", "het kwam te vroeg"),
        ("ST-11", "30", "<5", "–", "–"),
        ("ST-22", "<5", "10", "–", "het was al gedaan, maar nog niet verteld"),
    ]
    assert [bar.value for bar in found.bars] == [67]


def test_no_table_of_usefulness_tells_more_than_its_counts_do():
    for useful, useless in itertools.product(range(1, 5), range(30)):
        line = usefulness(said("ST-07", useful, useless), {}).rows[0]
        assert [line[1].text, line[3].text] == ["<5", "–"]


def test_a_long_list_says_how_much_of_it_is_shown():
    rows = [alert(number % 10, days=number + 1) for number in range(40)]

    told = team(Team(rows=rows, reminded={}, waiting=(), municipalities=PLACES, agencies=AGENCIES, now=NOW))

    assert len(table(told, "niemand").rows) == 15
    assert table(told, "niemand").note == "Hier staan de eerste 15 van 40."


# The region.


def a_region(by_rule, by_municipality, by_agency, handovers=()):
    return region(
        Region(
            weeks=WEEKS,
            by_rule=by_rule,
            by_municipality=by_municipality,
            by_agency=by_agency,
            handovers=handovers,
            norm="binnen vijf werkdagen",
            rules={"ST-07": "Overdracht niet beantwoord"},
            municipalities=PLACES,
            agencies=AGENCIES,
        )
    )


def test_the_region_sees_rounded_stalls_under_one_total_and_small_ones_hidden():
    told = a_region(
        {"ST-07": {WEEKS[0]: 11, WEEKS[1]: 10}, "ST-08": {WEEKS[1]: 3}},
        {"0014": {WEEKS[0]: 11, WEEKS[1]: 1}, "1966": {WEEKS[1]: 12}},
        {"": {WEEKS[0]: 11, WEEKS[1]: 9}, "team-groningen": {WEEKS[1]: 4}},
    )

    assert cells(told, "regel") == [("ST-07 Overdracht niet beantwoord", "20"), ("ST-08", "<5"), ("Alles samen", "25")]
    assert cells(told, "gemeente") == [("Groningen", "10"), ("Het Hogeland", "10"), ("Alles samen", "25")]
    assert cells(told, "organisatie") == [
        ("Veilig Thuis", "20"),
        ("Lokaal team Groningen", "<5"),
        ("Alles samen", "25"),
    ]
    assert [one[1] for one in cells(told, "weken")] == ["10", "15", *["0"] * 24, "25"]


def test_hidden_counts_stand_in_the_order_of_their_names_not_of_their_size():
    counts = {name: {WEEKS[0]: size} for name, size in (("ST-30", 4), ("ST-20", 1), ("ST-10", 3), ("ST-40", 30))}

    told = a_region(counts, {"0014": {WEEKS[0]: 38}}, {"": {WEEKS[0]: 38}})

    assert [one[0] for one in cells(told, "regel")] == ["ST-40", "ST-10", "ST-20", "ST-30", "Alles samen"]


def test_where_all_together_would_give_something_away_nothing_is_told():
    told = a_region(
        {"ST-07": {WEEKS[0]: 4}},
        {"0014": {WEEKS[0]: 4}},
        {name: {WEEKS[0]: 1} for name in ("", "team-groningen", "team-hogeland", "x")},
    )

    assert [one.id for one in told.tables] == ["weken", "overdracht"]
    assert table(told, "weken").rows == ()
    assert table(told, "weken").empty == "Er zijn in deze weken te weinig stagnaties om iets te tonen."


def test_the_time_that_a_handover_waits_is_told_in_half_and_ninety_of_a_hundred():
    days = [Answered("team-groningen", "accepted", one * DAY) for one in range(1, 101)]

    told = a_region({}, {}, {}, [*days, Answered("team-hogeland", "refused", DAY)])

    assert cells(told, "overdracht") == [
        ("Lokaal team Groningen", "100", "50 dagen", "90 dagen"),
        ("Lokaal team Het Hogeland", "<5", "–", "–"),
        ("Alles samen", "100", "50 dagen", "90 dagen"),
    ]
    assert table(told, "overdracht").note.startswith("De afspraak: een antwoord binnen vijf werkdagen.")


# One agency.


def a_mirror(*, exact, told=None):
    delivery = Delivery(
        waiting=(Standing("parked", "team-groningen", 3, 1, NOW - 2 * DAY),),
        set_aside=(SetAside("rejected", "check_on", "Deze dag bestaat niet.", 7, NOW - DAY, 2),),
        gaps=(Gap(5, 9, NOW - DAY, is_closed=False),),
        silent_since=NOW - 3 * DAY,
    )
    return mirror(
        Mirror(
            agency="team-groningen",
            name="Lokaal team Groningen",
            weeks=WEEKS,
            told=told or {"hour": {WEEKS[0]: 60}, "day": {WEEKS[0]: 30}, "week": {WEEKS[1]: 8}, "later": {WEEKS[1]: 2}},
            heard_at=NOW - 3 * DAY,
            delivery=delivery,
            now=NOW,
            exact=exact,
        )
    )


def test_an_agency_sees_how_late_it_tells_what_was_set_aside_and_which_numbers_did_not_come():
    told = a_mirror(exact=True)

    assert cells(told, "laat") == [
        ("binnen een uur", "60"),
        ("binnen een dag", "30"),
        ("binnen een week", "8"),
        ("na meer dan een week", "2"),
        ("Samen", "100"),
    ]
    assert [one[1] for one in cells(told, "weken")][:2] == ["90", "10"]
    assert ("Binnen een dag verteld", "90 %") in told.facts
    assert ("Wacht op een casus", "3, waarvan 1 te lang; het oudste 2 dagen") in told.facts
    assert ("Stilte", "3 dagen: langer dan gewoon, de organisatie is gewaarschuwd") in told.facts
    assert cells(told, "apart")[0][:5] == ("Niet te lezen", "check_on", "Deze dag bestaat niet.", "7", "2")
    assert cells(told, "nummers")[0][:3] == ("5", "9", "5")


def test_who_sees_no_families_sees_no_small_counts_of_an_agency_either():
    told = a_mirror(exact=False)

    assert [one[1] for one in cells(told, "laat")] == ["60", "30", "10", "<5", "100"]
    assert ("Wacht op een casus", "<5, waarvan <5 te lang; het oudste 2 dagen") in told.facts
    assert cells(told, "apart")[0][3:5] == ("5", "<5")
    assert ("Binnen een dag verteld", "ongeveer 90 %") in told.facts


# Those who govern.


def figure(rule="ST-01", place="", half_year="2026-1", share=92, norm=90, **others):
    counts = dict.fromkeys(("late", "open", "open_overdue", "lapsed", "signals", "accepted"), 0)
    values = {
        "rule": rule,
        "title": "Melding niet beoordeeld",
        "municipality": place,
        "half_year": half_year,
        "instances": 50,
        "in_time": 45,
        **counts,
        "share_in_time": share,
        "norm": norm,
        "meets_norm": None if norm is None or share is None else share >= norm,
        "still_running": False,
        "median_hours": 72.0,
        "p90_hours": None,
    }
    return Figure(**{**values, **others})


@pytest.fixture
def agreements():
    return governors(
        Kept(
            figures=[
                figure(half_year="2025-2", share=88),
                figure(),
                figure(half_year="2026-2", share=None, still_running=True, instances=None),
                figure(place="0014", share=95),
                figure(place="1966", share=80),
                figure(rule="ST-07", norm=None, share=70),
                figure(rule="ST-09", norm=None, share=None),
            ],
            until="23 november 2026",
            municipalities=PLACES,
        )
    )


def test_those_who_govern_see_each_agreement_over_time_beside_its_norm(agreements):
    assert cells(agreements, "afspraken") == [
        (
            "ST-01 Melding niet beoordeeld",
            "88 %",
            "92 %",
            "loopt nog",
            "4 punten hoger",
            "90 % gehaald",
            "3 dagen",
            "50",
        ),
        ("ST-07 Melding niet beoordeeld", "–", "70 %", "–", "–", "–", "3 dagen", "50"),
    ]
    assert ("Landelijke normen", "1 van 1 gehaald") in agreements.facts


def test_those_who_govern_compare_municipalities_on_what_two_or_more_can_tell(agreements):
    assert [one.id for one in agreements.tables] == ["afspraken", "gemeenten-ST-01"]
    assert cells(agreements, "gemeenten-ST-01") == [
        ("Groningen", "–", "95 %", "–", "90 % gehaald"),
        ("Het Hogeland", "–", "80 %", "–", "90 % niet gehaald"),
    ]


def test_before_the_first_count_the_page_says_so():
    told = governors(Kept(figures=(), until="", municipalities=PLACES))

    assert told.facts[0] == ("Stand", "de eerste telling loopt nog; kom later terug")
    assert told.tables == ()


def test_a_count_that_comes_to_nothing_yet_says_why_there_is_no_share():
    told = governors(Kept(figures=(), until="23 november 2026", municipalities=PLACES))

    assert [one.rows for one in told.tables] == [()]
    assert "vanaf twintig keer" in told.tables[0].empty


# Files and pictures.


def test_a_picture_gives_its_names_the_room_that_they_need():
    names = ("Team", "ST-13 Veiligheidsvoorwaarde niet gecontroleerd")
    short, long = (picture(Table(id="t", title="T", head=("x",), rows=(), bars=(Bar(one, 3, "3"),))) for one in names)

    assert names[1] in long
    assert (first_bar(short), first_bar(long)) == (180, 342)


def first_bar(drawn: str) -> int:
    return int(re.search(r'beeld__rail" x="(\d+)"', drawn)[1])


@pytest.mark.parametrize("field", ["=1+1", "+31", "-5", "@som", "\tx", " =1", "\r="])
def test_a_field_that_a_spreadsheet_would_run_is_made_harmless(field):
    assert harmless(field) == f"'{field}"


@pytest.mark.parametrize("field", ["–", "<5", "12", "Groningen", "", "a=b"])
def test_any_other_field_stays_as_it_is(field):
    assert harmless(field) == field


def test_a_file_has_the_same_cells_as_the_page(work):
    lines = list(csv.reader(io.StringIO(as_csv(work).removeprefix("\ufeff")), delimiter=";"))

    for one in work.tables:
        assert [one.title] in lines
        assert all([cell.text for cell in cells] in lines for cells in one.rows)


def test_a_file_guards_what_an_agreement_or_an_agency_wrote():
    sheet = Sheet(
        title="T", lead="", path="/t", tables=(Table(id="a", title="A", head=("x",), rows=(row("=boos()"),)),)
    )

    assert "'=boos()" in as_csv(sheet)


def test_a_picture_is_one_sentence_for_who_hears_it_and_has_no_style_or_script_of_its_own(agreements):
    drawn = picture(table(agreements, "afspraken"))
    root = ET.fromstring(drawn)

    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("Elke afspraak: het deel op tijd. Het meest: ST-01")
    names = {one.tag for one in root.iter()} | {name for one in root.iter() for name in one.attrib}
    assert not names & {"style", "script", "onload", "href"}


def test_what_stands_in_a_picture_is_escaped():
    told = a_region({"<b>": {WEEKS[0]: 40}}, {"0014": {WEEKS[0]: 40}}, {"": {WEEKS[0]: 40}})

    assert "<b>" not in picture(table(told, "regel"))
    assert "&lt;b&gt;" in picture(table(told, "regel"))


def test_a_share_under_its_norm_is_marked_with_more_than_a_colour(agreements):
    drawn = picture(table(agreements, "gemeenten-ST-01"))

    assert "▼ 80 %" in drawn
    assert drawn.count("▼") == 1


def test_a_hidden_count_is_drawn_the_same_whatever_it_is():
    def drawn(size):
        return picture(
            table(
                a_region(
                    {"ST-07": {WEEKS[0]: 40 - size}, "ST-08": {WEEKS[1]: size}},
                    {"0014": {WEEKS[0]: 40 - size, WEEKS[1]: size}},
                    {"": {WEEKS[0]: 40 - size, WEEKS[1]: size}},
                ),
                "regel",
            )
        )

    assert drawn(1) == drawn(2)
    assert "beeld__verborgen" in drawn(1)
