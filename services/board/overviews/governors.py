"""For those who govern: are the agreements kept? Shares by agreement, half-year and municipality. No case, no number of one.

The figures are those of `waakvlam figures`: shares come from rounded counts, and only where they come to twenty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rulebook.disclosure import in_words
from rulebook.figures import NORMS_SOURCE, Figure
from services.board.language import duration, half_year_in_words, say
from services.board.overviews.sheet import DRAWN, NOTHING, Bar, Cell, Sheet, Table, row

PATH = "/bestuur"
HALF_YEARS_SHOWN = 4
COMPARED_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the page is made of; `until` is the last day that counts, in words, empty while nothing was counted yet."""

    figures: Sequence[Figure]
    until: str
    municipalities: Mapping[str, str]


def governors(of: Kept) -> Sheet:
    """Return the page of those who govern."""
    rows = [one for one in of.figures if one.instances != 0 and one.signals == 0]
    half_years = sorted({one.half_year for one in rows})[-HALF_YEARS_SHOWN:]
    by_place = {(one.rule, one.municipality, one.half_year): one for one in rows}
    rules = _rules(rows, half_years)
    shown = _newest_told(by_place, rules, half_years)
    return Sheet(
        title=say("Worden de afspraken gehouden?"),
        lead=say("Van wat moest gebeuren: welk deel gebeurde op tijd. Zonder gezinnen."),
        path=PATH,
        facts=(
            (
                say("Stand"),
                say("tot en met {day}", day=of.until)
                if of.until
                else say("de eerste telling loopt nog; kom later terug"),
            ),
            (say("Afspraken met genoeg om te tonen"), f"{len(rules)}"),
            (say("Landelijke normen"), _norms(rules, shown)),
        ),
        tables=(
            _agreements(by_place, rules, half_years, shown),
            *_comparisons(by_place, rules, half_years, of.municipalities),
        )
        if rules
        else (_nothing_yet(),)
        if of.until
        else (),
        notes=(
            say("Een afspraak heet naar wat er mis kan gaan; het percentage is wat goed ging."),
            say("Wat te laat is en nog open staat, telt als niet op tijd. Uitstel maakt te laat niet op tijd."),
            say("Percentages zijn bij benadering: ze komen uit aantallen die op vijf zijn afgerond."),
            say("“te weinig”: zo weinig gezinnen dat er iets over één gezin uit af te leiden zou zijn."),
            say("“loopt nog”: van meer dan een tiende is de termijn nog niet om."),
        ),
        sources=NORMS_SOURCE,
    )


def _nothing_yet() -> Table:
    return Table(
        id="afspraken",
        title=say("Elke afspraak: het deel op tijd"),
        head=(say("Afspraak"),),
        rows=(),
        empty=say(
            "Nog geen afspraak kwam zo vaak voor dat er een percentage te zeggen is. Dat kan vanaf twintig keer."
        ),
    )


Fields = Mapping[tuple[str, str, str], Figure]


def _rules(rows: Sequence[Figure], half_years: Sequence[str]) -> list[str]:
    """Return the rules of which some share is told, those with a norm first."""
    normed = {one.rule for one in rows if one.norm is not None}
    told = {
        one.rule
        for one in rows
        if one.municipality == "" and one.half_year in half_years and one.share_in_time is not None
    }
    return sorted(told, key=lambda one: (one not in normed, one))


def _newest_told(by_place: Fields, rules: Sequence[str], half_years: Sequence[str]) -> dict[str, Figure]:
    """Return of each rule the newest half-year of which a share is told."""
    found: dict[str, Figure] = {}
    for rule in rules:
        for half_year in half_years:
            one = by_place.get((rule, "", half_year))
            if one is not None and one.share_in_time is not None:
                found[rule] = one
    return found


def _norms(rules: Sequence[str], shown: Mapping[str, Figure]) -> str:
    judged = [shown[rule] for rule in rules if shown[rule].meets_norm is not None]
    if not judged:
        return say("nog niet te zeggen")
    return say("{met} van {all} gehaald", met=sum(one.meets_norm is True for one in judged), all=len(judged))


