"""Starts monitoring: `python -m services.monitoring`."""

import sys

from ledger import logs
from ledger.settings import read
from services.monitoring.app import NAME, serve
from services.monitoring.settings import MonitoringSettings
from waakvlam.errors import Misconfigured

log = logs.logger(__name__)

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
        log.critical("service_not_started", part=NAME, exc_info=error)
        return EXIT_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
