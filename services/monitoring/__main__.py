"""Starts monitoring: `python -m services.monitoring`."""

import logging
import sys

from ledger import logs
from ledger.settings import read
from services.monitoring.app import NAME, serve
from services.monitoring.settings import MonitoringSettings
from waakvlam.errors import Misconfigured

log = logging.getLogger("services.monitoring")

EXIT_SETTINGS = 64


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    try:
        settings = read(MonitoringSettings)
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    logs.configure(NAME, level=settings.log_level)
    try:
        return serve(settings)
    except Misconfigured as error:
        log.critical("monitoring could not start: %s", error)
        return EXIT_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
