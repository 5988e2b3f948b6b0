"""How a command ends: exit codes, and the one place where an error becomes one of them.

The codes are told by the help of every command (`EXIT_CODES`).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

import typer
from pydantic import ValidationError

from cli.broker import BrokerFault
from ledger.errors import Damaged, Fault, NotAllowed, Unavailable, UnknownEvent
from ledger.settings import unusable
from rulebook.errors import RulebookError
from waakvlam.errors import Misconfigured, Unreachable

EXIT_CODES = (
    "Exit codes: 0 all is well; 1 our own fault; 2 wrong use; 3 the input was refused; 4 something cannot be reached; "
    "5 a result differs from what it should be."
)


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    FAULT = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    DIFFERS = 5


class Ends(Exception):
    """A command that cannot go on: the code, and a sentence with the next step."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def errors_as_exits() -> Iterator[None]:
    """Turn the errors that a user can do something about into a sentence on stderr and an exit code."""
    try:
        yield
    except Ends as error:
        end(error.code, str(error))
    except (ValidationError, Misconfigured) as error:
        end(Exit.USAGE, wrong_settings(error))
    except BrokenPipeError as error:  # whoever reads our output has enough, as in `export | head`
        _leave_output()
        raise typer.Exit(int(Exit.OK)) from error
    except (Unreachable, Unavailable, BrokerFault, ConnectionError) as error:
        end(Exit.UNREACHABLE, str(error))
    except Fault as error:
        end(Exit.REFUSED, _said_of(error))
    except RulebookError as error:
        end(Exit.REFUSED, str(error))
    except OSError as error:
        _leave_output()
        place = f"{error.filename}: " if error.filename else ""
        end(Exit.UNREACHABLE, f"{place}{error.strerror or error}. Make room or give another place, and try again.")


def wrong_settings(error: ValidationError | Misconfigured) -> str:
    """Return which settings cannot be used and why, one a line; what was given is not repeated."""
    return str(error) if isinstance(error, Misconfigured) else unusable(error)


def _said_of(fault: Fault) -> str:
    """Return what is wrong with a ledger, and what to do about it."""
    match fault:
        case NotAllowed():
            said = str(fault)
            return f"{said[:1].upper()}{said[1:]}."
        case UnknownEvent():
            return f"{fault}. Newer code wrote this ledger: install the version that wrote it."
        case Damaged():
            return f"The ledger contradicts itself: {fault}. Stop its services and put a backup back."
        case _:
            return f"What is there is no ledger, or a damaged one: {fault}. Set WAAKVLAM_LEDGER to the right one."


def end(code: Exit, sentence: str) -> None:
    """Say why on stderr and end with a code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(int(code))


def _leave_output() -> None:
    """Send what is still to be written to stdout nowhere, so that Python's own last flush does not fail on it again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
