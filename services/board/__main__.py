"""`python -m services.board`: the board as a process of its own."""

import sys

import uvicorn
from pydantic import ValidationError

from services.board.app import application
from services.board.settings import BoardSettings

EXIT_CRASHED, EXIT_SETTINGS = 1, 64


def main() -> int:
    """Run the board until it is told to stop; return the exit code."""
    try:
        settings = BoardSettings()
    except ValidationError as error:
        sys.stderr.write("".join(f"{one['msg'].removeprefix('Value error, ')}\n" for one in error.errors()))
        return EXIT_SETTINGS
    crashed: list[bool] = []

    def fail() -> None:
        crashed.append(True)
        server.should_exit = True

    server = uvicorn.Server(
        uvicorn.Config(
            application(settings, fail=fail),
            host=settings.board_host,
            port=settings.board_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    server.run()
    return EXIT_CRASHED if crashed or not server.started else 0


if __name__ == "__main__":
    sys.exit(main())
