"""What the pages show, as plain records: made from rows and lines, the time handed in, nothing read or written here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.numbers import number_of
from ledger.timeline import Line
from ledger.words import clock_time, day, how_long, last_day, listed, local, moment, role, spoken
from services.board.ports import Deadline
from services.board.store import AlertRow, News, Sent

STAGES: Mapping[str, tuple[str, str]] = {
    "breach": ("te-laat", "Te laat"),
    "signal": ("signaal", "Signaal"),
    "warn": ("loopt-af", "Loopt af"),
}


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
    why: str
    turn: str
    state: str
    state_text: str

    @property
    def is_new(self) -> bool:
        """Tell whether nobody is on it now."""
        return self.state != "opgepakt"


@dataclass(frozen=True, slots=True)
class Overview:
    """The list of open alerts, worst first, with its numbers and the point up to which it is true."""

    page: tuple[Card, ...]
    left_out: int
    limit: int
    stand: int
    shown: str
    counts: Mapping[str, int]
    families: int


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


@dataclass(frozen=True, slots=True)
class Click:
    """What became of a click on "opgepakt"."""

    event_id: str
    raised: str
    case: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something that will be due, in words."""

    title: str
    stage_word: str
    due: str
    due_iso: str
    in_how_long: str
    legal: bool


@dataclass(frozen=True, slots=True)
class State:
    """Up to when a page is true, and whether its lists are fed."""

    at: str
    at_iso: str
    fed: bool


def overview(
    rows: Sequence[AlertRow],
    reasons: Callable[[Sequence[AlertRow]], Mapping[str, str]],
    municipalities: Mapping[str, str],
    *,
    stand: int,
    shown: str,
    limit: int,
    now: int,
) -> Overview:
    """Return the list of alerts, worst first: heaviest, then what is too late before what runs out, then the oldest.

    `reasons` is asked for the sentences of those that are shown, and of no others.
    """
    new = [row for row in rows if state_of(row, now=now)[0] != "opgepakt"]
    is_new = {row.raised for row in new}
    parts = {"alles": rows, "nieuw": new, "opgepakt": [row for row in rows if row.raised not in is_new]}
    shown = shown if shown in parts else "alles"
    part = sorted(parts[shown], key=urgency)
    why = reasons(part[:limit])
    return Overview(
        page=tuple(card(row, municipalities, why=why.get(row.raised, ""), now=now) for row in part[:limit]),
        left_out=max(0, len(part) - limit),
        limit=limit,
        stand=stand,
        shown=shown,
        counts={name: len(some) for name, some in parts.items()},
        families=len({row.case_id for row in rows}),
    )


def urgency(row: AlertRow) -> tuple[int, int, int, str]:
    """Return the order of a row: smaller is worse."""
    return -row.weight, int(row.stage == "warn"), row.due, row.raised


def card(row: AlertRow, municipalities: Mapping[str, str], *, why: str, now: int) -> Card:
    """Return one alert in words; `why` is the rulebook's sentence, empty when it has none any more."""
    stage, word = STAGES.get(row.stage, ("signaal", row.stage))
    state, text = state_of(row, now=now)
    return Card(
        raised=row.raised,
        case=row.case_id,
        number=number_of(row.case_id),
        municipality=municipalities.get(row.municipality, f"gemeente {row.municipality}"),
        title=row.title,
        rule=row.rule,
        legal=row.legal,
        stage=stage,
        stage_word=word,
        weight=row.weight,
        since=spoken(row.due),
        since_iso=local(row.due).isoformat(),
        how_long=how_long(row.due, now=now),
        why=why or _own_sentence(row),
        turn=listed([role(one) for one in row.turn.split(",")]),
        state=state,
        state_text=text,
    )


