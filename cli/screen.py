"""What people see: results on stdout, progress on stderr, colour only on a terminal."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

_LINE = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def result(value: Mapping[str, Any] | Sequence[Any], *, as_json: bool, lines: Sequence[str]) -> None:
    """Print a result on stdout: as JSON, or as lines for people."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for line in lines:
        typer.echo(line)


def json_line(value: Mapping[str, Any]) -> str:
    """Return a record as one line of JSON."""
    return _LINE.encode(value)


def progress(sentence: str) -> None:
    """Say on stderr what is going on."""
    typer.echo(sentence, err=True)


def is_terminal() -> bool:
    """Tell whether progress is read by a person on a terminal."""
    return sys.stderr.isatty()
