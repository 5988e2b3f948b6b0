"""Starts intake: `python -m services.intake`. What operators can do stands under `waakvlam --help`."""

import sys

from ledger import logs
from ledger.errors import LedgerError
from ledger.settings import read
from rulebook.errors import AgreementError
from services.intake.app import NAME, serve
from services.intake.settings import IntakeSettings
from waakvlam.errors import Misconfigured

log = logs.logger(__name__)

EXIT_FAULT, EXIT_SETTINGS = 1, 64


def main() -> int:
    """Read the settings, run until told to stop, return the exit code."""
    try:
        settings = read(IntakeSettings)
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    logs.configure(NAME, level=settings.log_level)
    try:
        return serve(settings)
    except (LedgerError, AgreementError, Misconfigured) as error:
        log.critical("service_not_started", part=NAME, exc_info=error)
        return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main())
