"""Pictures of figures as SVG in the page itself: no script, no style of its own, colours from the board's stylesheet.

Nothing is told by colour alone: a bar has its words beside it, a hidden number is drawn as a hatched stub and named, and
the table of the same numbers follows each picture. For who hears the page the picture is one sentence.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from services.board.language import say
from services.board.overviews.sheet import Bar, Table

WIDTH, LABEL_MIN, WORDS, ROW, BAR = 880, 180, 170, 30, 14
HEIGHT, FOOT, SIDE = 170, 26, 8
LETTER, LETTERS = 7, 62  # how wide a letter of a label is, and how many fit: the longest title of a rule does
STUB = 10  # how long a hidden number is drawn: always the same


def picture(table: Table) -> Markup:
    """Return the picture of a table; nothing where it has none."""
    if table.bars:
        return _svg(table, ROW * len(table.bars) + 8, _bars(table.bars, table.most), _sentence(table.title, table.bars))
    if table.columns:
        return _svg(table, HEIGHT + FOOT, _columns(table.columns, table.most), _over_time(table))
    return Markup("")


def _svg(table: Table, height: int, parts: Iterator[Markup], sentence: str) -> Markup:
    start = Markup('<svg class="beeld" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">').format(
        WIDTH, height, f"{table.title}. {sentence} {say('De tabel hieronder zegt hetzelfde.')}"
    )
    return start + Markup("").join(parts) + Markup("</svg>")


def _bars(bars: Sequence[Bar], most: int | None) -> Iterator[Markup]:
    end = most or max([one.value or 0 for one in bars] + [1])
    label = max(LABEL_MIN, 20 + LETTER * min(LETTERS, max(len(one.label) for one in bars)))
    room = WIDTH - label - WORDS
    for number, one in enumerate(bars):
        top = 4 + ROW * number
        middle, bar = top + ROW // 2 + 5, top + (ROW - BAR) // 2
        yield _text(label - 10, middle, _shortened(one.label), "beeld__naam")
        yield _rect(label, bar, room, "beeld__rail")
        if one.value is None:
            yield _rect(label, bar, STUB, "beeld__verborgen")
        elif one.value:
            kind = "beeld__staaf beeld__staaf--onder" if one.is_under else "beeld__staaf"
            yield _rect(label, bar, max(2, round(room * min(one.value, end) / end)), kind)
        if one.norm is not None:
            yield _norm(label + room * one.norm / end, bar)
        kind = "beeld__woord beeld__woord--onder" if one.is_under else "beeld__woord"
        yield _text(label + room + 10, middle, f"▼ {one.words}" if one.is_under else one.words, kind)


def _columns(columns: Sequence[Bar], most: int | None) -> Iterator[Markup]:
    end = most or max([one.value or 0 for one in columns] + [1])
    step = (WIDTH - 2 * SIDE - 44) / len(columns)
    yield _text(SIDE + 34, 16, str(end), "beeld__naam")
    yield _text(SIDE + 34, HEIGHT, "0", "beeld__naam")
    yield Markup('<line class="beeld__lijn" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        SIDE + 40, WIDTH - SIDE, HEIGHT, HEIGHT
    )
    for number, one in enumerate(columns):
        left = SIDE + 44 + step * number
        tall = STUB if one.value is None else round((HEIGHT - 12) * min(one.value, end) / end)
        kind = "beeld__verborgen" if one.value is None else "beeld__staaf"
        yield Markup('<g><title>{}</title><rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/></g>').format(
            one.words, kind, left + step * 0.14, HEIGHT - tall, step * 0.72, tall
        )
        if number % 2 == (len(columns) - 1) % 2:
            yield _text(left + step / 2, HEIGHT + 18, one.label, "beeld__week")


def _sentence(title: str, bars: Sequence[Bar]) -> str:
    top = max(bars, key=lambda one: one.value or 0)
    under = sum(one.is_under for one in bars)
    told = say("{title}: nergens genoeg om te tekenen.", title=title)
    if top.value:
        told = say("Het meest: {label}, {words}.", label=top.label, words=top.words)
    return f"{told} {say('{count} onder de norm.', count=under)}" if under else told


def _over_time(table: Table) -> str:
    first, last = table.columns[0], table.columns[-1]
    return say("Van {first} tot {last}.", first=first.words, last=last.words)


def _shortened(label: str) -> str:
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1].rstrip()}…"


def _norm(at: float, bar: int) -> Markup:
    return Markup('<line class="beeld__norm" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>').format(
        at, at, bar - 4, bar + BAR + 4
    )


def _rect(left: float, top: float, width: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(kind, left, top, width, BAR)


def _text(left: float, baseline: float, words: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:g}" y="{:g}">{}</text>').format(kind, left, baseline, words)
