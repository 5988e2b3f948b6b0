"""The compiled engine is taken for the sources that it was made from, and for no others; it does what they say."""

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
import rulebook.engine
assert rulebook.engine.__file__.endswith(".so"), rulebook.engine.__file__
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib", *sys.argv[1:]]))
"""
TESTS = (
    "tests/unit/test_rulebook_engine.py",
    "tests/unit/test_rulebook_replay.py",
    "tests/property/test_rulebook_laws_in_short.py",
    "tests/property/test_replay_of_long_histories.py",
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a small package of sources."""
    (tmp_path / "rules" / "kinds").mkdir(parents=True)
    (tmp_path / "rules" / "engine.py").write_text("A = 1\n", "utf-8")
    (tmp_path / "rules" / "kinds" / "term.py").write_text("B = 1\n", "utf-8")
    return tmp_path / "rules"


@pytest.mark.parametrize("name", ["engine.py", "kinds/term.py", "kinds/new.py"])
def test_whatever_changes_in_the_sources_nothing_compiled_from_others_is_taken(package: Path, name: str) -> None:
    before = compiled.folder(package)
    (package / name).write_text("A = 2\n", "utf-8")

    assert compiled.folder(package) != before


def test_a_process_that_has_the_engine_as_it_is_written_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    compiled.folder(ROOT / "rulebook").mkdir()
    path = list(sys.path)

    assert not compiled.use()
    assert sys.path == path


def test_every_module_that_is_compiled_is_there() -> None:
    assert [name for name in compiled.MODULES if not (ROOT / "rulebook" / f"{name}.py").is_file()] == []


@pytest.mark.timeout(600)
def test_what_is_compiled_keeps_the_rule_books_own_tests() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "deploy.compiled"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None:
        assert "no C compiler" in made.stderr
        return
    assert made.returncode == 0, made.stderr

    done = subprocess.run(
        [sys.executable, "-c", UNDER_TEST, *TESTS], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
