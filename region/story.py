"""A story: the script of one family, written step by step before anything is played.

A script is plain data. It holds what happens (`at`), who tells it, and when it is told (`told_at`): people write things
down late, and the ledger must cope. Nothing here sends anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID, uuid5

from region.cast import Cast
from region.chance import Chance
from region.moments import DAY, any_moment, local_day, office_moment

AMPLE = 0.55  # of a term: most things are done before anybody need be warned
NAMESPACE = UUID("0c6a1f0e-53d8-5b0e-9a43-7f2d9c1f8a11")


class Sending(Enum):
    """How a step reaches the bus; all but `ONCE` are what goes wrong in real life."""

    ONCE = "once"
    AGAIN = "again"  # the same event a second time, as after a time-out at the agency
    CHANGED = "changed"  # the same id with another content
    POISONED = "poisoned"  # bytes that are no event at all


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an agency tells."""

    id: str
    family: str
    agency: str
    type: str
    reference: str | None
    municipality: str
    at: int
    told_at: int
    data: Mapping[str, object]
    finds_case: bool  # the case is found by persons or by the agency's own file, so no case id need be known
    opens: bool = False  # the receipt of this step tells the family's case id
    answers: str = ""  # the step that this one answers: it is not sent before that one has its receipt
    sending: Sending = Sending.ONCE


@dataclass(frozen=True, slots=True)
class Pace:
    """How a family's helpers keep their terms: shares of steps that come late, or never."""

    late: float
    never: float


PACES = {"careful": Pace(0.06, 0.01), "busy": Pace(0.2, 0.04), "stuck": Pace(0.35, 0.12)}


@dataclass(slots=True)
class Story:
    """The script of one family while it is being written; `now` moves along as chapters are added."""

    seed: str
    name: str
    cast: Cast
    chance: Chance
    pace: Pace
    municipality: str
    now: int
    team: str = ""
    opener: str = ""
    persons: tuple[Mapping[str, object], ...] = ()
    steps: list[Step] = field(default_factory=list)
    counted: int = 0

    def tell(
        self,
        agency: str,
        event: str,
        data: Mapping[str, object],
        *,
        at: int,
        late: float | None = None,
        answers: str = "",
    ) -> Step:
        """Add a step; `late` is in days, and without it most things are told the same day."""
        if late is None:
            late = self.chance.between(1, 9) if self.chance.happens(0.03) else self.chance.between(0, 3) / 24
        self.counted += 1
        step = Step(
            id=str(uuid5(NAMESPACE, f"{self.seed}/{self.name}/{self.counted}")),
            family=self.name,
            agency=agency,
            type=event,
            reference=None if event == "advice_given" else self.file_of(agency),
            municipality=self.municipality,
            at=at,
            told_at=at + int(late * DAY),
            data={name: value for name, value in data.items() if value is not None},
            finds_case=event == "report_received" or agency == self.opener,
            opens=event == "report_received",
            answers=answers,
        )
        self.steps.append(step)
        return step

    def file_of(self, agency: str) -> str:
        """Return the file number that an agency gives this family: opaque, and its own."""
        return "D" + uuid5(NAMESPACE, f"{self.seed}/{self.name}/file/{agency}").hex[:10]

    def thing(self, kind: str) -> str:
        """Return a fresh opaque id for a report, a handover, a condition."""
        self.counted += 1
        return f"{kind}-{uuid5(NAMESPACE, f'{self.seed}/{self.name}/{kind}/{self.counted}').hex[:10]}"

    def in_office(self, days: int, *, after: int | None = None) -> int:
        """Return a moment in office hours so many working days after now, or after another moment."""
        return office_moment(self.now if after is None else after, days, self.chance)

    def at_any_hour(self, days: float, *, after: int | None = None) -> int:
        """Return a moment about so many days after now, or after another moment, at any hour."""
        return any_moment(self.now if after is None else after, days, self.chance)

    def in_time(self, least: int, term: int) -> int | None:
        """Return after how many working days a thing is done: mostly in its term, sometimes late, or never."""
        if self.chance.happens(self.pace.never):
            return None
        if self.chance.happens(self.pace.late):
            return term + self.chance.whole(1, 2 + term)
        ample = self.chance.happens(0.75)
        return self.chance.whole(least, max(least, round(term * AMPLE) if ample else term - 1))

    def day(self, at: int) -> str:
        """Return the local day of a moment as a date."""
        return local_day(at).isoformat()

    @property
    def vt(self) -> str:
        """The Veilig Thuis organisation of the family's region."""
        return self.cast.veilig_thuis[self.municipality]

    @property
    def child(self) -> str | None:
        """The pseudonym of a child of this family, or nothing where there is none."""
        return next((str(one["person"]) for one in self.persons if one["child"]), None)
