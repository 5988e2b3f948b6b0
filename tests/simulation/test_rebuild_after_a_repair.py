"""A wrong link or split is repaired by events; then every view made anew is the live one, and deadlines are those of the truth.

Beside each family that was mistaken lives one to whom the same happened and of whom nobody was mistaken: after the repair
both have the same open alerts and the same next due instants.
"""

from typing import Any

import pytest

from services.intake.testing import Sent, report, sent
from tests.simulation.drill import DAY, VT, Region
from tests.simulation.test_rebuild import BOTH, Rebuilding, told

POLICE = "politie-nn"
COUNTS_FROM_TRIAGE = "ST-19"
REASON = "verkeerd-gekoppeld"


def two_reports(name: str, region: Region, *, persons: tuple[str, str]) -> tuple[Sent, Sent]:
    """Return a report by Veilig Thuis and one by the police, each under its own file, each about one person."""
    at = region.clock.at
    first = report(VT, f"e-{name}", at=at, persons=[persons[0]], reference=f"vt-{name}")
    second = report(POLICE, f"p-{name}", at=at, persons=[persons[1]], reference=f"mut-{name}")
    return first, second


def case_of(region: Region, agency: str, file: str) -> str:
    with region.ledger() as ledger, ledger.writing() as w:
        return str(w.cases_by_alias([(agency, file)])[agency, file])


def moved(region: Region, case: str, *events: str, to: str | None = None) -> Sent:
    told = {"event_ids": list(events), "to_case": to, "from_case": None, "reason": REASON}
    return sent(VT, "events_moved", f"m-{events[0]}", at=region.clock.at, case=case, **told)


def deadlines(made: Rebuilding, case: str) -> tuple[Any, ...]:
    """Return when a case is due next, and its open alerts with when each was due."""
    where = f"case_id = '{case}'"
    due = made.ask("radar", f"SELECT is_open, next_due FROM radar WHERE {where}")
    rows = made.ask("radar", f"SELECT rule, due FROM alerts WHERE {where} AND closed_at IS NULL")
    return due, sorted(rows)


def apart(alerts: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the alerts that count from what agencies told, and those that count from what triage concluded of it."""
    concluded = [one for one in alerts if one[0] == COUNTS_FROM_TRIAGE]
    return [one for one in alerts if one not in concluded], concluded


@pytest.fixture
def mistaken(region: Region, monkeypatch: pytest.MonkeyPatch) -> Rebuilding:
    """Two families taken for one, one family taken for two, and beside them the same without a mistake; then weeks pass."""
    region.tell(*two_reports("joined", region, persons=("psn-rood", "psn-rood")))
    region.tell(*two_reports("apart", region, persons=("psn-blauw", "psn-groen")))
    region.tell(*two_reports("split", region, persons=("psn-geel", "psn-oranje")))
    region.tell(*two_reports("whole", region, persons=("psn-paars", "psn-paars")))
    region.clock.at += 20 * DAY
    region.rest()
    return Rebuilding(region, monkeypatch)


@BOTH
def test_after_a_repair_both_histories_have_their_own_deadlines_and_every_view_made_anew_is_the_live_one(
    mistaken: Rebuilding, capsys: pytest.CaptureFixture[str]
) -> None:
    region = mistaken.region
    joined = case_of(region, VT, "vt-joined")
    assert case_of(region, POLICE, "mut-joined") == joined
    first, second = case_of(region, VT, "vt-split"), case_of(region, POLICE, "mut-split")
    assert first != second
    before = deadlines(mistaken, joined)

    region.tell(moved(region, joined, "p-joined"), moved(region, second, "p-split", to=first))
    other = case_of(region, POLICE, "mut-joined")

    assert other != joined
    assert case_of(region, POLICE, "mut-split") == first
    repaired_at = region.clock.at
    for _ in range(2):  # at once, and after weeks in which nothing came
        assert deadlines(mistaken, joined) == deadlines(mistaken, case_of(region, VT, "vt-apart"))
        assert deadlines(mistaken, other) == deadlines(mistaken, case_of(region, POLICE, "mut-apart"))
        reported, concluded = apart(deadlines(mistaken, first)[1])
        assert reported == apart(deadlines(mistaken, case_of(region, VT, "vt-whole"))[1])[0]
        assert deadlines(mistaken, second) == ([(0, None)], []), "nothing is left in the case that never was"
        assert_made_anew_is_the_live_one(mistaken, capsys)
        region.clock.at += 30 * DAY
        region.rest()
    assert deadlines(mistaken, joined) != before
    assert [due > repaired_at for _, due in concluded] == [True], (
        "triage concludes anew, and that term counts from then"
    )


def assert_made_anew_is_the_live_one(made: Rebuilding, capsys: pytest.CaptureFixture[str]) -> None:
    made.fill_board()
    capsys.readouterr()
    before = made.rows()

    made(compare_only=True)

    assert {name: one["differences"] for name, one in told(capsys).items()} == {"radar": {}, "board": {}, "triage": {}}
    made.region.stop()
    made()
    made.region.start()
    assert made.rows() == before
