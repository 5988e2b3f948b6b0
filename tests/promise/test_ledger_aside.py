"""What is set aside stays until people decide, on both stores: byte for byte, with a record of who decided what."""

from collections.abc import Callable

import pytest

from ledger import aside, decisions, memos, tables
from ledger.application import Ledger
from ledger.decisions import SamePerson
from ledger.model import DeadLetter, Decision, Standing, Wire

Opening = Callable[[], Ledger]
WIRE = Wire(key=b"\x00k", headers=[("x", b"\xff\x00"), ("x", b"")], value=b"Fictieve Frederika")


def letter(**told: object) -> DeadLetter:
    plain = {
        "agency": "politie-nn",
        "event_id": "e-1",
        "case": None,
        "verdict": "rejected",
        "field": "value",
        "reason": "onleesbaar",
        "topic": "agency.politie-nn",
        "partition": 1,
        "offset": 12,
        "content": bytes(32),
        "size": 18,
        "shape": "{}",
        "set_aside_at": 10,
        "due_at": 20,
    }
    return DeadLetter(**(plain | told))


def keep(ledger: Ledger, *letters: tuple[DeadLetter, Wire]) -> None:
    with ledger.writing() as w:
        aside.keep(w.statements, letters, w.keys_for({aside.key_name(one.agency) for one, _ in letters}))


def open_ones(ledger: Ledger) -> list[DeadLetter]:
    with ledger.reading() as statements:
        return aside.dead_letters(statements, aside.UNDECIDED)


def test_a_dead_letter_outlives_a_restart_byte_for_byte_and_only_its_key_opens_it(open_ledger: Opening, keys):
    keep(open_ledger(), (letter(), WIRE), (letter(offset=13, event_id=None), Wire(key=None, headers=[], value=None)))

    later = open_ledger()
    found = open_ones(later)
    assert [(one.offset, one.event_id, one.standing) for one in found] == [(12, "e-1", "open"), (13, None, "open")]
    with later.reading() as statements:
        assert aside.wires(statements, found, keys) == [WIRE, Wire(key=None, headers=[], value=None)]
        bodies = [bytes(row[0]) for row in statements.rows("SELECT body FROM dead_letters")]
    assert all(b"Frederika" not in body for body in bodies)


def test_the_same_record_again_is_the_same_letter_and_its_deadline_stays_until_it_is_closed(ledger):
    keep(ledger, (letter(), WIRE))
    keep(ledger, (letter(due_at=90, verdict="refused"), WIRE))
    (once,) = open_ones(ledger)
    assert (once.due_at, once.verdict) == (20, "refused")

    with ledger.writing() as w:
        assert aside.move(w.statements, [once.number], aside.DISCARDED) == 1
        assert aside.move(w.statements, [once.number], aside.ASKED) == 0
    assert open_ones(ledger) == []
    keep(ledger, (letter(due_at=90), WIRE))

    (again,) = open_ones(ledger)
    assert (again.number, again.due_at) == (once.number, 90)


def test_how_much_waits_is_told_for_each_agency(ledger):
    keep(
        ledger,
        (letter(), WIRE),
        (letter(offset=13, due_at=90, set_aside_at=5), WIRE),
        (letter(agency="ggz-noord", offset=14), WIRE),
    )

    with ledger.reading() as statements:
        assert sorted(aside.standing(statements, 50), key=lambda one: one.agency) == [
            Standing("dead_letters", "ggz-noord", 1, 1, 10),
            Standing("dead_letters", "politie-nn", 2, 1, 5),
        ]
        assert len(aside.dead_letters(statements, aside.UNDECIDED, agency="ggz-noord")) == 1


def test_two_persons_agree_and_one_never_does_with_oneself(ledger):
    def wants(who: str) -> bool:
        with ledger.writing() as w:
            return decisions.agreed(w.statements, "dead-letter/1", decisions.DISCARD, who=who, reason="x", at=w.now)

    assert not wants("op-1")
    with pytest.raises(SamePerson):
        wants("op-1")
    assert wants("op-2")
    assert not wants("op-2"), "what was agreed is done: the next word begins anew"

    with ledger.reading() as statements:
        told = [(one.step, one.who) for one in decisions.about(statements, "dead-letter/1")]
    assert told == [("proposed", "op-1"), ("confirmed", "op-2"), ("proposed", "op-2")]


def test_a_memo_is_as_it_was_written_last(open_ledger: Opening):
    with open_ledger().writing() as w:
        memos.write(w.statements, {"fuse/a": {"seen": 1}, "fuse/b": []})
        memos.write(w.statements, {"fuse/a": {"seen": 2}})

    with open_ledger().reading() as statements:
        assert memos.read(statements, ["fuse/a", "fuse/b", "fuse/c"]) == {"fuse/a": {"seen": 2}, "fuse/b": []}


def test_a_ledger_that_was_made_before_these_tables_gets_them_when_it_is_opened(open_ledger: Opening, drafts):
    before = open_ledger()
    with before.writing() as w:
        w.append(drafts.many(1))
        for table in ("memos", "dead_letters", "decisions"):
            w.statements.execute(f"DROP TABLE {table}")
        w.statements.execute("UPDATE state SET value = 2 WHERE name = 'layout'")

    later = open_ledger()

    assert later.head() == 1
    with later.reading() as statements:
        assert tables.state(statements)["layout"] == tables.LAYOUT
    with later.writing() as w:
        decisions.record(w.statements, Decision("fuse/a", decisions.RESET, decisions.CONFIRMED, "op-1", "x", 1))
    assert open_ones(later) == []
