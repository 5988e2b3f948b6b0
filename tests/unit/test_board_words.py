"""What the board says: order, durations, states and days, in words that people use."""

from datetime import UTC, datetime

import pytest

from ledger.numbers import id_beginning, number_of
from ledger.words import how_long
from services.board import clicks, morning, views
from services.board.news import News
from services.board.outbox import Sent
from services.board.ports import Deadline
from services.board.store import AlertRow
from waakvlam.clock import micros_of

NOW = micros_of(datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
DAY = 86_400_000_000
END_OF_16 = micros_of(datetime(2026, 11, 16, 23, 0, tzinfo=UTC))


def row(raised="r", **others):
    given = {
        "alert": "a",
        "case_id": "0a90f8fc-0000-5000-8000-000000000000",
        "municipality": "0014",
        "rule": "ST-07",
        "agreement": "groningen",
        "agreement_version": 3,
        "instance": "s",
        "stage": "breach",
        "due": END_OF_16,
        "raised_at": END_OF_16,
        "turn": "worker",
        "title": "Overdracht zonder antwoord",
        "why": "",
        "weight": 3,
        "legal": False,
    }
    return AlertRow(raised=raised, **{**given, **others})


def overview(*rows, shown="alles", whose="allen", place="", me="ik", limit=50):
    part = morning.asked(shown, whose, place)
    places = {"0014": "Groningen"}
    rows = sorted(rows, key=views.urgency)
    chosen = morning.chosen_of(rows, part, me=me, sight={})
    return morning.overview(
        rows, lambda _: {}, places, stand=1, part=part, chosen=chosen, limit=limit, glance=morning.Glance(NOW, me)
    )


def test_the_heaviest_stands_first_then_what_is_too_late_then_the_oldest():
    rows = [
        row("young", due=END_OF_16 + DAY),
        row("warning", stage="warn", due=END_OF_16 - DAY),
        row("old"),
        row("heavy", weight=5, stage="warn", due=NOW),
        row("signal", stage="signal", due=END_OF_16 - 2 * DAY),
    ]

    assert [one.raised for one in overview(*rows).page] == ["heavy", "signal", "old", "young", "warning"]


def test_a_part_of_the_list_can_be_asked_for():
    rows = [row("new"), row("taken", acknowledged_at=NOW - DAY)]

    assert [one.raised for one in overview(*rows, shown="nieuw").page] == ["new"]
    assert [one.raised for one in overview(*rows, shown="opgepakt").page] == ["taken"]
    assert overview(*rows, shown="onzin").shown == "alles"


def test_mine_are_all_alerts_of_the_cases_in_which_i_picked_one_up():
    rows = [
        row("mine", case_id="c1", acknowledged_at=NOW, acknowledged_by="ik"),
        row("beside it", case_id="c1"),
        row("of a colleague", case_id="c2", acknowledged_at=NOW, acknowledged_by="zij"),
        row("of nobody", case_id="c3"),
    ]

    assert {one.raised for one in overview(*rows, whose="mij").page} == {"mine", "beside it"}


def test_a_part_can_be_one_municipality_and_says_which_there_are():
    rows = [row("here"), row("there", municipality="1966")]

    found = overview(*rows, place="1966")

    assert [one.raised for one in found.page] == ["there"]
    assert found.places == (("0014", "Groningen"), ("1966", "gemeente 1966"))
    assert not found.is_empty


def test_the_address_of_a_part_holds_codes_and_words_alone_and_leaves_out_what_is_usual():
    part = morning.asked("nieuw", "mij", "0014")

    assert part.address() == "toon=nieuw&van=mij&gemeente=0014"
    assert part.address(shown="alles", whose="allen") == "gemeente=0014"
    assert morning.asked("onzin", "iemand", "een naam") == morning.Asked()


def test_a_long_list_says_how_much_it_leaves_out():
    found = overview(*(row(str(number)) for number in range(7)), limit=5)

    assert (len(found.page), found.left_out) == (5, 2)


@pytest.mark.parametrize(
    ("next_step_on", "state"),
    [(None, "opgepakt"), ("2026-11-24", "opgepakt"), ("2026-11-23", "verlopen"), ("geen dag", "opgepakt")],
)
def test_an_acknowledgement_holds_until_the_end_of_its_day(next_step_on, state):
    found = views.state_of(row(acknowledged_at=NOW - DAY, next_step_on=next_step_on), now=NOW)

    assert found[0] == state


def test_without_a_sentence_of_its_own_an_alert_still_says_why():
    for stage in ("breach", "warn", "signal"):
        assert "2026" in views.card(row(stage=stage), {}, why="", now=NOW).why


def test_what_runs_out_says_how_long_there_is_left_and_until_which_day():
    ends = END_OF_16 + 10 * DAY
    runs_out = views.card(row(stage="warn"), {}, why="", now=NOW, ends=ends)
    late = views.card(row(stage="breach"), {}, why="", now=NOW, ends=END_OF_16)

    assert (runs_out.time_left, runs_out.last_day) == ("over 2 dagen", "26 november 2026")
    assert (late.time_left, late.last_day) == ("", "")


def test_an_unknown_municipality_is_named_by_its_code():
    assert views.card(row(municipality="9999"), {}, why="", now=NOW).municipality == "gemeente 9999"


def test_a_term_that_ended_with_a_day_is_late_since_the_next_and_due_on_the_day_itself():
    late = views.card(row(), {}, why="", now=NOW)
    coming = views.due_line(Deadline("ST-07", "t", "breach", END_OF_16, legal=False), now=END_OF_16 - DAY)

    assert late.since == "17 november 2026"
    assert coming.due == "16 november 2026"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minuten"),
        (1, "1 minuut"),
        (59, "59 minuten"),
        (60, "1 uur"),
        (47 * 60, "47 uur"),
        (48 * 60, "2 dagen"),
        (59 * 1440, "59 dagen"),
        (70 * 1440, "2 maanden"),
        (-5, "0 minuten"),
    ],
)
def test_how_long_it_lasts_is_said_in_one_unit(minutes, words):
    assert how_long(NOW - minutes * 60_000_000, now=NOW) == words


