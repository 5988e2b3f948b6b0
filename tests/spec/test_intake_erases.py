"""What is told about people is erased by two, for good; that it was told stays, and still proves itself."""

import shutil
from contextlib import contextmanager

import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from waakvlam.clock import FixedClock

VT, POLICE = "veilig-thuis-groningen", "politie-nn"
ROOD = "pseudoniem-fictief-rood"
ANNA, BERT = "mdw-fictief-anna", "mdw-fictief-bert"


class House:
    """A ledger with its keys, that can be opened again as after a crash."""

    def __init__(self, folder):
        self.folder, self.clock = folder, FixedClock(NOON)
        self.opened = []

    def open(self):
        keys = FileKeyStore(self.folder / "keys.db", clock=self.clock)
        ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", clock=self.clock, keys=keys)
        self.opened += [ledger, keys]
        return Desk(ledger, self.clock, Pipeline(ledger, clock=self.clock))


@pytest.fixture
def house(tmp_path):
    one = House(tmp_path)
    yield one
    for each in one.opened:
        each.close()


@pytest.fixture
def desk(house):
    return house.open()


def closed(desk):
    """A family whose case is closed. Return the case."""
    case = desk.take(report(VT, "r-1", reference="d-1", persons=[ROOD], at=NOON - HOUR))[0].case
    desk.take(sent(VT, "case_closed", "c-1", reference="d-1", reason="veilig"))
    return case


def proposed(case, event_id="p-1", *, by=ANNA):
    return sent("board", "erasure_proposed", event_id, case=case, recorded_by=by, ground="bewaartermijn-verlopen")


def confirmed(case, event_id="b-1", *, by=BERT, proposal="p-1"):
    return sent("board", "erasure_confirmed", event_id, case=case, recorded_by=by, proposal_id=proposal)


def readable(desk, case):
    """Return the versions of the records of a case of which the personal part can be read."""
    found = []
    for one in desk.ledger.history(case):
        try:
            if desk.ledger.unseal(one):
                found.append(one.version)
        except errors.Erased:
            pass
    return found


def test_what_one_person_proposes_and_another_confirms_can_never_be_read_again(desk):
    case = closed(desk)
    assert readable(desk, case) == [1]

    receipts = desk.take(proposed(case), confirmed(case))

    assert [one.verdict for one in receipts] == ["accepted", "accepted"]
    assert readable(desk, case) == []
    assert desk.types(case) == ["report_received", "case_closed", "erasure_proposed", "erasure_confirmed"]
    assert list(desk.ledger.verify_all()) == []


def test_whoever_was_erased_is_not_recognised_and_takes_nobodys_label(desk):
    case = closed(desk)
    desk.take(proposed(case), confirmed(case))

    (again,) = desk.take(report(POLICE, "r-2", reference="m-1", persons=[ROOD]))

    assert again.case != case


@pytest.mark.parametrize("by", [ANNA, ANNA.upper(), None])
def test_nobody_confirms_what_they_proposed_themselves(desk, by):
    case = closed(desk)
    desk.take(proposed(case))

    (receipt,) = desk.take(confirmed(case, by=by))

    assert (receipt.verdict, receipt.field) == ("refused", "recorded_by")
    assert readable(desk, case) == [1]


def test_nobody_proposes_without_saying_who(desk):
    case = closed(desk)

    assert desk.take(proposed(case, by=None))[0].field == "recorded_by"


def test_whoever_had_a_hand_in_the_proposal_does_not_confirm_it(desk):
    """A correction by the second person makes the proposal theirs too."""
    case = closed(desk)
    told = {"event_id": "p-1", "data": '{"ground": "anders"}', "new_occurred_at": None, "reason": "typefout"}
    desk.take(proposed(case), sent(VT, "event_corrected", "k-1", case=case, recorded_by=BERT, **told))

    assert desk.take(confirmed(case))[0].field == "recorded_by"


