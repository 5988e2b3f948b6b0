"""Which alerts of the list somebody wants to see: by rule, by who has sight of safety, by weight. Ids only, never a text.

What was asked stands in the address and can be kept for the next time; so it holds nothing that says who a family is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.database import Database
from services.board.store import AlertRow

NOBODY = "veilig-thuis"  # in an address: nobody else was named to have sight of safety
WEIGHTS = ("5", "4", "3", "2")
_RULE = re.compile(r"[A-Za-z0-9-]{1,20}")
_AGENCY = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is let through; an empty text lets all through. `weight` is the least."""

    rule: str = ""
    agency: str = ""
    weight: str = ""

    @classmethod
    def of(cls, rule: str, agency: str, weight: str) -> "Sieve":
        """Return what was asked for; what cannot be an id asks for all."""
        return cls(
            rule if _RULE.fullmatch(rule) else "",
            agency if _AGENCY.fullmatch(agency) else "",
            weight if weight in WEIGHTS else "",
        )

    def given(self) -> dict[str, str]:
        """Return it as the names and values of an address."""
        asked = {"regel": self.rule, "organisatie": self.agency, "zwaarte": self.weight}
        return {name: value for name, value in asked.items() if value}

    def keeps(self, row: AlertRow, sight: Mapping[str, str]) -> bool:
        """Tell whether an alert is let through; `sight` says by case who has sight of safety."""
        return (
            self.rule in {"", row.rule}
            and (not self.weight or row.weight >= int(self.weight))
            and self.agency in {"", sight.get(row.case_id, NOBODY)}
        )


ALL = Sieve()


def sight_of(database: Database, rows: Sequence[AlertRow]) -> dict[str, str]:
    """Return who has sight of safety in these cases, as far as that is not Veilig Thuis itself."""
    with database.reading() as t:
        found = t.rows_in("SELECT case_id, agency FROM board_sight WHERE case_id {in}", {row.case_id for row in rows})
    return dict(found)


def choices(rows: Iterable[AlertRow]) -> list[tuple[str, str]]:
    """Return the rules of which alerts are open, with their titles, by id."""
    return sorted({row.rule: row.title for row in rows}.items())
