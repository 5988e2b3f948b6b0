"""What is set aside: dead letters and parked events, until somebody decides on them. Nothing here goes away by itself.

The ledger keeps a dead letter as long as nobody has decided, whatever becomes of Kafka's copy; its bytes are sealed
under a key of its agency, and are destroyed when it was taken in after all or discarded. That it was there, why, where,
its hash and who decided stay for good.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from ledger import sealing, tables, waiting
from ledger.database import Statements
from ledger.model import DeadLetter, Standing, Wire
from ledger.sealing import Key, KeyStore

OPEN, ASKED, TAKEN_IN, DISCARDED = "open", "asked", "taken_in", "discarded"
UNDECIDED = (OPEN, ASKED)
PARKED, DEAD_LETTERS = "parked", "dead_letters"

_COLUMNS = (
    "agency, event_id, case_id, verdict, field, reason, topic, part, place, content, size, shape, set_aside_at, due_at, "
    "standing"
)
# The same record again is the same dead letter, however often it is tried; its deadline stays, unless it was closed.
_KEEP = f"""INSERT INTO dead_letters (digest, {_COLUMNS}, body) VALUES ({", ".join("?" * 17)})
ON CONFLICT (digest) DO UPDATE SET standing = excluded.standing, verdict = excluded.verdict, field = excluded.field,
    reason = excluded.reason, case_id = excluded.case_id, body = excluded.body,
    due_at = CASE WHEN dead_letters.standing IN ('taken_in', 'discarded')
        THEN excluded.due_at ELSE dead_letters.due_at END"""  # noqa: S608 - our own columns

_OPEN = "FROM dead_letters WHERE standing IN ('open', 'asked')"


def key_name(agency: str) -> str:
    """Return the name of the key under which an agency's dead letters are sealed."""
    return f"dead-letters:{agency}"


def item(number: int) -> str:
    """Return the name of a dead letter in the record of decisions."""
    return f"dead-letter/{number}"


def keep(statements: Statements, letters: Iterable[tuple[DeadLetter, Wire]], keys: dict[str, Key]) -> None:
    """Keep dead letters, byte for byte; one that is there already is open again, with the newest reason."""
    rows = []
    for letter, wire in letters:
        values = waiting.as_values(wire)
        digest = hashlib.sha256(
            orjson.dumps([letter.topic, letter.partition, letter.offset, values], option=orjson.OPT_SORT_KEYS)
        ).digest()
        body = sealing.seal(values, keys[key_name(letter.agency)], digest)
        event_id = None if letter.event_id is None else tables.key(letter.event_id)
        columns = (letter.agency, event_id, letter.case, letter.verdict, letter.field, letter.reason)
        place = (letter.topic, letter.partition, letter.offset, letter.content, letter.size, letter.shape)
        rows.append((digest, *columns, *place, letter.set_aside_at, letter.due_at, letter.standing, body))
    statements.executemany(_KEEP, rows)


def dead_letters(
    statements: Statements, standings: Collection[str], *, agency: str | None = None, limit: int = 1_000
) -> list[DeadLetter]:
    """Return the dead letters that stand so, in the order in which they were set aside."""
    marks = ", ".join("?" * len(standings))
    question = f"SELECT id, {_COLUMNS} FROM dead_letters WHERE standing IN ({marks})"  # noqa: S608 - our own columns
    asked: list[Any] = [*standings]
    if agency is not None:
        question += " AND agency = ?"
        asked.append(agency)
    return [_letter(row) for row in statements.rows(f"{question} ORDER BY id LIMIT ?", [*asked, limit])]


def numbered(statements: Statements, numbers: Collection[int]) -> dict[int, DeadLetter]:
    """Return those of these dead letters that there are."""
    rows = statements.rows_in(f"SELECT id, {_COLUMNS} FROM dead_letters WHERE id {{in}}", numbers)  # noqa: S608 - our own columns
    return {row[0]: _letter(row) for row in sorted(rows)}


def wires(statements: Statements, letters: Sequence[DeadLetter], keys: KeyStore) -> list[Wire | None]:
    """Return what came over the wire of each of these dead letters; None where it was erased with its case."""
    asked = [one.number for one in letters]
    rows = statements.rows_in("SELECT id, agency, digest, body FROM dead_letters WHERE id {in}", asked)
    found = {
        number: waiting.from_values(
            sealing.open_sealed(bytes(body), case=key_name(agency), bound=bytes(digest), keys=keys)
        )
        for number, agency, digest, body in rows
        if body is not None
    }
    return [found.get(one.number) for one in letters]


def move(statements: Statements, numbers: Iterable[int], standing: str) -> int:
    """Let dead letters stand otherwise, those that are not closed; return how many that were. Closing destroys bytes."""
    body = "" if standing in UNDECIDED else ", body = NULL"
    return statements.execute_in(
        f"UPDATE dead_letters SET standing = ?{body} WHERE standing IN ('open', 'asked') AND id {{in}}",  # noqa: S608 - our own columns
        numbers,
        before=[standing],
    )


def settled_by(statements: Statements, accepted: Iterable[tuple[str, str]]) -> list[int]:
    """Return the open dead letters of events (agency, event id) that have come into the ledger since.

    A conflict is not settled by that: it says something else under the same id.
    """
    wanted = {(agency, tables.key(event_id)) for agency, event_id in accepted}
    question = (
        "SELECT id, agency, event_id FROM dead_letters WHERE standing IN ('open', 'asked') AND verdict <> 'conflict'"
    )
    return [number for number, agency, event_id in statements.rows(question) if (agency, event_id) in wanted]


def standing(statements: Statements, now: int) -> list[Standing]:
    """Return how much waits to be decided on, for each kind and agency that has any."""
    return [
        Standing(kind, *row)
        for kind, question in (
            (PARKED, "SELECT agency, count(*), {}, min(parked_at) FROM parked GROUP BY agency"),
            (DEAD_LETTERS, f"SELECT agency, count(*), {{}}, min(set_aside_at) {_OPEN} GROUP BY agency"),
        )
        for row in statements.rows(question.format("sum(CASE WHEN due_at <= ? THEN 1 ELSE 0 END)"), (now,))
    ]


def _letter(row: tuple[Any, ...]) -> DeadLetter:
    number, agency, event_id, case, verdict, field, reason, topic, part, place, content, size, *rest = row
    letter = DeadLetter(
        agency=agency,
        event_id=event_id,
        case=case,
        verdict=verdict,
        field=field,
        reason=reason,
        topic=topic,
        partition=part,
        offset=place,
        content=bytes(content),
        size=size,
        **dict(zip(("shape", "set_aside_at", "due_at", "standing"), rest, strict=True)),
    )
    return replace(letter, number=number)
