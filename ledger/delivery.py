"""How well one agency delivers, as the ledger knows it: what waits, what was set aside, which numbers did not come.

Only counts, ids of fields and sentences that the agency got itself; never what came over the wire.
"""

from dataclasses import dataclass

from ledger import aside, memos
from ledger.database import Statements
from ledger.model import Standing

_SET_ASIDE = """SELECT verdict, coalesce(field, ''), reason, count(*), max(set_aside_at),
        sum(CASE WHEN standing IN ('open', 'asked') THEN 1 ELSE 0 END)
    FROM dead_letters WHERE agency = ? AND set_aside_at >= ? GROUP BY 1, 2, 3 ORDER BY 4 DESC, 5 DESC, 1, 2, 3"""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Messages that were set aside for one and the same reason; `open` of them nobody has decided on yet."""

    verdict: str
    field: str
    reason: str
    count: int
    last_at: int
    open: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Running numbers that did not come, both ends included; `is_closed` when nothing can fill it any more."""

    first: int
    last: int
    since: int
    is_closed: bool

    @property
    def count(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the ledger knows of one agency's delivery; times are micros."""

    waiting: tuple[Standing, ...]
    set_aside: tuple[SetAside, ...]
    gaps: tuple[Gap, ...]
    silent_since: int | None  # of a silence that people were told of; over as soon as something was heard after it


def delivery(statements: Statements, agency: str, *, since: int, now: int) -> Delivery:
    """Return how an agency delivers: what waits now, and what was set aside since an instant."""
    kept = memos.read(statements, [f"sequence/{agency}", f"silent/{agency}"])
    numbers = kept.get(f"sequence/{agency}", {"gaps": []})
    return Delivery(
        waiting=tuple(one for one in aside.standing(statements, now) if one.agency == agency),
        set_aside=tuple(
            SetAside(verdict, field, reason, int(count), int(last_at), int(still_open))
            for verdict, field, reason, count, last_at, still_open in statements.rows(_SET_ASIDE, (agency, since))
        ),
        gaps=tuple(Gap(first, last, at, bool(closed)) for first, last, at, _, closed in numbers["gaps"]),
        silent_since=kept.get(f"silent/{agency}"),
    )
