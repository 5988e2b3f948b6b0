"""The judge of the crash laboratory bites: each kind of broken promise is found in evidence that was spoilt by hand."""

from dataclasses import replace

import pytest

from tests.torture.evidence import Evidence, Line, Told
from tests.torture.judge import broken_promises, smallest_story
from tests.torture.schedule import schedule
from tests.torture.stories import ACCEPTED, CONFLICT, PARKED, REFUSED, VEILIG_THUIS, blocks


def told(version, event_id, case="case-1", agency=VEILIG_THUIS):
    return Told(case, version, event_id, "condition_met", agency, f"hash-{event_id}", f"body-{event_id}")


@pytest.fixture
def found():
    """A small run in which every promise was kept."""
    ledger = [told(1, "e-1"), told(2, "e-2"), told(1, "e-3", "case-2"), told(3, "a-1", agency="radar")]
    sent = [(Line(f"e-{n}", f"hash-e-{n}"), ACCEPTED) for n in (1, 2, 3)]
    sent += [(Line("e-4", "h"), PARKED), (Line("e-5", "h"), REFUSED), (Line("e-2", "hash-e-2"), ACCEPTED)]
    sent += [(Line("e-3", "other"), CONFLICT)]
    evidence = Evidence(sent=sent, ledger=ledger, on_the_bus=[ledger[0], *ledger], parked=1)
    evidence.families = {line.id: "f-1" for line, _ in sent}
    evidence.arrived.update(line for line, _ in sent)
    evidence.contents = {one.event_id: one.payload for one in ledger}
    evidence.receipts = {
        "e-1": {(ACCEPTED, 1), (PARKED, None)},
        "e-2": {(ACCEPTED, 2), ("duplicate", 2)},
        "e-3": {(ACCEPTED, 3), (CONFLICT, None)},
        "e-4": {(PARKED, None)},
        "e-5": {(REFUSED, None)},
    }
    evidence.raised = evidence.replayed = frozenset({"alert-1"})
    evidence.open_in_ledger = evidence.open_on_board = frozenset({"alert-1"})
    return evidence


def promises(found):
    return [one.promise for one in broken_promises(found)]


def test_a_run_in_which_all_was_kept_is_not_blamed(found):
    assert promises(found) == []


def spoil_lost(found):
    del found.ledger[2], found.on_the_bus[3]


def spoil_doubled(found):
    found.ledger.append(told(2, "e-3", "case-2"))
    found.on_the_bus.append(told(2, "e-3", "case-2"))


def spoil_strange(found):
    found.ledger.append(told(2, "e-5", "case-2"))
    found.on_the_bus.append(told(2, "e-5", "case-2"))


def spoil_altered(found):
    found.contents["e-2"] = "other"


def spoil_payload(found):
    found.ledger[1] = replace(found.ledger[1], payload="other")
    found.on_the_bus[2] = found.ledger[1]


def spoil_topic(found):
    found.arrived[Line("e-2", "hash-e-2")] -= 1


def spoil_versions(found):
    found.ledger[1] = replace(found.ledger[1], version=4)
    found.on_the_bus[2] = found.ledger[1]


def spoil_receipt(found):
    found.receipts["e-1"] = {(ACCEPTED, 1), (ACCEPTED, 7)}


def spoil_silence(found):
    del found.receipts["e-3"]


def spoil_bus(found):
    found.on_the_bus.pop()


def spoil_order(found):
    found.on_the_bus[1:3] = [found.ledger[1], found.ledger[0]]
    del found.on_the_bus[0]


def spoil_missed_alert(found):
    found.replayed = frozenset({"alert-1", "alert-2"})


def spoil_false_alert(found):
    found.raised = frozenset({"alert-1", "alert-2"})


def spoil_board(found):
    found.open_on_board = frozenset()


def spoil_chain(found):
    found.findings.append("case-1 2 2: the record before it is not the one it was written after")


def spoil_deadline(found):
    found.without_deadline = 1


def spoil_parked(found):
    found.parked = 0


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        (spoil_lost, "no event is lost"),
        (spoil_doubled, "no event counts twice"),
        (spoil_strange, "nothing stands in the ledger that nobody sent"),
        (spoil_altered, "what stands in the ledger is what was sent"),
        (spoil_payload, "what stands in the ledger is what was sent"),
        (spoil_topic, "Kafka holds what it confirmed, and nothing else"),
        (spoil_versions, "versions of a case have no gaps"),
        (spoil_receipt, "every event is told what it came to, once and for good"),
        (spoil_silence, "every event is told what it came to, once and for good"),
        (spoil_bus, "case-events is the ledger, complete and in order"),
        (spoil_order, "case-events is the ledger, complete and in order"),
        (spoil_missed_alert, "every alert of the replay was raised"),
        (spoil_false_alert, "no alert was raised that the replay does not know"),
        (spoil_board, "the board shows exactly the open alerts"),
        (spoil_chain, "every chain verifies"),
        (spoil_deadline, "no open case is without a deadline"),
        (spoil_parked, "what waits for its case still waits"),
    ],
)
def test_each_broken_promise_is_found(found, spoil, promise):
    spoil(found)

    assert promise in promises(found)


def test_an_alert_that_was_raised_early_is_allowed_to_be_one_too_many(found):
    found.raised, found.early = frozenset({"alert-1", "alert-2"}), frozenset({"alert-2"})

    assert promises(found) == []


def test_the_story_of_a_broken_promise_tells_all_of_that_family_and_no_other(found):
    found.families["e-3"] = "f-2"
    found.ledger[1] = replace(found.ledger[1], version=4)
    (broken, *_) = broken_promises(found)

    story = smallest_story(found, broken)

    assert story[0].startswith("broken    case-1 version")
    assert "sent      e-2 accepted" in story
    assert any(line.startswith("ledger    case-1 4") for line in story)
    assert not any("e-3" in line for line in story)


def test_the_same_seed_plays_the_same_events_and_the_same_strikes():
    kinds = [("kill", "intake"), ("kill", "broker"), ("kill", "board")]

    def played(seed):
        some = [next(blocks(seed)) for _ in range(2)]
        return [(one.id, one.content) for one in some[0]], schedule(seed, 7, kinds, wave=1_000)

    assert played("7") == played("7")
    assert played("7") != played("8")
    assert {one.station for one in schedule("7", 3, kinds, wave=1_000)} == {"intake", "broker", "board"}
