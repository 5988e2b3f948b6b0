"""What changed in the lists since somebody looked."""

from dataclasses import dataclass

from ledger.database import Statements
from services.board.desks import DESKS
from services.board.rights import Reach


@dataclass(frozen=True, slots=True)
class News:
    """What changed since a list was shown."""

    raised: int
    acknowledged: int
    closed: int

    @property
    def any(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.raised or self.acknowledged or self.closed)


def news_since(t: Statements, since: int, reach: Reach) -> News:
    """Return what changed after a point in what is in reach: raised and still open, picked up, or closed."""
    own, values = reach.where("municipality", *DESKS)
    sql = f"""SELECT coalesce(sum(CASE WHEN raised_seq > ? AND closed_at IS NULL THEN 1 ELSE 0 END), 0),
                     coalesce(sum(CASE WHEN raised_seq <= ? AND closed_at IS NULL THEN 1 ELSE 0 END), 0),
                     coalesce(sum(CASE WHEN raised_seq <= ? AND closed_at IS NOT NULL THEN 1 ELSE 0 END), 0)
              FROM board_alerts WHERE changed_seq > ? AND {own}"""  # noqa: S608 - fixed text
    raised, changed, closed = t.rows(sql, (*(since,) * 4, *values))[0]
    return News(int(raised), int(changed), int(closed))
