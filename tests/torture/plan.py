"""Which runs `make torture` makes: every scenario, in a long form for a night and a short one for a quarter of an hour."""

from typing import NamedTuple


class Run(NamedTuple):
    """One run: about so many events, struck so often."""

    scenario: str
    database: str
    events: int
    strikes: int


LONG = (
    Run("kills", "sqlite", 300_000, 100),
    Run("kills", "postgres", 300_000, 100),
    Run("pause", "sqlite", 60_000, 4),
    Run("cluster", "sqlite", 60_000, 6),
    Run("database", "postgres", 100_000, 30),
    Run("network", "postgres", 60_000, 18),
    Run("broker-network", "sqlite", 60_000, 18),
    Run("disk", "sqlite", 60_000, 9),
    Run("database-disk", "postgres", 60_000, 8),
    Run("broker-disk", "sqlite", 60_000, 6),
    Run("clock", "sqlite", 60_000, 15),
)
SHORT = (
    Run("kills", "sqlite", 15_000, 9),
    Run("kills", "postgres", 10_000, 9),
    Run("pause", "sqlite", 4_000, 2),
    Run("cluster", "sqlite", 4_000, 2),
    Run("database", "postgres", 6_000, 6),
    Run("network", "postgres", 6_000, 6),
    Run("broker-network", "sqlite", 6_000, 6),
    Run("disk", "sqlite", 6_000, 3),
    Run("database-disk", "postgres", 4_000, 4),
    Run("broker-disk", "sqlite", 4_000, 2),
    Run("clock", "sqlite", 5_000, 5),
)
OTHER_EVENTS, OTHER_STRIKES = 60_000, 20  # of a scenario on a database on which no form runs it


def runs(scenario: str | None, database: str | None, *, short: bool = False) -> tuple[Run, ...]:
    """Return the runs of a form, only those of a scenario or a database where one is named, in order."""
    found = tuple(
        one
        for one in (SHORT if short else LONG)
        if scenario in {None, one.scenario} and database in {None, one.database}
    )
    if scenario and database and not found:
        return (Run(scenario, database, OTHER_EVENTS, OTHER_STRIKES),)
    return found
