"""Mutation testing of the rule book: small faults are put into its code one by one, and the tests must notice each.

`make mutants` runs mutmut with the settings of pyproject.toml and three things of our own: text for people stays as it
is, the methods of dataclasses and properties are mutated too, and the tests are collected once instead of per mutant.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from time import process_time
from types import FrameType

import libcst
import libcst.matchers as like
import mutmut
import pytest
from _pytest.config import _prepareconfig
from hypothesis import settings
from mutmut import __main__ as running
from mutmut.mutation import file_mutation, mutators
from mutmut.mutation.data import LineSpan, MutantLineSpans
from mutmut.mutation.file_mutation import FailedTypeCheckMutant, MutatedMethodLocation
from mutmut.type_checking import TypeCheckingError
from mutmut.utils.file_utils import change_cwd
from mutmut.utils.format_utils import get_mutant_name

TIMED_OUT = 36  # the exit code by which mutmut knows a mutant that does not come to an end
# What one test may use of the processor (the longest needs a second and a half); a busy machine kills nothing.
TEST_SECONDS = 6
# What all tests of one mutant may use; then it counts as living. Left out, no limit: `MUTANT_SECONDS=4 make mutants` is quick.
MUTANT_SECONDS = float(os.environ.get("MUTANT_SECONDS", "inf"))
MEMORY_BYTES = 4 << 30
KNOWN_DECORATORS = like.Decorator(
    like.Name("property") | like.Name("dataclass") | like.Call(like.Name("dataclass") | like.Name("lru_cache"))
)


def names_only(node: libcst.BaseString) -> Iterable[libcst.BaseString]:
    """Yield mutants of a string, unless it is a text of several words.

    A sentence with other letters is noticed only by a test that copies the sentence. What a text must say is held by
    examples. Names of events, fields, kinds and outcomes are one word, and are mutated like all other code.
    """
    if not (isinstance(node, libcst.SimpleString) and " " in node.raw_value.strip()):
        yield from mutators.operator_string(node)


class Visitor(file_mutation.MutationVisitor):
    """Finds what to mutate, also where mutmut itself leaves decorated code alone."""

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.Decorator):
            return True
        if isinstance(node, libcst.ClassDef | libcst.FunctionDef) and _is_known(node.decorators):
            return False
        return super()._skip_node_and_children(node)


def arrange(function: libcst.FunctionDef, mutants: Iterable[file_mutation.Mutation], class_name: str | None):
    """Arrange a function and its mutants behind a switch; known decorators stay on the outside, or on the original."""
    if not function.decorators or not _is_known(function.decorators):
        return ARRANGE(function, mutants, class_name=class_name)
    bare = function.with_changes(decorators=[])
    declared, [switch, original, *mutated], assigned, names = ARRANGE(bare, mutants, class_name=class_name)
    if like.matches(function.decorators[0], like.Decorator(like.Name("property"))):
        switch = switch.with_changes(decorators=[*function.decorators, *switch.decorators])
    else:
        # A memory on the outside would remember what the code without a fault said.
        original = original.with_changes(decorators=function.decorators)
    return declared, [switch, original, *mutated], assigned, names


def _is_known(decorators: Iterable[libcst.Decorator]) -> bool:
    return all(like.matches(one, KNOWN_DECORATORS) for one in decorators)


ARRANGE = file_mutation.function_trampoline_arrangement


class Reach:
    """A pytest plugin that notes it. (That of mutmut asks pytest for a name that it no longer has.)"""

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        for function in mutmut._stats:
            mutmut.tests_by_mangled_function_name[function].add(item.nodeid)
        mutmut._stats.clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        so_far = mutmut.duration_by_test.get(report.nodeid, 0.0)
        mutmut.duration_by_test[report.nodeid] = so_far + report.duration


class Runner(running.PytestRunner):
    """Collects the tests once; each mutant's process, a fork of this one, runs those that reach it."""

    session: pytest.Session | None = None

    def run_stats(self, *, tests: Iterable[str]) -> int:
        """Note which test reaches which function, and how long it takes."""
        with change_cwd("mutants"):
            return int(self.execute_pytest(self._pytest_args_regular_run(tests), plugins=[Reach()]))

    def prepare_main_test_run(self) -> None:
        """Collect, when mutmut has counted which test reaches which function and all is ready to go."""
        if os.environ["MUTANT_UNDER_TEST"]:
            return
        options = ["-q", "--rootdir=.", "--tb=native", "--capture=no", "-o", "tmp_path_retention_policy=none"]
        with change_cwd("mutants"):
            config = _prepareconfig([*options, *self._pytest_add_cli_args, *self._pytest_add_cli_args_test_selection])
            self.session = pytest.Session.from_config(config)
            config._do_configure()
            config.hook.pytest_sessionstart(session=self.session)
            config.hook.pytest_collection(session=self.session)
        self.items = {item.nodeid: item for item in self.session.items}

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run tests until one fails. Without a mutant these are all, by pytest as it is."""
        if self.session is None:
            return super().run_tests(mutant_name=mutant_name, tests=tests)
        os.chdir("mutants")  # this process is the mutant's own and ends with it
        signal.signal(signal.SIGPROF, _give_up)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        begun = process_time()
        for item in (self.items[name] for name in laws_early(list(tests))):
            if process_time() - begun > MUTANT_SECONDS:
                break
            signal.setitimer(signal.ITIMER_PROF, TEST_SECONDS)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.session.testsfailed:
                return 1
        return 0


def laws_early(names: list[str]) -> list[str]:
    """Return the tests, the quickest first, but the laws not later than after twenty others: they see most."""
    laws = [name for name in names[20:] if "laws_in_short" in name]
    return names[:20] + laws + [name for name in names[20:] if "laws_in_short" not in name]


def caught_by_types() -> dict[str, FailedTypeCheckMutant]:
    """Return the mutants that `make check` catches: those of which mypy says what it does not say of the original."""
    told = Path("mutants/types.json")
    if not told.exists() or any(
        one.stat().st_mtime > told.stat().st_mtime for one in Path("mutants/rulebook").rglob("*.py")
    ):
        command = [sys.executable, "-m", "mypy", "-p", "rulebook", "--output=json", "--no-warn-unused-ignores"]
        done = subprocess.run(command, cwd="mutants", check=False, stdout=subprocess.PIPE, text=True)
        told.write_text(done.stdout, "utf-8")
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for error in map(json.loads, told.read_text("utf-8").splitlines()):
        name = next(name for name, span in spans(error["file"]).items() if span.start <= error["line"] <= span.end)
        said[error["file"], name].append(error["message"])
    caught = {}
    for (file, name), messages in said.items():
        original = said.get((file, name.partition("__mutmut_")[0] + "__mutmut_orig"), [])
        new = next((message for message in messages if message not in original), None)
        if new:
            where = MutatedMethodLocation(Path(file), name, 0, 0)
            error = TypeCheckingError(Path(file), 0, new)
            mutant = get_mutant_name(Path(file), name)
            caught[mutant] = FailedTypeCheckMutant(method_location=where, name=mutant, error=error)
    return caught


@cache
def spans(file: str) -> Mapping[str, LineSpan]:
    """Return where each mutant of a file stands."""
    index = MutantLineSpans.load(file)
    assert index is not None
    return index.span_by_function_name


def _give_up(signum: int, frame: FrameType | None) -> None:
    os._exit(TIMED_OUT)


def main() -> None:
    """Run mutmut's command line; without words it runs the mutants of which nothing is known yet."""
    table = mutators.mutation_operators
    table[:] = [(kind, names_only if operator is mutators.operator_string else operator) for kind, operator in table]
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")
    file_mutation.MutationVisitor = Visitor
    file_mutation.function_trampoline_arrangement = arrange
    running.PytestRunner = Runner
    running.filter_mutants_with_type_checker = caught_by_types
    sys.argv[1:] = sys.argv[1:] or ["run", "--max-children", "1"]
    running.cli()


if __name__ == "__main__":
    main()
