"""The judge: holds what was found against what was promised. Pure; each broken promise comes with its smallest story."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.torture.evidence import Evidence, Told
from tests.torture.stories import ACCEPTED, CONFLICT, PARKED, POLICE, VEILIG_THUIS

EXAMPLES_MAX = 50
OUTSIDE = frozenset({VEILIG_THUIS, POLICE})
SEALED = frozenset({"report_received"})  # what stands in the ledger is not byte for byte what came: persons are p1, p2
# What the receipts of an event may say, by what it must come to. An event may have waited for its case, and the sender
# may have sent it once more: then it is told so too.
MAY_BE_TOLD = {
    ACCEPTED: frozenset({ACCEPTED, PARKED, "duplicate"}),
    PARKED: frozenset({PARKED}),
    "refused": frozenset({"refused", PARKED}),
    "rejected": frozenset({"rejected"}),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept: which, how often, and where to look (some of the cases or events that show it)."""

    promise: str
    count: int
    examples: tuple[str, ...]


def broken_promises(found: Evidence) -> Iterator[Broken]:
    """Yield every promise that the evidence shows to be broken, the gravest first."""
    must = _what_each_must_come_to(found)
    yield from _all(
        ("no event is lost", _lost(found, must)),
        ("no event counts twice", _doubled(found)),
        ("nothing stands in the ledger that nobody sent", _strange(found, must)),
        ("what stands in the ledger is what was sent", _altered(found)),
        ("Kafka holds what it confirmed, and nothing else", _not_as_confirmed(found)),
        ("versions of a case have no gaps", _gaps(found.ledger, found)),
        ("every chain verifies", found.findings),
        ("every event is told what it came to, once and for good", _told_otherwise(found, must)),
        ("case-events is the ledger, complete and in order", _not_on_the_bus(found)),
        ("every alert of the replay was raised", sorted(found.replayed - found.raised)),
        ("no alert was raised that the replay does not know", sorted(found.raised - found.replayed - found.early)),
        ("the board shows exactly the open alerts", sorted(found.open_on_board ^ found.open_in_ledger)),
        ("no open case is without a deadline", ["see the radar's audit"] * found.without_deadline),
        ("what waits for its case still waits", _waiting(found, must)),
    )


def _all(*promises: tuple[str, Iterable[str]]) -> Iterator[Broken]:
    for promise, found in promises:
        if examples := sorted(found):
            yield Broken(promise, len(examples), tuple(examples[:EXAMPLES_MAX]))


def _what_each_must_come_to(found: Evidence) -> Mapping[str, str]:
    """Return what each event must come to; what came later under a taken id changes nothing in that."""
    must: dict[str, str] = {}
    for line, verdict in found.sent:
        if verdict != CONFLICT:
            must.setdefault(line.id, verdict)
    return must


def _lost(found: Evidence, must: Mapping[str, str]) -> Iterable[str]:
    return {one for one, verdict in must.items() if verdict == ACCEPTED} - {one.event_id for one in found.ledger}


def _doubled(found: Evidence) -> Iterable[str]:
    return [one for one, count in Counter(one.event_id for one in found.ledger).items() if count > 1]


def _strange(found: Evidence, must: Mapping[str, str]) -> Iterable[str]:
    return [one.event_id for one in found.ledger if one.agency in OUTSIDE and must.get(one.event_id) != ACCEPTED]


def _altered(found: Evidence) -> Iterator[str]:
    first = {}
    for line, verdict in found.sent:
        if verdict != CONFLICT:
            first.setdefault(line.id, line.content)
    for one in found.ledger:
        if one.agency in OUTSIDE and one.event_id in first:
            is_same = one.type in SEALED or one.payload == first[one.event_id]
            if not is_same or found.contents.get(one.event_id) != first[one.event_id]:
                yield one.event_id


def _not_as_confirmed(found: Evidence) -> Iterator[str]:
    """Yield what is missing on the agencies' topics, or was never sent; a repeat by the client does no harm."""
    wanted = Counter(line for line, _ in found.sent)
    yield from (line.id for line, count in wanted.items() if found.arrived[line] < count)
    yield from (line.id for line in found.arrived if line not in wanted)


