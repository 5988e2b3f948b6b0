"""Outcome figures as one picture: rules down, half-years across, and in each field the share that was in time. Plain SVG.

Nothing is told by colour alone: a share under its norm has a mark and a number, and each field a text for who hears the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from rulebook.disclosure import in_words
from rulebook.figures import NORMS, NORMS_SOURCE, Figure

TITLE_WIDTH, FIELD, ROW, HEAD, LINE = 440, 136, 34, 148, 20
BAR, BAR_HEIGHT = 62, 14
TIMES_WIDTH, ACCEPTED_WIDTH = 200, 120
HALF_YEARS_MAX = 6
MARGIN = 24
TITLE_LETTERS = 46
IDS_ON_A_LINE = 14
STYLE = """
text{font-family:"RO Sans",Verdana,Arial,sans-serif;font-size:14px;fill:#0b2033}
.title{font-size:22px;font-weight:bold}.soft{fill:#51606e}.small{font-size:12px}.head{font-weight:bold}
.bold{font-weight:bold}.under{fill:#a8102a;font-weight:bold}
.rail{fill:#e4e9ee}.bar{fill:#2b6ca3}.bar-under{fill:#c8324a}.norm{stroke:#0b2033;stroke-width:2}
.line{stroke:#cdd5dc;stroke-width:1}.band{fill:#f5f7f9}
"""


def picture(rows: Iterable[Figure], *, place: str, until: str) -> str:
    """Return an SVG of figures of one place; `place` is its name, `until` the last day that counts."""
    shown = [row for row in rows if row.instances != 0 and row.signals == 0]
    half_years = sorted({row.half_year for row in shown})[-HALF_YEARS_MAX:]
    by_field = {(row.rule, row.half_year): row for row in shown if row.half_year in half_years}
    told = {row.rule for row in by_field.values() if row.share_in_time is not None or row.still_running or row.norm}
    rules = sorted(told, key=lambda one: (one not in NORMS, one))
    foot = list(_foot(sorted({rule for rule, _ in by_field} - told)))
    width = 2 * MARGIN + TITLE_WIDTH + FIELD * len(half_years) + TIMES_WIDTH + ACCEPTED_WIDTH
    height = HEAD + ROW * len(rules) + LINE * (len(foot) + 2)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="titel uitleg" lang="nl">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_head(place, until, half_years),
    ]
    for number, rule in enumerate(rules):
        lines += _row(number, rule, half_years, by_field, width)
    bottom = HEAD + ROW * len(rules) + 2 * LINE
    lines.append(f'<line class="norm" x1="{MARGIN + 4}" x2="{MARGIN + 4}" y1="{bottom - 14}" y2="{bottom + 4}"/>')
    lines += [_text(MARGIN + 16 * (not place), bottom + LINE * place, one, "small") for place, one in enumerate(foot)]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _head(place: str, until: str, half_years: Sequence[str]) -> Iterator[str]:
    title = f"Op tijd per afspraak: {place}"
    explained = "Per regel en half jaar: van wat moest gebeuren, het deel dat op tijd gebeurde."
    yield f'<title id="titel">{escape(title)}</title><desc id="uitleg">{escape(explained)}</desc>'
    yield _text(MARGIN, 40, title, "title")
    yield _text(MARGIN, 66, f"{explained} Stand op {until}.", "soft")
    yield _text(MARGIN, 88, "Een regel heet naar wat er mis kan gaan; het percentage is wat goed ging.", "soft")
    for number, half_year in enumerate(half_years):
        yield _text(_left(number), HEAD - 14, half_year_in_words(half_year), "head")
    yield _text(_left(len(half_years)), HEAD - 32, "Hoe lang het duurt", "head")
    yield _text(_left(len(half_years)), HEAD - 14, "de helft binnen · 90 % binnen", "soft small")
    yield _text(_left(len(half_years)) + TIMES_WIDTH, HEAD - 32, "Uitstel", "head")
    yield _text(_left(len(half_years)) + TIMES_WIDTH, HEAD - 14, "geaccepteerd", "soft small")


def _row(
    number: int, rule: str, half_years: Sequence[str], fields: dict[tuple[str, str], Figure], width: int
) -> Iterator[str]:
    top = HEAD + number * ROW
    middle = top + ROW // 2 + 5
    known = [fields[rule, half_year] for half_year in half_years if (rule, half_year) in fields]
    newest = next((row for row in reversed(known) if row.median_hours is not None), known[-1])
    if number % 2 == 0:
        yield f'<rect class="band" x="{MARGIN - 8}" y="{top}" width="{width - 2 * MARGIN + 16}" height="{ROW}"/>'
    yield _text(MARGIN, middle, rule, "bold")
    norm = "" if newest.norm is None else f" (norm {newest.norm} %)"
    title = newest.title if len(newest.title) <= TITLE_LETTERS else f"{newest.title[: TITLE_LETTERS - 1].rstrip()}…"
    yield _text(MARGIN + 66, middle, f"{title}{norm}", "bold" if norm else "")
    for place, half_year in enumerate(half_years):
        if (rule, half_year) in fields:
            yield from _field(_left(place), top, fields[rule, half_year])
    yield _text(_left(len(half_years)), middle, _times(newest), "")
    yield _text(_left(len(half_years)) + TIMES_WIDTH, middle, _waits(known[-1]), "")


def _field(left: int, top: int, row: Figure) -> Iterator[str]:
    middle = top + ROW // 2 + 5
    if row.share_in_time is None:
        words = "loopt nog" if row.still_running else "te weinig"
        yield f"<g><title>{escape(_spoken(row))}</title>{_text(left, middle, words, 'soft small')}</g>"
        return
    is_under = row.meets_norm is False
    bar = top + (ROW - BAR_HEIGHT) // 2
    filled = round(BAR * row.share_in_time / 100)
    yield f"<g><title>{escape(_spoken(row))}</title>"
    yield f'<rect class="rail" x="{left}" y="{bar}" width="{BAR}" height="{BAR_HEIGHT}"/>'
    yield f'<rect class="bar{"-under" if is_under else ""}" x="{left}" y="{bar}" width="{filled}" height="{BAR_HEIGHT}"/>'
    if row.norm is not None:
        at = left + BAR * row.norm / 100
        yield f'<line class="norm" x1="{at:g}" x2="{at:g}" y1="{bar - 4}" y2="{bar + BAR_HEIGHT + 4}"/>'
    share = f"{row.share_in_time} %"
    yield _text(left + BAR + 5, middle, f"▼ {share}" if is_under else share, "under" if is_under else "") + "</g>"


def _foot(hidden: Sequence[str]) -> Iterator[str]:
    yield "de norm; ▼ de norm is niet gehaald. Wat nog open staat en te laat is, telt als niet op tijd."
    yield from NORMS_SOURCE
    yield "Uitstel: zo vaak is in het laatste half jaar geaccepteerd dat iets wacht. Het telt mee: uitstel maakt te laat niet op tijd."
    yield "Percentages zijn bij benadering: ze komen uit aantallen die op vijf zijn afgerond."
    yield "“te weinig”: zo weinig gezinnen dat er iets over één gezin uit af te leiden zou zijn."
    yield "“loopt nog”: van meer dan een tiende is de termijn nog niet om; wat vroeg klaar is zou een te mooi beeld geven."
    for place in range(0, len(hidden), IDS_ON_A_LINE):
        begin = "Overal te weinig: " if place == 0 else ""
        yield begin + ", ".join(hidden[place : place + IDS_ON_A_LINE])


def half_year_in_words(half_year: str) -> str:
    """Return a half-year as people read it: 2026, 1e helft."""
    year, _, half = half_year.partition("-")
    return f"{year}, {half}e helft"


def duration_in_words(hours: float | None) -> str:
    """Return a coarse duration in words; a dash where none is told."""
    if hours is None:
        return "–"
    if hours >= 48:
        return f"{hours / 24:g} dagen"
    if hours >= 2:
        return f"{hours:g} uur"
    return f"{round(hours * 60)} min"


def _times(row: Figure) -> str:
    if row.median_hours is None:
        return ""
    return f"{duration_in_words(row.median_hours)} · {duration_in_words(row.p90_hours)}"


def _waits(row: Figure) -> str:
    return "–" if row.accepted == 0 else f"{in_words(row.accepted)} keer"


def _spoken(row: Figure) -> str:
    share = f"ongeveer {row.share_in_time} procent op tijd"
    if row.share_in_time is None:
        share = "loopt nog" if row.still_running else "te weinig om te tonen"
    norm = "" if row.meets_norm is None else f", norm van {row.norm} procent {'' if row.meets_norm else 'niet '}gehaald"
    waits = "" if row.accepted == 0 else f", {in_words(row.accepted)} keer uitstel geaccepteerd"
    return f"{row.rule} {row.title}, {half_year_in_words(row.half_year)}: {share}{norm}{waits}"


def _left(place: int) -> int:
    return MARGIN + TITLE_WIDTH + place * FIELD


def _text(left: int, baseline: int, words: str, style: str) -> str:
    name = f' class="{style}"' if style else ""
    return f'<text{name} x="{left}" y="{baseline}">{escape(words)}</text>'
