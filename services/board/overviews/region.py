"""For the region: where it stalls, whether that grows, and how long a handover waits. Whole weeks, small counts hidden.

Each list is told beside one and the same total and nothing is crossed (see `rulebook.disclosure`). There is nothing to
filter by, for two answers that differ by one family would tell of that family.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rulebook.disclosure import in_words, told_together
from rulebook.figures import percentile
from services.board import weeks
from services.board.language import duration, say
from services.board.overviews.numbers import Answered, Weekly
from services.board.overviews.sheet import DRAWN, Bar, Cell, Sheet, Table, named, row

PATH = "/regio"
VEILIG_THUIS = "Veilig Thuis"
ALL = "Alles samen"
HIDDEN_NOTE = "Aantallen zijn afgerond op vijf. <5 is één tot en met vier."


Division = tuple[str, str, str, Weekly, Callable[[str], str]]  # id, title, head, counts, and how a name is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What the page is made of: stalls by week under each of three divisions, and answered handovers."""

    weeks: Sequence[int]
    by_rule: Weekly
    by_municipality: Weekly
    by_agency: Weekly
    handovers: Sequence[Answered]
    norm: str  # within how long a handover must be answered, in words; empty when no agreement says so
    rules: Mapping[str, str]
    municipalities: Mapping[str, str]
    agencies: Mapping[str, str]


def region(of: Region) -> Sheet:
    """Return the page of the region."""
    first, last = of.weeks[0], of.weeks[-1]
    stalls = list(_stalls(of))
    by_week = [one.value for one in stalls[0].columns]
    return Sheet(
        title=say("De regio"),
        lead=say("Waar het stilstaat, of dat meer of minder wordt, en hoe lang een overdracht wacht."),
        path=PATH,
        facts=(
            (
                say("Over"),
                say(
                    "{count} hele weken: {first}, tot en met {last}",
                    count=len(of.weeks),
                    first=weeks.in_words(first),
                    last=weeks.in_words(last),
                ),
            ),
            (say("Stagnaties in de laatste vier weken"), _told_of(by_week[-4:])),
            (say("In de vier weken daarvoor"), _told_of(by_week[-8:-4])),
        ),
        tables=(*stalls, _handovers(of)),
        notes=(
            say(HIDDEN_NOTE),
            say("“Niet te tonen”: van een van deze weken is het aantal verborgen, en de som zou dat verraden."),
            say("Een stagnatie is een alarm dat te laat is of een signaal; een waarschuwing vooraf telt niet mee."),
            say(
                "“Organisatie” is wie zicht op veiligheid had toen het alarm kwam. Dat hoeft niet te zijn wie iets moest doen."
            ),
            say("Een lijst zegt niets over één gezin. Daarom kunt u deze lijsten niet kruisen of verder verfijnen."),
        ),
    )


def _stalls(of: Region) -> Iterable[Table]:
    divisions: tuple[Division, ...] = (
        (
            "regel",
            say("Stagnaties naar regel"),
            say("Regel"),
            of.by_rule,
            lambda one: f"{one} {of.rules.get(one, '')}".rstrip(),
        ),
        (
            "gemeente",
            say("Stagnaties naar gemeente"),
            say("Gemeente"),
            of.by_municipality,
            lambda one: of.municipalities.get(one, one),
        ),
        (
            "organisatie",
            say("Stagnaties naar organisatie"),
            say("Organisatie"),
            of.by_agency,
            lambda one: _agency(one, of),
        ),
    )
    by_week = [sum(some.get(week, 0) for some in of.by_rule.values()) for week in of.weeks]
    sums = [_summed(counts) for _, _, _, counts, _ in divisions]
    lists = [by_week, *([number for _, number in some] for some in sums)]
    answer = told_together(*lists)
    if answer is None:
        few = say("Er zijn in deze weken te weinig stagnaties om iets te tonen.")
        yield Table(id="weken", title=say("Stagnaties per week"), head=(say("Week"), say("Aantal")), rows=(), empty=few)
        return
    (of_weeks, *of_divisions), total = answer
    yield _by_week(of.weeks, of_weeks, total)
    for (name, title, head, _, label), some, counts in zip(divisions, sums, of_divisions, strict=True):
        yield _division((name, title, head), [label(one) for one, _ in some], counts, total)


