"""How well an agency delivers, as the ledger knows it: what was set aside and why, what waits, which numbers are missing."""

import pytest

from ledger import memos
from ledger.application import Ledger
from ledger.delivery import Gap, SetAside, delivery
from ledger.model import Standing
from waakvlam.clock import FixedClock

NOW = 1_795_516_200_000_000
DAY = 24 * 3600 * 1_000_000
TEAM, OTHER = "team-groningen", "team-hogeland"
_LETTER = """INSERT INTO dead_letters (digest, agency, verdict, field, reason, topic, part, place, content, size, shape,
    set_aside_at, due_at, standing) VALUES (?, ?, ?, ?, ?, 't', 0, 0, ?, 1, '{}', ?, ?, ?)"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def ledger(request, tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    opened = Ledger.open(url, clock=FixedClock(NOW), keys=None)
    letters = [
        (TEAM, "rejected", "check_on", "Deze dag bestaat niet.", 1, "open"),
        (TEAM, "rejected", "check_on", "Deze dag bestaat niet.", 3, "discarded"),
        (TEAM, "refused", None, "Een andere organisatie kreeg deze overdracht.", 2, "open"),
        (TEAM, "refused", None, "Dit is te lang geleden.", 400, "discarded"),
        (OTHER, "rejected", "check_on", "Deze dag bestaat niet.", 1, "open"),
    ]
    with opened.writing() as w:
        for number, (agency, verdict, field, reason, days, standing) in enumerate(letters):
            at, mark = NOW - days * DAY, bytes([number]) * 32
            w.statements.execute(_LETTER, (mark, agency, verdict, field, reason, mark, at, at + 2 * DAY, standing))
        memos.write(
            w.statements,
            {f"sequence/{TEAM}": {"gaps": [[5, 9, NOW - DAY, 0, False], [2, 2, NOW - 9 * DAY, NOW, True]]},
             f"silent/{TEAM}": NOW - 3 * DAY},
        )  # fmt: skip
    yield opened
    opened.close()


def of(ledger, agency):
    with ledger.reading() as t:
        return delivery(t, agency, since=NOW - 180 * DAY, now=NOW)


def test_what_was_set_aside_is_counted_by_its_reason_of_this_agency_and_lately(ledger):
    assert of(ledger, TEAM).set_aside == (
        SetAside("rejected", "check_on", "Deze dag bestaat niet.", 2, NOW - DAY, 1),
        SetAside("refused", "", "Een andere organisatie kreeg deze overdracht.", 1, NOW - 2 * DAY, 1),
    )


def test_what_waits_for_a_decision_is_that_of_this_agency(ledger):
    assert of(ledger, TEAM).waiting == (Standing("dead_letters", TEAM, 2, 1, NOW - 2 * DAY),)


def test_missing_numbers_and_a_silence_that_was_told_are_known(ledger):
    found = of(ledger, TEAM)

    assert found.gaps == (Gap(5, 9, NOW - DAY, is_closed=False), Gap(2, 2, NOW - 9 * DAY, is_closed=True))
    assert [one.count for one in found.gaps] == [5, 1]
    assert found.silent_since == NOW - 3 * DAY


def test_of_an_agency_of_which_nothing_is_kept_nothing_is_told(ledger):
    found = of(ledger, "opvang-noord")

    assert (found.waiting, found.set_aside, found.gaps, found.silent_since) == ((), (), (), None)
