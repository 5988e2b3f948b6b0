"""What is stored proves itself: any byte changed, row removed or moved is found; what was erased is gone, the proof stays."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ledger import errors, record, sealing
from ledger.application import Ledger
from ledger.database import Statements
from ledger.model import Parked
from ledger.sealing import FileKeyStore
from tests.erasing import erase
from waakvlam.clock import FixedClock

Opening = Callable[[], Ledger]
ROW = "WHERE originator_id = 'case-a' AND originator_version = ?"


def flip_a_byte(t: Statements) -> None:
    body = bytearray(t.value(f"SELECT state FROM stored_events {ROW}", (3,)))
    body[body.index(b"clear")] ^= 1
    t.execute(f"UPDATE stored_events SET state = ? {ROW}", (bytes(body), 3))


def flip_a_byte_of_the_last(t: Statements) -> None:
    body = bytearray(t.value(f"SELECT state FROM stored_events {ROW}", (5,)))
    body[body.index(b"clear")] ^= 1
    t.execute(f"UPDATE stored_events SET state = ? {ROW}", (bytes(body), 5))


def remove_one(t: Statements) -> None:
    t.execute(f"DELETE FROM stored_events {ROW}", (3,))


def remove_the_last(t: Statements) -> None:
    t.execute(f"DELETE FROM stored_events {ROW}", (5,))


def swap_two(t: Statements) -> None:
    bodies = [t.value(f"SELECT state FROM stored_events {ROW}", (version,)) for version in (2, 3)]
    for version, body in zip((3, 2), bodies, strict=True):
        t.execute(f"UPDATE stored_events SET state = ? {ROW}", (body, version))


def garble(t: Statements) -> None:
    t.execute(f"UPDATE stored_events SET state = ? {ROW}", (b"\xff\xff\xff", 2))


def remove_the_case(t: Statements) -> None:
    t.execute("DELETE FROM stored_events WHERE originator_id = 'case-a'")
    t.execute("DELETE FROM heads WHERE case_id = 'case-a'")


def remove_the_head(t: Statements) -> None:
    t.execute("DELETE FROM heads WHERE case_id = 'case-a'")


def set_the_time_back(t: Statements) -> None:
    """A forger who makes the whole chain anew, but with times that do not run on."""
    previous = record.NOTHING_BEFORE
    question = "SELECT originator_version, state FROM stored_events WHERE originator_id = 'case-a' ORDER BY 1"
    for version, body in t.rows(question):
        found = record.decode(bytes(body))
        forged = record.encode(replace(found, recorded_at=found.recorded_at - version, previous=previous))
        previous = record.digest(forged)
        t.execute(f"UPDATE stored_events SET state = ? {ROW}", (forged, version))
    t.execute("UPDATE heads SET digest = ? WHERE case_id = 'case-a'", (previous,))


FORGERIES = (
    set_the_time_back,
    flip_a_byte,
    flip_a_byte_of_the_last,
    remove_one,
    remove_the_last,
    swap_two,
    garble,
    remove_the_case,
    remove_the_head,
)


@pytest.mark.parametrize("forge", FORGERIES)
def test_every_forgery_is_found(ledger: Ledger, drafts, forge: Callable[[Statements], None]):
    with ledger.writing() as w:
        for _ in range(5):
            w.append([drafts.one(), drafts.one("case-b")])
    assert list(ledger.verify_all()) == []
    assert ledger.verify("case-a") == []

    with ledger._recorder.writing() as t:
        forge(t)

    assert list(ledger.verify_all()) != []
    assert ledger.verify("case-b") == []
    if forge is not remove_the_case:  # a case of which nothing is left is missed by its positions only
        assert ledger.verify("case-a") != []


def test_verification_reads_in_pages_and_names_the_place(ledger: Ledger, drafts):
    with ledger.writing() as w:
        w.append(drafts.many(4500))
    with ledger._recorder.writing() as t:
        t.execute(f"DELETE FROM stored_events {ROW}", (2600,))

    found = list(ledger.verify_all())
    assert {(each.case, each.version, each.position) for each in found} == {
        (None, None, 2600),
        ("case-a", 2601, 2601),
    }


def test_the_newest_are_missed_too(ledger: Ledger, drafts):
    with ledger.writing() as w:
        w.append([drafts.one(), drafts.one("case-b")])
    with ledger._recorder.writing() as t:
        t.execute("DELETE FROM stored_events WHERE originator_id = 'case-b'")
        t.execute("DELETE FROM heads WHERE case_id = 'case-b'")

    assert [(each.position, each.reason) for each in ledger.verify_all()] == [(2, "the newest positions are missing")]
    with pytest.raises(errors.Damaged):
        ledger.record("e-2")


def test_an_empty_ledger_is_in_order(ledger: Ledger):
    assert list(ledger.verify_all()) == []
    assert ledger.verify("no-such-case") == []


def test_what_is_about_a_person_is_sealed_before_it_is_stored(ledger: Ledger, drafts, url: str):
    with ledger.writing() as w:
        w.append([drafts.one(personal={"note": "Fictieve Frederika", "persons": [{"person": "pseudo-9"}]})])

    [found] = ledger.history("case-a")
    [stored] = ledger.notifications(after=0)
    assert ledger.unseal(replace(found, sealed=b"")) == {}
    assert b"Frederika" not in stored.body
    assert b"pseudo-9" not in stored.body
    assert ledger.unseal(found) == {"note": "Fictieve Frederika", "persons": [{"person": "pseudo-9"}]}
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        assert all(b"Frederika" not in each.read_bytes() for each in path.parent.glob("ledger.db*"))


def test_an_erased_case_can_not_be_read_and_still_proves_itself(open_ledger: Opening, drafts):
    ledger = open_ledger()
    with ledger.writing() as w:
        w.append(drafts.many(2, persons={"pseudo-1": "p1"}, personal={"note": "fictief"}))
        w.append(drafts.many(1, "case-b", personal={"note": "blijft"}))
        told = {"agency": "politie-nn", "reference": None, "type": "incident_recorded", "reason": "held", "key": None}
        waits = {"parked_at": 1, "due_at": 2, "headers": [], "value": b"Frederika", "source": "urn:x", "content": b""}
        w.park(Parked(event_id="w-1", case="case-a", **told, **waits))

    assert erase(ledger, "case-a") == 1
    again = open_ledger()
    for found in again.history("case-a"):
        with pytest.raises(errors.Erased):
            again.unseal(found)
    assert again.unseal(again.history("case-b")[0]) == {"note": "blijft"}
    assert list(again.verify_all()) == []
    assert (again.head(), again.parked_now()) == (3, 0)
    with again.writing() as w:
        assert w.persons("case-a") == {"erased:p1": "p1"}
        assert w.cases_by_person(["pseudo-1"], since=0) == {}


def test_a_case_that_goes_on_after_erasure_gets_a_new_key(ledger: Ledger, drafts):
    with ledger.writing() as w:
        w.append([drafts.one(personal={"note": "weg"})])
    erase(ledger, "case-a")
    with ledger.writing() as w:
        w.append([drafts.one(personal={"note": "nieuw"})])

    first, second = ledger.history("case-a")
    assert ledger.unseal(second) == {"note": "nieuw"}
    with pytest.raises(errors.Erased):
        ledger.unseal(first)


def test_a_sealed_part_does_not_open_on_another_event(ledger: Ledger, drafts, keys: FileKeyStore):
    with ledger.writing() as w:
        w.append([drafts.one(personal={"note": "fictief"}), drafts.one()])
    first, second = ledger.history("case-a")

    told = {"event_id": second.event_id, "case": "case-a", "type_": second.type, "occurred_at": second.occurred_at}
    with pytest.raises(errors.Damaged):
        sealing.open_sealed(first.sealed, case="case-a", bound=sealing.bound_to(**told), keys=keys)


def test_without_a_key_store_nothing_personal_is_taken_in(url: str, clock: FixedClock, drafts):
    ledger = Ledger.open(url, clock=clock)
    with ledger.writing() as w:
        w.append(drafts.many(1))
    with pytest.raises(errors.Fault), ledger.writing() as w:
        w.append(drafts.many(1, personal={"note": "fictief"}))

    assert ledger.head() == 1
    with pytest.raises(errors.Fault):
        erase(ledger, "case-a")
    ledger.close()


def test_the_key_is_durable_before_the_ledger_commits(ledger: Ledger, undone, drafts, keys: FileKeyStore):
    with undone(ledger) as w:
        w.append([drafts.one(personal={"note": "fictief"})])

    assert len(keys.get("case-a", 1)) == 32


def test_vacuum_does_not_renumber_and_no_position_is_given_twice(tmp_path: Path, clock: FixedClock, drafts):
    """SQLite may renumber implicit row numbers and reuse the highest; ours are columns."""
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}", clock=clock)
    with ledger.writing() as w:
        w.append(drafts.many(6))
    ledger.close()
    with sqlite3.connect(path, isolation_level=None) as by_hand:
        by_hand.execute("DELETE FROM stored_events WHERE originator_version IN (1, 2, 6)")
        by_hand.execute("VACUUM")

    again = Ledger.open(f"sqlite:///{path}", clock=clock)
    with again.writing() as w:
        assert w.append(drafts.many(1, "case-b")) == [7]
    assert [each.position for each in again.notifications(after=0)] == [3, 4, 5, 7]
    again.close()


def test_the_unsafe_insert_function_of_the_library_does_not_exist(postgres, clock: FixedClock):
    ledger = Ledger.open(postgres(), clock=clock)
    with ledger._recorder.reading() as t:
        assert t.rows("SELECT proname FROM pg_proc WHERE proname LIKE 'es_%%'") == []
    ledger.close()


def test_a_ledger_is_named_by_a_url_of_a_known_kind(clock: FixedClock):
    with pytest.raises(ValueError, match="sqlite"):
        Ledger.open("mysql://somewhere", clock=clock)
