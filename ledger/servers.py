"""Reaching PostgreSQL: what its address says, how many connections may be open, and how long anything is waited for."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger import errors

REACH_SECONDS_MAX = 3
RECONNECT_SECONDS = 3.0
# No connection; told to end; crashed; starts or stops; too many connections.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may take of a server. A service opens two pools at most: of the ledger and of its own view."""

    connections_max: int = 8  # in each pool
    wait_seconds: float = 10.0  # for a connection of a view; for one of the ledger, as long as for its lock
    lock_seconds: float = 30.0  # for what another transaction holds
    statement_seconds: float = 0.0  # for any one statement; 0 for no limit


def arguments(url: str, limits: Limits) -> dict[str, Any]:
    """Return everything that an address says (sslmode, sslrootcert, several hosts, …), with the limits as options.

    What the address gives as `options` goes after ours, so it has the last word.
    """
    parts: dict[str, Any] = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    ours = f"-c lock_timeout={round(limits.lock_seconds * 1000)}"
    if limits.statement_seconds:
        ours += f" -c statement_timeout={round(limits.statement_seconds * 1000)}"
    parts["options"] = f"{ours} {parts.get('options', '')}".strip()
    return parts


def trying_again() -> dict[str, Any]:
    """Return options of a pool with which a server that is back is found within two seconds, however long it was away.

    By itself a pool doubles its pause with each vain try, up to minutes. Here it gives up soon and begins anew, for as long as
    somebody waits.
    """
    return {"reconnect_timeout": RECONNECT_SECONDS, "reconnect_failed": lambda pool: pool.check()}


def reach(url: str, *, setting: str) -> str:
    """Connect once to a PostgreSQL server, and return in which schema new tables come to stand there.

    Raises Unavailable, with what to do, when that fails or takes seconds. A pool goes on trying for as long as its users
    have patience, and then says only that it was in vain.
    """
    try:
        with psycopg.connect(url, connect_timeout=REACH_SECONDS_MAX) as connection:
            found = connection.execute("SELECT current_schema()").fetchone()
            return str(found[0]) if found and found[0] else "public"
    except psycopg.ProgrammingError:  # the text would repeat the address, password and all
        raise errors.Unavailable(
            f"The address of a PostgreSQL database cannot be read. Write postgresql://user:password@host:port/name in {setting}."
        ) from None
    except psycopg.OperationalError as error:
        parts = conninfo_to_dict(url)
        server = f"{parts.get('host') or 'this machine'}, port {parts.get('port') or 5432}"
        reason = str(error).strip().splitlines()[0].rpartition("failed: ")[2]
        raise errors.Unavailable(
            f"PostgreSQL at {server} cannot be reached ({reason}). Start it, or correct {setting}, and try again."
        ) from None


def is_away(error: BaseException | None) -> bool:
    """Tell whether PostgreSQL ended or closed the connection, or takes none for now; whoever waits for a lock is not away."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_AWAY)


def first_line(error: BaseException) -> str:
    """Return what a driver says without the lines that may quote a row or a statement (CONTEXT, DETAIL, LINE)."""
    return str(error).partition("\n")[0]
