"""How far a reader is behind, in records and in seconds, seen from outside."""

from cli.progress import LOOKS_KEPT_MAX, Progress


def seen(*looks):
    """Return the progress after these looks: (moment, end, position)."""
    one = Progress()
    for at, end, position in looks:
        one.seen(at, end=end, position=position)
    return one.lag, one.lag_seconds, one.no_progress_seconds


def test_who_has_read_everything_is_not_behind():
    assert seen((0, 0, 0)) == (0, 0, 0)
    assert seen((0, 7, 7), (60, 7, 7)) == (0, 0, 0)


def test_lag_is_as_old_as_the_oldest_record_that_is_not_read():
    looks = [(0, 10, 10), (5, 12, 10), (10, 20, 11), (15, 20, 12)]

    assert seen(*looks[:2]) == (2, 0, 5)
    assert seen(*looks[:3]) == (9, 5, 0)
    assert seen(*looks) == (8, 5, 0)


def test_a_reader_that_moves_makes_progress_however_far_it_is_behind():
    looks = [(number * 5, 1000 + number * 100, 10 * number) for number in range(100)]

    lag, lag_seconds, no_progress = seen(*looks)

    assert (lag, no_progress) == (10_900 - 990, 0)
    assert lag_seconds > 400


def test_a_reader_that_stands_still_makes_none_and_one_with_nothing_to_read_does_not_stand_still():
    assert seen((0, 5, 5), (300, 5, 5), (305, 6, 5), (335, 6, 5)) == (1, 30, 35)
    assert seen((0, 5, 0), (60, 5, 0)) == (5, 60, 60)


def test_a_topic_that_was_made_anew_begins_anew():
    assert seen((0, 500, 100), (60, 500, 100), (65, 3, 0), (75, 3, 3)) == (0, 0, 0)
    assert seen((0, 500, 100), (60, 3, 0), (70, 3, 0)) == (3, 10, 10)


def test_an_outage_of_days_keeps_its_beginning_and_no_more_than_so_many_looks():
    one = Progress()
    for number in range(3 * LOOKS_KEPT_MAX):
        one.seen(number, end=number + 1, position=0)

    assert one.lag_seconds == 3 * LOOKS_KEPT_MAX - 1
    assert len(one._ends) <= LOOKS_KEPT_MAX
    one.seen(3 * LOOKS_KEPT_MAX, end=3 * LOOKS_KEPT_MAX, position=3 * LOOKS_KEPT_MAX)
    assert (one.lag, one.lag_seconds) == (0, 0)
