"""A sender's missing sequence number is told to it and to operators within minutes, and told again when it comes."""

import random

import pytest

from ledger.application import Ledger
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from services.intake import missing, sentences
from services.intake.pipeline import Pipeline
from services.intake.sequences import AGAIN_MAX, GAPS_MAX, Gap, Numbers, as_values, from_values
from services.intake.testing import NOON, Desk, Sent, report
from tests.said import lines

POLICE = "politie-nn"
MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


def noted(*numbers, known=None, sent=0, now=NOON):
    """Note numbers one by one, each sent a second after the one before."""
    known = known or Numbers()
    for place, number in enumerate(numbers):
        known.note([(sent + place * 1_000_000, number)], now)
    return known


def gaps(known):
    return [(gap.first, gap.last) for gap in known.gaps]


# The numbers of one source, purely.


def test_what_is_behind_the_highest_and_did_not_come_is_a_gap():
    assert gaps(noted(1, 2, 5, 6, 9)) == [(3, 4), (7, 8)]
    assert gaps(noted(7, 8)) == [], "where reading begins is where counting begins"


@pytest.mark.parametrize("seed", range(20))
def test_whatever_order_partitions_are_read_in_the_gaps_are_what_was_lost(seed):
    chance = random.Random(seed)
    lost = set(chance.sample(range(2, 200), 15))
    known = Numbers()
    parts = [[(number, number) for number in range(1, 201) if number not in lost and number % 3 == n] for n in range(3)]
    known.note([(1, 1)], NOON)
    while any(parts):
        part = chance.choice([one for one in parts if one])
        size = chance.randint(1, 20)
        known.note(part[:size], NOON)
        known = from_values(as_values(known))
        del part[:size]

    assert {n for gap in known.gaps for n in range(gap.first, gap.last + 1)} == lost, f"seed {seed}"


def test_a_record_that_is_read_twice_changes_nothing():
    known = noted(1, 2, 3, 5)
    before = as_values(known)
    known.note([(0, 1), (1_000_000, 2), (3_000_000, 5)], NOON)

    assert as_values(known) == before


def test_a_sender_that_begins_anew_at_one_is_followed_and_what_it_lost_before_stays_lost():
    known = noted(1, 2, 5)
    noted(1, 2, 3, 4, 6, known=known, sent=DAY)

    assert gaps(known) == [(3, 4), (5, 5)]
    assert [gap.is_closed for gap in known.gaps] == [True, False]
    assert known.highest == 6


def test_a_new_beginning_is_seen_too_when_its_first_number_is_read_last():
    known = noted(*range(1, 10))
    known.note([(DAY + 2, 2), (DAY + 3, 3)], NOON)
    known.note([(DAY + 1, 1)], NOON)
    known.note([(DAY + 4, 4), (DAY + 6, 6)], NOON)

    assert (gaps(known), known.highest) == ([(5, 5)], 6)


def test_what_was_on_the_road_when_the_sender_began_anew_disturbs_nothing():
    known = noted(*range(1, 10))
    noted(1, 2, known=known, sent=DAY)
    known.note([(20_000_000, 300)], NOON)

    assert (gaps(known), known.highest) == ([], 2)


def test_a_few_numbers_that_come_back_after_a_loss_of_power_change_nothing():
    known = noted(*range(1, 101))
    noted(98, 99, 100, 101, known=known, sent=DAY)

    assert (gaps(known), known.highest) == ([], 101)


def test_a_sender_that_goes_back_for_long_without_a_one_begins_anew():
    known = noted(*range(1, 1_001))
    noted(*range(400, 400 + AGAIN_MAX), known=known, sent=DAY)
    assert known.highest == 1_000
    noted(500, 502, known=known, sent=2 * DAY)

    assert (gaps(known), known.highest) == ([(501, 501)], 502)


def test_what_is_kept_of_one_source_has_an_end():
    assert len(noted(*range(1, 2_000, 2)).gaps) == GAPS_MAX


def test_a_gap_is_told_once_and_its_numbers_again_when_they_come():
    known = noted(1, 5)
    assert known.tell(NOON - 1, NOON) == ([], [])
    assert known.tell(NOON, NOON + MINUTE) == ([Gap(2, 4, NOON)], [])
    assert known.tell(NOON, NOON + MINUTE) == ([], [])

    noted(3, 2, known=known)

    assert known.tell(NOON, NOON + MINUTE) == ([], [(2, 3)])
    assert gaps(known) == [(4, 4)]


# In intake.


@pytest.fixture
def desk(tmp_path, clock):
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, real=clock))
    ledger.close()
    keys.close()


def numbered(*numbers):
    return [report(POLICE, f"e-{number}", headers={"ce_sequence": str(number).encode()}) for number in numbers]


def look(desk, minutes_later, meters=None):
    return missing.tell(desk.ledger, meters, real_now=NOON + minutes_later * MINUTE, minutes=5)


def test_a_missing_number_is_told_after_five_minutes_and_found_when_it_comes(desk, clock, caplog):
    desk.take(*numbered(1, 2, 5))
    meters = registry("intake")
    assert look(desk, 4, meters) == 0
    assert f'sequence_missing{{agency="{POLICE}"}} 0.0' in meters.text().decode()

    assert look(desk, 5, meters) == 1

    (told,) = desk.collect()
    assert (told.verdict, told.first, told.last, told.reason) == ("missing", 3, 4, sentences.MISSING)
    assert {"event": "events_missing", "agency": POLICE, "first": 3, "last": 4, "topic": f"receipts.{POLICE}"} in lines(
        caplog
    )
    assert f'sequence_missing{{agency="{POLICE}"}} 2.0' in meters.text().decode()
    assert look(desk, 6) == 0

    desk.take(*numbered(3, 4))
    assert look(desk, 7, meters) == 1
    (told,) = desk.collect()
    assert (told.verdict, told.first, told.last) == ("found", 3, 4)
    assert f'sequence_missing{{agency="{POLICE}"}} 0.0' in meters.text().decode()


def test_a_number_counts_as_come_also_when_its_event_is_set_aside(desk):
    bad = Sent("agency.politie-nn", None, b"geen avro", numbered(2)[0].headers)
    desk.take(*numbered(1), bad, *numbered(3))

    assert look(desk, 9) == 0


def test_a_gap_outlives_a_restart(desk, clock):
    desk.take(*numbered(1, 3))
    again = Desk(desk.ledger, clock, Pipeline(desk.ledger, clock=clock, real=clock))

    assert look(again, 9) == 1


def test_what_the_fuse_holds_back_is_not_missing(desk):
    rubbish = [Sent("agency.politie-nn", None, b"geen avro", []) for _ in range(100)]
    desk.give(*numbered(1), *rubbish, *numbered(2, 9))

    assert look(desk, 9) == 0


@pytest.mark.parametrize("number", [b"", b"-1", b"1.5", b"\xff", b"9" * 19, b"9" * 5_000, "٣".encode()])
def test_a_number_that_is_none_is_a_fault_of_the_event_and_counts_for_nothing(desk, number):
    (receipt,) = desk.take(report(POLICE, "e-1", headers={"ce_sequence": number}))

    assert (receipt.verdict, receipt.field) == ("rejected", "ce_sequence")
    assert look(desk, 9) == 0


@pytest.mark.parametrize("time", [b"", b"morgen", b"\xff", b"2025-11-25T12:00:00"])
def test_a_number_without_a_moment_counts_for_nothing(time):
    assert missing.number_in(report(POLICE, "e-1", headers={"ce_sequence": b"1", "ce_time": time}), NOON) is None
