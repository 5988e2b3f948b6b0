"""Which places the pump finds torn: Kafka no longer holds them from where we were."""

from ledger.streams.pump import _torn
from ledger.streams.records import Place

HERE = Place("case-events", 3)


def test_a_place_that_goes_on_where_it_was_is_whole() -> None:
    assert _torn({HERE: 40}, {HERE: 40}) == {}


def test_a_place_that_is_new_and_begins_at_its_beginning_is_whole() -> None:
    assert _torn({}, {HERE: 0}) == {}


def test_a_place_that_was_cut_off_beyond_our_position_or_made_anew_is_torn() -> None:
    assert _torn({HERE: 40}, {HERE: 90}) == {HERE: 90}
    assert _torn({HERE: 40}, {HERE: 0}) == {HERE: 0}


def test_a_place_whose_beginning_is_gone_is_torn_also_for_who_read_nothing_of_it_yet() -> None:
    assert _torn({}, {HERE: 90}) == {HERE: 90}
