"""The tables beside the events, all written in the transaction of the events they belong to.

`seen`      every event id that ever came in, with what became of it: an event counts once, for ever
`heads`     where each case's chain stands
`aliases`   which case an agency's file number belongs to
`persons`   in which cases a pseudonym is known, and under which label (the only place outside the sealed part)
`parked`    events that wait for their case, their bytes sealed
`positions` how far each topic partition has been read
`outbox`    messages to publish after the commit
`tree`      hashes of the Merkle tree over all records, every 256 of them (`ledger/tree.py`); can be derived anew
`checkpoints` what was signed at the end of each day, with the proof that it continues the day before
`log_keys`  every public key that ever signed a checkpoint, with its first day
`asked`     events whose sender asked for a proof that it can keep
`erasures`  which cases were to be erased, since when, and when their keys were destroyed
`memos`     what a service must remember from one batch to the next, by name: small JSON values
`dead_letters` what could not be taken in: why, where it stood and its shape in the clear, its bytes sealed
`decisions` what people decided about what was set aside, about a fuse or a place, and what came of it; never changed
`trace_runs` to which traces (W3C Trace Context) records belong, from a position on (`ledger/traces.py`); under no hash
`state`     numbers: the last position given, the last `recorded_at` given, the last time promised, the tables' layout, and
            the oldest layout whose versions can go on with them
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from ledger import errors
from ledger.database import Row, Statements

ACCEPTED = "accepted"

_KEY_CHARACTERS_MAX = 200
LAYOUT = 5  # as at the end of the script, which also brings an older one up to it
# The oldest layout whose versions can go on with these tables. A step only adds what an older version may leave out (a table,
# a column that may be empty); what older versions need goes at least one layout later, and raises this number (decision 48).
GOES_ON_FROM = 3
STEPS = {
    2: "layout 2: tables for the Merkle tree, checkpoints, their keys, proofs that were asked for, and erasures",
    3: "layout 3: tables for memos of services, dead letters, and decisions about them",
    4: "layout 4: a table for the traces of events, since replaced by that of layout 5",
    5: "layout 5: a table for the traces of events, those of a batch in one row",
}
_SCRIPT = """
CREATE TABLE IF NOT EXISTS seen (
    event_id text PRIMARY KEY, source text NOT NULL, content bytea NOT NULL, verdict text NOT NULL,
    case_id text, version bigint, position bigint, recorded_at bigint
);
CREATE TABLE IF NOT EXISTS heads (
    case_id text PRIMARY KEY, version bigint NOT NULL, digest bytea NOT NULL, last_at bigint NOT NULL,
    municipality text NOT NULL, caseless bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS aliases (
    agency text, reference text, case_id text NOT NULL, PRIMARY KEY (agency, reference)
);
CREATE TABLE IF NOT EXISTS persons (
    pseudonym text, case_id text, label text NOT NULL, PRIMARY KEY (pseudonym, case_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS persons_label ON persons (case_id, label);
CREATE TABLE IF NOT EXISTS parked (
    id SERIAL KEY, event_id text NOT NULL UNIQUE, source text NOT NULL, content bytea NOT NULL, agency text NOT NULL,
    reference text, case_id text, type text NOT NULL, reason text NOT NULL, parked_at bigint NOT NULL,
    due_at bigint NOT NULL, body bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS parked_reference ON parked (agency, reference);
CREATE INDEX IF NOT EXISTS parked_case ON parked (case_id);
CREATE TABLE IF NOT EXISTS positions (
    topic text, part bigint, read_to bigint NOT NULL, PRIMARY KEY (topic, part)
);
CREATE TABLE IF NOT EXISTS outbox (
    id SERIAL KEY, topic text NOT NULL, key bytea, headers bytea NOT NULL, value bytea
);
CREATE TABLE IF NOT EXISTS tree (level bigint, number bigint, hash bytea NOT NULL, PRIMARY KEY (level, number));
CREATE TABLE IF NOT EXISTS checkpoints (day text PRIMARY KEY, records bigint NOT NULL, growth bytea NOT NULL);
CREATE TABLE IF NOT EXISTS log_keys (public_key text PRIMARY KEY, since text NOT NULL);
CREATE TABLE IF NOT EXISTS asked (
    event_id text, agency text, position bigint NOT NULL, PRIMARY KEY (event_id, agency)
);
CREATE TABLE IF NOT EXISTS erasures (
    event_id text PRIMARY KEY, case_id text NOT NULL, key_version bigint NOT NULL,
    decided_at bigint NOT NULL, done_at bigint
);
CREATE TABLE IF NOT EXISTS memos (name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE IF NOT EXISTS dead_letters (
    id SERIAL KEY, digest bytea NOT NULL UNIQUE, agency text NOT NULL, event_id text, case_id text,
    verdict text NOT NULL, field text, reason text NOT NULL, topic text NOT NULL, part bigint NOT NULL,
    place bigint NOT NULL, content bytea NOT NULL, size bigint NOT NULL, shape text NOT NULL,
    set_aside_at bigint NOT NULL, due_at bigint NOT NULL, standing text NOT NULL, body bytea
);
CREATE INDEX IF NOT EXISTS dead_letters_standing ON dead_letters (standing, due_at);
CREATE INDEX IF NOT EXISTS dead_letters_case ON dead_letters (case_id);
CREATE TABLE IF NOT EXISTS decisions (
    id SERIAL KEY, item text NOT NULL, action text NOT NULL, step text NOT NULL, who text NOT NULL,
    reason text NOT NULL, decided_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_item ON decisions (item, action);
CREATE TABLE IF NOT EXISTS trace_runs (first bigint PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE IF NOT EXISTS state (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO state VALUES ('position', 0), ('recorded_at', 0), ('promised_at', 0), ('layout', 5), ('goes_on_from', 3)
ON CONFLICT (name) DO NOTHING;
UPDATE state SET value = 5 WHERE name = 'layout' AND value IN (1, 2, 3, 4);
UPDATE state SET value = 3 WHERE name = 'goes_on_from' AND value < 3
"""
CREATE = tuple(_SCRIPT.split(";"))

# A line of `seen` that says accepted is never changed: the count of rows touched tells that it was tried.
_SEE = """INSERT INTO seen (event_id, source, content, verdict, case_id, version, position, recorded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO UPDATE SET verdict = excluded.verdict, case_id = excluded.case_id,
    version = excluded.version, position = excluded.position, recorded_at = excluded.recorded_at
WHERE seen.verdict <> 'accepted' AND seen.source = excluded.source AND seen.content = excluded.content"""

# The same, for file numbers: they may be told again, but never belong to another case.
_NAME = """INSERT INTO aliases (agency, reference, case_id) VALUES (?, ?, ?)
ON CONFLICT (agency, reference) DO UPDATE SET case_id = excluded.case_id WHERE aliases.case_id = excluded.case_id"""

_MEET = "INSERT INTO persons (pseudonym, case_id, label) VALUES (?, ?, ?) ON CONFLICT (pseudonym, case_id) DO NOTHING"

_LEAD = """INSERT INTO heads (case_id, version, digest, last_at, municipality, caseless) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, digest = excluded.digest, last_at = excluded.last_at"""


def key(text: str) -> str:
    """Return the form in which an id, file number or pseudonym is a key: itself, unless no database could index it.

    PostgreSQL refuses characters like NUL and long keys. A sender's odd choice must not stop the ledger, so those are
    kept by their hash; the record holds them as they were.
    """
    if len(text) <= _KEY_CHARACTERS_MAX and text.isprintable():
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def see(statements: Statements, rows: Sequence[Row]) -> None:
    """Enter events in the register; raises AlreadyRecorded when one of them was accepted before, or was another one."""
    if statements.executemany(_SEE, [(key(row[0]), *row[1:]) for row in rows]) < len(rows):
        raise errors.AlreadyRecorded("an event id of this batch is in the register, accepted or with another content")


def name(statements: Statements, rows: Collection[tuple[str, str, str]]) -> None:
    """Bind file numbers (agency, reference) to cases; raises AliasTaken when one belongs to another case."""
    named = [(agency, key(reference), case) for agency, reference, case in sorted(rows)]
    if statements.executemany(_NAME, named) < len(named):
        raise errors.AliasTaken("a file number of this batch belongs to another case")


def meet(statements: Statements, rows: Collection[tuple[str, str, str]]) -> None:
    """Enter persons (pseudonym, case, label) in the index."""
    statements.executemany(_MEET, [(key(pseudonym), case, label) for pseudonym, case, label in sorted(rows)])


def gone(label: str) -> str:
    """Return what stands in the index instead of a person of whom nothing is left in a case; the label stays taken."""
    return f"moved:{label}"


def forget(statements: Statements, case: str, labels: Iterable[str]) -> None:
    """Take persons out of the index of a case."""
    rows = [(gone(label), case, label) for label in labels]
    statements.executemany("UPDATE persons SET pseudonym = ? WHERE case_id = ? AND label = ?", rows)


def rebind(statements: Statements, aliases: Iterable[tuple[str, str]], old: str, new: str) -> None:
    """Let file numbers (agency, reference) belong to another case, as far as they belong to the old one."""
    statements.executemany(
        "UPDATE aliases SET case_id = ? WHERE agency = ? AND reference = ? AND case_id = ?",
        [(new, agency, key(reference), old) for agency, reference in aliases],
    )


def decide_erasure(statements: Statements, event_id: str, case: str, key_version: int, now: int) -> None:
    """Enter that a case is to be erased: its keys up to this version."""
    statements.execute(
        "INSERT INTO erasures (event_id, case_id, key_version, decided_at) VALUES (?, ?, ?, ?)",
        (key(event_id), case, key_version, now),
    )


def erasures(statements: Statements, *, only_open: bool) -> list[Row]:
    """Return event id, case and key version of what was to be erased: all that ever was, or what is not done yet."""
    condition = " WHERE done_at IS NULL" if only_open else ""
    return statements.rows(f"SELECT event_id, case_id, key_version FROM erasures{condition}")  # noqa: S608 - our own text


def erased(statements: Statements, event_id: str, case: str, now: int) -> None:
    """Forget an erased case's persons, what waits for it and what was refused in it, and enter that it is done."""
    statements.execute("DELETE FROM parked WHERE case_id = ?", (case,))
    statements.execute("UPDATE dead_letters SET body = NULL WHERE case_id = ?", (case,))
    statements.execute("UPDATE persons SET pseudonym = 'erased:' || label WHERE case_id = ?", (case,))
    statements.execute("UPDATE erasures SET done_at = ? WHERE event_id = ?", (now, event_id))


def lead(statements: Statements, rows: Sequence[Row]) -> None:
    """Write the heads of cases, one row a case."""
    statements.executemany(_LEAD, rows)


def state(statements: Statements) -> dict[str, int]:
    """Return the numbers."""
    return dict(statements.rows("SELECT name, value FROM state"))


def is_made(statements: Statements) -> bool:
    """Tell whether the tables that are there are those that this version needs, or an older one's that lack some.

    A newer layout is gone on with when it says that versions of ours can; else a Fault: reading on would be guessing.
    """
    told = state(statements)
    found = told.get("layout")
    if found not in {LAYOUT, *(one - 1 for one in STEPS)} and not can_go_on(told):
        raise errors.Fault(
            f"the ledger's tables have layout {found}; this version knows layout {LAYOUT}: install the version that made it"
        )
    return found == LAYOUT or can_go_on(told)


def can_go_on(told: Mapping[str, int]) -> bool:
    """Tell whether the numbers of a ledger say that a newer version made its layout, and that this one can go on with it."""
    found = told.get("layout", 0)
    return found > LAYOUT >= told.get("goes_on_from", found)


def ask(statements: Statements, rows: Sequence[Row]) -> None:
    """Enter that senders want proof of events: (event id, agency, position). To ask twice is to ask once."""
    statements.executemany(
        "INSERT INTO asked (event_id, agency, position) VALUES (?, ?, ?) ON CONFLICT (event_id, agency) DO NOTHING",
        [(key(row[0]), *row[1:]) for row in rows],
    )


def set_state(statements: Statements, values: Mapping[str, int]) -> None:
    """Write some of the numbers; none of them ever goes back."""
    statements.executemany(
        "UPDATE state SET value = ? WHERE name = ? AND value <= ?",
        [(value, name, value) for name, value in values.items()],
    )


def positions_of(statements: Statements, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return how far each of these topic partitions was read; those never read are absent."""
    wanted = set(pairs)
    rows = statements.rows_in(
        "SELECT topic, part, read_to FROM positions WHERE topic {in}", {pair[0] for pair in wanted}
    )
    return {(topic, part): read_to for topic, part, read_to in rows if (topic, part) in wanted}
