"""Read terms and attention lists."""

from rulebook.entries import Entry
from rulebook.rules import FROM_LADDER, StageTerm, Step
from rulebook.terms import CLOCK_UNITS, UNITS, Term


def read_term(entry: Entry, *, of_days: bool = False) -> Term:
    """Return a term: exactly one unit with a whole number, and perhaps `shift`. Of days: it is counted from a day."""
    found = entry.record((*UNITS, "shift"))
    units = [unit for unit in UNITS if unit in found]
    if len(units) != 1:
        raise entry.refuse(f"a term has exactly one of {', '.join(UNITS)}")
    unit = units[0]
    number = found[unit].whole()
    if unit in CLOCK_UNITS:
        if "shift" in found:
            raise found["shift"].refuse(f"{unit} take no shift")
        if of_days:
            raise found[unit].refuse(f"{unit} cannot be counted from a day")
    return Term(unit, number, "shift" in found and found["shift"].flag())


def read_stage_term(entry: Entry | None, *, of_days: bool, may_be_from_ladder: bool) -> StageTerm:
    """Return the term of a stage; `{from_ladder: true}` where the kind allows it; nothing where it is left out."""
    if entry is None or entry.is_null:
        return None
    if entry.is_mapping and "from_ladder" in (found := entry.keys()):
        if not may_be_from_ladder:
            raise found["from_ladder"].refuse("only a rule of kind term takes its terms from a ladder")
        entry.record(("from_ladder",))
        if not found["from_ladder"].flag():
            raise found["from_ladder"].refuse("must be true, or give a term instead")
        return FROM_LADDER
    return read_term(entry, of_days=of_days)


def read_steps(entry: Entry) -> tuple[Step, ...]:
    """Return an attention list: the first is told at once, each other one after a term."""
    steps = []
    for place, one in enumerate(entry.items()):
        found = one.record(("to", "after"), required=("to",) if place == 0 else ("to", "after"))
        if place == 0 and "after" in found:
            raise found["after"].refuse("the first of an attention list is told at once")
        steps.append(Step(to=found["to"].text(), after=read_term(found["after"]) if place else None))
    if not steps:
        raise entry.refuse("somebody must be told")
    return tuple(steps)
