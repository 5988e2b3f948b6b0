"""For a team leader: what lies with whom, what lies with nobody, and what was said again in vain. Exact numbers, real cases."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.numbers import number_of
from ledger.words import local
from rulebook.rules import DANGER
from services.board.language import day, how_long, listed, role, say, spoken
from services.board.marks import Judged
from services.board.overviews.numbers import HandedOver, Open, Waiting
from services.board.overviews.sheet import CASE, DRAWN, Bar, Cell, Sheet, Table, named, row
from services.board.overviews.usefulness import usefulness

SHOWN = 15
PATH = "/team"
NOBODY = "Nog niemand"
UNKNOWN = "Onbekend"
EACH = ("Casus", "Gemeente", "Waarover", "Zwaarte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What the page is made of; `reminded` counts by the alert's id, `handed` goes by it, `rules` are titles."""

    rows: Sequence[Open]
    reminded: Mapping[str, int]
    waiting: Sequence[Waiting]
    municipalities: Mapping[str, str]
    agencies: Mapping[str, str]
    now: int
    handed: Mapping[str, HandedOver] = field(default_factory=dict)
    judged: Sequence[Judged] = ()
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> str:
        """The day that it is in the Netherlands, as YYYY-MM-DD."""
        return local(self.now).date().isoformat()


def team(of: Team) -> Sheet:
    """Return the page of a team."""
    unowned = [one for one in of.rows if one.acknowledged_at is None]
    ignored = [one for one in unowned if of.reminded.get(one.alert)]
    today = of.today
    past = [one for one in of.rows if _is_past(one, today)]
    return Sheet(
        title=say("Het werk van het team"),
        lead=say("Wat ligt bij wie, wat ligt er nog bij niemand, en wat is al eens herinnerd."),
        path=PATH,
        facts=(
            (say("Open alarmen"), str(len(of.rows))),
            (say("Door niemand opgepakt"), str(len(unowned))),
            (say("Langst niet opgepakt"), _longest(unowned, of.now)),
            (say("Herinnerd en niet opgepakt"), str(len(ignored))),
            (say("Opgepakt, maar volgende stap voorbij"), str(len(past))),
            (say("Overdrachten zonder antwoord"), str(len(of.waiting))),
        ),
        tables=(
            _loads(of),
            _unowned(of, unowned),
            _ignored(of, ignored),
            _past(of, past),
            _handed(of),
            _handovers(of),
            usefulness(of.judged, of.rules),
        ),
        notes=(say("Collega’s staan hier met hun nummer, niet met hun naam."),),
    )


def _loads(of: Team) -> Table:
    by_who: dict[str, list[Open]] = {}
    for one in of.rows:
        if one.acknowledged_at is not None:
            by_who.setdefault(one.acknowledged_by or say(UNKNOWN), []).append(one)
    today = of.today
    nobody = [one for one in of.rows if one.acknowledged_at is None]
    sorted_loads = sorted(by_who.items(), key=lambda one: (-len(one[1]), one[0]))
    loads = [*([(say(NOBODY), nobody)] if nobody else []), *sorted_loads]
    return Table(
        id="bij-wie",
        title=say("Wat ligt bij wie"),
        head=(say("Collega"), say("Alarmen"), say("Waarvan gevaar"), say("Gezinnen"), say("Volgende stap voorbij")),
        rows=tuple(
            row(
                who,
                len(some),
                _danger(some),
                len({one.case_id for one in some}),
                sum(_is_past(s, today) for s in some),
            )
            for who, some in loads
        ),
        bars=tuple(
            Bar(who, len(some), say("{count} ({danger} met gevaar)", count=len(some), danger=_danger(some)))
            for who, some in loads[:DRAWN]
        ),
        empty=say("Er zijn geen open alarmen."),
    )


def _unowned(of: Team, unowned: Sequence[Open]) -> Table:
    oldest = sorted(unowned, key=lambda one: (one.raised_at, one.raised))
    return Table(
        id="niemand",
        title=say("Het langst door niemand opgepakt"),
        head=(*_each_head(), say("Alarm sinds"), say("Hoe lang"), say("Aan zet")),
        rows=tuple(
            (*_each(of, one), *row(spoken(one.raised_at), how_long(one.raised_at, now=of.now), _turn(one)))
            for one in oldest[:SHOWN]
        ),
        note=_left_out(len(oldest)),
        empty=say("Alles is opgepakt."),
    )


