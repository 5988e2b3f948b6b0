"""What may be told of counts, against a reader who tries every number that fits with what is told."""

from itertools import product

import pytest

from rulebook.disclosure import exact_between, told, told_together

FITS = {None: range(1, 5), 0: range(1), 5: range(5, 8)}  # hidden; none; five, for what is less than five is hidden


def fitting(count):
    return FITS[count] if count in FITS else range(count - 2, count + 3)


def readings(lists, total):
    """Every reading of each list that fits with the total and with a reading of every other list."""
    each = [list(product(*map(fitting, one))) for one in lists]
    sums = set(fitting(total)).intersection(*({sum(one) for one in found} for found in each))
    return [[one for one in found if sum(one) in sums] for found in each]


def hides(lists, total):
    found = readings(lists, total)
    return all(found) and all(
        len({reading[place] for reading in found[number]}) > 1
        for number, one in enumerate(lists)
        for place, count in enumerate(one)
        if count is None
    )


def nearest(*lists):
    """What must be told: the rounded total if it gives nothing away, else the nearest that does not, else hidden."""
    cells, total = [[told(count) for count in one] for one in lists], sum(lists[0])
    totals = [told(total), *sorted(range(5, 60, 5), key=lambda one: abs(one - total)), None]
    return next(((cells, one) for one in totals if hides(cells, one)), None)


def test_a_told_count_stands_for_every_count_that_is_told_so():
    counts = range(40)
    for as_told in {told(count) for count in counts} - {40}:
        exact = [count for count in counts if told(count) == as_told]
        assert exact_between(as_told) == (min(fitting(as_told)), max(fitting(as_told)))
        assert set(exact) <= set(fitting(as_told))


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_total_of_one_list_is_the_nearest_that_hides_what_is_hidden(length):
    for one in product((0, 1, 2, 4, 5, 8, 13), repeat=length):
        assert told_together(one) == nearest(one), one


def test_two_lists_of_one_whole_give_nothing_away_together():
    pairs = list(product((0, 1, 3, 4, 6), repeat=3))
    for one, other in product(pairs[::3], pairs[::2]):
        if sum(one) == sum(other):
            assert told_together(one, other) == nearest(one, other), (one, other)


@pytest.mark.parametrize(("one", "other"), [((8,), (4, 4)), ((5, 5, 5), (4, 4, 4, 3)), ((4, 4), (8,))])
def test_a_list_that_hides_nothing_may_give_away_what_the_other_hides(one, other):
    assert told_together(one, other) == nearest(one, other)


def test_a_total_that_gives_something_away_is_told_as_the_nearest_and_not_as_the_least_that_does_not():
    four = [4] * 7  # 28: under "30" each can only be four, and "10" would hide them too

    assert told_together(four) == ([[None] * 7], 25)
