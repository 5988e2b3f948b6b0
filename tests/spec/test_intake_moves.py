"""A wrong link or split of a case is repaired by events: both histories, both sets of deadlines and all names follow."""

import json
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.case import case_of
from ledger.record import case_id, stream_of
from ledger.sealing import FileKeyStore
from rulebook.agreements import load
from rulebook.history import effective
from rulebook.replay import replay
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from tests.erasing import erase
from waakvlam.clock import FixedClock, instant_of

AGREEMENTS = Path(__file__).parents[2] / "agreements"
VT, POLICE, TEAM = "veilig-thuis-groningen", "politie-nn", "team-groningen"
ROOD, BLAUW, GROEN = "pseudoniem-fictief-rood", "pseudoniem-fictief-blauw", "pseudoniem-fictief-groen"


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock))
    ledger.close()
    keys.close()


def joined(desk):
    """Two families taken for one: the police's report named a person in common. Return the case."""
    first = desk.take(report(VT, "r-vt", reference="d-1", persons=[ROOD, BLAUW]))[0].case
    (second,) = desk.take(report(POLICE, "r-p", reference="mut-9", persons=[ROOD, GROEN], report_id="rp"))
    assert second.case == first
    desk.take(
        sent(
            POLICE,
            "incident_recorded",
            "i-p",
            reference="mut-9",
            incident_id="i-1",
            violence_kinds=[],
            children_present=None,
        )
    )
    return first


def moved(desk, case, *ids, to=None, event_id="m-1", **fields):
    """Ask for a repair; return all receipts of it."""
    told = {"event_ids": list(ids), "to_case": to, "from_case": None, "reason": "verkeerd-gekoppeld", **fields}
    return desk.take(sent(VT, "events_moved", event_id, case=case, **told))


def counting(desk, case):
    return sorted(event.type for event in effective(one.event() for one in desk.ledger.history(case)))


def test_a_family_that_was_taken_for_another_gets_a_case_of_its_own(desk):
    case = joined(desk)

    asked, *_ = moved(desk, case, "r-p", "i-p")

    other = desk.ledger.record("m-1")[1]
    assert (asked.verdict, other.case) == ("accepted", case)
    new = desk.take(sent(POLICE, "acute_danger_found", "a-1", reference="mut-9", report_id="rp"))[0].case
    assert new != case
    assert counting(desk, case) == ["events_moved", "report_received"]
    assert counting(desk, new) == ["acute_danger_found", "events_moved", "incident_recorded", "report_received"]
    assert desk.ledger.verify(case) == desk.ledger.verify(new) == []
    assert list(desk.ledger.verify_all()) == []


def test_the_time_at_which_it_happened_stays_and_the_time_at_which_it_was_known_is_of_the_repair(desk):
    case = joined(desk)
    desk.clock.at += 48 * HOUR

    moved(desk, case, "r-p", "i-p")

    new = case_of_reference(desk, "mut-9")
    report_there = next(one for one in desk.ledger.history(new) if one.type == "report_received")
    assert (report_there.occurred_at, report_there.recorded_at) == (NOON, NOON + 48 * HOUR)
    assert (report_there.agency, report_there.reference) == (POLICE, "mut-9")


def case_of_reference(desk, reference, agency=POLICE):
    with desk.ledger.writing() as w:
        return w.cases_by_alias([(agency, reference)])[agency, reference]


def test_who_told_it_hears_to_which_case_it_went_and_under_which_number(desk):
    case = joined(desk)

    _, *notices = moved(desk, case, "r-p", "i-p")

    new = case_of_reference(desk, "mut-9")
    assert [(one.id, one.verdict, one.case) for one in notices] == [("r-p", "accepted", new), ("i-p", "accepted", new)]
    (number,) = (one.event_id for one in desk.ledger.history(new) if one.type == "incident_recorded")
    assert number in notices[1].remarks[0]
    (receipt,) = desk.take(
        sent(POLICE, "event_withdrawn", "w-1", reference="mut-9", event_id=number, reason="dubbel-verstuurd")
    )
    assert receipt.verdict == "accepted"
    assert "incident_recorded" not in counting(desk, new)


def test_persons_get_the_labels_of_the_case_where_they_belong_and_are_sealed_under_its_key(desk):
    case = joined(desk)
    moved(desk, case, "r-p", "i-p")

    new = case_of_reference(desk, "mut-9")
    there = next(one for one in desk.ledger.history(new) if one.type == "report_received")

    assert [one["person"] for one in there.data()["persons"]] == ["p1", "p2"]
    assert {ROOD, GROEN} <= set(desk.ledger.unseal(there).values())
    erase(desk.ledger, case)
    assert {ROOD, GROEN} <= set(desk.ledger.unseal(there).values()), "each family's content is under its own key"


