"""Starts monitoring: `python -m services.monitoring`."""

import sys

from ledger import logs
from services.monitoring.app import NAME, serve
from services.monitoring.settings import MonitoringSettings


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    settings = MonitoringSettings()
    logs.configure(NAME, level=settings.log_level)
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
