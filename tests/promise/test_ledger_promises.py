"""What the ledger promises those who write to it, on every store."""

from collections.abc import Callable

import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.model import Head, OutboxRow, PersonMatch
from ledger.record import NOTHING_BEFORE, digest, stream_of
from waakvlam.clock import FixedClock

Opening = Callable[[], Ledger]


def test_positions_count_from_one_without_gaps_in_the_order_of_the_commits(ledger, drafts):
    with ledger.writing() as w:
        first = w.append(drafts.many(3))
        second = w.append(drafts.many(2, "case-b"))
    with ledger.writing() as w:
        third = w.append(drafts.many(1))

    assert (first, second, third) == ([1, 2, 3], [4, 5], [6])
    assert [each.position for each in ledger.notifications(after=0, limit=100)] == [1, 2, 3, 4, 5, 6]
    assert ledger.head() == 6


def test_what_was_rolled_back_leaves_no_number_behind(ledger, undone, drafts):
    with undone(ledger) as w:
        w.append(drafts.many(5))
    with ledger.writing() as w:
        positions = w.append(drafts.many(2))

    assert positions == [1, 2]
    assert list(ledger.verify_all()) == []


def test_versions_of_a_case_have_no_gaps_and_each_record_names_the_one_before(ledger, drafts):
    for number in (2, 1, 3):
        with ledger.writing() as w:
            w.append([*drafts.many(number), *drafts.many(1, "case-b")])

    history = ledger.history("case-a")
    bodies = [each.body for each in ledger.notifications(after=0) if b"case-a" in each.body]
    assert [each.version for each in history] == [1, 2, 3, 4, 5, 6]
    assert [each.previous for each in history] == [NOTHING_BEFORE, *map(digest, bodies[:-1])]


def test_an_event_counts_once_for_ever(open_ledger: Opening, drafts):
    event = drafts.one()
    with open_ledger().writing() as w:
        w.append([event])

    later = open_ledger()
    with pytest.raises(errors.AlreadyRecorded), later.writing() as w:
        w.append([drafts.one("case-b"), drafts.again(event, case="case-b")])
    with pytest.raises(errors.AlreadyRecorded), later.writing() as w:
        w.append([twice := drafts.one(), drafts.again(twice)])
    assert later.head() == 1
    with later.writing() as w:
        known = w.known([event.event_id, "never-seen"])
    assert list(known) == [event.event_id]
    assert (known[event.event_id].case, known[event.event_id].position) == ("case-a", 1)
    assert known[event.event_id].verdict == "accepted"


def test_an_id_that_was_refused_is_remembered_and_an_accepted_one_stays_accepted(ledger, drafts):
    event = drafts.one()
    told = {"source": event.source, "content": event.content}
    with ledger.writing() as w:
        w.remember("e-refused", **told, verdict="refused", case="case-a")
        w.append([event])
    with pytest.raises(errors.AlreadyRecorded), ledger.writing() as w:
        w.remember(event.event_id, **told, verdict="refused")

    with ledger.writing() as w:
        assert {name: known.verdict for name, known in w.known(["e-refused", event.event_id]).items()} == {
            "e-refused": "refused",
            event.event_id: "accepted",
        }


def test_events_and_all_that_hangs_on_them_stand_or_fall_together(ledger, undone, drafts):
    alias = ("politie-nn", "dossier-1")
    with undone(ledger) as w:
        w.append([drafts.one(aliases=[alias], persons={"pseudo-1": "p1"}, personal={"note": "fictief"})])
        w.outbox([OutboxRow(topic="receipts.politie-nn", key=b"e-1", value=b"accepted")])
        w.move_position("agency.politie-nn", 0, None, 7)

    counts = ledger.counts()
    assert (counts.events, counts.cases, counts.persons, counts.aliases, counts.outbox) == (0, 0, 0, 0, 0)
    assert ledger.positions([("agency.politie-nn", 0)]) == {}
    with ledger.writing() as w:
        assert w.known(["e-1"]) == {}
        assert w.heads(["case-a"]) == {}


def test_a_file_number_leads_to_its_case_and_never_to_another(ledger, drafts):
    alias = ("politie-nn", "dossier-1")
    with ledger.writing() as w:
        w.append([drafts.one(aliases=[alias])])
        assert w.cases_by_alias([alias, ("politie-nn", "dossier-2"), ("vt-nn", "dossier-1")]) == {alias: "case-a"}
    with ledger.writing() as w:
        w.append([drafts.one(aliases=[alias])])
    with pytest.raises(errors.AliasTaken), ledger.writing() as w:
        w.append([drafts.one("case-b", aliases=[alias])])

    with ledger.writing() as w:
        assert w.cases_by_alias([alias]) == {alias: "case-a"}


