"""`waakvlam figures`: outcome figures as a table, as CSV and as a picture, all rounded and with small cells hidden."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.books import ledger_at, rules_in
from cli.columns import columns
from cli.exits import Ends, Exit
from cli.offline import STANDARD_INPUT, instant, lines_of
from cli.screen import progress, result
from cli.settings import Settings
from cli.summary import export_lines
from rulebook.agreements import Agreements
from rulebook.disclosure import in_words
from rulebook.dutch import day_in_words
from rulebook.errors import HistoryError
from rulebook.figures import NORMS_SOURCE, Figure, figures
from rulebook.instants import date_of, local_day
from rulebook.outcomes import Outcomes, outcomes
from rulebook.picture import duration_in_words, half_year_in_words, picture
from waakvlam.clock import clock_from
from waakvlam.topics import municipalities

ALL_PLACES = "alle gemeenten"
NOT_TOLD = "."  # as in the tables of CBS: unknown or secret
HEAD = (
    "regel",
    "half jaar",
    "gemeente",
    "aantal",
    "op tijd",
    "te laat",
    "open",
    "wv. te laat",
    "ongeveer",
    "norm",
    "helft",
    "90 %",
    "uitstel",
)
CSV_HEAD = {
    "regel": "rule",
    "titel": "title",
    "gemeente": "municipality",
    "halfjaar": "half_year",
    "aantal": "instances",
    "op_tijd": "in_time",
    "te_laat": "late",
    "open": "open",
    "open_te_laat": "open_overdue",
    "vervallen": "lapsed",
    "signalen": "signals",
    "uitstel_geaccepteerd": "accepted",
    "aandeel_op_tijd": "share_in_time",
    "norm": "norm",
    "norm_gehaald": "meets_norm",
    "loopt_nog": "still_running",
    "mediaan_uren": "median_hours",
    "p90_uren": "p90_hours",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What figures are asked for, and where the files go."""

    events: str | None = None
    agreements: Path | None = None
    until: str | None = None
    municipality: str | None = None
    csv: Path | None = None
    picture: Path | None = None


def tell(wish: Wish, settings: Settings, *, as_json: bool) -> None:
    """Print outcome figures, and write them as CSV and as a picture where that is asked."""
    place = wish.municipality or ""
    if place and place not in municipalities():
        raise Ends(Exit.USAGE, f"--municipality: {place} is geen gemeente die hier bekend is.")
    agreements = rules_in(wish.agreements or settings.agreements, "--agreements or WAAKVLAM_AGREEMENTS")
    counted = _outcomes(wish, settings, agreements)
    rows = list(figures(counted, agreements))
    shown = [row for row in rows if row.municipality == place] if wish.municipality else rows
    until = "" if counted.at is None else day_in_words(date_of(local_day(counted.at)))
    if wish.csv:
        _write(wish.csv, _csv(shown))
    if wish.picture:
        _write(
            wish.picture, picture([row for row in rows if row.municipality == place], place=_name(place), until=until)
        )
    value = {"until": until, "figures": [row.as_json() for row in shown]}
    result(value, as_json=as_json, lines=list(_table([row for row in shown if row.municipality == place])))


def _outcomes(wish: Wish, settings: Settings, agreements: Agreements) -> Outcomes:
    until = instant(wish.until)
    if wish.events is None:
        with ledger_at(settings.ledger_url, clock_from(settings.clock)) as ledger:
            return outcomes(agreements, export_lines(ledger), until)
    try:
        with lines_of(wish.events) as lines:
            return outcomes(agreements, lines, until)
    except HistoryError as error:
        name = "standard input" if wish.events == STANDARD_INPUT else wish.events
        raise Ends(Exit.REFUSED, f"{name}: {error}") from error


def _table(rows: Sequence[Figure]) -> Iterator[str]:
    if not rows:
        yield "Er is niets geteld: in deze gebeurtenissen begon geen enkele termijn."
        return
    yield from columns(HEAD, [_cells(row) for row in rows], words=3)
    yield ""
    yield "Aantallen zijn afgerond op vijf; <5 is één tot en met vier. Een punt: te weinig om te tonen, of niet van toepassing."
    yield "Per gemeente: --municipality, of alles met --csv of --json."
    yield "“Ongeveer” is het deel op tijd, berekend uit de afgeronde aantallen; open en te laat telt als niet op tijd."
    yield "“Uitstel”: zo vaak is geaccepteerd dat iets wacht. Het telt gewoon mee: uitstel maakt te laat niet op tijd."
    if any(row.norm is not None for row in rows):
        yield from NORMS_SOURCE


def _cells(row: Figure) -> tuple[str, ...]:
    verdict = "" if row.meets_norm is None else (" gehaald" if row.meets_norm else " niet")
    return (
        row.rule,
        half_year_in_words(row.half_year),
        _name(row.municipality),
        *(in_words(one) for one in (row.instances, row.in_time, row.late, row.open, row.open_overdue)),
        _share(row),
        "" if row.norm is None else f"{row.norm} %{verdict}",
        duration_in_words(row.median_hours),
        duration_in_words(row.p90_hours),
        in_words(row.accepted),
    )


def _share(row: Figure) -> str:
    if row.share_in_time is None:
        return "loopt nog" if row.still_running else NOT_TOLD
    return f"{row.share_in_time} %"


def _csv(rows: Sequence[Figure]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for row in rows:
        told = row.as_json() | {"municipality": _name(row.municipality)}
        writer.writerow([_plain(told[name]) for name in CSV_HEAD.values()])
    return text.getvalue()


def _plain(value: object) -> str:
    match value:
        case None:
            return NOT_TOLD
        case bool():
            return "ja" if value else "nee"
        case float():
            return f"{value:g}".replace(".", ",")
    return str(value)


def _name(place: str) -> str:
    return municipalities().get(place, place) if place else ALL_PLACES


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Ends(Exit.REFUSED, f"{path} kan niet worden geschreven: {error.strerror}.") from error
    progress(f"{path} is geschreven.")
