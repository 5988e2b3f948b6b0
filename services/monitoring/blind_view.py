"""In SQL: up to when everything of each partition was seen, and the messages that nothing was seen for a while."""

from collections.abc import Iterable, Mapping, Sequence

from ledger.database import Statements


def seen(t: Statements, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return for each partition up to when everything was seen, and the real time at which that was so."""
    found = t.rows_in("SELECT part, seen_to, real_at FROM seen WHERE part {in}", partitions)
    return {part: (seen_to, real_at) for part, seen_to, real_at in found}


def store_seen(t: Statements, partitions: Mapping[int, tuple[int, int]]) -> None:
    """Store up to when everything of each partition was seen; it never goes back."""
    t.executemany(
        """INSERT INTO seen (part, seen_to, real_at) VALUES (?, ?, ?) ON CONFLICT (part) DO UPDATE
           SET seen_to = excluded.seen_to, real_at = excluded.real_at WHERE excluded.seen_to > seen.seen_to""",
        [(part, seen_to, real_at) for part, (seen_to, real_at) in partitions.items()],
    )


def raised_between(t: Statements, partitions: Iterable[int], begin: int, end: int) -> list[tuple[str, str]]:
    """Return rule and case of each alert that was raised after one instant and by another, the heaviest first."""
    found = t.rows_in(
        "SELECT rule, case_id, weight, raised_at, alert FROM alerts WHERE raised_at > ? AND raised_at <= ? AND part {in}",
        partitions,
        before=(begin, end),
    )
    found.sort(key=lambda row: (-row[2], row[3], row[4]))
    return [(rule, case) for rule, case, *_ in found]


def add(t: Statements, event_id: str, value: bytes, *, at: int) -> None:
    """Keep a message until it is told."""
    t.execute(
        "INSERT INTO blind (id, value, at, is_told) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING", (event_id, value, at)
    )


def untold(t: Statements) -> list[tuple[str, bytes, int]]:
    """Return the messages that were not told yet, the oldest first."""
    found = t.rows("SELECT id, value, at FROM blind WHERE is_told = 0 ORDER BY at, id")
    return [(event_id, bytes(value), at) for event_id, value, at in found]


def mark_told(t: Statements, ids: Sequence[str]) -> None:
    """Note that these messages were delivered."""
    t.executemany("UPDATE blind SET is_told = 1 WHERE id = ?", [(one,) for one in ids])
