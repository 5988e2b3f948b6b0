"""What the pages show, as plain records: made from rows and lines, the time handed in, nothing read or written here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.numbers import number_of
from ledger.timeline import Line
from ledger.words import local
from rulebook.settled import Settled
from services.board.language import clock_time, day, how_long, last_day, listed, moment, role, say, spoken
from services.board.news import News
from services.board.ports import Deadline
from services.board.store import AlertRow
from services.board.with_whom import desk_text

STAGES: Mapping[str, tuple[str, str]] = {
    "breach": ("te-laat", "Te laat"),
    "signal": ("signaal", "Signaal"),
    "warn": ("loopt-af", "Loopt af"),
}

OUTCOMES: Mapping[str, str] = {
    "in_time": "Op tijd",
    "late": "Te laat gedaan",
    "replaced": "Vervangen",
    "ended": "Gestopt",
    "acknowledged": "Opgepakt",
    "case_closed": "Casus gesloten",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """An event because of which an alert was raised: what, told by whom, when."""

    text: str
    agency: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One open alert as a person reads it."""

    raised: str
    case: str
    number: str
    municipality: str
    title: str
    rule: str
    legal: bool
    stage: str
    stage_word: str
    weight: int
    since: str
    since_iso: str
    how_long: str
    time_left: str  # until it is too late, for what runs out; else empty
    last_day: str
    why: str
    behind: tuple["Behind", ...]
    turn: str
    state: str
    state_text: str
    desk: str  # with whom it lies, in words; empty for nobody
    others: int = 0  # how many more alerts the family has in the list

    @property
    def is_new(self) -> bool:
        """Tell whether nobody is on it now."""
        return self.state != "opgepakt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineDay:
    """What happened on one day, the newest first."""

    title: str
    lines: tuple["TimelineEntry", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of the timeline with its times in words."""

    line: Line
    at: str
    at_iso: str
    heard: str
    is_system: bool
    mends: tuple[tuple[str, str], ...] = ()  # how to correct it: words and where


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something that will be due, in words."""

    title: str
    stage_word: str
    due: str
    due_iso: str
    in_how_long: str
    legal: bool
    why: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class SettledLine:
    """Something that came to its end, in words; `outcome` is for its mark."""

    title: str
    outcome: str
    outcome_word: str
    legal: bool
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """Up to when a page is true, and whether its lists are fed."""

    at: str
    at_iso: str
    fed: bool


def urgency(row: AlertRow) -> tuple[int, int, int, str]:
    """Return the order of a row, worst first: heaviest, then what is too late before what runs out, then the oldest."""
    return -row.weight, int(row.stage == "warn"), row.due, row.raised


def card(
    row: AlertRow,
    municipalities: Mapping[str, str],
    *,
    why: str,
    now: int,
    behind: Sequence[Line] = (),
    ends: int | None = None,
    me: str = "",
) -> Card:
    """Return one alert in words; `why` is the rulebook's sentence, empty when it has none any more, `ends` its last instant, `me` who reads."""
    left = ends if ends is not None and row.stage == "warn" and ends > now else None
    stage, word = STAGES.get(row.stage, ("signaal", row.stage))
    state, text = state_of(row, now=now)
    return Card(
        raised=row.raised,
        case=row.case_id,
        number=number_of(row.case_id),
        municipality=municipalities.get(row.municipality) or say("gemeente {code}", code=row.municipality),
        title=row.title,
        rule=row.rule,
        legal=row.legal,
        stage=stage,
        stage_word=say(word),
        weight=row.weight,
        since=spoken(row.due),
        since_iso=local(row.due).isoformat(),
        how_long=how_long(row.due, now=now),
        time_left="" if left is None else say("over {length}", length=how_long(now, now=left)),
        last_day="" if left is None else last_day(left),
        why=why or _own_sentence(row),
        behind=tuple(Behind(one.text, one.agency, moment(one.occurred_at)) for one in behind),
        turn=listed([role(one) for one in row.turn.split(",")]),
        state=state,
        state_text=text,
        desk=desk_text(row, me),
    )


def is_picked_up(row: AlertRow, today: str) -> bool:
    """Tell whether somebody is on it; `today` is a date as YYYY-MM-DD. An acknowledgement holds until the end of its day."""
    return row.acknowledged_at is not None and not (row.next_step_on and row.next_step_on < today)


def state_of(row: AlertRow, *, now: int) -> tuple[str, str]:
    """Return whether somebody is on it: `nieuw`, `opgepakt`, or `verlopen` when the next step did not come in time."""
    if row.acknowledged_at is None:
        return "nieuw", say("Nieuw: nog niemand pakte dit op.")
    at = moment(row.acknowledged_at)
    if row.next_step_on is None:
        return "opgepakt", say("Opgepakt op {moment}.", moment=at)
    step = day(row.next_step_on) or row.next_step_on
    text = say("Opgepakt op {moment}, volgende stap uiterlijk {day}.", moment=at, day=step)
    if not is_picked_up(row, today(now).isoformat()):
        return "verlopen", f"{text} {say('Die dag is voorbij: pak het opnieuw op.')}"
    return "opgepakt", text


def news_text(news: News) -> str:
    """Return what is new in words, for the line above the list; empty when nothing is."""
    parts = [
        (news.raised, "nieuw alarm", "nieuwe alarmen"),
        (news.acknowledged, "gewijzigd", "gewijzigd"),
        (news.closed, "afgesloten", "afgesloten"),
    ]
    return listed([f"{count} {say(one if count == 1 else many)}" for count, one, many in parts if count])


def timeline(
    lines: Sequence[Line],
    *,
    system: frozenset[str],
    mends: Callable[[str], Sequence[tuple[str, str]]] = lambda _: (),
) -> tuple[TimelineDay, ...]:
    """Return the lines by day, the newest first; `system` holds the names of Waakvlam's own parts.

    `mends` tells by an event's id how a line can be corrected.
    """
    days: dict[date, list[TimelineEntry]] = {}
    for line in reversed(lines):
        heard = _heard(line)
        entry = TimelineEntry(
            line=line,
            at=clock_time(line.occurred_at),
            at_iso=local(line.occurred_at).isoformat(),
            heard=heard,
            is_system=line.agency in system,
            mends=tuple(mends(line.event_id)),
        )
        days.setdefault(local(line.occurred_at).date(), []).append(entry)
    return tuple(TimelineDay(title=day(one) or "", lines=tuple(entries)) for one, entries in days.items())


def due_line(deadline: Deadline, *, now: int) -> DueLine:
    """Return something that will be due, in words."""
    is_warning = deadline.stage == "warn"
    return DueLine(
        title=deadline.title,
        stage_word=say("Waarschuwing") if is_warning else say("Uiterlijk"),
        due=spoken(deadline.due) if is_warning else last_day(deadline.due),
        due_iso=local(deadline.due).isoformat(),
        in_how_long=say("over {length}", length=how_long(now, now=deadline.due)),
        legal=deadline.legal,
        why=deadline.why,
        remedy=deadline.remedy,
        source=deadline.source,
    )


def settled_line(one: Settled) -> SettledLine:
    """Return something that came to its end, in words."""
    outcome = one.outcome if one.outcome in OUTCOMES else "ended"
    return SettledLine(one.title, outcome, say(OUTCOMES[outcome]), one.legal, one.sentence)


def state(*, fed: bool, now: int) -> State:
    """Return up to when a page is true."""
    at = local(now)
    return State(f"{day(at.date())}, {at:%H.%M.%S}", at.isoformat(), fed)


def more_text(count: int) -> str:
    """Return in words how many facts came since a page was shown; empty for none."""
    if count <= 0:
        return ""
    return say("1 nieuwe gebeurtenis") if count == 1 else say("{count} nieuwe gebeurtenissen", count=count)


def today(now: int) -> date:
    """Return the day that it is in the Netherlands."""
    return local(now).date()


def _heard(line: Line) -> str:
    if _same_day(line):
        return say("om {time} uur", time=clock_time(line.recorded_at))
    return say("op {moment}", moment=moment(line.recorded_at))


def _same_day(line: Line) -> bool:
    return local(line.occurred_at).date() == local(line.recorded_at).date()


def _own_sentence(row: AlertRow) -> str:
    """Return what the alert itself says: the sentence it came with if that is whole, else what its due tells."""
    if row.why and "{" not in row.why:
        return row.why
    if row.stage == "signal":
        return say("Er kwamen meerdere signalen binnen, het laatste op {day}.", day=spoken(row.due))
    if row.stage == "warn":
        return say("De termijn loopt binnenkort af. Deze waarschuwing geldt vanaf {day}.", day=spoken(row.due))
    return say("De termijn liep af: sinds {day} is dit te laat.", day=spoken(row.due))
