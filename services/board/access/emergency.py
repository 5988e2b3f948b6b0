"""Emergency access: somebody outside of a case's scope sees it for a short while, with a reason, and is asked about it.

It is for danger. Everybody whose case it is reads on the board that it happened; a team manager or an auditor, never the
one who asked, judges it within two working days. Nothing here is ever taken back or changed but by that judgement.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.database import Database
from waakvlam.clock import Clock

TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS emergencies (
        id text PRIMARY KEY, person text NOT NULL, case_id text NOT NULL, municipality text NOT NULL,
        reason text NOT NULL, explained text NOT NULL, asked_at bigint NOT NULL, until bigint NOT NULL,
        judged_by text, judged_at bigint, verdict text)""",
    "CREATE INDEX IF NOT EXISTS emergencies_case ON emergencies (case_id, asked_at)",
)
REASONS: Final = {
    "gevaar": "Er is nu gevaar en de collega van deze casus is niet te bereiken",
    "politie": "Politie, 112 of een arts vraagt nu iets over dit gezin",
    "vervanging": "Ik vervang een collega en de casus is nog niet overgedragen",
    "anders": "Iets anders",
}
VERDICTS: Final = {"terecht": "Terecht", "onterecht": "Niet terecht"}
HOURS: Final = 2
TOLD_DAYS: Final = 30
_HOUR: Final = 3_600_000_000
_COLUMNS: Final = "id, person, case_id, municipality, reason, explained, asked_at, until, judged_by, judged_at, verdict"


@dataclass(frozen=True, slots=True)
class Emergency:
    """One time that somebody opened a case by emergency access; instants are micros of the wall clock."""

    id: str
    person: str
    case_id: str
    municipality: str
    reason: str
    explained: str
    asked_at: int
    until: int
    judged_by: str | None
    judged_at: int | None
    verdict: str | None

    @property
    def why(self) -> str:
        """Return the reason in words."""
        return REASONS.get(self.reason, self.reason)


class Emergencies:
    """What was asked, and how it was judged, in a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        database.create(TABLES)

    def ask(self, person: str, case: str, municipality: str, *, reason: str, explained: str) -> None:
        """Open a case to somebody for two hours; raises ValueError when the reason is none."""
        if reason not in REASONS or (reason == "anders" and len(explained.strip()) < 10):
            raise ValueError("a reason is one of those on the form, and another one is explained")
        now = self._clock.micros()
        row = (secrets.token_hex(16), person, case, municipality, reason, explained.strip(), now, now + HOURS * _HOUR)
        with self._database.transaction() as t:
            sql = f"INSERT INTO emergencies ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)"  # noqa: S608 - fixed text
            t.execute(sql, row)

    def open_to(self, person: str, case: str) -> Emergency | None:
        """Return the access that lasts now."""
        return next(
            iter(self._found("person = ? AND case_id = ? AND until > ?", (person, case, self._clock.micros()))), None
        )

    def of_case(self, case: str) -> list[Emergency]:
        """Return what everybody whose case it is must be told: of the last month, newest first."""
        since = self._clock.micros() - TOLD_DAYS * 24 * _HOUR
        return self._found("case_id = ? AND asked_at > ?", (case, since))

    def unjudged(self) -> list[Emergency]:
        """Return what waits for a judgement, newest first."""
        return self._found("judged_at IS NULL", ())

    def all(self, limit: int = 200) -> list[Emergency]:
        """Return what was asked: what waits for a judgement first, oldest first, then the rest, newest first."""
        waiting = sorted(self.unjudged(), key=lambda one: one.asked_at)
        return [*waiting, *self._found("judged_at IS NOT NULL", ())][:limit]

    def judge(self, id: str, *, by: str, verdict: str) -> bool:  # noqa: A002 - it is one
        """Keep a judgement, once, by somebody else than who asked; False when that is not so."""
        sql = "UPDATE emergencies SET judged_by = ?, judged_at = ?, verdict = ? WHERE id = ? AND judged_at IS NULL AND person <> ?"
        if verdict not in VERDICTS:
            return False
        with self._database.transaction() as t:
            return t.execute(sql, (by, self._clock.micros(), verdict, id, by)) == 1

    def _found(self, where: str, values: Sequence[Any]) -> list[Emergency]:
        sql = f"SELECT {_COLUMNS} FROM emergencies WHERE {where} ORDER BY asked_at DESC LIMIT 500"  # noqa: S608 - fixed text
        with self._database.reading() as t:
            return [Emergency(*row) for row in t.rows(sql, values)]
