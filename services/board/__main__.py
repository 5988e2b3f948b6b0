"""`python -m services.board`: the board as a process of its own."""

import signal
import sys
from types import FrameType

import uvicorn

from ledger import logs
from ledger.settings import read
from rulebook.errors import AgreementError
from services.board.app import NAME, application
from services.board.settings import BoardSettings
from waakvlam.errors import Misconfigured

EXIT_CRASHED, EXIT_SETTINGS = 1, 64


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    crashed: list[bool] = []

    def fail() -> None:
        crashed.append(True)
        server.should_exit = True

    try:
        settings = read(BoardSettings)
        logs.configure(NAME, level=settings.log_level)
        app = application(settings, fail=fail)
    except (AgreementError, Misconfigured) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.board_host,
            port=settings.board_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _being_told_to_stop_is_no_fault)
    server.run()
    return EXIT_CRASHED if crashed or not server.started else 0


def _being_told_to_stop_is_no_fault(_: int, __: FrameType | None) -> None:
    """Do nothing: uvicorn raises the signal again once it has stopped in an orderly way."""


if __name__ == "__main__":
    sys.exit(main())
