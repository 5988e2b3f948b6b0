"""For one agency: how well what it tells arrives. Events by week, how late, what was set aside, silence, missing numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.delivery import Delivery, SetAside
from rulebook.disclosure import in_words, told, told_together
from rulebook.figures import SHARE_FROM
from services.board import weeks
from services.board.counting import LATER
from services.board.language import how_long, moment, say
from services.board.overviews.numbers import Weekly
from services.board.overviews.sheet import NOTHING, Bar, Cell, Sheet, Table, row

PATH = "/spiegel"
LATE_WORDS: Mapping[str, str] = {
    "hour": "binnen een uur",
    "day": "binnen een dag",
    "week": "binnen een week",
    LATER: "na meer dan een week",
}
VERDICTS: Mapping[str, str] = {
    "rejected": "Niet te lezen",
    "refused": "Geweigerd",
    "conflict": "In strijd met eerder bericht",
}
QUICK = ("hour", "day")
SHOWN = 20
ALL = "Samen"
TITLE = "Gebeurtenissen per week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What the page is made of: events by week for each lateness, and what the ledger knows of the delivery."""

    agency: str
    name: str
    weeks: Sequence[int]
    told: Mapping[str, Mapping[int, int]]  # by lateness, then by week
    heard_at: int | None
    delivery: Delivery
    now: int
    exact: bool  # for who works with these cases anyway; for anybody else small counts are hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One agency in the list of all."""

    agency: str
    name: str
    told: int
    quick: int
    heard_at: int | None
    waiting: int


def told_by_lateness(counts: Mapping[str, Weekly], agency: str) -> dict[str, Mapping[int, int]]:
    """Return the counts of one agency by lateness and week."""
    return {name: some.get(agency, {}) for name, some in counts.items()}


def agencies(briefs: Sequence[Brief], *, now: int, exact: bool) -> Sheet:
    """Return the page that lists all agencies, the longest silent first."""
    ordered = sorted(briefs, key=lambda one: (one.heard_at or 0, one.name))
    return Sheet(
        title=say("Aanlevering per organisatie"),
        lead=say(
            "Hoe goed komt aan wat elke organisatie vertelt? Kies een organisatie en zie hoe haar gegevens binnenkomen."
        ),
        path=PATH,
        tables=(
            Table(
                id="organisaties",
                title=say("Alle organisaties, de langst stille eerst"),
                head=(
                    say("Organisatie"),
                    say("Laatst gehoord"),
                    say("Hoe lang stil"),
                    say("Gebeurtenissen"),
                    say("Binnen een dag"),
                    say("Apart gelegd, open"),
                ),
                rows=tuple(_brief(one, now, exact=exact) for one in ordered),
                note=say("Gebeurtenissen van de laatste {count} hele weken.", count=weeks.SHOWN),
            ),
        ),
        notes=(
            say("“Binnen een dag”: het deel dat binnen een dag na het gebeuren werd verteld."),
            say("“Apart gelegd”: wat het grootboek niet kon aannemen. Open is wat nog niemand afhandelde."),
        ),
    )


def mirror(of: Mirror) -> Sheet:
    """Return the page of one agency."""
    totals = {name: sum(of.told.get(name, {}).values()) for name in LATE_WORDS}
    quick = sum(totals[one] for one in QUICK)
    missing = sum(one.count for one in of.delivery.gaps)
    return Sheet(
        title=say("Spiegel: {name}", name=of.name),
        lead=say("Wat deze organisatie vertelt, en hoe het aankomt."),
        path=f"{PATH}/{of.agency}",
        facts=(
            (say("Laatst gehoord"), moment(of.heard_at) if of.heard_at else say("nog nooit")),
            (say("Stilte"), _silence(of)),
            (say("Binnen een dag verteld"), _share(quick, sum(totals.values()), exact=of.exact)),
            (say("Wacht op een casus"), _waiting(of, "parked")),
            (say("Apart gelegd, nog open"), _waiting(of, "dead_letters")),
            (say("Ontbrekende volgnummers"), str(missing)),
        ),
        tables=(*_arrived(of), _set_aside(of), _gaps(of)),
        notes=(
            say(
                "Te laat vertellen is iets anders dan te laat handelen: hier telt alleen hoe lang een gebeurtenis onderweg was."
            ),
            say(
                "Weken zijn de laatste {count} hele weken, geteld naar wanneer het grootboek iets vastlegde.",
                count=len(of.weeks),
            ),
        ),
    )


def _brief(one: Brief, now: int, *, exact: bool) -> tuple[Cell, ...]:
    heard = (moment(one.heard_at), how_long(one.heard_at, now=now)) if one.heard_at else (say("nog nooit"), NOTHING)
    link = Cell(one.name, f"{PATH}/{one.agency}")
    count = _saying(exact=exact)
    return row(link, *heard, count(one.told), _share(one.quick, one.told, exact=exact), count(one.waiting))


