"""What somebody says on the command line that stays on record: who they are, and why."""

import getpass
import re

from cli.exits import Ends, Exit

CHARACTERS_MAX = 200
_NUMBER_OF_A_PERSON = re.compile(r"\d{8,9}")


def login() -> str:
    """Return the account under which this runs; empty where the machine has no name for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def fit(text: str, option: str) -> str:
    """Return a reason fit for the record; ends with what is wrong with it."""
    if len(text) > CHARACTERS_MAX or _NUMBER_OF_A_PERSON.search(text):
        raise Ends(
            Exit.USAGE, f"{option} has at most {CHARACTERS_MAX} characters and no number that may be somebody's."
        )
    return text.strip()