def state_of(row: AlertRow, *, now: int) -> tuple[str, str]:
    """Return whether somebody is on it: `nieuw`, `opgepakt`, or `verlopen` when the next step did not come in time."""
    if row.acknowledged_at is None:
        return "nieuw", "Nieuw: nog niemand pakte dit op."
    picked = f"Opgepakt op {moment(row.acknowledged_at)}"
    if row.next_step_on is None:
        return "opgepakt", f"{picked}."
    step = f"volgende stap uiterlijk {day(row.next_step_on) or row.next_step_on}"
    if _has_passed(row.next_step_on, now=now):
        return "verlopen", f"{picked}, {step}. Die dag is voorbij: pak het opnieuw op."
    return "opgepakt", f"{picked}, {step}."


def news_text(news: News) -> str:
    """Return what is new in words, for the line above the list; empty when nothing is."""
    parts = [
        (news.raised, "nieuw alarm", "nieuwe alarmen"),
        (news.acknowledged, "gewijzigd", "gewijzigd"),
        (news.closed, "afgesloten", "afgesloten"),
    ]
    return listed([f"{count} {one if count == 1 else many}" for count, one, many in parts if count])


def timeline(lines: Sequence[Line], *, system: frozenset[str]) -> tuple[TimelineDay, ...]:
    """Return the lines by day, the newest first; `system` holds the names of Waakvlam's own parts."""
    days: dict[date, list[TimelineEntry]] = {}
    for line in reversed(lines):
        heard = f"om {clock_time(line.recorded_at)} uur" if _same_day(line) else f"op {moment(line.recorded_at)}"
        entry = TimelineEntry(
            line=line,
            at=clock_time(line.occurred_at),
            at_iso=local(line.occurred_at).isoformat(),
            heard=heard,
            is_system=line.agency in system,
        )
        days.setdefault(local(line.occurred_at).date(), []).append(entry)
    return tuple(TimelineDay(title=day(one) or "", lines=tuple(entries)) for one, entries in days.items())


def click(sent: Sent) -> Click:
    """Return what became of a click on "opgepakt", as a sentence."""
    return Click(sent.event_id, sent.alert, sent.case_id, sent.state, _click_text(sent))


def due_line(deadline: Deadline, *, now: int) -> DueLine:
    """Return something that will be due, in words."""
    word = "Waarschuwing" if deadline.stage == "warn" else "Uiterlijk"
    return DueLine(
        title=deadline.title,
        stage_word=word,
        due=last_day(deadline.due) if word == "Uiterlijk" else spoken(deadline.due),
        due_iso=local(deadline.due).isoformat(),
        in_how_long=f"over {how_long(now, now=deadline.due)}",
        legal=deadline.legal,
    )


def state(*, fed: bool, now: int) -> State:
    """Return up to when a page is true."""
    at = local(now)
    return State(f"{day(at.date())}, {at:%H.%M.%S}", at.isoformat(), fed)


def more_text(count: int) -> str:
    """Return in words how many facts came since a page was shown; empty for none."""
    return f"{count} nieuwe {'gebeurtenis' if count == 1 else 'gebeurtenissen'}" if count > 0 else ""


def today(now: int) -> date:
    """Return the day that it is in the Netherlands."""
    return local(now).date()


def _click_text(sent: Sent) -> str:
    if sent.state == "recorded" and sent.recorded_at is not None:
        return f"Vastgelegd op {moment(sent.recorded_at)}."
    if sent.state == "refused":
        return f"Niet vastgelegd. {sent.reason or 'Het grootboek weigerde deze gebeurtenis.'}"
    return "Wordt vastgelegd…"


def _same_day(line: Line) -> bool:
    return local(line.occurred_at).date() == local(line.recorded_at).date()


def _has_passed(text: str, *, now: int) -> bool:
    try:
        return local(now).date() > date.fromisoformat(text)
    except ValueError:
        return False


def _own_sentence(row: AlertRow) -> str:
    """Return what the alert itself says: the sentence it came with if that is whole, else what its due tells."""
    if row.why and "{" not in row.why:
        return row.why
    if row.stage == "signal":
        return f"Er kwamen meerdere signalen binnen, het laatste op {spoken(row.due)}."
    if row.stage == "warn":
        return f"De termijn loopt binnenkort af. Deze waarschuwing geldt vanaf {spoken(row.due)}."
    return f"De termijn liep af: sinds {spoken(row.due)} is dit te laat."
