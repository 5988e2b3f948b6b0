"""Whether agreements that can be read also make sense: everything a work group should look at before they hold.

`check` asks each question of its own module: of single rules (checking_rules), of who is told and of ladders
(checking_people), of versions, places and calendars together (checking_versions, checking_validity), of contacts
(checking_contacts), and of files that were published (checking_published). Rule ST-35 lives in the versions, the validity and
the contacts.
"""

from collections.abc import Mapping
from pathlib import Path

from rulebook import checking_people, checking_published, checking_rules, checking_validity
from rulebook.checking_contacts import contacts
from rulebook.fault_words import in_dutch
from rulebook.faults import Seen, look
from rulebook.finding import ERROR, Finding, Places
from rulebook.wording import Words


def check(folder: Path, on: int, words: Words, *, fields: Mapping[str, frozenset[str]] | None = None) -> list[Finding]:
    """Return what is wrong or worth a look in a folder of agreements, seen from a day; worst first.

    While a file cannot be read, only single files are looked at: what the files say together is not known yet.
    """
    seen = look(folder, fields=fields)
    found = [Finding(ERROR, "leesbaar", one.file, one.line, one.field, in_dutch(one.reason)) for one in seen.faults]
    found += checking_published.findings(folder, seen.agreements, on)
    places = {file: Places(entry) for file, entry in seen.entries.items()}
    for one in seen.agreements:
        found += checking_rules.findings(one, on, places[one.source.file])
        found += checking_people.findings(one, on, places[one.source.file], words)
    if not seen.faults:
        found += _together(folder, seen, on, places, words)
    return sorted(found, key=lambda one: (one.rank, one.file, one.line, one.sentence))


def _together(folder: Path, seen: Seen, on: int, places: Mapping[str, Places], words: Words) -> list[Finding]:
    return [
        *checking_validity.findings(seen.agreements, on, places, words),
        *contacts(folder, seen.agreements, on, places),
    ]
