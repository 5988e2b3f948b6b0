"""The page of one case, as a plain record: what is open, where it stands, what will be due, and all that happened.

It is made from the case's whole history in the ledger, so it is never behind what was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.alone import QUIET_DAYS_MAX
from ledger.case import case_of
from ledger.numbers import number_of
from ledger.record import Record
from ledger.timeline import sentences
from ledger.words import phase, spoken
from rulebook.history import EMPTIED
from rulebook.rules import DANGER
from services.board import views
from services.board.ports import Outlook
from services.board.store import AlertRow, Sent
from waakvlam.topics import Agency

DEADLINES_SHOWN = 6
OWN = "system"


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """An open alert of this case, and what became of the last click on it."""

    card: views.Card
    click: views.Click | None
    step_until: (
        date | None
    )  # the last day that the form takes, and then it wants one; None where any day will do, or none

    @property
    def can_pick_up(self) -> bool:
        """Tell whether the form is there: nobody is on it, and no click is still under way."""
        return self.card.is_new and (self.click is None or self.click.state != "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """All that the page of a case shows."""

    case: str
    number: str
    municipality: str
    version: int
    phase: str
    safety_view: str
    has_director: bool
    since: str
    alerts: tuple[CaseAlert, ...]
    deadlines: tuple[views.DueLine, ...]
    is_counted: bool
    more_deadlines: int
    days: tuple[views.TimelineDay, ...]


def case_page(
    records: Sequence[Record],
    rows: Sequence[AlertRow],
    sent: Sequence[Sent],
    outlook: Outlook,
    *,
    agencies: Mapping[str, Agency],
    municipalities: Mapping[str, str],
    now: int,
) -> CasePage:
    """Return the page of the case that these records are the history of."""
    case = case_of(record.event() for record in records)
    lines = sentences(records, agencies)
    own = frozenset(one.name for one in agencies.values() if one.kind == OWN)
    first, deadlines = records[0], outlook.deadlines or ()
    return CasePage(
        case=first.case,
        number=number_of(first.case),
        municipality=municipalities.get(first.municipality, f"gemeente {first.municipality}"),
        version=records[-1].version,
        phase=phase(EMPTIED if case.is_emptied else case.phase),
        safety_view=_name(case.safety_view, agencies),
        has_director=case.has_director,
        since=spoken(min(record.occurred_at for record in records)),
        alerts=tuple(
            CaseAlert(
                views.card(row, municipalities, why=outlook.sentence(row.rule, row.instance), now=now),
                _click(row, sent),
                _step_until(row, now),
            )
            for row in sorted((_with_click(row, sent) for row in rows), key=views.urgency)
        ),
        deadlines=tuple(views.due_line(one, now=now) for one in deadlines[:DEADLINES_SHOWN]),
        is_counted=outlook.deadlines is not None,
        more_deadlines=max(0, len(deadlines) - DEADLINES_SHOWN),
        days=views.timeline(lines, system=own),
    )


def _step_until(row: AlertRow, now: int) -> date | None:
    """Return the last day on which the next step of an alert may lie: who takes danger up looks again within a week."""
    return views.today(now) + timedelta(days=QUIET_DAYS_MAX) if row.weight == DANGER else None


def _click(row: AlertRow, sent: Sequence[Sent]) -> views.Click | None:
    """Return the last click on this alert."""
    own = [one for one in sent if one.alert == row.raised]
    return views.click(own[-1]) if own else None


def _with_click(row: AlertRow, sent: Sequence[Sent]) -> AlertRow:
    """Return the row as the ledger has it: a click that is recorded there may not have come back to the view yet."""
    recorded = [one for one in sent if one.alert == row.raised and one.state == "recorded"]
    if row.acknowledged_at is not None or not recorded:
        return row
    return replace(row, acknowledged_at=recorded[-1].recorded_at)


def _name(agency: str | None, agencies: Mapping[str, Agency]) -> str:
    if agency is None:
        return "Veilig Thuis"
    return agencies[agency].name if agency in agencies else agency
