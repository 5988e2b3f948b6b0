"""The canary: one event that an agency sends again and again, only to see whether its road to the ledger is open.

The first time it is an event in the ledger; from then on it is recognised there and answered, and counts for nothing. For a
Veilig Thuis it is an advice about no case; any other agency says which of the events that it sent before it sends again.
"""

import json

from waakvlam.errors import Unfit
from waakvlam.topics import Agency

ADVISER = "V"
RECORDER = "proefbericht"
LINE = {
    "type": "advice_given",
    "occurred_at": "2026-01-01T00:00:00Z",
    "recorded_by": RECORDER,
    "data": {"question": "other", "asker_capacity": "other", "violence_kinds": []},
}


def own_line(agency: Agency, municipality: str) -> str:
    """Return the line of an agency's canary, always the same; raises Unfit for one that gives no advice."""
    if agency.kind != ADVISER:
        raise Unfit(
            "line",
            f"{agency.name} ({agency.id}) geeft geen advies. Geef met --line een bestand met één regel die u al eens verstuurde.",
        )
    if not municipality:
        raise Unfit("municipality", "Geef met --municipality de CBS-code van uw gemeente.")
    return json.dumps(LINE | {"municipality": municipality})
