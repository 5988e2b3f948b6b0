"""Outcome figures as they may be told: rounded to five, small cells hidden, beside the norms that are agreed nationally.

- A share is computed from the rounded counts alone, a hidden one taken as two and a half, and only where they come to
  twenty; so it tells no more than they do. Whether a norm was met is answered from the exact counts, where a share is told. None is
  told while more than a tenth still runs, for what is done early would make it look better than it will be.
- A median or 90th percentile is only told where at least five lie on either side of it, and in coarse steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil

from rulebook.agreements import Agreements
from rulebook.disclosure import told, told_together
from rulebook.instants import DAY, SECOND
from rulebook.outcomes import Outcome, Outcomes

# Percentages that must be in time: assessments within five working days, investigations within ten weeks. No law and no
# agreement between organisations holds them, so no agreements file does: a file says what must happen, not how often.
NORMS: Mapping[str, int] = {"ST-01": 90, "ST-05": 80}
NORMS_SOURCE = (
    "Normen: landelijk streven voor Veilig Thuis, bekend sinds februari 2019 (Het Parool, Tubantia):",
    "90 % van de beoordelingen binnen vijf werkdagen, 80 % van de onderzoeken binnen tien weken.",
)
HIDDEN_MIDDLE = 2.5
SHARE_FROM = 20
RUNNING_MAX = 10  # one in so many
EITHER_SIDE = 5
HOUR = 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of figures. None is hidden or not known."""

    rule: str
    title: str
    municipality: str  # empty: all together
    half_year: str
    instances: int | None
    in_time: int | None
    late: int | None
    open: int | None
    open_overdue: int | None
    lapsed: int | None
    signals: int | None
    accepted: int | None  # of which somebody accepted that they wait
    share_in_time: int | None
    norm: int | None
    meets_norm: bool | None
    still_running: bool  # too many terms of this half-year still run to tell a share
    median_hours: float | None
    p90_hours: float | None

    def as_json(self) -> dict[str, object]:
        """Return the row as JSON values."""
        return asdict(self)


def figures(found: Outcomes, agreements: Agreements) -> Iterator[Figure]:
    """Yield the figures by rule, half-year and municipality, all together first."""
    titles = {rule.id: rule.title for one in agreements.files for rule in one.rules.values()}
    for (rule, place, half_year), count in sorted(
        found.counts.items(), key=lambda one: (one[0][0], one[0][2], one[0][1])
    ):
        yield _figure(rule, titles.get(rule, ""), place, half_year, count)


def _figure(rule: str, title: str, place: str, half_year: str, count: Outcome) -> Figure:
    norm = NORMS.get(rule)
    share, meets = _share(count, norm)
    (in_time, late, still_open, lapsed, signals), instances = _parts(count)
    return Figure(
        rule=rule,
        title=title,
        municipality=place,
        half_year=half_year,
        instances=instances,
        in_time=in_time,
        late=late,
        open=still_open,
        open_overdue=told(count.overdue),
        lapsed=lapsed,
        signals=signals,
        accepted=told(count.accepted),
        share_in_time=share,
        norm=norm,
        meets_norm=meets,
        still_running=_still_running(count),
        median_hours=percentile(count.durations, 50),
        p90_hours=percentile(count.durations, 90),
    )


def _parts(count: Outcome) -> tuple[list[int | None], int | None]:
    """Return the parts that a count falls into and their total, told so that the total gives no part away."""
    parts = [count.in_time, count.late, count.running + count.overdue, count.lapsed, count.signals]
    answer = told_together(parts)
    assert answer is not None, "some total can always be told beside one list"
    (cells,), total = answer
    return cells, total


def _share(count: Outcome, norm: int | None) -> tuple[int | None, bool | None]:
    """Return about how many of a hundred were in time, on the right side of a norm, and whether the norm was met."""
    late = count.late + count.overdue
    about_in_time, about_late = (
        HIDDEN_MIDDLE if told(one) is None else told(one) or 0 for one in (count.in_time, late)
    )
    if about_in_time + about_late < SHARE_FROM or _still_running(count):
        return None, None
    share = round(100 * about_in_time / (about_in_time + about_late))
    if norm is None:
        return share, None
    meets = 100 * count.in_time >= norm * (count.in_time + late)
    return max(share, norm) if meets else min(share, norm - 1), meets


def _still_running(count: Outcome) -> bool:
    """Tell whether more than a tenth still runs: those done early would make the share look better than it will be."""
    return count.instances >= SHARE_FROM and RUNNING_MAX * count.running > count.instances


def percentile(durations: Sequence[int], percent: int) -> float | None:
    """Return a percentile of durations (micros) in coarse hours; nothing where fewer than five lie on either side."""
    number = len(durations)
    place = ceil(number * percent / 100)
    if min(place - 1, number - place) < EITHER_SIDE:
        return None
    return _coarse(sorted(durations)[place - 1])


def _coarse(duration: int) -> float:
    """Return a duration in hours: to the day from two days on, to the hour from two hours on, else to five minutes."""
    if duration >= 2 * DAY:
        return 24.0 * round(duration / DAY)
    if duration >= 2 * HOUR:
        return float(round(duration / HOUR))
    return round(5 * round(duration / HOUR * 12) / 60, 2)