def test_a_file_number_stays_as_long_as_something_told_under_it_stays(desk):
    case = joined(desk)

    moved(desk, case, "r-p")

    assert case_of_reference(desk, "mut-9") == case
    moved(desk, case, "i-p", to=case_id("m-1"), event_id="m-2")
    assert case_of_reference(desk, "mut-9") == case_id("m-1")


def test_who_is_no_longer_told_of_is_no_longer_found_there(desk):
    case = joined(desk)
    moved(desk, case, "r-p", "i-p")
    new = case_of_reference(desk, "mut-9")

    (green,) = desk.take(report(TEAM, "r-t", reference="t-1", persons=[GROEN]))
    (blue,) = desk.take(report(TEAM, "r-u", reference="t-2", persons=[BLAUW]))

    assert (green.case, blue.case) == (new, case)


def test_nothing_on_the_bus_joins_the_two_families(desk):
    case = joined(desk)
    moved(desk, case, "r-p", "i-p")
    new = case_of_reference(desk, "mut-9")

    bodies = {one: [each.payload for each in desk.ledger.history(one)] for one in (case, new)}

    assert not any(new.encode() in body for body in bodies[case])
    assert not any(case.encode() in body for body in bodies[new])
    arrival = next(one for one in desk.ledger.history(new) if one.type == "events_moved")
    assert desk.ledger.unseal(arrival) == {"to_case": new, "from_case": case}


def test_two_cases_of_one_family_become_one(desk):
    first = desk.take(report(VT, "r-vt", reference="d-1", persons=[ROOD]))[0].case
    second = desk.take(report(POLICE, "r-p", reference="mut-9", persons=[GROEN]))[0].case

    moved(desk, second, "r-p", to=first, reason="verkeerd-gesplitst")

    assert counting(desk, second) == ["events_moved"]
    assert counting(desk, first) == ["events_moved", "report_received", "report_received"]
    assert case_of_reference(desk, "mut-9") == first
    assert case_of(one.event() for one in desk.ledger.history(first)).reports == 2


def test_a_repair_can_itself_be_repaired(desk):
    first = desk.take(report(VT, "r-vt", reference="d-1", persons=[ROOD]))[0].case
    second = desk.take(report(POLICE, "r-p", reference="mut-9", persons=[GROEN]))[0].case
    moved(desk, second, "r-p", to=first)
    there = next(one.event_id for one in desk.ledger.history(first) if one.agency == POLICE)

    moved(desk, first, there, to=second, event_id="m-2")

    assert case_of_reference(desk, "mut-9") == second
    assert counting(desk, second) == ["events_moved", "events_moved", "report_received"]
    assert desk.take(report(TEAM, "r-t", reference="t-1", persons=[GROEN]))[0].case == second


def test_corrections_go_along_with_what_they_correct(desk):
    case = joined(desk)
    data = {"persons": [{"person": GROEN, "role": "victim", "child": True, "birth_year": 2019, "age_group": "0_11"}]}
    told = {
        "event_id": "r-p",
        "data": json.dumps(data),
        "new_occurred_at": instant_of(NOON - HOUR),
        "reason": "typefout",
    }
    assert desk.take(sent(POLICE, "event_corrected", "c-1", reference="mut-9", **told))[0].verdict == "accepted"

    moved(desk, case, "r-p", "i-p")

    new = case_of_reference(desk, "mut-9")
    events = effective(one.event() for one in desk.ledger.history(new))
    assert events[0].type == "report_received"
    assert (events[0].occurred_at, [one["child"] for one in events[0].data["persons"]]) == (NOON - HOUR, [True])


def test_what_triage_concluded_of_a_report_that_goes_counts_no_longer(desk):
    case = joined(desk)
    desk.take(sent("triage", "report_classified", "k-1", case=case, report_id="rp", **{"class": "during_assessment"}))

    moved(desk, case, "r-p", "i-p")

    assert "report_classified" not in counting(desk, case)


def test_an_event_and_its_repair_in_one_batch_give_the_same(desk):
    told = {"event_ids": ["r-p"], "to_case": None, "from_case": None, "reason": "verkeerd-gekoppeld"}
    receipts = desk.take(
        report(POLICE, "r-p", reference="mut-9", persons=[ROOD, GROEN]),
        report(VT, "r-vt", reference="d-1", persons=[ROOD]),
        sent(VT, "events_moved", "m-1", reference="d-1", **told),
    )

    assert [one.verdict for one in receipts] == ["accepted"] * 4
    assert receipts[3].case != receipts[0].case == receipts[1].case
    assert list(desk.ledger.verify_all()) == []


def test_the_same_repair_sent_twice_happens_once(desk):
    case = joined(desk)
    moved(desk, case, "r-p", "i-p")
    before = desk.ledger.head()

    (again,) = moved(desk, case, "r-p", "i-p")

    assert (again.verdict, desk.ledger.head()) == ("duplicate", before)


