"""What can be wrong with agreements, calendars and histories.

RulebookError
├── AgreementError     a file of agreements is refused: file, line, field and reason
├── HistoryError       a line of a history is refused: line and reason
└── CannotCount        a term needs a day that its calendar does not cover
"""


class RulebookError(Exception):
    """Anything that keeps the rule book from giving an answer."""


class AgreementError(RulebookError):
    """An agreements or calendar file that is refused, with the place and the reason."""

    def __init__(self, *, file: str, line: int, field: str, reason: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {reason}")
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason


class HistoryError(RulebookError):
    """A line of a history that is refused, with its number and the reason."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class CannotCount(RulebookError):
    """A term that needs a day outside its calendar: an error, never a guess."""

    def __init__(self, *, calendar: str, day: str, first: str, last: str) -> None:
        super().__init__(f"calendar {calendar} runs from {first} to {last} and does not know {day}")
        self.calendar = calendar
        self.day = day
