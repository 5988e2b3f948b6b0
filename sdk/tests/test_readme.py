"""The README's examples run as they stand, one after another, as a reader would type them."""

import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

import waakvlam
from waakvlam import cli, exits

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks of one kind, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_python_examples_run_in_order() -> None:
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), names)

    assert len(names["outbox"].parcels) == 1


def test_the_console_example_prints_what_it_says(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (session,) = blocks("console")
    for step in session.removeprefix("$ ").split("\n$ "):
        command, _, expected = step.partition("\n")
        arguments, _, file = command.partition(" > ")
        result = CliRunner().invoke(cli.app, shlex.split(arguments)[1:])
        if file:
            (tmp_path / file).write_text(result.stdout, "utf-8")
            continue
        assert result.stdout.strip() == expected.strip()


@pytest.mark.parametrize("module", re.findall(r"^\| `(waakvlam\.\w+)` \|", README, re.MULTILINE))
def test_each_module_that_is_named_exists_and_holds_what_is_said(module: str) -> None:
    assert import_module(module).__doc__


def test_the_exit_codes_are_those_of_the_command() -> None:
    told = [int(code) for code in re.findall(r"^\| (\d) \|", README, re.MULTILINE)]

    assert told == [0, exits.WRONG, exits.USAGE, exits.NO_KAFKA, exits.NO_RECEIPT, exits.NOT_PROVEN]


def test_the_front_page_gives_every_name_it_lists_and_no_other() -> None:
    assert {name: getattr(waakvlam, name).__name__ for name in waakvlam.__all__} == {
        name: name for name in waakvlam.__all__
    }
    with pytest.raises(AttributeError, match="publish"):
        _ = waakvlam.publish


def test_the_examples_pass_a_strict_type_checker_as_in_an_agencys_own_project(tmp_path) -> None:
    """An agency has neither our settings nor pydantic's plugin."""
    example = tmp_path / "example.py"
    example.write_text("\n".join([*blocks("python"), *blocks("python kafka")]), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    done = subprocess.run([*command, example], capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