def test_the_deadlines_of_both_families_follow(desk):
    """The report that goes takes its term with it: closed where it never belonged, running where it does."""
    case = joined(desk)
    desk.clock.at += 5 * 24 * HOUR
    moved(desk, case, "r-p", "i-p")
    new = case_of_reference(desk, "mut-9")
    there = next(one.event_id for one in desk.ledger.history(new) if one.type == "report_received")
    lines = [json.dumps(one.line()) for each in (case, new) for one in desk.ledger.history(each)]

    rows = [row for row in replay(load(AGREEMENTS), lines, NOON + 30 * 24 * HOUR) if row["rule"] == "ST-01"]

    warned = {(row["case"], row["instance"]): row["outcome"] for row in rows if row["stage"] == "warn"}
    assert warned == {(case, "r-vt"): "superseded", (case, "r-p"): "withdrawn", (new, there): "superseded"}
    breached = [(row["case"], row["instance"]) for row in rows if row["stage"] == "breach"]
    assert sorted(breached) == sorted([(case, "r-vt"), (new, there)])


def test_what_waited_for_the_new_case_flows(desk):
    case = joined(desk)
    told = {"event_ids": ["r-p"], "to_case": None, "from_case": None, "reason": "verkeerd-gekoppeld"}
    request = sent(VT, "events_moved", "m-1", case=case, **told)
    (waits,) = desk.take(sent(VT, "acute_danger_found", "a-1", case=case_id("m-1"), report_id="rp"))
    receipts = desk.take(request)

    assert waits.verdict == "parked"
    assert ("a-1", "accepted", case_id("m-1")) in [(one.id, one.verdict, one.case) for one in receipts]


@pytest.mark.parametrize(
    ("ids", "fields", "place"),
    [
        ([], {}, "event_ids"),
        (["e-unknown"], {}, "event_ids"),
        (["i-p"], {}, "event_ids"),  # a new case needs a report
        (["k-1"], {}, "event_ids"),  # triage's own conclusion
        (["r-p"], {"to": "0f6b1c2e-5a4d-5e3f-8b7a-00000000a002"}, "to_case"),
        (["r-p"], {"from_case": "0f6b1c2e-5a4d-5e3f-8b7a-00000000a002"}, "from_case"),
        ([f"e-{number}" for number in range(201)], {}, "event_ids"),
    ],
)
def test_what_cannot_be_moved_is_refused_with_a_sentence(desk, ids, fields, place):
    case = joined(desk)
    desk.take(sent("triage", "report_classified", "k-1", case=case, report_id="rp", **{"class": "during_assessment"}))

    (receipt,) = moved(desk, case, *ids, **fields)

    assert (receipt.verdict, receipt.field) == ("refused", place)
    assert receipt.reason.endswith(".")


def test_events_do_not_move_to_where_they_are_nor_to_an_agencys_own_stream(desk):
    case = joined(desk)
    desk.take(sent(VT, "advice_given", "adv-1", question="anders", asker_capacity="school", violence_kinds=[]))

    assert moved(desk, case, "r-p", to=case)[0].field == "to_case"
    assert moved(desk, case, "r-p", to=stream_of(VT), event_id="m-2")[0].field == "to_case"


def test_what_was_withdrawn_or_erased_does_not_move(desk):
    case = joined(desk)
    desk.take(sent(POLICE, "event_withdrawn", "w-1", reference="mut-9", event_id="i-p", reason="typefout"))

    assert moved(desk, case, "r-p", "i-p")[0].field == "event_ids"
    erase(desk.ledger, case)
    assert moved(desk, case, "r-p", event_id="m-2")[0].field == "case"


def test_a_proposal_to_erase_one_family_is_not_moved_to_another(desk):
    first = desk.take(report(VT, "r-vt", reference="d-1", persons=[ROOD], at=NOON - HOUR))[0].case
    second = desk.take(report(POLICE, "r-p", reference="mut-9", persons=[GROEN]))[0].case
    desk.take(sent(VT, "case_closed", "c-1", reference="d-1", reason="veilig"))
    proposal = sent(
        "board", "erasure_proposed", "e-1", case=first, recorded_by="mdw-1", ground="bewaartermijn-verlopen"
    )
    assert desk.take(proposal)[0].verdict == "accepted"

    (receipt,) = moved(desk, first, "e-1", to=second)

    assert (receipt.verdict, receipt.field) == ("refused", "event_ids")
    assert "wissen" in receipt.reason


def test_only_veilig_thuis_moves_events(desk):
    case = joined(desk)
    told = {"event_ids": ["r-p"], "to_case": None, "from_case": None, "reason": "anders"}

    assert desk.take(sent(POLICE, "events_moved", "m-1", case=case, **told))[0].verdict == "rejected"
