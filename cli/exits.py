"""How a command ends: exit codes, and the one place where an error becomes one of them.

The codes are told by the help of every command (`EXIT_CODES`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from cli.broker import BrokerFault
from ledger.errors import Unavailable
from rulebook.errors import RulebookError
from waakvlam.errors import Unreachable

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
    except (Unreachable, Unavailable, BrokerFault, ConnectionError) as error:
        end(Exit.UNREACHABLE, str(error))
    except RulebookError as error:
        end(Exit.REFUSED, str(error))


def end(code: Exit, sentence: str) -> None:
    """Say why on stderr and end with a code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(int(code))
