"""The horizon: up to when a reader may say that nothing came."""

from services.monitoring.horizon import Horizon


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def horizon(**positions: int) -> Horizon:
    made = Horizon(Seconds())
    made.assigned({int(name[1:]): at for name, at in positions.items()})
    return made


def test_at_the_start_nothing_is_known() -> None:
    assert horizon(p0=5).of(0) is None


def test_a_record_proves_that_all_before_its_instant_was_read_but_not_its_instant_itself() -> None:
    known = horizon(p0=0)

    known.read(0, position=1, recorded_at=1_000)

    assert known.of(0) == 999


def test_a_promise_counts_when_the_partition_was_read_to_the_end_that_it_names() -> None:
    known = horizon(p0=3)

    known.promised(5_000, {0: 5})
    assert known.of(0) is None

    known.read(0, position=5, recorded_at=2_000)
    assert known.of(0) == 5_000


def test_a_promise_about_an_end_that_was_passed_counts_at_once() -> None:
    known = horizon(p0=7)

    known.promised(5_000, {0: 5})

    assert known.of(0) == 5_000


def test_one_partition_that_is_behind_does_not_hold_up_another() -> None:
    known = horizon(p0=5, p1=0)

    known.promised(5_000, {0: 5, 1: 9})

    assert (known.of(0), known.of(1)) == (5_000, None)


def test_a_partition_without_any_record_is_complete_at_every_promise() -> None:
    known = horizon(p0=0)

    known.promised(5_000, {})

    assert known.of(0) == 5_000


def test_the_horizon_never_goes_back() -> None:
    known = horizon(p0=5)
    known.promised(5_000, {0: 5})

    known.promised(4_000, {0: 5})
    known.read(0, position=6, recorded_at=3_000)

    assert known.of(0) == 5_000


def test_a_topic_that_was_made_anew_takes_back_what_was_known() -> None:
    known = horizon(p0=50)
    known.promised(5_000, {0: 50})

    known.read(0, position=2, recorded_at=1_000)

    assert known.of(0) == 999


def test_partitions_that_are_taken_over_hear_the_last_promise() -> None:
    known = horizon(p0=5)
    known.promised(5_000, {0: 5, 1: 3})

    known.assigned({1: 3})

    assert (known.of(0), known.of(1)) == (None, 5_000)


def test_it_tells_for_how_long_a_partition_has_not_moved() -> None:
    seconds = Seconds()
    known = Horizon(seconds)
    known.assigned({0: 5})
    seconds.now = 12.0
    known.promised(5_000, {0: 5})
    seconds.now = 20.0
    known.promised(5_000, {0: 5})

    assert known.stood_still(0) == 8.0


def test_how_many_partitions_there_are_is_known_from_the_clock() -> None:
    known = horizon(p0=0)
    assert known.partition_count() == 0

    known.promised(1, {0: 0, 1: 0, 2: 0})

    assert known.partition_count() == 3


def test_a_promise_about_a_topic_that_was_made_anew_since_holds_up_no_later_one() -> None:
    known = horizon(p0=0)

    known.promised(5_000, {0: 900})
    known.promised(6_000, {0: 0})

    assert known.of(0) == 6_000


def test_a_partition_that_halts_says_nothing_until_it_goes_on_from_its_new_position() -> None:
    known = horizon(p0=7)
    known.promised(5_000, {0: 7})

    known.halt(0)
    known.promised(6_000, {0: 7})
    assert known.of(0) is None

    known.go_on(0, position=7)
    assert known.of(0) == 6_000