def _agreements(
    by_place: Fields, rules: Sequence[str], half_years: Sequence[str], shown: Mapping[str, Figure]
) -> Table:
    return Table(
        id="afspraken",
        title=say("Elke afspraak: het deel op tijd"),
        head=(
            say("Afspraak"),
            *(half_year_in_words(one) for one in half_years),
            say("Verandering"),
            say("Norm"),
            say("De helft binnen"),
            say("Aantal"),
        ),
        rows=tuple(
            row(
                Cell(f"{rule} {shown[rule].title}", quoted=True),
                *(_share(by_place.get((rule, "", one))) for one in half_years),
                _change(by_place, rule, half_years),
                _norm(shown[rule]),
                duration(shown[rule].median_hours),
                in_words(shown[rule].instances),
            )
            for rule in rules
        ),
        bars=tuple(_bar(f"{one.rule} {one.title}", one) for one in _drawn(rules, shown)),
        most=100,
        note=say(
            "De helft binnen en Aantal gaan over het laatste half jaar waarvan een percentage te zeggen is; zo ook het beeld, met eerst de landelijke normen en dan wat het minst gehouden wordt."
        ),
    )


def _comparisons(
    by_place: Fields, rules: Sequence[str], half_years: Sequence[str], municipalities: Mapping[str, str]
) -> list[Table]:
    """Return for each agreement that more than one municipality can be compared on: the municipalities side by side."""
    found: list[Table] = []
    all_places = sorted({place for _, place, _ in by_place if place})
    for rule in rules:
        newest = _newest_by_place(by_place, all_places, rule, half_years)
        if len(newest) < 2 or len(found) == COMPARED_MAX:
            continue
        places = sorted(newest, key=lambda one: municipalities.get(one, one))
        title = say("Gemeenten naast elkaar: {rule}", rule=f"{rule} {next(iter(newest.values())).title}")
        found.append(
            Table(
                id=f"gemeenten-{rule}",
                title=title,
                head=(say("Gemeente"), *(half_year_in_words(one) for one in half_years), say("Norm")),
                rows=tuple(
                    row(
                        municipalities.get(place, place),
                        *(_share(by_place.get((rule, place, one))) for one in half_years),
                        _norm(newest[place]),
                    )
                    for place in places
                ),
                bars=tuple(_bar(municipalities.get(one, one), newest[one]) for one in places),
                most=100,
            )
        )
    return found


def _newest_by_place(
    by_place: Fields, places: Sequence[str], rule: str, half_years: Sequence[str]
) -> dict[str, Figure]:
    fields = ((place, by_place.get((rule, place, half_year))) for half_year in half_years for place in places)
    return {place: one for place, one in fields if one is not None and one.share_in_time is not None}


def _drawn(rules: Sequence[str], shown: Mapping[str, Figure]) -> list[Figure]:
    """Return what the picture holds: all that have a norm, then what is kept least."""
    by_share = sorted((shown[rule] for rule in rules), key=lambda one: (one.norm is None, one.share_in_time or 0))
    return by_share[:DRAWN]


def _bar(label: str, one: Figure) -> Bar:
    words = f"{one.share_in_time} %, {half_year_in_words(one.half_year)}"
    return Bar(label, one.share_in_time, words, is_under=one.meets_norm is False, norm=one.norm)


def _share(one: Figure | None) -> str:
    if one is None:
        return NOTHING
    if one.share_in_time is None:
        return say("loopt nog") if one.still_running else say("te weinig")
    return f"{one.share_in_time} %"


def _change(by_place: Fields, rule: str, half_years: Sequence[str]) -> str:
    told = [
        one.share_in_time
        for half_year in half_years
        if (one := by_place.get((rule, "", half_year))) is not None and one.share_in_time is not None
    ]
    if len(told) < 2:
        return NOTHING
    by = told[-1] - told[-2]
    if by == 0:
        return say("gelijk")
    if abs(by) == 1:
        return say("1 punt hoger") if by > 0 else say("1 punt lager")
    return say("{count} punten hoger", count=by) if by > 0 else say("{count} punten lager", count=-by)


def _norm(one: Figure) -> str:
    if one.norm is None:
        return NOTHING
    if one.meets_norm is None:
        return f"{one.norm} %"
    return say("{norm} % gehaald", norm=one.norm) if one.meets_norm else say("{norm} % niet gehaald", norm=one.norm)
