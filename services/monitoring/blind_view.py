"""In SQL: up to when everything of each partition was seen, and the messages that nothing was seen for a while."""

# ruff: noqa: S608 - what is put together is a number of our own

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


def rules_between(t: Statements, partitions: Iterable[int], begin: int, end: int) -> dict[str, int]:
    """Return of how many alerts of each rule the raising lies after one instant and not after another."""
    sql = "SELECT rule, count(*) FROM alerts WHERE raised_at > ? AND raised_at <= ? AND part {in} GROUP BY rule"
    found: dict[str, int] = {}
    for rule, count in t.rows_in(sql, partitions, before=(begin, end)):
        found[rule] = found.get(rule, 0) + count
    return found


def cases_between(t: Statements, partitions: Iterable[int], begin: int, end: int, *, limit: int) -> list[str]:
    """Return the cases of those alerts, the heaviest first and no more than the limit."""
    found = t.rows_in(
        "SELECT case_id, max(weight), min(raised_at) FROM alerts WHERE raised_at > ? AND raised_at <= ? AND part {in}"
        f" GROUP BY case_id ORDER BY max(weight) DESC, min(raised_at), case_id LIMIT {limit:d}",
        partitions,
        before=(begin, end),
    )
    found.sort(key=lambda row: (-row[1], row[2], row[0]))
    return [case for case, *_ in found[:limit]]


def case_count_between(t: Statements, partitions: Iterable[int], begin: int, end: int) -> int:
    """Return how many cases those are."""
    sql = "SELECT count(DISTINCT case_id) FROM alerts WHERE raised_at > ? AND raised_at <= ? AND part {in}"
    return sum(count for (count,) in t.rows_in(sql, partitions, before=(begin, end)))


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