@pytest.mark.parametrize(
    ("news", "text"),
    [
        (News(0, 0, 0), ""),
        (News(1, 0, 0), "1 nieuw alarm"),
        (News(3, 1, 2), "3 nieuwe alarmen, 1 gewijzigd en 2 afgesloten"),
    ],
)
def test_news_is_said_in_one_line(news, text):
    assert views.news_text(news) == text


@pytest.mark.parametrize(
    ("state", "reason", "text"),
    [
        ("sent", None, "Wordt vastgelegd…"),
        ("parked", "Deze casus kennen wij nog niet.", "Wacht nog. Deze casus kennen wij nog niet."),
        ("refused", "Dat kan niet.", "Niet vastgelegd. Dat kan niet."),
        ("recorded", None, "Vastgelegd op 24 november 2026 om 11.30 uur."),
    ],
)
def test_a_click_is_shown_as_done_only_when_it_is_recorded(state, reason, text):
    sent = Sent(
        event_id="e",
        action="contact",
        lock="contact",
        subject="",
        case_id="c",
        by="mdw-1",
        mark="",
        key=b"",
        headers=(),
        sealed=b"",
        sent_at=NOW,
        state=state,
        settled_at=NOW if state == "recorded" else None,
        reason=reason,
    )

    told = clicks.click(sent)
    assert f"{told.text} {told.quoted}".strip() == text
    assert clicks.click(sent).title == "Contact met het gezin vastleggen"


def test_a_short_number_and_the_id_it_stands_for():
    case = "0a90f8fc-1234-5678-8abc-000000000001"

    assert number_of(case) == "0A90-F8FC"
    assert id_beginning("0a90f8fc1234") == "0a90f8fc-1234"
    assert id_beginning(" 0A90-F8FC ") == "0a90f8fc"
    assert id_beginning(case.upper()) == case
    assert id_beginning("0a9") is None
    assert id_beginning("dossier") is None