def _ignored(of: Team, ignored: Sequence[Open]) -> Table:
    most = sorted(ignored, key=lambda one: (-of.reminded[one.alert], one.raised_at, one.raised))
    return Table(
        id="herinnerd",
        title=say("Herinnerd, en nog niet opgepakt"),
        head=(*_each_head(), say("Herinneringen"), say("Alarm sinds"), say("Aan zet")),
        rows=tuple(
            (*_each(of, one), *row(of.reminded[one.alert], spoken(one.raised_at), _turn(one))) for one in most[:SHOWN]
        ),
        note=_left_out(len(most)),
        empty=say("Geen enkele herinnering bleef liggen."),
    )


def _past(of: Team, past: Sequence[Open]) -> Table:
    oldest = sorted(past, key=lambda one: (one.next_step_on or "", one.raised))
    return Table(
        id="stap-voorbij",
        title=say("Opgepakt, maar de volgende stap is voorbij"),
        head=(*_each_head(), say("Collega"), say("Volgende stap was uiterlijk")),
        rows=tuple(
            (*_each(of, one), *row(one.acknowledged_by or say(UNKNOWN), day(one.next_step_on) or ""))
            for one in oldest[:SHOWN]
        ),
        note=_left_out(len(oldest)),
        empty=say("Alle afgesproken stappen zijn nog op tijd."),
    )


def _handed(of: Team) -> Table:
    some = sorted((one for one in of.rows if one.alert in of.handed), key=lambda one: of.handed[one.alert].at)
    return Table(
        id="overgedragen",
        title=say("Aan een collega overgedragen, en nog niet opgepakt"),
        head=(*_each_head(), say("Door"), say("Aan"), say("Sinds")),
        rows=tuple(
            (*_each(of, one), *row(handed.by, handed.colleague, spoken(handed.at)))
            for one in some[:SHOWN]
            for handed in (of.handed[one.alert],)
        ),
        note=_left_out(len(some)),
        empty=say("Alles wat is overgedragen, is opgepakt."),
    )


def _handovers(of: Team) -> Table:
    by_agency = Counter(one.to_agency for one in of.waiting)
    return Table(
        id="overdrachten",
        title=say("Overdrachten die op antwoord wachten"),
        head=(say("Casus"), say("Gemeente"), say("Aangeboden aan"), say("Sinds"), say("Hoe lang")),
        rows=tuple(
            row(
                _case(one.case_id),
                of.municipalities.get(one.municipality, one.municipality),
                named(one.to_agency, of.agencies, nobody=say(UNKNOWN)),
                spoken(one.offered_at),
                how_long(one.offered_at, now=of.now),
            )
            for one in of.waiting[:SHOWN]
        ),
        bars=tuple(
            Bar(named(agency, of.agencies, nobody=say(UNKNOWN)), number, str(number))
            for agency, number in sorted(by_agency.items(), key=lambda one: (-one[1], one[0]))
        ),
        note=_left_out(len(of.waiting)),
        empty=say("Op elke overdracht is geantwoord."),
    )


def _each_head() -> tuple[str, ...]:
    return tuple(say(one) for one in EACH)


def _each(of: Team, one: Open) -> tuple[Cell, ...]:
    place = of.municipalities.get(one.municipality, one.municipality)
    return row(_case(one.case_id), place, Cell(f"{one.title} ({one.rule})", quoted=True), one.weight)


def _case(case: str) -> Cell:
    return Cell(number_of(case), f"{CASE}{case}")


def _turn(one: Open) -> str:
    return listed([role(name) for name in one.turn.split(",")])


def _danger(rows: Iterable[Open]) -> int:
    return sum(one.weight >= DANGER for one in rows)


def _is_past(one: Open, today: str) -> bool:
    """Tell whether the day of the next step is over, as the list of alerts tells it; days compare as they are written."""
    return one.acknowledged_at is not None and bool(one.next_step_on) and str(one.next_step_on) < today


def _longest(unowned: Sequence[Open], now: int) -> str:
    return how_long(min(one.raised_at for one in unowned), now=now) if unowned else say("niets")


def _left_out(number: int) -> str:
    if number <= SHOWN:
        return ""
    return say("Hier staan de eerste {shown} van {number}.", shown=SHOWN, number=number)
