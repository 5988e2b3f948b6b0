"""What was compiled is taken for the sources that it was made from, and for no others; it does what they say."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from cli import compiled

ROOT = Path(__file__).resolve().parents[2]
# What a process says that takes what was compiled and then runs the rule book's own tests on it.
UNDER_TEST = """
import sys
from cli import compiled
assert compiled.use(), "nothing compiled"
import importlib
for name in compiled.MODULES:
    file = importlib.import_module(name).__file__
    assert file.endswith(".so"), file
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib", *sys.argv[1:]]))
"""
# What the command says that gives work to other processes.
CREW = """
from cli import compiled
assert compiled.use(), "nothing compiled"
from cli.crew import worked
from tests.contract.compiled_worker import Worker
for file in worked(Worker, None, compiled.MODULES, workers=2):
    assert file.endswith(".so"), file
"""
TESTS = (
    "tests/unit/test_rulebook_engine.py",
    "tests/unit/test_rulebook_replay.py",
    "tests/property/test_rulebook_laws_in_short.py",
    "tests/property/test_replay_of_long_histories.py",
    "tests/property/test_reading_data.py",
)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a folder with the sources, to be changed."""
    for file in compiled.sources(ROOT):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["rulebook/engine.py", "rulebook/kinds/term.py", "rulebook/kinds/new.py", "ledger/avro.py"]
)
def test_whatever_changes_in_the_sources_nothing_compiled_from_others_is_taken(sources: Path, name: str) -> None:
    before = compiled.folder(sources)
    with (sources / name).open("a", encoding="utf-8") as file:
        file.write("A = 2\n")

    assert compiled.folder(ROOT) == before
    assert compiled.folder(sources) != before


def test_what_was_compiled_of_other_modules_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiled.folder(ROOT)
    monkeypatch.setattr(compiled, "MODULES", compiled.MODULES[1:])

    assert compiled.folder(ROOT) != before


def test_a_process_that_has_the_engine_as_it_is_written_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    compiled.folder(ROOT).mkdir()
    path = list(sys.path)

    assert not compiled.use()
    assert sys.path == path


def test_every_module_that_is_compiled_is_there() -> None:
    assert [name for name in compiled.MODULES if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python at the top of the project."""
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(600)
def test_what_is_compiled_keeps_the_tests_of_what_is_written_and_every_process_of_a_crew_takes_it() -> None:
    made = run("-m", "deploy.compiled")
    if shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None:
        assert "no C compiler" in made.stderr
        return
    assert made.returncode == 0, made.stderr

    for done in (run("-c", UNDER_TEST, *TESTS), run("-c", CREW)):
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
