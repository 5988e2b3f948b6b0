"""Parts of the list of alerts: asked for by ids in the address, kept for the next time, taken along as a file."""

import csv
import io

import pytest

from services.board import morning
from services.board.access.keeper import Keeper
from services.board.listing import name_of
from services.board.rights import EVERYWHERE, Person, Role
from services.board.saved import SAVED_MAX, SavedViews
from services.board.security import COOKIE, FormSigner
from services.board.sifting import Sieve
from tests.journey import stories
from tests.journey.conftest import TODAY
from tests.unit.test_board_guards import client, region  # noqa: F401 - fixtures


@pytest.fixture
def told(client, region, monkeypatch):  # noqa: F811
    """Return a client at a board that has heard the stories, for somebody who may take cases out."""
    stories.tell(region, TODAY)
    person = Person(id="m-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=EVERYWHERE)
    monkeypatch.setattr(Keeper, "person", lambda *_: person)
    return client


def signed(client, **fields):  # noqa: F811
    client.get("/")
    return {"handtekening": FormSigner("geheim-van-de-test")._signature(client.cookies[COOKIE]), **fields}


def listed(client, query=""):  # noqa: F811
    """Return the rules on the list, from its file."""
    text = client.get(f"/alarmen.csv?{query}").text.removeprefix("\ufeff")
    return [line[2] for line in csv.reader(io.StringIO(text), delimiter=";")][1:]


def test_a_part_is_asked_for_by_rule_by_weight_and_by_who_has_sight_of_safety(told, region):  # noqa: F811
    region.tell("Familie Voorbeeld", "handover_accepted", "team-groningen", handover_id="o-1", after="triage")

    assert sorted(listed(told)) == ["ST-01", "ST-07", "ST-13", "ST-38", "ST-40"]
    assert listed(told, "regel=ST-13") == ["ST-13"]
    assert sorted(listed(told, "zwaarte=5")) == ["ST-38", "ST-40"]
    assert listed(told, "organisatie=team-groningen") == ["ST-40"]
    assert listed(told, "organisatie=veilig-thuis&zwaarte=4") == ["ST-38", "ST-13"]


def test_the_page_shows_the_part_and_says_what_was_asked(told):
    page = told.get("/?regel=ST-13").text

    assert page.count('class="alarm__titel"') == 1
    assert '<option value="ST-13" selected>' in page
    assert "/stroom?" in page
    assert "regel=ST-13" in page.split("/stroom?")[1][:100]


@pytest.mark.parametrize("query", ["regel=<script>", "organisatie=Jan%20Jansen", "zwaarte=9", "gemeente=Pekela"])
def test_what_cannot_be_an_id_asks_for_everything_and_is_repeated_nowhere(told, query):
    page = told.get(f"/?{query}").text

    assert page.count('class="alarm__titel"') == 5
    assert "Jan Jansen" not in page
    assert "<script>" not in page.replace('<script src="', "")


def test_a_part_is_kept_under_what_it_asks_for_and_forgotten_again(told):
    vraag = "gemeente=0014&regel=ST-40&zwaarte=4"
    kept = told.post("/weergaven", data=signed(told, vraag=vraag, doe="bewaar"), follow_redirects=False)
    assert (kept.status_code, kept.headers["location"]) == (303, f"/?{vraag}")
    assert "Groningen · ST-40 · zwaarte 4 en hoger" in told.get("/").text

    told.post("/weergaven", data=signed(told, vraag=vraag, doe="vergeet"))

    assert "Groningen · ST-40" not in told.get("/").text


def test_nothing_but_ids_is_ever_kept(told, region):  # noqa: F811
    told.post("/weergaven", data=signed(told, vraag="regel=ST-40&naam=Jansen&gemeente=Familie+Jansen", doe="bewaar"))

    assert SavedViews(region.reader.store.database).of("m-1") == ["regel=ST-40"]


def test_a_form_from_elsewhere_keeps_nothing(told, region):  # noqa: F811
    answer = told.post("/weergaven", data={"vraag": "regel=ST-40", "doe": "bewaar"})

    assert answer.status_code == 403
    assert SavedViews(region.reader.store.database).of("m-1") == []


def test_who_keeps_too_many_is_told_to_forget_one(told, region):  # noqa: F811
    saved = SavedViews(region.reader.store.database)
    for number in range(SAVED_MAX):
        assert saved.keep("m-1", f"regel=ST-{number}", at=number)

    answer = told.post("/weergaven", data=signed(told, vraag="regel=ST-40", doe="bewaar"))

    assert answer.status_code == 409
    assert "Vergeet er eerst een" in answer.text
    assert saved.keep("m-1", "regel=ST-0", at=99)  # what is kept already needs no room
    assert len(saved.of("m-1")) == SAVED_MAX


def test_nobody_sees_what_somebody_else_kept(region):  # noqa: F811
    saved = SavedViews(region.reader.store.database)
    saved.keep("m-1", "regel=ST-40", at=1)

    assert saved.of("m-2") == []


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (morning.Asked(), "Alle alarmen"),
        (morning.Asked(shown="nieuw", whose="mij"), "Nieuw · Van mij"),
        (morning.Asked(sieve=Sieve(agency="team-groningen")), "Lokaal team Groningen"),
        (morning.Asked(sieve=Sieve(agency="veilig-thuis", weight="5")), "Veilig Thuis · zwaarte 5 en hoger"),
    ],
)
def test_a_part_is_named_by_what_it_asks_for(part, name):
    assert name_of(part) == name
    assert morning.from_address(part.address()) == part


def test_a_case_goes_on_paper_whole_the_oldest_first_with_who_printed_it(told, region):  # noqa: F811
    page = told.get(f"/zaak/{region.case('De Proef-Verzonnen')}/afdruk").text

    begin, later = page.index("26 oktober 2026, "), page.index("29 oktober 2026, ")
    assert begin < later
    assert "24 november 2026" in page
    assert '<span class="medewerker">m-1</span>' in page
    assert "<del>" in page  # what was withdrawn stays, and shows that it was


def test_a_worker_prints_no_case(told, region, monkeypatch):  # noqa: F811
    worker = Person(id="m-1", roles=frozenset({Role.WORKER}), municipalities=EVERYWHERE)
    monkeypatch.setattr(Keeper, "person", lambda *_: worker)

    assert told.get(f"/zaak/{region.case('De Proef-Verzonnen')}/afdruk").status_code == 403
    assert told.get("/alarmen.csv").status_code == 403


def test_a_file_holds_the_alerts_of_ones_own_municipalities_alone(told, monkeypatch):
    elsewhere = Person(id="m-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=frozenset({"1966"}))
    monkeypatch.setattr(Keeper, "person", lambda *_: elsewhere)

    assert listed(told) == []
