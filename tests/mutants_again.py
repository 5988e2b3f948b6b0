"""Mutants that lived, tried again with tests that came after the run, or that the run's limit of seconds left out.

    python -m tests.mutants_again tests/unit/test_rulebook_settled.py ...    # some seconds; needs `mutants/` of a run
    python -m tests.mutants_again --all tests/unit/test_rulebook_settled.py  # those that have a reason to live as well

Each of these tests is run once as it is, to see that it passes and which functions it reaches; then against each mutant
that lives in those. What is noticed is kept in `mutants/later.json`, and `tests.mutants_told` counts it as noticed.
"""

import json
import os
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import mutmut
import pytest
from hypothesis import settings
from mutmut.__main__ import Config

from tests.mutants import TEST_SECONDS, TIMED_OUT
from tests.mutants_reasons import by_reason, read
from tests.mutants_told import LATER, MADE, REASONS, later, living


class Reach:
    """A pytest plugin that notes which tests reach a function, and which of them fail without any fault put in."""

    def __init__(self) -> None:
        self.tests: dict[str, list[pytest.Item]] = defaultdict(list)
        self.failed: list[str] = []

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        for function in mutmut._stats:
            self.tests[function].append(item)
        mutmut._stats.clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


class Again:
    """A pytest plugin that runs the tests once, and then once more for each mutant that they reach."""

    def __init__(self, mutants: Mapping[str, str], known: Mapping[str, str], reach: Reach) -> None:
        self.mutants = mutants  # each with what it changes
        self.known = dict(known)
        self.reach = reach
        self.tried = 0

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Try each mutant, when the tests have run without any."""
        if self.reach.failed:
            sys.exit("these fail without a fault put in: " + ", ".join(self.reach.failed))
        for mutant, change in self.mutants.items():
            items = self.reach.tests.get(mutant.partition("__mutmut_")[0], ())
            if not items:
                continue
            self.tried += 1
            if is_noticed(mutant, items, session):
                self.known[mutant] = change
                Path(LATER).write_text(json.dumps(self.known, indent=1, ensure_ascii=False), "utf-8")


def is_noticed(mutant: str, items: Sequence[pytest.Item], session: pytest.Session) -> bool:
    """Tell whether one of these tests fails with a mutant in place; in a process of its own."""
    child = os.fork()
    if child == 0:
        os.environ["MUTANT_UNDER_TEST"] = mutant
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGPROF, lambda *_: os._exit(TIMED_OUT))
        for item in items:
            signal.setitimer(signal.ITIMER_PROF, TEST_SECONDS)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) in {1, TIMED_OUT}


def main() -> None:
    """Try the mutants that live with the tests that are named."""
    paths = [one for one in sys.argv[1:] if one != "--all"]
    alive = living()
    if len(paths) == len(sys.argv[1:]):
        alive = by_reason(alive, read(REASONS.read_text("utf-8")))[1]
    found = {one.mutant: one.change for one in alive}
    known: Mapping[str, str] = later(MADE)
    shutil.copytree("tests", MADE / "tests", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    Config.ensure_loaded()
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")
    os.chdir(MADE)
    sys.path[:] = [str(Path.cwd()), *(one for one in sys.path if one not in {"", str(Path.cwd().parent)})]
    os.environ["MUTANT_UNDER_TEST"] = "stats"
    reach = Reach()
    again = Again(found, known, reach)
    options = ["-q", "-p", "no:cacheprovider", "--assert=plain", "--tb=native", "--capture=no", "--rootdir=.", *paths]
    pytest.main(options, plugins=[reach, again])
    noticed = again.known.keys() & found.keys()
    sys.stdout.write(
        f"\n{len(found)} lived, {again.tried} are reached by these tests, {len(noticed)} are noticed now\n"
    )


if __name__ == "__main__":
    main()
