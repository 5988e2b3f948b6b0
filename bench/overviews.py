"""What the board's overviews cost with 50,000 open cases, 5,000 open alerts and two years behind them. Prints JSON.

    make bench ARGS='overviews'          # --cases, --alerts, --turns

The view is filled with rows as the fold writes them, from a seed; then each page and each file is asked for again and again
through the whole application, guards and templates and all, without a network.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast
from uuid import UUID

from starlette.testclient import TestClient

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from rulebook.agreements import load
from rulebook.figures import figures
from rulebook.outcomes import Outcome, Outcomes
from services.board import counting, weeks
from services.board.access.keeper import ROLE_COOKIE
from services.board.app import pages_of
from services.board.kept import KeptBook, KeptFigures
from services.board.live import Hub
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.rights import Role
from services.board.security import FormSigner
from services.board.store import AlertRow, Fold, Store
from waakvlam.clock import FixedClock
from waakvlam.topics import agencies

AGREEMENTS = Path(__file__).parent.parent / "agreements"
NOW = 1_795_516_200_000_000
DAY = 24 * 3600 * 1_000_000
PLACES = ("0014", "1966", "1979", "1969", "1952", "0037", "0047", "0765", "1895", "1950")
TEAMS = ("team-groningen", "team-hogeland", "team-eemsdelta", "team-leeuwarden")
PATHS = ("/team", "/regio", "/spiegel", "/spiegel/team-groningen", "/bestuur")
WEEKS = 104


class Crowd:
    """Rows of a big region, made up from a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rules = {rule.id: rule.title for file in load(AGREEMENTS).files for rule in file.rules.values()}

    def case(self) -> str:
        """Return the id of some case."""
        return str(UUID(int=self.dice.getrandbits(128), version=5))

    def fill(self, store: Store, *, cases: int, alerts: int) -> None:
        """Write open cases, open alerts and two years of counts into a view."""
        with store.database.transaction() as t:
            t.executemany("INSERT INTO board_cases VALUES (?, ?)", [(self.case(), 30) for _ in range(cases)])
            fold = Fold(t)
            for number in range(alerts):
                self._alert(fold, number)
            t.executemany("INSERT INTO board_weeks VALUES (?, ?, ?, ?)", list(self._weeks()))
            t.executemany("INSERT INTO board_heard VALUES (?, ?)", [(one, NOW - DAY) for one in agencies()])
            t.executemany(
                """INSERT INTO board_handovers (case_id, handover, municipality, to_agency, offered_by, offered_at,
                   answer, answered_by, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                list(self._handovers()),
            )
            fold.finish({}, {})

    def figures(self) -> KeptFigures:
        """Return figures of all rules, municipalities and half-years."""
        found = Outcomes(NOW)
        for rule in self.rules:
            for half in ("2024-2", "2025-1", "2025-2", "2026-1", "2026-2"):
                whole = Outcome()
                for place in PLACES:
                    some = self._outcome()
                    found.counts[rule, place, half] = some
                    whole.instances += some.instances
                    whole.in_time += some.in_time
                    whole.late += some.late
                    whole.durations.extend(some.durations)
                found.counts[rule, "", half] = whole
        return KeptFigures(NOW, tuple(figures(found, load(AGREEMENTS))))

    def _outcome(self) -> Outcome:
        number = self.dice.choice((0, 3, 30, 60, 140))
        in_time = sum(self.dice.random() < 0.84 for _ in range(number))
        found = Outcome(instances=number, in_time=in_time, late=number - in_time)
        found.durations.extend(self.dice.randrange(1, 9 * DAY) for _ in range(number))
        return found

    def _alert(self, fold: Fold, number: int) -> None:
        at = NOW - self.dice.randrange(1, 40 * DAY)
        rule = self.dice.choice(list(self.rules))
        row = AlertRow(
            raised=self.case(),
            alert=f"alert-{number}",
            case_id=self.case(),
            municipality=self.dice.choice(PLACES),
            rule=rule,
            agreement="groningen",
            agreement_version=1,
            instance="s",
            stage=self.dice.choice(("breach", "signal", "warn")),
            due=at,
            raised_at=at,
            turn="worker,monitor",
            because=("a", "b"),
            title=self.rules[rule],
            why="Daarom.",
            weight=self.dice.randrange(1, 6),
            legal=False,
        )
        fold.raise_alert(row)
        if number % 3:
            who = f"medewerker-{self.dice.randrange(40):02d}"
            step = f"2026-{self.dice.choice(('10', '11', '12'))}-12"
            fold.acknowledge(row.alert, at=at + DAY, by=who, next_step_on=step)
        elif number % 6 == 0:
            fold.t.execute("INSERT INTO board_reminders VALUES (?, ?, ?)", (row.alert, number % 5 + 1, at))

    def _weeks(self) -> Iterator[tuple[str, str, int, int]]:
        for week in weeks.last_weeks(NOW, WEEKS):
            number = self.dice.randrange(180, 320)
            for what, names in (
                ("rule", [*self.rules]),
                ("municipality", [*PLACES]),
                ("agency", ["", *TEAMS, "opvang-noord"]),
            ):
                chosen = self.dice.choices(names, weights=[1 / (1 + place) for place in range(len(names))], k=number)
                yield from ((f"stall.{what}", name, week, count) for name, count in Counter(chosen).items())
            for late, most in (("hour", 900), ("day", 300), ("week", 60), (counting.LATER, 9)):
                yield from ((f"told.{late}", one, week, self.dice.randrange(most)) for one in agencies())

    def _handovers(self) -> Iterator[tuple[object, ...]]:
        for number in range(60_000):
            at = NOW - self.dice.randrange(1, 730 * DAY)
            waited = int(self.dice.lognormvariate(0.8, 0.7) * DAY)
            answer = "refused" if number % 12 == 0 else "accepted"
            answered = (answer, "e2", at + waited) if number % 300 else (None, None, None)
            yield self.case(), f"o-{number}", self.dice.choice(PLACES), self.dice.choice(TEAMS), "e1", at, *answered


def board_of(folder: Path, *, cases: int, alerts: int) -> Board:
    """Return a board on a filled view; what its overviews do not touch is left out."""
    clock = FixedClock(NOW)
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", clock=clock, keys=None)
    store = Store(open_database(f"sqlite:///{folder}/board.db"))
    crowd = Crowd(7)
    crowd.fill(store, cases=cases, alerts=alerts)
    kept = KeptBook(store.database)
    kept.write(crowd.figures())
    left_out = cast("Any", None)
    return Board(
        store=store,
        ledger=ledger,
        desk=left_out,
        feed=cast("Any", Fed()),
        hub=Hub(),
        clock=clock,
        staff="proef",
        signer=FormSigner(None),
        rulebook=left_out,
        reasons=left_out,
        meters=registry("board"),
        overviews=Overviews(store, ledger, Rules.of(load(AGREEMENTS)), kept, now=clock.micros),
    )


class Fed:
    """A feed that follows."""

    def is_fed(self) -> bool:
        """Tell that the lists follow the bus."""
        return True


def measure(board: Board, turns: int) -> dict[str, dict[str, float]]:
    """Return the median and the 95th percentile of each page and file, in milliseconds."""
    found = {}
    with TestClient(pages_of(board), base_url="http://127.0.0.1") as client:
        client.cookies.set(ROLE_COOKIE, Role.TEAM_MANAGER.value)  # without a login one chooses who one is
        for path in (one + end for one in PATHS for end in ("", ".csv")):
            took, cpu = [], []
            for _ in range(turns):
                begin, begun = time.perf_counter(), time.process_time()
                answer = client.get(path)
                took.append(1000 * (time.perf_counter() - begin))
                cpu.append(1000 * (time.process_time() - begun))
                assert answer.status_code == 200, (path, answer.status_code)
            cut = quantiles(took, n=20)
            found[path] = {
                "median_ms": round(cut[9], 1),
                "p95_ms": round(cut[18], 1),
                "first_cpu_ms": round(cpu[0], 1),
                "cpu_ms": round(median(cpu), 1),
                "bytes": len(answer.content),
            }
    return found


def main() -> None:
    """Fill a view, measure, print."""
    words = argparse.ArgumentParser()
    words.add_argument("--cases", type=int, default=50_000)
    words.add_argument("--alerts", type=int, default=5_000)
    words.add_argument("--turns", type=int, default=40)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        board = board_of(Path(folder), cases=asked.cases, alerts=asked.alerts)
        print(json.dumps({"cases": asked.cases, "alerts": asked.alerts, "pages": measure(board, asked.turns)}))


if __name__ == "__main__":
    main()
