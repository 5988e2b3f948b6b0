"""Starts intake: `python -m services.intake`; or mends a fuse: `python -m services.intake reset-fuse AGENCY`."""

import logging
import sys

from ledger import logs
from ledger.errors import LedgerError
from rulebook.errors import AgreementError
from services.intake.app import NAME, reset_fuse, serve
from services.intake.settings import IntakeSettings
from waakvlam.errors import Misconfigured
from waakvlam.topics import agencies

log = logging.getLogger("services.intake")

EXIT_USAGE, EXIT_FAULT = 64, 1


def main(arguments: list[str]) -> int:
    """Read the settings, do what is asked, return the exit code."""
    settings = IntakeSettings()
    logs.configure(NAME, level=settings.log_level)
    match arguments:
        case []:
            return _serve(settings)
        case ["reset-fuse", agency] if agency in agencies():
            changed = reset_fuse(settings, agency)
            log.info("%s is read again." if changed else "The fuse of %s was not blown; nothing changed.", agency)
            return 0
    log.error("Usage: python -m services.intake [reset-fuse AGENCY], with AGENCY one of: %s", ", ".join(agencies()))
    return EXIT_USAGE


def _serve(settings: IntakeSettings) -> int:
    try:
        return serve(settings)
    except (LedgerError, AgreementError, Misconfigured) as error:
        log.critical("intake could not start: %s", error)
        return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
