"""Starts triage: `python -m services.triage`."""

import sys

from ledger import logs
from ledger.settings import read
from services.triage.app import NAME, serve
from services.triage.settings import TriageSettings
from waakvlam.errors import Misconfigured

log = logs.logger(__name__)

EXIT_SETTINGS = 64


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    try:
        settings = read(TriageSettings)
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    logs.configure(NAME, level=settings.log_level)
    try:
        return serve(settings)
    except Misconfigured as error:
        log.critical("service_not_started", part=NAME, exc_info=error)
        return EXIT_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
