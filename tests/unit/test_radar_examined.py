"""What the auditor remembers: a case is not derived again while not a byte of it changed, and every case each day."""

from uuid import uuid5

import pytest

from ledger.record import CASE_NAMESPACE
from services.monitoring.examined import Examined

CASES = sorted(str(uuid5(CASE_NAMESPACE, str(number))) for number in range(50))


def in_order(examined: Examined, cases: dict[str, int], *, anew: bool = False, whole: bool = True) -> set[str]:
    """Go round over cases with their stamps, as the auditor does; return those that must be derived."""
    examined.begin(anew=anew)
    derived = set()
    for case in sorted(cases):
        if not examined.is_unchanged(case, cases[case]):
            derived.add(case)
            examined.note(case, cases[case])
    if whole:
        examined.end()
    return derived


@pytest.fixture
def stamps() -> dict[str, int]:
    return {case: number * (-1) ** number for number, case in enumerate(CASES)}


def test_at_first_every_case_is_derived_and_then_none(stamps: dict[str, int]) -> None:
    examined = Examined()

    assert in_order(examined, stamps) == set(CASES)
    assert in_order(examined, stamps) == set()
    assert in_order(examined, stamps) == set()


def test_what_changed_what_is_new_and_what_was_not_there_for_a_while_is_derived(stamps: dict[str, int]) -> None:
    examined, gone = Examined(), CASES[7]
    in_order(examined, {case: stamp for case, stamp in stamps.items() if case not in (CASES[0], gone)})

    assert in_order(examined, {**stamps, CASES[49]: 7}) == {CASES[0], gone, CASES[49]}


def test_anew_means_all(stamps: dict[str, int]) -> None:
    examined = Examined()
    in_order(examined, stamps)

    assert in_order(examined, stamps, anew=True) == set(CASES)


def test_a_round_that_was_broken_off_counts_for_nothing(stamps: dict[str, int]) -> None:
    examined = Examined()
    in_order(examined, stamps)
    in_order(examined, {CASES[0]: 99}, whole=False)

    assert in_order(examined, stamps) == set()


def test_an_order_that_is_not_ours_only_costs_work(stamps: dict[str, int]) -> None:
    examined = Examined()
    in_order(examined, stamps)
    examined.begin(anew=False)

    derived = [case for case in reversed(CASES) if not examined.is_unchanged(case, stamps[case])]

    assert set(derived) == set(CASES[:-1])


def test_a_case_with_an_id_of_another_form_is_always_derived() -> None:
    examined = Examined()

    assert in_order(examined, {"case-1": 1}) == {"case-1"}
    assert in_order(examined, {"case-1": 1}) == {"case-1"}
