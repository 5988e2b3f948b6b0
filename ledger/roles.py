"""Who may do what at the ledger's database in PostgreSQL: one role for each service, with the rights that it needs.

Intake records: it may add records and never change or take one away, nor a checkpoint, a decision or a key that signed. The
others read: the records, and what names them. Who a pseudonym belongs to and what is sealed aside, only intake sees. Tables
belong to whoever made them; only that login brings them to a new layout, restores and erases by hand.

The roles cannot log in. A login is given one of them: `CREATE ROLE intake LOGIN PASSWORD '…' IN ROLE waakvlam_intake`.
"""

from collections.abc import Iterator, Mapping

from ledger.database import Statements

PREFIX = "waakvlam_"
LOCK = (
    "lock_records"  # asked for by former versions alone, which lock the table: that wants a right which intake has not
)
READ, ADD = "SELECT", "SELECT, INSERT"
_ASIDE = "SELECT (id, agency, event_id, case_id, verdict, field, reason, set_aside_at, due_at, standing)"
_PARKED = "SELECT (id, event_id, agency, type, reason, parked_at, due_at)"
_OF_READERS = dict.fromkeys(
    ("stored_events", "seen", "heads", "state", "memos", "positions", "checkpoints", "log_keys"), READ
)

RIGHTS: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "stored_events": ADD,
        "seen": f"{ADD}, UPDATE (verdict, case_id, version, position, recorded_at)",
        "heads": f"{ADD}, UPDATE (version, digest, last_at)",
        "aliases": f"{ADD}, UPDATE (case_id)",
        "persons": f"{ADD}, UPDATE (pseudonym)",
        "parked": f"{ADD}, DELETE",
        "positions": f"{ADD}, UPDATE (read_to)",
        "outbox": f"{ADD}, DELETE",
        "tree": ADD,
        "trace_runs": ADD,
        "checkpoints": ADD,
        "log_keys": ADD,
        "asked": f"{ADD}, DELETE",
        "erasures": f"{ADD}, UPDATE (done_at)",
        "memos": f"{ADD}, UPDATE (value)",
        "dead_letters": f"{ADD}, UPDATE (verdict, field, reason, case_id, due_at, standing, body)",
        "decisions": ADD,
        "state": f"{READ}, UPDATE (value)",
    },
    "triage": _OF_READERS,
    "monitoring": _OF_READERS,
    "board": {**_OF_READERS, "parked": _PARKED, "dead_letters": _ASIDE},
    "watch": {
        **dict.fromkeys(("state", "memos", "positions", "checkpoints", "log_keys"), READ),
        "heads": "SELECT (caseless)",
        "persons": "SELECT (label)",
        "aliases": "SELECT (agency)",
        "outbox": "SELECT (id)",
        "parked": _PARKED,
        "dead_letters": _ASIDE,
    },
}
_NUMBERED = ("parked", "outbox", "dead_letters", "decisions")


def making() -> Iterator[str]:
    """Yield the statements that make the roles; they want a login that may (`CREATEROLE`). Again is harmless."""
    for role in map(name_of, RIGHTS):
        yield f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"


def giving() -> Iterator[str]:
    """Yield the statements that give each role its rights and no others; they want the owner of the tables."""
    yield (
        f"CREATE OR REPLACE FUNCTION {LOCK}() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
        "AS $$ BEGIN LOCK TABLE stored_events IN EXCLUSIVE MODE; END $$"
    )
    yield (  # whoever runs this: the owner of the tables must be able to run it again
        f"DO $$ BEGIN EXECUTE format('ALTER FUNCTION {LOCK}() OWNER TO %I', (SELECT tableowner FROM pg_tables "  # noqa: S608 - our own names
        "WHERE schemaname = current_schema() AND tablename = 'stored_events')); END $$"
    )
    yield f"REVOKE ALL ON FUNCTION {LOCK}() FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {LOCK}() TO {name_of('intake')}"
    for service, tables in RIGHTS.items():
        role = name_of(service)
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA CURRENT_SCHEMA FROM {role}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA CURRENT_SCHEMA FROM {role}"
        for table, rights in tables.items():
            yield f"GRANT {rights} ON {table} TO {role}"
    for table in _NUMBERED:
        yield f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {name_of('intake')}"


def are_made(t: Statements) -> bool:
    """Tell whether the roles are there, on PostgreSQL; elsewhere there are none."""
    if not t.postgres:
        return False
    roles = [name_of(service) for service in RIGHTS]
    return int(t.value("SELECT count(*) FROM pg_roles WHERE rolname = ANY(?)", (roles,))) == len(roles)


def give(t: Statements) -> None:
    """Give each role its rights and no others, in this transaction."""
    schema = str(t.value("SELECT quote_ident(current_schema())"))
    for statement in giving():
        t.cursor.execute(statement.replace("CURRENT_SCHEMA", schema))


def make(t: Statements) -> None:
    """Make the roles, in this transaction."""
    for statement in making():
        t.cursor.execute(statement)


def name_of(service: str) -> str:
    """Return the role of a service."""
    return f"{PREFIX}{service}"
