"""How a command of `waakvlam-agency` ends: its exit codes, and the one place where an error becomes one of them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer

from waakvlam.errors import NotDelivered, NotProven, Unreachable, WaakvlamError

WRONG, USAGE, NO_KAFKA, NO_RECEIPT, NOT_PROVEN = 1, 2, 3, 4, 5


@contextmanager
def exit_code_for_errors() -> Iterator[None]:
    """Tell an error in one line and end with its exit code."""
    try:
        yield
    except (NotDelivered, Unreachable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NO_KAFKA) from error
    except NotProven as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_PROVEN) from error
    except WaakvlamError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from error
    except UnicodeDecodeError as error:
        said = (
            "Dit bestand is geen tekst in UTF-8. Bewaar het als UTF-8 en verstuur het nog een keer; niets telt dubbel."
        )
        typer.echo(said, err=True)
        raise typer.Exit(WRONG) from error
    except BrokenPipeError as error:  # whoever reads our output has enough, as in `receipts | head`
        _leave_output()
        raise typer.Exit(0) from error
    except OSError as error:
        _leave_output()
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{where}{error.strerror or error}. Maak ruimte of geef een andere plaats.", err=True)
        raise typer.Exit(USAGE) from error
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _leave_output() -> None:
    """Send what is still to be written to standard output nowhere, so that Python's last flush does not fail again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