def _gaps(told: Iterable[Told], found: Evidence) -> Iterator[str]:
    versions: dict[str, int] = {}
    for one in told:
        if one.version != versions.get(one.case, 0) + 1:
            yield f"{one.case} version {one.version} after {versions.get(one.case, 0)} ({found.families.get(one.event_id)})"
        versions[one.case] = one.version


def _told_otherwise(found: Evidence, must: Mapping[str, str]) -> Iterator[str]:
    conflicts = {line.id for line, verdict in found.sent if verdict == CONFLICT}
    again = {line.id for line, count in found.arrived.items() if count > 1}
    for event_id, verdict in must.items():
        told = found.receipts.get(event_id, set())
        words = {word for word, _ in told}
        positions = {position for word, position in told if word in {ACCEPTED, "duplicate"}}
        allowed = MAY_BE_TOLD[verdict] | ({CONFLICT} if event_id in conflicts else set())
        is_whole = verdict in words and (event_id not in conflicts or CONFLICT in words)
        is_repeat_told = event_id not in again or verdict != ACCEPTED or words & {"duplicate", PARKED}
        if not (is_whole and words <= allowed and is_repeat_told and len(positions) <= 1):
            yield f"{event_id} must be {verdict}, was told {sorted(told, key=str)}"


def _not_on_the_bus(found: Evidence) -> Iterator[str]:
    """Yield where case-events differs from the ledger; a repeat, byte for byte, is dropped by every reader."""
    seen: dict[tuple[str, int], str] = {}
    versions: dict[str, int] = {}
    for one in found.on_the_bus:
        key = (one.case, one.version)
        if key in seen:
            if seen[key] != one.body:
                yield f"{one.case} version {one.version} stands there twice, and differs"
            continue
        seen[key] = one.body
        if one.version != versions.get(one.case, 0) + 1:
            yield f"{one.case} version {one.version} came after {versions.get(one.case, 0)}"
        versions[one.case] = one.version
    ledger = {(one.case, one.version): one.body for one in found.ledger}
    for case, version in sorted(key for key in ledger.keys() | seen.keys() if ledger.get(key) != seen.get(key)):
        yield f"{case} version {version} is not the same on both sides"


def _waiting(found: Evidence, must: Mapping[str, str]) -> list[str]:
    wanted = sum(verdict == PARKED for verdict in must.values())
    return [] if found.parked == wanted else [f"{found.parked} wait; {wanted} must"]


def smallest_story(found: Evidence, broken: Broken) -> list[str]:
    """Return the shortest of the stories that show a broken promise, with what is wrong in its first line."""
    stories = [[f"broken    {one}", *story_of(found, one)] for one in broken.examples]
    return min(stories, key=len)


def story_of(found: Evidence, event_or_case: str) -> list[str]:
    """Return all that is known of the family that an example is about: sent, told, recorded, published."""
    words = event_or_case.split()
    cases = {one.case for one in found.ledger if one.event_id in words or one.case in words}
    family = next((found.families[one] for one in words if one in found.families), None)
    if family is None:
        family = next(
            (name for one in found.ledger if one.case in cases and (name := found.families.get(one.event_id))), None
        )
    ids = {one for one, name in found.families.items() if name == family}
    cases |= {one.case for one in found.ledger if one.event_id in ids}
    lines = [f"sent      {line.id} {verdict}" for line, verdict in found.sent if line.id in ids]
    lines += [f"told      {one} {sorted(found.receipts.get(one, ()), key=str)}" for one in sorted(ids)]
    lines += [f"ledger    {_short(one)}" for one in found.ledger if one.case in cases]
    return [*lines, *(f"published {_short(one)}" for one in found.on_the_bus if one.case in cases)]


def _short(one: Told) -> str:
    return f"{one.case[:8]} {one.version} {one.type} {one.agency} {one.event_id}"