def _told_of(counts: Sequence[int | None]) -> str:
    """Return what some told weeks come to, as far as they are told: no more than the weeks themselves say."""
    if not counts or None in counts:
        return say("niet te tonen")
    return say("ongeveer {count}", count=sum(one or 0 for one in counts))


def _by_week(which: Sequence[int], counts: Sequence[int | None], total: int | None) -> Table:
    pairs = list(zip(which, counts, strict=True))
    return Table(
        id="weken",
        title=say("Stagnaties per week"),
        head=(say("Week"), say("Aantal")),
        rows=(*(row(weeks.in_words(week), in_words(count)) for week, count in pairs), row(say(ALL), in_words(total))),
        columns=tuple(
            Bar(weeks.short(week), count, f"{weeks.in_words(week)}: {in_words(count)}") for week, count in pairs
        ),
    )


def _division(
    called: tuple[str, str, str], labels: Sequence[str], counts: Sequence[int | None], total: int | None
) -> Table:
    name, title, head = called
    # What is hidden stands in the order of names: its place must not tell whether it was one or four.
    pairs = sorted(zip(labels, counts, strict=True), key=lambda one: (-(one[1] or 0), one[0]))
    return Table(
        id=name,
        title=title,
        head=(head, say("Aantal")),
        rows=(
            *(row(Cell(label, quoted=name == "regel"), in_words(count)) for label, count in pairs),
            row(say(ALL), in_words(total)),
        ),
        bars=tuple(Bar(label, count, in_words(count)) for label, count in pairs[:DRAWN]),
    )


def _summed(counts: Weekly) -> list[tuple[str, int]]:
    return sorted((name, sum(some.values())) for name, some in counts.items())


def _handovers(of: Region) -> Table:
    by_agency: dict[str, list[Answered]] = {}
    for one in of.handovers:
        by_agency.setdefault(one.to_agency, []).append(one)
    names = sorted(by_agency, key=lambda one: _agency(one, of))
    answer = told_together([len(by_agency[one]) for one in names]) if names else None
    norm = f"{say('De afspraak: een antwoord {term}.', term=of.norm)} " if of.norm else ""
    both = say("Een tijd staat er pas als aan beide kanten ervan minstens vijf overdrachten liggen.")
    rows: list[tuple[Cell, ...]] = []
    if answer is not None:
        (counts,), total = answer
        pairs = zip(names, counts, strict=True)
        rows = [_handover(_agency(one, of), count, by_agency[one]) for one, count in pairs]
        rows.append(_handover(say(ALL), total, of.handovers))
    return Table(
        id="overdracht",
        title=say("Hoe lang een overdracht wacht op antwoord"),
        head=(say("Ontvanger"), say("Beantwoord"), say("De helft binnen"), say("90 % binnen")),
        rows=tuple(rows),
        note=f"{norm}{both}",
        bars=_waits(names, by_agency, of) if rows else (),
        empty=say("Er zijn in deze weken te weinig overdrachten om te tonen."),
    )


def _handover(name: str, count: int | None, some: Sequence[Answered]) -> tuple[Cell, ...]:
    waited = [one.waited for one in some]
    half, most = percentile(waited, 50), percentile(waited, 90)
    return row(name, in_words(count), duration(half), duration(most))


def _agency(one: str, of: Region) -> str:
    return named(one, of.agencies, nobody=VEILIG_THUIS)


def _waits(names: Sequence[str], by_agency: Mapping[str, Sequence[Answered]], of: Region) -> tuple[Bar, ...]:
    """Return within how many hours nine of ten were answered, for those of which that is told."""
    found = []
    for one in names:
        most = percentile([each.waited for each in by_agency[one]], 90)
        if most is not None:
            words = say("90 % binnen {time}", time=duration(most))
            found.append(Bar(_agency(one, of), round(most), words))
    return tuple(found)
