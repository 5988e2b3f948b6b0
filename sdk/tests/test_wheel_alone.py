"""The wheel, by itself: pure Python, no compiler, no Faust; and the same bytes as with the extra `fast`."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from waakvlam import Message, codec
from waakvlam.catalogue import event_types

SDK = Path(__file__).resolve().parents[1]
PROJECT = SDK.parent
ENOUGH_SECONDS = 120


def run(*command: object, cwd: Path = SDK) -> str:
    """Run a command to its end and return what it printed; a failure shows all that it said."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=ENOUGH_SECONDS, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel as it would be published, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """An environment of its own with the wheel and what it asks for, in the versions that this project has pinned."""
    uv, folder = Path(sys.executable).with_name("uv"), tmp_path_factory.mktemp("alone") / "venv"
    run(uv, "venv", "--quiet", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", python, "-c", PROJECT / "requirements.txt", wheel]
    try:
        run(*install, "--offline")
    except AssertionError:
        run(*install)  # set-up left nothing in the cache on this machine
    return python


@pytest.fixture(scope="module")
def alone(python) -> dict[str, object]:
    return json.loads(run(python, "-I", Path(__file__).with_name("alone.py")))


def test_the_wheel_holds_every_schema_and_runs_on_any_machine(wheel) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    schemas = {
        f"waakvlam/schemas/{one.relative_to(PROJECT / 'schemas')}" for one in (PROJECT / "schemas").rglob("*.avsc")
    }

    assert schemas
    assert schemas | {"waakvlam/schemas/topics.toml", "waakvlam/py.typed"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.name.endswith("-py3-none-any.whl")


def test_alone_it_writes_the_same_bytes_as_with_the_fast_extra(alone) -> None:
    expected = {}
    for name, event_type in event_types().items():
        for number, example in enumerate(event_type.examples):
            if f"{name}/{number}" in alone["encoded"]:
                record = Message.of(name, example).record()
                body = codec.body_writer(event_type, fast=True)(record)
                expected[f"{name}/{number}"] = (codec.MARKER + event_type.fingerprint + body).hex()

    assert alone["encoded"] == expected
    assert len(expected) > 76


def test_alone_it_needs_nothing_else_of_ours_and_nothing_that_is_compiled(alone) -> None:
    assert alone["found"] == []
    assert alone["fast"] is False


def test_the_front_page_and_the_outbox_do_not_load_kafka(alone) -> None:
    assert alone["sent"] == "agency.politie-nn"
    assert alone["loaded_kafka"] is False


def test_alone_the_command_is_there(python) -> None:
    told = run(python.with_name("waakvlam-agency"), "types", "--agency", "politie-nn")

    assert "melding-ontvangen" in told
