"""What the demonstration shows while it runs: live on a terminal, plain lines elsewhere. In Dutch, like the board."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

LINE_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How it stands at one moment."""

    day: str
    share: float
    sent: int
    rate: float
    on_the_way: int
    ledger_events: int
    behind: int
    raised: int
    open_alerts: int
    board: str
    news: Sequence[str]

    def line(self) -> str:
        """Return it as one line."""
        return (
            f"{self.day} · {self.share:.0%} · verstuurd {self.sent} ({self.rate:.0f}/s) · onderweg {self.on_the_way} · "
            f"grootboek {self.ledger_events} · radar achter {self.behind} · "
            f"alarmen {self.raised}, open {self.open_alerts} · bord {self.board}"
        )


class DemoScreen:
    """Shows glances on stderr; use it as a context manager."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=4, transient=False)
        self._stack = ExitStack()
        self._next_line_at = 0.0
        self._said = ""

    def show(self, glance: Glance, at: float) -> None:
        """Show how it stands; `at` is in seconds and paces the plain lines."""
        if self._console.is_terminal:
            self._live.update(_panel(glance))
        elif at >= self._next_line_at:
            self._next_line_at = at + LINE_EVERY_SECONDS
            self.say(glance.line())
            if glance.news and glance.news[-1] != self._said:
                self._said = glance.news[-1]
                self.say(f"  {self._said}")

    def say(self, sentence: str) -> None:
        """Say one sentence."""
        self._console.print(sentence, soft_wrap=True, markup=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._stack.enter_context(self._live)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _panel(glance: Glance) -> Group:
    numbers = Table.grid(padding=(0, 2))
    for name, value in (
        ("Dag in de regio", f"{glance.day} ({glance.share:.0%} gespeeld)"),
        ("Verstuurd", f"{glance.sent} ({glance.rate:.0f} per seconde, {glance.on_the_way} onderweg)"),
        ("Grootboek", f"{glance.ledger_events} gebeurtenissen, radar {glance.behind} achter"),
        ("Alarmen", f"{glance.raised} gegeven, {glance.open_alerts} open"),
        ("Bord", glance.board),
    ):
        numbers.add_row(Text(name, style="bold"), Text(value))
    news = [Text(one, no_wrap=True, overflow="ellipsis") for one in glance.news]
    return Group(numbers, Text(""), *news)
