"""What is different between Kafka and the matrix, and what would make them the same. Topics are never deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cli.rights import Right, rights_of
from waakvlam.topics import Topic


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as Kafka has it: with the settings that were asked for."""

    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What Kafka has; `rights` is None where it keeps none, because it has no authorizer."""

    topics: Mapping[str, FoundTopic]
    rights: frozenset[Right] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a topic that is not what the matrix says."""

    topic: str
    name: str
    now: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class Partitions:
    """A topic with another number of partitions. Left to people: with more of them, equal keys change places."""

    topic: str
    now: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in the order in which it is done; `partitions` and `others` are only told."""

    make: tuple[Topic, ...]
    settings: tuple[Setting, ...]
    partitions: tuple[Partitions, ...]
    give: tuple[Right, ...]
    take: tuple[Right, ...]
    others: tuple[str, ...]
    keeps_rights: bool

    @property
    def to_do(self) -> int:
        """Return how many things there are to do."""
        return sum(map(len, (self.make, self.settings, self.give, self.take)))

    @property
    def is_same(self) -> bool:
        """Tell whether Kafka is as the matrix says; topics that are not in it count for nothing."""
        return not self.to_do and not self.partitions

    def lines(self) -> list[str]:
        """Return it as lines for people."""
        return [
            *(f"+ topic {one.name}, {one.partitions} partitions" for one in self.make),
            *(f"~ topic {one.topic}: {one.name} {one.now} -> {one.wanted}" for one in self.settings),
            *(
                f"! topic {one.topic}: {one.now} partitions, {one.wanted} wanted; not changed, for equal keys would part"
                for one in self.partitions
            ),
            *(f"+ right {one}" for one in self.give),
            *(f"- right {one}" for one in self.take),
            *(f"  topic {one} is not in the matrix; left alone" for one in self.others),
            *([] if self.keeps_rights else ["  this Kafka keeps no rights: everybody may do everything"]),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "same": self.is_same,
            "make": [one.name for one in self.make],
            "settings": [asdict(one) for one in self.settings],
            "partitions": [asdict(one) for one in self.partitions],
            "give": [asdict(one) for one in self.give],
            "take": [asdict(one) for one in self.take],
            "left_alone": list(self.others),
            "keeps_rights": self.keeps_rights,
        }


def plan_of(matrix: Iterable[Topic], found: Found) -> Plan:
    """Return what makes Kafka as the matrix says; settings of topics that the matrix does not name stay as they are."""
    wanted = {one.name: one for one in matrix}
    there = {name: one for name, one in wanted.items() if name in found.topics}
    rights = rights_of(wanted.values()) if found.rights is not None else frozenset()
    return Plan(
        make=tuple(one for name, one in wanted.items() if name not in found.topics),
        settings=tuple(
            Setting(name, key, found.topics[name].config.get(key), value)
            for name, one in there.items()
            for key, value in one.config.items()
            if found.topics[name].config.get(key) != value
        ),
        partitions=tuple(
            Partitions(name, found.topics[name].partitions, one.partitions)
            for name, one in there.items()
            if found.topics[name].partitions != one.partitions
        ),
        give=tuple(sorted(rights - (found.rights or frozenset()))),
        take=tuple(sorted((found.rights or frozenset()) - rights)),
        others=tuple(sorted(name for name in found.topics.keys() - wanted.keys() if not name.startswith("__"))),
        keeps_rights=found.rights is not None,
    )
