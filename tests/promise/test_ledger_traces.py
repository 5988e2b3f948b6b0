"""The ledger keeps beside each record to which trace it belongs, and the record itself stays the same bytes."""

from collections.abc import Callable

import pytest

from ledger import tables, traces
from ledger.application import Ledger
from waakvlam import trace
from waakvlam.trace import Trace

Opening = Callable[..., Ledger]


def test_a_record_keeps_its_trace_and_others_have_none(open_ledger: Opening, drafts) -> None:
    begun = trace.begun()
    with open_ledger().writing() as w:
        first, second = w.append(drafts.many(2))
        traces.keep(w.statements, {second: begun})

    with open_ledger().reading() as statements:
        assert traces.between(statements, after=0, through=second) == {second: begun}
        assert traces.between(statements, after=second, through=second + 10) == {}
        assert traces.of_events(statements, ["e-1", "e-2", "e-3"]) == {"e-2": begun}
        assert first + 1 == second


def test_traces_of_many_transactions_are_found_by_page_and_by_event(open_ledger: Opening, drafts) -> None:
    ledger, known = open_ledger(), {}
    for number in range(1, 8):
        with ledger.writing() as w:
            positions = w.append(drafts.many(number))
            begun = {one: Trace(f"{one:032x}", f"{one:016x}", one % 2 == 0) for one in positions if one % 3}
            traces.keep(w.statements, begun)
            known |= begun
    last = max(known)

    with ledger.reading() as statements:
        for after in range(last + 2):
            for through in (after, after + 1, after + 4, last + 9):
                found = traces.between(statements, after=after, through=through)
                assert found == {at: one for at, one in known.items() if after < at <= through}
        assert traces.of_events(statements, [f"e-{at}" for at in range(1, last + 5)]) == {
            f"e-{at}": one for at, one in known.items()
        }


def test_what_is_undone_leaves_no_trace(open_ledger: Opening, drafts) -> None:
    ledger = open_ledger()

    def keep_and_stumble():
        with ledger.writing() as w:
            (position,) = w.append(drafts.many(1))
            traces.keep(w.statements, {position: trace.begun()})
            w.append(1 // 0)

    with pytest.raises(ZeroDivisionError):
        keep_and_stumble()

    with ledger.reading() as statements:
        assert traces.between(statements, after=0, through=100) == {}


def test_the_records_bytes_and_the_chain_know_nothing_of_a_trace(open_ledger: Opening, drafts) -> None:
    ledger = open_ledger()
    with ledger.writing() as w:
        (position,) = w.append(drafts.many(1))
        traces.keep(w.statements, {position: trace.begun()})

    (record,) = ledger.notifications(after=0)
    with ledger.writing() as w:
        w.statements.execute("DELETE FROM trace_runs")
    assert [one.body for one in ledger.notifications(after=0)] == [record.body]
    assert list(ledger.verify_all()) == []


def test_a_ledger_of_before_there_were_traces_goes_on_and_its_events_have_none(open_ledger: Opening, drafts) -> None:
    before = open_ledger()
    with before.writing() as w:
        w.append(drafts.many(1))
        w.statements.execute("DROP TABLE trace_runs")
        w.statements.execute("UPDATE state SET value = 3 WHERE name = 'layout'")

    later = open_ledger()
    with later.writing() as w:
        (position,) = w.append(drafts.many(1))
        traces.keep(w.statements, {position: trace.begun()})

    with later.reading() as statements:
        assert tables.state(statements)["layout"] == tables.LAYOUT
        assert list(traces.of_events(statements, ["e-1", "e-2"])) == ["e-2"]
