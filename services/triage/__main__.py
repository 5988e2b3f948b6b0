"""Starts triage: `python -m services.triage`."""

import sys

from ledger import logs
from services.triage.app import NAME, serve
from services.triage.settings import TriageSettings


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    settings = TriageSettings()
    logs.configure(NAME, level=settings.log_level)
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
