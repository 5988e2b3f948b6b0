"""What a service must remember from one batch to the next: small JSON values by name, in the transaction of the events.

A name is `<kind>/<agency>`, or `schema/<fingerprint>` (`ledger/library.py`). A memo is for what cannot be computed from events; whoever writes it stands in `kind`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ledger.database import Statements

_WRITE = "INSERT INTO memos (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def read(statements: Statements, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of those of these memos that there are."""
    rows = statements.rows_in("SELECT name, value FROM memos WHERE name {in}", set(names))
    return {name: orjson.loads(bytes(value)) for name, value in rows}


def write(statements: Statements, memos: Mapping[str, Any]) -> None:
    """Write these memos; what stood there before is gone."""
    statements.executemany(_WRITE, [(name, orjson.dumps(value)) for name, value in sorted(memos.items())])
