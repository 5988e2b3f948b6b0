"""The region at a glance: how many alerts are open by weight and stage, what comes due when, and which cases go first.

It is made of what the radar keeps of each case, so it is quick for all cases at once and asks no history.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rulebook.instance import BREACH, SIGNAL, WARN
from rulebook.instants import DAY

# What is open, the heaviest first, by how bad it is within one weight.
STAGES = (SIGNAL, BREACH, WARN)
WEIGHTS = (5, 4, 3, 2, 1)
TODAY, SOON, WEEK, MONTH, LATER, NEVER = BANDS = ("day", "three_days", "week", "month", "later", "never")
_ENDS = ((TODAY, DAY), (SOON, 3 * DAY), (WEEK, 7 * DAY), (MONTH, 31 * DAY))


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """One alert that is open, as the radar keeps it."""

    alert: str
    rule: str
    title: str
    stage: str
    due: int
    weight: int
    sentence: str

    @property
    def rank(self) -> tuple[int, int, int, str, str]:
        """The place of an alert among others: the heaviest, then the worst stage, then the longest due."""
        stage = STAGES.index(self.stage) if self.stage in STAGES else len(STAGES)
        return -self.weight, stage, self.due, self.rule, self.alert


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands that is open or has an open alert, and when something comes due if nothing is told."""

    case: str
    municipality: str
    phase: str
    next_due: int | None
    is_open: bool = True  # danger alerts in a closed case too
    alerts: tuple[OpenAlert, ...] = ()

    @property
    def worst(self) -> OpenAlert | None:
        """The alert of this case that goes first."""
        return min(self.alerts, key=lambda one: one.rank, default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """One municipality at a glance."""

    cases: int = 0
    with_alert: int = 0
    open: Mapping[str, int] = field(default_factory=dict)  # alerts by stage


@dataclass(frozen=True, slots=True)
class Overview:
    """The region at a glance at an instant."""

    at: int
    cases: int  # open ones
    with_alert: int
    forgotten: int  # open cases without an alert for which nothing comes due: must be none
    open: Mapping[int, Mapping[str, int]]  # alerts by weight and stage
    coming: Mapping[str, int]  # cases by how soon the next thing comes due
    places: Mapping[str, Place]
    worst: tuple[Standing, ...]  # cases with an open alert, the worst first
    soonest: tuple[Standing, ...]  # cases by what comes due next, the soonest first


def overview(standings: Iterable[Standing], at: int, *, shown: int) -> Overview:
    """Return the open cases at a glance, and the `shown` that go first by what is open and by what comes next."""
    cases = list(standings)
    alerts = [(one, alert) for one in cases for alert in one.alerts]
    by_weight = Counter((alert.weight, alert.stage) for _, alert in alerts)
    opened = [one for one in cases if one.is_open]
    by_place = Counter((one.municipality, alert.stage) for one, alert in alerts)
    in_place = Counter(one.municipality for one in opened)
    alerted = Counter(one.municipality for one in cases if one.alerts)
    bands = Counter(_band(one.next_due, at) for one in opened)
    return Overview(
        at=at,
        cases=len(opened),
        with_alert=alerted.total(),
        forgotten=sum(one.next_due is None and not one.alerts for one in opened),
        open={weight: {stage: by_weight[weight, stage] for stage in STAGES} for weight in WEIGHTS},
        coming={band: bands[band] for band in BANDS},
        places={
            place: Place(in_place[place], alerted[place], {stage: by_place[place, stage] for stage in STAGES})
            for place in sorted(in_place.keys() | alerted.keys())
        },
        worst=tuple(sorted((one for one in cases if one.alerts), key=_by_worst)[:shown]),
        soonest=tuple(sorted((one for one in opened if one.next_due is not None), key=_by_next)[:shown]),
    )


def _by_worst(standing: Standing) -> tuple[object, ...]:
    worst = standing.worst
    assert worst is not None, "only cases with an alert are ranked by it"
    return (*worst.rank, standing.case)


def _by_next(standing: Standing) -> tuple[int, str]:
    assert standing.next_due is not None, "only cases for which something comes due are ranked by it"
    return standing.next_due, standing.case


def _band(next_due: int | None, at: int) -> str:
    """Return how soon something comes due; what is past and not yet noticed counts as today."""
    if next_due is None:
        return NEVER
    return next((band for band, length in _ENDS if next_due < at + length), LATER)
