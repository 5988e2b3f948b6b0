"""An id of somebody of the staff is the same whichever capitals it is written in: at the login, in events, in looks, for two persons."""

from contextlib import closing
from pathlib import Path

import pytest

from ledger import decisions
from ledger.application import Ledger
from ledger.staff import is_same, known_as
from services.board.access.provider import Claims, person_of
from services.board.rights import Action, reach
from tests.unit.access_site import FAMILY, HERE, AccessSite
from waakvlam.clock import FixedClock

ROOT = Path(__file__).resolve().parents[2]
DUE = "2026-11-17T23:00:00+00:00"


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due=DUE)
        yield made


def somebody(sub, *roles, places=""):
    return person_of({"sub": sub, "roles": list(roles), "municipalities": places}, Claims())


def case_of(site):
    return f"/zaak/{site.region.case(FAMILY)}"


def test_whoever_logs_in_is_known_by_one_id():
    assert {somebody(one, "worker").id for one in ("MDW-4", "mdw-4", "Mdw-4")} == {"mdw-4"}


@pytest.mark.parametrize("written", ["mdw-4", "MDW-4"])
@pytest.mark.parametrize("login", ["mdw-4", "Mdw-4"])
def test_who_is_handed_an_alert_has_it_on_their_desk(site, written, login):
    worker = somebody(login, "worker")
    store, browser = site.region.reader.store, site.browser(worker)
    alert = store.alert(site.alert).alert
    site.region.tell(FAMILY, "alert_handed_over", "board", alert=alert, colleague_id=written, recorded_by="MDW-1")

    assert browser.get(case_of(site)).status_code == 200
    assert "U. Overgedragen door mdw-1" in browser.get("/?van=mij").text
    assert store.news(0, reach=reach(worker, Action.SEE_ALERTS)).any


@pytest.mark.parametrize("written", ["mdw-4", "MDW-4"])
def test_who_took_an_alert_up_has_it_on_their_desk(site, written):
    worker = somebody("Mdw-4", "worker")
    alert = site.region.reader.store.alert(site.alert).alert
    told = {"alert": alert, "next_step_on": None, "intention": "Bellen.", "recorded_by": written}
    site.region.tell(FAMILY, "alert_acknowledged", "board", **told)

    assert site.browser(worker).get(case_of(site)).status_code == 200
    assert "Titel" in site.browser(worker).get("/?van=mij").text


def test_what_a_colleague_system_tells_is_kept_under_the_ids_of_the_login(site):
    store = site.region.reader.store
    told = {"alert": store.alert(site.alert).alert, "colleague_id": "MDW-4", "recorded_by": "MDW-1"}
    site.region.tell(FAMILY, "alert_handed_over", "board", **told)

    [row] = store.open_alerts()[1]

    assert (row.handed_to, row.handed_by) == ("mdw-4", "mdw-1")


def test_looks_are_under_that_id_and_found_by_it_however_an_auditor_writes_it(site):
    site.browser(somebody("MDW-1", "monitor", places=HERE)).get(case_of(site))
    auditor = site.browser(somebody("CTL-1", "auditor"))

    assert site.access.looks.find(person="Mdw-1")[0].person == "mdw-1"
    assert "mdw-1" in auditor.get("/inzage.csv", params={"wie": "MDW-1"}).text


def test_who_asked_for_emergency_access_cannot_judge_it_in_other_capitals(site):
    asking = site.browser(somebody("MDW-9", "monitor", "team_manager", places="1966"))
    asking.post(f"{case_of(site)}/noodtoegang", data=site.signed(reden="gevaar"))
    [asked] = site.access.emergencies.all()

    assert asked.person == "mdw-9"
    assert not site.access.emergencies.judge(asked.id, by=somebody("Mdw-9", "auditor").id, verdict="terecht")


def test_one_person_twice_is_not_two_persons(tmp_path):
    with closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1))) as ledger, ledger.writing() as w:
        shared = {"reason": "dubbel", "at": 1}
        assert not decisions.agreed(w.statements, "dead-letter/1", "discard", who="Anna-1", **shared)
        with pytest.raises(decisions.SamePerson):
            decisions.agreed(w.statements, "dead-letter/1", "discard", who="ANNA-1", **shared)
        assert decisions.agreed(w.statements, "dead-letter/1", "discard", who="bert-2", **shared)


def test_nobody_is_nobody_in_particular():
    assert known_as("MDW-ß1") == known_as("mdw-SS1")
    assert not is_same(None, None)
    assert not is_same("mdw-1", None)
    assert is_same("MDW-1", "mdw-1")


def test_capitals_are_passed_over_in_one_place_only():
    product = [path for top in ("ledger", "services", "cli", "rulebook") for path in (ROOT / top).rglob("*.py")]

    assert [path.name for path in product if ".casefold()" in path.read_text("utf-8")] == ["staff.py"]