def test_a_person_leads_to_the_cases_of_recent_years_the_latest_first(ledger, drafts, clock: FixedClock):
    start = clock.at
    for years, case in ((0, "case-old"), (3, "case-a"), (4, "case-b")):
        clock.at = start + years * 10**13
        with ledger.writing() as w:
            w.append([drafts.one(case, persons={"pseudo-1": "p1"})])

    with ledger.writing() as w:
        found = w.cases_by_person(["pseudo-1", "pseudo-2"], since=start + 1)
        assert found == {
            "pseudo-1": [PersonMatch("case-b", start + 4 * 10**13), PersonMatch("case-a", start + 3 * 10**13)]
        }
        assert w.persons("case-a") == {"pseudo-1": "p1"}


def test_one_label_is_one_person(ledger, drafts):
    with ledger.writing() as w:
        w.append([drafts.one(persons={"pseudo-1": "p1", "pseudo-2": "p2"})])
    with ledger.writing() as w:
        w.append([drafts.one(persons={"pseudo-1": "p1"})])
    with pytest.raises(errors.Conflict) as caught, ledger.writing() as w:
        w.append([drafts.one(persons={"pseudo-3": "p1"})])

    assert "pseudo" not in str(caught.value)


def test_a_head_tells_where_a_case_stands_also_within_the_transaction(ledger, drafts, clock: FixedClock):
    with ledger.writing() as w:
        w.append([drafts.one(municipality="0014"), drafts.one(municipality="1966")])
        inside = w.heads(["case-a", "case-b"])
    body = ledger.notifications(after=1)[0].body

    assert inside == {"case-a": Head(2, digest(body), clock.at, "0014")}
    with ledger.writing() as w:
        assert w.heads(["case-a"]) == inside


def test_history_within_the_transaction_holds_what_was_appended_in_it(ledger, drafts):
    with ledger.writing() as w:
        w.append(drafts.many(1))
    with ledger.writing() as w:
        w.append(drafts.many(2))
        inside = w.history("case-a")

    assert [each.event_id for each in inside] == ["e-1", "e-2", "e-3"]
    assert ledger.history("case-a") == inside
    assert ledger.history("no-such-case") == []


def test_a_read_position_moves_only_from_where_its_reader_left_it(open_ledger: Opening):
    one, other = open_ledger(), open_ledger()
    with one.writing() as w:
        w.move_position("agency.politie-nn", 0, None, 10)
    with other.writing() as w:
        w.move_position("agency.politie-nn", 0, 10, 20)

    for old in (10, None):
        with pytest.raises(errors.Fenced), one.writing() as w:
            w.move_position("agency.politie-nn", 0, old, 30)
    assert one.positions([("agency.politie-nn", 0), ("agency.politie-nn", 1)]) == {("agency.politie-nn", 0): 20}


def test_an_event_without_a_case_stands_on_its_agencys_stream(ledger, drafts):
    with ledger.writing() as w:
        w.append([drafts.without_case(), drafts.one()])

    [advice] = ledger.history(stream_of("politie-nn"))
    assert advice.caseless
    assert not ledger.history("case-a")[0].caseless
    assert ledger.counts().cases == 1


def test_an_event_is_found_by_its_id(ledger, drafts):
    with ledger.writing() as w:
        w.append(drafts.many(3))
        w.remember("e-refused", source="urn:x", content=bytes(32), verdict="refused")

    position, found = ledger.record("e-2")
    assert (position, found.event_id, found.version) == (2, "e-2", 2)
    assert ledger.record("e-refused") is None
    assert ledger.record("never-seen") is None


def test_notifications_come_in_pages(ledger, drafts):
    with ledger.writing() as w:
        w.append(drafts.many(7))

    assert [each.position for each in ledger.notifications(after=2, limit=3)] == [3, 4, 5]
    assert ledger.notifications(after=7, limit=3) == []


def test_a_batch_may_be_large(ledger, drafts):
    batch = drafts.many(1200, personal={"note": "fictief"})
    with ledger.writing() as w:
        w.append(batch)
        assert len(w.known(draft.event_id for draft in batch)) == 1200

    assert ledger.head() == 1200
    assert list(ledger.verify_all()) == []


def test_a_transaction_that_has_ended_can_not_be_used(ledger, drafts):
    with ledger.writing() as w:
        w.append(drafts.many(1))

    with pytest.raises(errors.Fault, match="ended"):
        w.known(["e-1"])
    with pytest.raises(errors.Fault, match="ended"):
        w.append(drafts.many(1))
    assert ledger.head() == 1


def test_a_ledger_of_another_layout_is_not_guessed_at(ledger, open_ledger: Opening):
    with ledger._recorder.writing() as t:
        t.execute("UPDATE state SET value = 99 WHERE name IN ('layout', 'goes_on_from')")

    with pytest.raises(errors.Fault, match="layout 99"):
        open_ledger()
