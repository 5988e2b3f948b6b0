"""Who may do what at Kafka, computed from the matrix `topics.toml` alone. What does not stand here, nobody may.

A writer may write on a topic and a reader may read it; both may then see that it is there. A login may also use consumer
groups of its own: the one of its name, and those whose names begin with its name and a dot (no login has a dot in it).
An observer may see how far topics reach and how far the services came, and nothing of what is on them.
Sending idempotently needs no right of its own; transactions, administration and all else have none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from waakvlam.topics import Topic, logins, logins_of, services

USER = "User:"
OBSERVERS = ("watch",)  # who logs in only to see how far topics and services came; it is in no topic of the matrix


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One entry of Kafka's access list, in Kafka's own words."""

    principal: str
    operation: str
    resource: str
    name: str
    pattern: str = "LITERAL"
    host: str = "*"
    permission: str = "ALLOW"

    def __str__(self) -> str:
        name = f"{self.name}*" if self.pattern == "PREFIXED" else self.name
        place = "" if self.host == "*" else f" from {self.host}"
        return f"{self.principal} {self.permission} {self.operation} {self.resource} {name}{place}"


def principals() -> tuple[str, ...]:
    """Return everybody who has a password at Kafka, but for its operator."""
    return (*logins(), *OBSERVERS)


def rights_of(matrix: Iterable[Topic]) -> frozenset[Right]:
    """Return every right that follows from these topics, and the groups of everybody who logs in."""
    topics = tuple(matrix)
    return frozenset([*_on_topics(topics), *_on_groups(), *_of_observers(topics)])


def _on_topics(matrix: Iterable[Topic]) -> Iterator[Right]:
    for topic in matrix:
        for operation, named in (("WRITE", topic.writers), ("READ", topic.readers)):
            for login in chain.from_iterable(map(logins_of, named)):
                yield Right(USER + login, operation, "TOPIC", topic.name)


def _on_groups() -> Iterator[Right]:
    for login in logins():
        yield Right(USER + login, "READ", "GROUP", login)
        yield Right(USER + login, "READ", "GROUP", f"{login}.", "PREFIXED")


def _of_observers(matrix: Iterable[Topic]) -> Iterator[Right]:
    for one in OBSERVERS:
        for topic in matrix:
            yield Right(USER + one, "DESCRIBE", "TOPIC", topic.name)
        for service in services():
            yield Right(USER + one, "DESCRIBE", "GROUP", service)
