"""Who sends where: `schemas/topics.toml` as records. The one matrix of agencies, topics, writers and readers."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from waakvlam.errors import ContractBroken

KINDS = frozenset("VPTRMJSX") | {"system"}
EVERY_AGENCY = "agencies"
WITHOUT_LOGIN = frozenset({"operators", "subscribers"})


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation of the chain, or (`kind` "system") a part of Waakvlam that speaks on the bus like one."""

    id: str
    name: str
    kind: str
    oin: str
    topic: str

    @property
    def source(self) -> str:
        """The CloudEvents source by which its events are recognised."""
        return f"urn:nld:oin:{self.oin}:systeem:{self.id}"

    @property
    def receipts(self) -> str:
        """The topic on which it is told what became of its events."""
        return f"receipts.{self.id}"

    @property
    def dead_letters(self) -> str:
        """The topic on which events that could not be read come back, byte for byte."""
        return f"dead-letters.{self.id}"

    def may_send(self, senders: frozenset[str]) -> bool:
        """Tell whether a schema's `senders` include this agency: by its kind, by its id, or `*` for any agency."""
        if self.kind == "system":
            return self.id in senders
        return "*" in senders or self.kind in senders


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: what is on it, how it is kept, who may write and read."""

    name: str
    key: str
    partitions: int
    config: Mapping[str, str]
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    why: str


@cache
def agencies() -> Mapping[str, Agency]:
    """Return all agencies by id, the system's own included."""
    found = [
        Agency(topic=one.get("topic", f"agency.{one['id']}"), **_without(one, "topic")) for one in _file()["agency"]
    ]
    for one in found:
        if one.kind not in KINDS:
            raise ContractBroken(f"topics.toml: agency {one.id} has the unknown kind {one.kind}.")
    return {one.id: one for one in found}


@cache
def topics() -> tuple[Topic, ...]:
    """Return every topic, the patterns `<id>` written out for each agency that they are for."""
    return tuple(_written_out())


@cache
def services() -> Mapping[str, frozenset[str]]:
    """Return the services that log in at Kafka, each with all names under which it stands in the matrix."""
    return {one["id"]: frozenset([one["id"], *one["parts"]]) for one in _file()["service"]}


@cache
def logins() -> tuple[str, ...]:
    """Return everybody who logs in at Kafka: each agency that is not the system's own, and each service."""
    return (*_ordinary(), *services())


def logins_of(who: str) -> tuple[str, ...]:
    """Return who logs in behind a writer or reader of the matrix; nobody for people and for systems that are not there yet.

    Raises ContractBroken for a word that the matrix does not explain: a right must not be missed by a slip of the pen.
    """
    for service, names in services().items():
        if who in names:
            return (service,)
    if who in _ordinary():
        return (who,)
    if who in WITHOUT_LOGIN or who == EVERY_AGENCY:
        return _ordinary() if who == EVERY_AGENCY else ()
    raise ContractBroken(f"topics.toml: nobody is called {who}.")


@cache
def _ordinary() -> tuple[str, ...]:
    return tuple(one.id for one in agencies().values() if one.kind != "system")


@cache
def municipalities() -> Mapping[str, str]:
    """Return the names of the municipalities that this deployment knows, by CBS code."""
    return dict(_file()["municipalities"])


def agency_of_topic(topic: str) -> Agency | None:
    """Return the agency that writes on a topic, or nothing when it is nobody's."""
    return _by_topic().get(topic)


@cache
def _by_topic() -> Mapping[str, Agency]:
    return {one.topic: one for one in agencies().values()}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("waakvlam") / "schemas" / "topics.toml").read_text("utf-8"))


def _written_out() -> Iterator[Topic]:
    for one in _file()["topic"]:
        for agency_id in [*agencies()] if "<id>" in one["name"] else [""]:
            name = one["name"].replace("<id>", agency_id)
            if one["name"] == "agency.<id>" and agencies()[agency_id].topic != name:
                continue  # this agency writes on a topic of its own, listed by name
            yield Topic(
                name=name,
                key=one["key"],
                partitions=one["partitions"],
                config={key: str(value) for key, value in one.get("config", {}).items()},
                writers=tuple(who.replace("<id>", agency_id) for who in one["writers"]),
                readers=tuple(who.replace("<id>", agency_id) for who in one["readers"]),
                why=one["why"],
            )


def _without(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in names}
