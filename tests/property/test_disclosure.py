"""What is told of counts gives no small count away: for everything that is hidden, at least two values fit what is told."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook.disclosure import exact_between, in_words, told, told_together

counts = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=1, max_size=12)


@given(st.integers(0, 100_000))
def test_a_told_count_is_a_five_within_two_of_the_exact_one_and_a_small_one_is_hidden(count):
    shown = told(count)

    assert (shown is None) == (0 < count < 5)
    assert exact_between(shown)[0] <= count <= exact_between(shown)[1]
    assert shown is None or (shown % 5 == 0 and abs(shown - count) <= 2)


@pytest.mark.parametrize(
    ("exact", "naive"), [([4, 4], 10), ([1] * 7, 5), ([1, 1, 1, 1], None)], ids=["all four", "all one", "four of one"]
)
def test_a_total_that_would_give_hidden_counts_away_is_told_otherwise(exact, naive):
    assert told(sum(exact)) == naive  # with which every hidden count would be known

    (cells,), total = told_together(exact)

    assert cells == [None] * len(exact)
    assert total != naive


def test_where_nothing_is_hidden_the_total_is_rounded_by_itself():
    assert told_together([6, 6, 6]) == ([[5, 5, 5]], 20)


def test_nothing_is_told_where_two_lists_together_would_give_all_away():
    assert told_together([4], [1, 1, 1, 1]) is None


def test_parts_that_do_not_make_one_whole_are_a_fault():
    with pytest.raises(AssertionError):
        told_together([5], [6])


@given(counts)
def test_no_hidden_count_follows_from_its_list_and_total(exact):
    (cells,), total = told_together(exact)

    for place, shown in enumerate(cells):
        if shown is None:
            assert len(values_that_fit(cells, total, place)) >= 2


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.data())
def test_no_hidden_count_follows_from_two_divisions_of_the_same_whole(first, data):
    whole = sum(first)
    cut = sorted(data.draw(st.lists(st.integers(0, whole), max_size=3)))
    second = [after - before for before, after in zip([0, *cut], [*cut, whole], strict=True)]
    answer = told_together(first, second)
    if answer is None:
        return
    cells, total = answer

    possible = [set(map(sum, product(*map(exact_values, one)))) for one in cells] + [set(exact_values(total))]
    sums = set.intersection(*possible)
    for one in cells:
        for place, shown in enumerate(one):
            if shown is None:
                others = [exact_values(other) for number, other in enumerate(one) if number != place]
                rest = set(map(sum, product(*others)))
                assert len({value for value in range(1, 5) if any(s - value in rest for s in sums)}) >= 2


def exact_values(shown):
    low, high = exact_between(shown)
    return range(low, high + 1)


def values_that_fit(cells, total, place):
    """Return by brute force what a cell can be: all sums that the others can make."""
    sums = {0}
    for number, shown in enumerate(cells):
        if number != place:
            sums = {one + value for one in sums for value in exact_values(shown)}
    return {value for value in range(1, 5) if any(value + one in exact_values(total) for one in sums)}


def test_a_hidden_count_is_written_as_fewer_than_five():
    assert [in_words(one) for one in (None, 0, 15)] == ["<5", "0", "15"]