def test_an_open_case_is_not_erased(desk):
    case = desk.take(report(VT, "r-1", reference="d-1", persons=[ROOD], at=NOON - HOUR))[0].case
    assert desk.take(proposed(case))[0].field == "case"

    desk.take(sent(VT, "case_closed", "c-1", case=case, reason="veilig"), proposed(case))
    desk.take(sent(VT, "case_reopened", "o-1", case=case, at=NOON + 1, reason="nieuwe-zorgen"))

    assert desk.take(confirmed(case))[0].field == "case"
    assert readable(desk, case) == [1]


@pytest.mark.parametrize("proposal", ["p-unknown", "c-1"])
def test_only_a_standing_proposal_is_confirmed(desk, proposal):
    case = closed(desk)

    assert desk.take(confirmed(case, proposal=proposal))[0].field == "proposal_id"


def test_a_withdrawn_proposal_erases_nothing(desk):
    case = closed(desk)
    desk.take(proposed(case), sent(VT, "event_withdrawn", "w-1", case=case, event_id="p-1", reason="typefout"))

    assert desk.take(confirmed(case))[0].field == "proposal_id"
    assert readable(desk, case) == [1]


def test_a_confirmation_never_waits_for_its_case(desk):
    (receipt,) = desk.take(confirmed("0f6b1c2e-5a4d-5e3f-8b7a-00000000a002"))

    assert (receipt.verdict, receipt.field) == ("refused", "proposal_id")


def test_what_is_told_after_the_erasure_is_kept_though_it_came_in_the_same_batch(desk):
    """The next family that comes in under this case must not lose what was told of it."""
    case = closed(desk)

    desk.take(proposed(case), confirmed(case), report(VT, "r-2", reference="d-1", persons=[ROOD]))

    assert [one.version for one in desk.ledger.history(case) if one.sealed] == [1, 5]
    assert readable(desk, case) == [5]


def test_a_crash_between_decision_and_erasure_is_made_good_at_the_next_start(house, desk, monkeypatch):
    case = closed(desk)
    desk.take(proposed(case))

    def crash(_):
        raise RuntimeError("killed")

    monkeypatch.setattr(Ledger, "finish_erasures", crash)
    with pytest.raises(RuntimeError):
        desk.take(confirmed(case))
    monkeypatch.undo()
    assert readable(desk, case) == [1]

    assert readable(house.open(), case) == []


def test_an_erasure_whose_commit_was_not_heard_of_is_done_when_the_database_is_back(desk, monkeypatch):
    case = closed(desk)
    desk.take(proposed(case))
    writing = Ledger.writing

    @contextmanager
    def cut_after_the_commit(ledger):
        with writing(ledger) as w:
            yield w
        raise errors.Away("the connection is gone")

    monkeypatch.setattr(Ledger, "writing", cut_after_the_commit)
    with pytest.raises(errors.Away):
        desk.take(confirmed(case))
    monkeypatch.undo()
    assert readable(desk, case) == [1]

    desk.pipeline.positions([])

    assert readable(desk, case) == []


def test_a_key_store_that_comes_back_from_a_backup_is_erased_again(house, desk):
    case = closed(desk)
    other = desk.take(report(POLICE, "r-2", reference="m-1", persons=["pseudoniem-fictief-blauw"]))[0].case
    shutil.copy(house.folder / "keys.db", house.folder / "backup.db")
    shutil.copy(house.folder / "keys.db-wal", house.folder / "backup.db-wal")
    desk.take(proposed(case), confirmed(case))
    for one in house.opened:
        one.close()
    (house.folder / "keys.db-wal").unlink(missing_ok=True)
    shutil.move(house.folder / "backup.db", house.folder / "keys.db")
    shutil.move(house.folder / "backup.db-wal", house.folder / "keys.db-wal")
    restored = house.open()
    assert readable(restored, case) == [1]

    assert restored.ledger.erase_again() == 1

    assert readable(restored, case) == []
    assert readable(restored, other) == [1]
