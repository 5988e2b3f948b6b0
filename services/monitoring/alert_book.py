"""The numbered rows of one case's alerts, and who is told of them. Pure.

A row that was written may have been told to the world, so it is never taken back: it is closed. Two ways lead here. `note` follows
the engine from change to change. `settle` compares the rows with a story that was told from its beginning: after an early scan,
after a restart, in an audit. What is right stays, what is missing is added, and what is open without ground closes as withdrawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rulebook.alerts import WITHDRAWN, AlertRow, Cause, Change, Closed, Escalated, Raised, Reminded
from services.monitoring.records import NumberedRow, Turn, TurnKind
from services.monitoring.rule_index import RuleIndex

Key = tuple[str, int]


@dataclass(slots=True)
class _Told:
    """One row of a story, and who was told of it after its raising."""

    row: AlertRow
    cause: Cause
    turns: list[Escalated | Reminded] = field(default_factory=list)


class AlertBook:
    """The rows of a case. What lies after `certain_to` is told early. `changed` and `turns` gather what is to be stored, until `stored` empties them."""

    def __init__(self, rules: RuleIndex, rows: Iterable[NumberedRow] = (), turns: Iterable[Turn] = ()) -> None:
        self._rules = rules
        self._rows: dict[str, list[NumberedRow]] = {}
        for row in sorted(rows, key=lambda row: row.number):
            self._rows.setdefault(row.alert, []).append(row)
        self._turns = set(turns)
        self._now_open: dict[str, NumberedRow] = {}  # the open row of each alert, as the engine has it
        self.changed: dict[Key, NumberedRow] = {}
        self.turns: list[Turn] = []
        self.unfounded: set[Key] = set()
        self.founded: set[Key] = set()

    def __contains__(self, alert: str) -> bool:
        return alert in self._rows

    def open_rows(self) -> Sequence[NumberedRow]:
        """Return the rows that are open."""
        return list(self._now_open.values())

    def rows(self) -> Sequence[NumberedRow]:
        """Return all rows. Those that follow from the story, as it was last settled, are in `founded`."""
        return [row for rows in self._rows.values() for row in rows]

    def stored(self) -> None:
        """Forget what has been stored by now."""
        self.changed, self.turns, self.unfounded = {}, [], set()

    def note(self, changes: Iterable[Change], *, certain_to: int) -> None:
        """Follow the engine. What happens after `certain_to` is told early: nobody can say that nothing else came."""
        for change in changes:
            match change:
                case Raised(row, cause):
                    self._add(row, cause, certain_to)
                case Closed(row):
                    open_row = self._now_open.pop(row.alert)
                    self._write(_closed(open_row, row.closed_at or 0, row.outcome, certain_to))
                case Escalated() | Reminded():
                    alert = change.row.alert
                    self._now_open[alert] = self._tell(self._now_open[alert], change, certain_to)

    def settle(self, changes: Iterable[Change], *, at: int, certain_to: int) -> None:
        """Bring the rows in line with a story from its beginning up to an instant."""
        self._now_open = {}
        founded = self.founded = set()
        for told in _story(changes):
            row = self._found(told.row, founded)
            if row is None:
                row = self._add(told.row, told.cause, certain_to)
            if (row.closed_at, row.outcome) != (told.row.closed_at, told.row.outcome):
                row = self._write(_closed(row, told.row.closed_at, told.row.outcome, certain_to))
            for turn in told.turns:
                row = self._tell(row, turn, certain_to)
            founded.add(row.key)
            if row.closed_at is None:
                self._now_open[row.alert] = row
            else:
                self._now_open.pop(row.alert, None)
        for row in self.rows():
            if row.key not in founded and row.closed_at is None:
                self.unfounded.add(row.key)
                self._write(replace(row, closed_at=max(at, row.raised_at), outcome=WITHDRAWN))

    def _found(self, row: AlertRow, taken: set[Key]) -> NumberedRow | None:
        """Return the row that tells this already. One that was closed early, otherwise than it truly closed, does not."""
        for one in self._rows.get(row.alert, ()):
            is_same = one.raised_at == row.raised_at and one.because == tuple(row.because) and one.key not in taken
            is_false = one.is_early and one.closed_at is not None
            is_false = is_false and (one.closed_at, one.outcome) != (row.closed_at, row.outcome)
            if is_same and not is_false:
                return one
        return None

    def _add(self, row: AlertRow, cause: Cause, certain_to: int) -> NumberedRow:
        numbers = [one.number for one in self._rows.get(row.alert, ())]
        new = NumberedRow(
            alert=row.alert,
            number=max(numbers, default=0) + 1,
            rule=row.rule,
            agreement=row.agreement,
            agreement_version=row.version,
            instance=row.instance,
            stage=row.stage,
            due=row.due,
            raised_at=row.raised_at,
            closed_at=None,
            outcome=None,
            because=tuple(row.because),
            to=row.told[0].to,
            weight=self._rules.weight(row.agreement, row.version, row.rule),
            why=self._rules.sentence(row.agreement, row.version, row.rule, cause),
            is_early=row.raised_at > certain_to,
        )
        self._now_open[new.alert] = new
        return self._write(new)

    def _write(self, row: NumberedRow) -> NumberedRow:
        others = [one for one in self._rows.get(row.alert, ()) if one.number != row.number]
        self._rows[row.alert] = sorted([*others, row], key=lambda one: one.number)
        self.changed[row.key] = row
        return row

    def _tell(self, row: NumberedRow, change: Escalated | Reminded, certain_to: int) -> NumberedRow:
        kind: TurnKind = "escalated" if isinstance(change, Escalated) else "reminded"
        told = change.told
        turn = Turn(row.alert, row.number, kind, told.step, told.to, told.at)
        if turn in self._turns:
            return row
        self._turns.add(turn)
        self.turns.append(turn)
        return row if row.is_early or told.at <= certain_to else self._write(replace(row, is_early=True))


def _closed(row: NumberedRow, at: int | None, outcome: str | None, certain_to: int) -> NumberedRow:
    return replace(row, closed_at=at, outcome=outcome, is_early=row.is_early or (at is not None and at > certain_to))


def _story(changes: Iterable[Change]) -> Sequence[_Told]:
    """Return the rows that changes tell of, in the order of their raising, each as it was at the end."""
    rows: dict[int, _Told] = {}
    for change in changes:
        if isinstance(change, Raised):
            rows[id(change.row)] = _Told(change.row, change.cause)
        elif isinstance(change, Escalated | Reminded):
            rows[id(change.row)].turns.append(change)
    return list(rows.values())