def _arrived(of: Mirror) -> tuple[Table, ...]:
    """Return the events by week and by lateness; as they may be told, where they may not be exact."""
    by_week = [sum(of.told.get(name, {}).get(week, 0) for name in LATE_WORDS) for week in of.weeks]
    by_lateness = [sum(of.told.get(name, {}).values()) for name in LATE_WORDS]
    if of.exact:
        return _tables(of, by_week, by_lateness, sum(by_week))
    answer = told_together(by_week, by_lateness)
    if answer is None:
        few = say("Er is in deze weken te weinig verteld om iets te tonen.")
        return (Table(id="weken", title=say(TITLE), head=(say("Week"), say("Aantal")), rows=(), empty=few),)
    (told_weeks, told_lateness), total = answer
    return _tables(of, told_weeks, told_lateness, total)


def _tables(
    of: Mirror, by_week: Sequence[int | None], by_lateness: Sequence[int | None], total: int | None
) -> tuple[Table, ...]:
    pairs = list(zip(of.weeks, by_week, strict=True))
    late = list(zip(map(say, LATE_WORDS.values()), by_lateness, strict=True))
    return (
        Table(
            id="weken",
            title=say(TITLE),
            head=(say("Week"), say("Aantal")),
            rows=(
                *(row(weeks.in_words(week), in_words(count)) for week, count in pairs),
                row(say(ALL), in_words(total)),
            ),
            columns=tuple(
                Bar(weeks.short(week), count, f"{weeks.in_words(week)}: {in_words(count)}") for week, count in pairs
            ),
        ),
        Table(
            id="laat",
            title=say("Hoe lang na het gebeuren het werd verteld"),
            head=(say("Verteld"), say("Aantal")),
            rows=(*(row(words, in_words(count)) for words, count in late), row(say(ALL), in_words(total))),
            bars=tuple(Bar(words, count, in_words(count)) for words, count in late) if total != 0 else (),
        ),
    )


def _set_aside(of: Mirror) -> Table:
    some = of.delivery.set_aside
    return Table(
        id="apart",
        title=say("Apart gelegd, en waarom"),
        head=(say("Wat"), say("Veld"), say("Reden"), say("Aantal"), say("Waarvan open"), say("Laatst")),
        rows=tuple(_reason(one, exact=of.exact) for one in some[:SHOWN]),
        note=say("Open is wat nog niemand afhandelde. Bij Reden staat de zin die de organisatie zelf ook kreeg."),
        empty=say("Er is niets apart gelegd."),
    )


def _reason(one: SetAside, *, exact: bool) -> tuple[Cell, ...]:
    verdict = say(VERDICTS[one.verdict]) if one.verdict in VERDICTS else one.verdict
    count = _saying(exact=exact)
    return row(
        verdict,
        one.field or NOTHING,
        Cell(one.reason, quoted=True),
        count(one.count),
        count(one.open),
        moment(one.last_at),
    )


def _gaps(of: Mirror) -> Table:
    newest = sorted(of.delivery.gaps, key=lambda one: (-one.since, one.first))
    return Table(
        id="nummers",
        title=say("Volgnummers die niet kwamen"),
        head=(say("Van"), say("Tot en met"), say("Hoeveel"), say("Gezien op"), say("Kan nog komen")),
        rows=tuple(
            row(one.first, one.last, one.count, moment(one.since), say("nee") if one.is_closed else say("ja"))
            for one in newest[:SHOWN]
        ),
        empty=say("Alle volgnummers kwamen aan."),
    )


def _silence(of: Mirror) -> str:
    if of.heard_at is None:
        return NOTHING
    lasts = how_long(of.heard_at, now=of.now)
    is_told = of.delivery.silent_since is not None and of.delivery.silent_since >= of.heard_at
    return say("{lasts}: langer dan gewoon, de organisatie is gewaarschuwd", lasts=lasts) if is_told else lasts


def _waiting(of: Mirror, kind: str) -> str:
    found = [one for one in of.delivery.waiting if one.kind == kind]
    if not found:
        return say("niets")
    one, told_as = found[0], _saying(exact=of.exact)
    count, oldest = told_as(one.count), how_long(one.oldest_at, now=of.now)
    if not one.overdue:
        return say("{count}; het oudste {oldest}", count=count, oldest=oldest)
    late = told_as(one.overdue)
    return say("{count}, waarvan {late} te lang; het oudste {oldest}", count=count, late=late, oldest=oldest)


def _saying(*, exact: bool) -> Callable[[int], str]:
    """Return how a count that stands by itself is written."""
    return str if exact else lambda count: in_words(told(count))


def _share(part: int, whole: int, *, exact: bool) -> str:
    """Return a part of a whole; where it may not be exact, from rounded counts and only of twenty or more."""
    if exact:
        return f"{round(100 * part / whole)} %" if whole else NOTHING
    rounded, of_all = told(part) or 0, told(whole) or 0
    return say("ongeveer {share} %", share=min(100, round(100 * rounded / of_all))) if of_all >= SHARE_FROM else NOTHING
