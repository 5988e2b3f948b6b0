"""Erasing: what is told about the people of a case is made unreadable for good, and nobody does that alone (decision 27).

One person proposes it, with the ground; another confirms it. Only a closed case can be erased: while it is open,
somebody may need to know. Pure: no clock, ids, reading or writing.
"""

from collections.abc import Mapping, Sequence

from ledger.alone import people_behind
from ledger.case import Refusal, case_of
from rulebook.event import Event
from rulebook.history import effective

PROPOSED, CONFIRMED = "erasure_proposed", "erasure_confirmed"
GUARDED = frozenset({PROPOSED, CONFIRMED})

NOBODY = "Wissen doet niemand alleen. Zet in recorded_by wie dit vastlegt, als nummer van de medewerker."
STILL_OPEN = (
    "Deze casus is open; zolang moet te lezen zijn wat er speelt. Sluit de casus eerst, en stel het wissen daarna voor."
)
NO_PROPOSAL = "Dit voorstel om te wissen staat niet (meer) in deze casus. Laat eerst iemand het wissen voorstellen."
SAME_PERSON = "Wie het wissen voorstelde, kan het niet zelf bevestigen. Laat een collega het bevestigen."


def refusal(event: Event, history: Sequence[Event], recorded_by: Mapping[str, str | None]) -> Refusal | None:
    """Return why a proposal or confirmation cannot be, or nothing; `recorded_by` by event id, this event's too."""
    if not recorded_by.get(event.id):
        return Refusal("recorded_by", NOBODY)
    if not case_of(history).closed:
        return Refusal("case", STILL_OPEN)
    if event.type == PROPOSED:
        return None
    proposal = next((one for one in effective(history) if one.id == event.data["proposal_id"]), None)
    if proposal is None or proposal.type != PROPOSED:
        return Refusal("proposal_id", NO_PROPOSAL)
    confirming = people_behind(event.id, history, recorded_by)
    if not confirming.isdisjoint(people_behind(proposal.id, history, recorded_by) | {None}):
        return Refusal("recorded_by", SAME_PERSON)
    return None
