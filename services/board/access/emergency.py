"""Emergency access: somebody outside of a case's scope sees it for a short while, with a reason, and is asked about it.

It is for danger. Who has a task on the case is told in person, on the morning page, until they say that they read it; and
everybody who opens the case reads it for a month. A team manager or an auditor, never the one who asked, judges it within two
working days. That it was asked and how it was judged are lines of the look log too, written in the same transaction, so
nothing of it can be taken back or changed unseen. The explanation is words of people: it stands sealed.
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from ledger.database import Statements
from ledger.words import local
from services.board.access.line import Look
from services.board.access.looks import LookLog
from services.board.outbox import Seal, Unopened
from waakvlam.clock import Clock

TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS emergencies (
        id text PRIMARY KEY, person text NOT NULL, case_id text NOT NULL, municipality text NOT NULL,
        reason text NOT NULL, explained text NOT NULL, asked_at bigint NOT NULL, until bigint NOT NULL,
        judged_by text, judged_at bigint, verdict text)""",
    "CREATE INDEX IF NOT EXISTS emergencies_case ON emergencies (case_id, asked_at)",
    """CREATE TABLE IF NOT EXISTS emergency_told (
        person text NOT NULL, emergency text NOT NULL, read_at bigint, PRIMARY KEY (person, emergency))""",
)
REASONS: Final = {
    "gevaar": "Er is nu gevaar en de collega van deze casus is niet te bereiken",
    "politie": "Politie, 112 of een arts vraagt nu iets over dit gezin",
    "vervanging": "Ik vervang een collega en de casus is nog niet overgedragen",
    "anders": "Iets anders",
}
VERDICTS: Final = {"terecht": "Terecht", "onterecht": "Niet terecht"}
UNREADABLE: Final = "De uitleg is hier niet meer te lezen."
HOURS: Final = 2
JUDGE_DAYS: Final = 2
SATURDAY: Final = 5
TOLD_DAYS: Final = 30
SEALED: Final = "sealed:"
_HOUR: Final = 3_600_000_000
_COLUMNS: Final = "id, person, case_id, municipality, reason, explained, asked_at, until, judged_by, judged_at, verdict"
_NOT_READ: Final = "id IN (SELECT emergency FROM emergency_told WHERE person = ? AND read_at IS NULL)"
_NOT_TOLD: Final = "asked_at > ? AND person <> ? AND id NOT IN (SELECT emergency FROM emergency_told WHERE person = ?)"


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

    @property
    def judge_by(self) -> date:
        """Return the last day for a judgement: two working days after it was asked, holidays not left out."""
        day, left = local(self.asked_at).date(), JUDGE_DAYS
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < SATURDAY
        return day

    @property
    def judgement(self) -> str:
        """Return the judgement in words; empty while there is none."""
        return VERDICTS.get(self.verdict or "", "")


