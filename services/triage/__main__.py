"""Starts triage: `python -m services.triage`."""

import logging
import sys

from ledger import logs
from ledger.settings import read
from services.triage.app import NAME, serve
from services.triage.settings import TriageSettings
from waakvlam.errors import Misconfigured

log = logging.getLogger("services.triage")

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
        log.critical("triage could not start: %s", error)
        return EXIT_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
