"""The page of one case, as a plain record: what is open, where it stands, what will be due, and all that happened.

It is made from the case's whole history in the ledger, so it is never behind what was recorded. "Hoe stond het op …" is
the same page from the records that were there by the end of that day, with the alarms that the rules compute from them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.case import case_of
from ledger.numbers import number_of
from ledger.record import Record
from ledger.staff import known_as
from ledger.timeline import sentences
from rulebook.history import EMPTIED, removed
from rulebook.instants import day_end, day_of
from rulebook.settled import Settled
from services.board import views
from services.board.doing.on_alerts import ACKNOWLEDGED, HANDED_OVER, PICK_UP
from services.board.language import day, phase, say, spoken
from services.board.outbox import Sent
from services.board.outlook import behind
from services.board.picture import Picture, picture
from services.board.ports import Open, Outlook
from services.board.standing import Standing, standing
from services.board.store import AlertRow
from waakvlam.topics import Agency

DEADLINES_SHOWN = 6
DESKS = frozenset({ACKNOWLEDGED, HANDED_OVER})
OWN, BOARD = "system", "board"  # what people tell at the board is no line of Waakvlam itself


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """An open alert of this case, and what can be done about it: each action's title and address."""

    card: views.Card
    offers: tuple[tuple[str, str], ...]


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
    standing: Standing
    picture: Picture
    settled: tuple[views.SettledLine, ...]
    on: date | None  # the past day that this page is about; none for now
    first_day: date

    @property
    def on_in_words(self) -> str:
        """The past day that this page is about."""
        return day(self.on) or ""


def nothing_to_do(_: AlertRow) -> Sequence[tuple[str, str]]:
    """Offer nothing: on a past day nothing can be done."""
    return ()


def nothing_to_mend(_: str) -> Sequence[tuple[str, str]]:
    """Offer no way to correct what was told."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a page is made of, as it is or was known: `now` is the instant that the page is about."""

    records: Sequence[Record]
    rows: Sequence[AlertRow]
    outlook: Outlook
    settled: Sequence[Settled]
    now: int
    on: date | None = None
    sent: Sequence[Sent] = ()
    me: str = ""  # who reads
    ladders: Mapping[str, str] = field(default_factory=dict)  # titles by id
    mends: Callable[[str], Sequence[tuple[str, str]]] = nothing_to_mend
    offers: Callable[[AlertRow], Sequence[tuple[str, str]]] = nothing_to_do


def case_page(known: Known, *, agencies: Mapping[str, Agency], municipalities: Mapping[str, str]) -> CasePage:
    """Return the page of the case that these records are the history of."""
    records, now, deadlines = known.records, known.now, known.outlook.deadlines or ()
    case = case_of(record.event() for record in records)
    lines = sentences(records, agencies, ladders=known.ladders)
    own = frozenset(one.name for one in agencies.values() if one.kind == OWN and one.id != BOARD)
    first = records[0]
    return CasePage(
        case=first.case,
        number=number_of(first.case),
        municipality=municipalities.get(first.municipality) or say("gemeente {code}", code=first.municipality),
        version=records[-1].version,
        phase=phase(EMPTIED if case.is_emptied else case.phase),
        safety_view=_name(case.safety_view, agencies),
        has_director=case.has_director,
        since=spoken(min(record.occurred_at for record in records)),
        alerts=_alerts(known, municipalities),
        deadlines=tuple(views.due_line(one, now=now) for one in deadlines[:DEADLINES_SHOWN]),
        is_counted=known.outlook.deadlines is not None,
        more_deadlines=max(0, len(deadlines) - DEADLINES_SHOWN),
        days=views.timeline(lines, system=own, mends=known.mends),
        standing=standing(records, agencies, today=views.today(now).isoformat()),
        picture=picture(lines, records, deadlines, now=now),
        settled=tuple(views.settled_line(one) for one in known.settled),
        on=known.on,
        first_day=views.today(min(record.recorded_at for record in records)),
    )


def end_of(on: date) -> int:
    """Return the last instant of a day in the Netherlands."""
    return day_end(day_of(on)) - 1


def rows_of(opened: Sequence[Open], records: Sequence[Record]) -> list[AlertRow]:
    """Return the alerts that the rules compute as rows of the view: who had picked them up by then included."""
    picked = [record for record in records if record.type == "alert_acknowledged"]
    rows = []
    for one in opened:
        row = one.row
        last = next((by for by in reversed(picked) if by.data().get("alert") == row.alert), None)
        handed = _handed(records, row.alert)
        rows.append(
            AlertRow(
                raised=row.alert,
                alert=row.alert,
                case_id=row.case,
                municipality=records[0].municipality,
                rule=row.rule,
                agreement=row.agreement,
                agreement_version=row.version,
                instance=row.instance,
                stage=row.stage,
                due=row.due,
                raised_at=row.raised_at,
                turn=row.told[-1].to if row.told else row.to,
                because=tuple(row.because),
                title=one.title,
                why="",
                weight=one.weight,
                legal=one.legal,
                acknowledged_at=last.recorded_at if last else None,
                acknowledged_by=_known(last.recorded_by) if last else None,
                handed_to=known_as(str(handed.data()["colleague_id"])) if handed else None,
                handed_by=_known(handed.recorded_by) if handed else None,
                handed_at=handed.recorded_at if handed else None,
                next_step_on=last.data().get("next_step_on") if last else None,
            )
        )
    return rows


def _known(person: str | None) -> str | None:
    return None if person is None else known_as(person)


def _handed(records: Sequence[Record], alert: str) -> Record | None:
    """Return by what an alert was handed over, if that is the last that was done about it and was not withdrawn."""
    gone = removed([record.event() for record in records])
    told = [one for one in records if one.type in DESKS and one.event_id not in gone]
    last = next((one for one in reversed(told) if one.data().get("alert") == alert), None)
    return last if last is not None and last.type == HANDED_OVER else None


def _alerts(known: Known, municipalities: Mapping[str, str]) -> tuple[CaseAlert, ...]:
    by_id = {record.event_id: record for record in known.records}
    return tuple(
        CaseAlert(
            views.card(
                row,
                municipalities,
                why=known.outlook.sentence(row.rule, row.instance),
                behind=behind(row, by_id, known.ladders),
                ends=known.outlook.ends.get((row.rule, row.instance)),
                now=known.now,
                me=known.me,
            ),
            tuple(known.offers(row)),
        )
        for row in sorted((_with_click(row, known.sent) for row in known.rows), key=views.urgency)
    )


def _with_click(row: AlertRow, sent: Sequence[Sent]) -> AlertRow:
    """Return the row as the ledger has it: a click that is recorded there may not have come back to the view yet."""
    recorded = [
        one for one in sent if one.subject == row.alert and one.action == PICK_UP.id and one.state == "recorded"
    ]
    if row.acknowledged_at is not None or not recorded:
        return row
    return replace(row, acknowledged_at=recorded[-1].settled_at)


def _name(agency: str | None, agencies: Mapping[str, Agency]) -> str:
    if agency is None:
        return "Veilig Thuis"
    return agencies[agency].name if agency in agencies else agency