class Emergencies:
    """What was asked, who was told, and how it was judged, in the database of the look log."""

    def __init__(self, log: LookLog, clock: Clock, seal: Seal) -> None:
        self._log, self._database, self._clock, self._seal = log, log.database, clock, seal
        self._database.create(TABLES)
        self._seal_what_is_not()

    def ask(
        self,
        person: str,
        case: str,
        municipality: str,
        *,
        reason: str,
        explained: str,
        owners: Iterable[str] = (),
        look: Look | None = None,
    ) -> None:
        """Open a case to somebody for two hours, and tell its owners; raises ValueError when the reason is none.

        `look` is the line for the look log; it gets this access's number.
        """
        said = explained.strip()
        if reason not in REASONS or (reason == "anders" and len(said) < 10):
            raise ValueError("a reason is one of those on the form, and another one is explained")
        now, number = self._clock.micros(), secrets.token_hex(16)
        row = (number, person, case, municipality, reason, self._shut(number, said), now, now + HOURS * _HOUR)
        with self._database.transaction() as t:
            sql = f"INSERT INTO emergencies ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)"  # noqa: S608 - fixed text
            t.execute(sql, row)
            told = [(one, number) for one in sorted({*owners} - {person})]
            if told:
                t.executemany("INSERT INTO emergency_told VALUES (?, ?, NULL)", told)
            self._line(t, look, number)

    def open_to(self, person: str, case: str) -> Emergency | None:
        """Return the access that lasts now."""
        return next(
            iter(self._found("person = ? AND case_id = ? AND until > ?", (person, case, self._clock.micros()))), None
        )

    def of_case(self, case: str) -> list[Emergency]:
        """Return what everybody whose case it is must be told: of the last month, newest first."""
        return self._found("case_id = ? AND asked_at > ?", (case, self._month_ago()))

    def unread(self, person: str, cases: Callable[[], Collection[str]]) -> list[Emergency]:
        """Return what somebody must still read, newest first: what they were told, and what was asked within a month of `cases`.

        `cases` tells on which they have a task now, for whoever got it after the access is told too; it is asked only when
        there was any access.
        """
        told = self._found(_NOT_READ, (person,))
        if later := self._found(_NOT_TOLD, (self._month_ago(), person, person)):
            own = cases()
            told += [one for one in later if one.case_id in own]
        return sorted(told, key=lambda one: -one.asked_at)

    def read(self, id: str, person: str) -> None:  # noqa: A002 - it is one
        """Note that somebody read that there was this access."""
        sql = """INSERT INTO emergency_told VALUES (?, ?, ?) ON CONFLICT (person, emergency) DO UPDATE
                 SET read_at = coalesce(emergency_told.read_at, excluded.read_at)"""
        with self._database.transaction() as t:
            t.execute(sql, (person, id, self._clock.micros()))

    def unjudged(self) -> list[Emergency]:
        """Return what waits for a judgement, newest first."""
        return self._found("judged_at IS NULL", ())

    def all(self, limit: int = 200) -> list[Emergency]:
        """Return what was asked: what waits for a judgement first, oldest first, then the rest, newest first."""
        waiting = sorted(self.unjudged(), key=lambda one: one.asked_at)
        return [*waiting, *self._found("judged_at IS NOT NULL", ())][:limit]

    def judge(self, id: str, *, by: str, verdict: str, look: Look | None = None) -> bool:  # noqa: A002 - it is one
        """Keep a judgement, once, by somebody else than who asked; False when that is not so."""
        sql = "UPDATE emergencies SET judged_by = ?, judged_at = ?, verdict = ? WHERE id = ? AND judged_at IS NULL AND person <> ?"
        if verdict not in VERDICTS:
            return False
        with self._database.transaction() as t:
            if t.execute(sql, (by, self._clock.micros(), verdict, id, by)) != 1:
                return False
            self._line(t, look, id)
        return True

    def _line(self, t: Statements, look: Look | None, number: str) -> None:
        if look:
            self._log.add([replace(look, emergency=number)], within=t)

    def _month_ago(self) -> int:
        return self._clock.micros() - TOLD_DAYS * 24 * _HOUR

    def _found(self, where: str, values: Sequence[Any]) -> list[Emergency]:
        sql = f"SELECT {_COLUMNS} FROM emergencies WHERE {where} ORDER BY asked_at DESC LIMIT 500"  # noqa: S608 - fixed text
        with self._database.reading() as t:
            found = [Emergency(*row) for row in t.rows(sql, values)]
        return [replace(one, explained=self._opened(one.id, one.explained)) for one in found]

    def _shut(self, number: str, text: str) -> str:
        return SEALED + b64encode(self._seal.shut(number, text.encode())).decode() if text else ""

    def _opened(self, number: str, text: str) -> str:
        if not text.startswith(SEALED):
            return text
        try:
            return self._seal.open(number, b64decode(text.removeprefix(SEALED))).decode()
        except (Unopened, ValueError):
            return UNREADABLE

    def _seal_what_is_not(self) -> None:
        """Seal explanations that an earlier version kept in clear."""
        with self._database.transaction() as t:
            for number, text in t.rows("SELECT id, explained FROM emergencies WHERE explained <> ''"):
                if not text.startswith(SEALED):
                    t.execute("UPDATE emergencies SET explained = ? WHERE id = ?", (self._shut(number, text), number))
