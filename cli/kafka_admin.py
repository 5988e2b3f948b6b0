"""The operator's door to Kafka: what is there, what is to be made or changed, and who may log in.

Its errors leave as Unreachable, or as NotAllowed when this login is not the operator's. No password is in any of them.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import AuthorizationError, KafkaError, SecurityDisabledError, TopicAlreadyExistsError

from cli.plan import Found, FoundTopic, Plan, Setting, plan_of
from cli.rights import Right
from waakvlam.errors import Unreachable, WaakvlamError
from waakvlam.kafka import client_options
from waakvlam.settings import MECHANISM, KafkaSettings
from waakvlam.topics import Topic, topics

TAKEN_UP_WITHIN_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.1
EVERYTHING = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


class NotAllowed(WaakvlamError):
    """Kafka does not let this login administer it."""


class Admin:
    """A connection as operator; a context manager. Raises Unreachable or NotAllowed, here and in every method."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        options = client_options(settings)
        try:
            self._admin = KafkaAdminClient(**options)
        except (KafkaError, OSError, ValueError) as error:
            raise Unreachable.at(settings.bootstrap, error) from error

    def look(self, matrix: Iterable[Topic]) -> Found:
        """Return what Kafka has: all topics, the settings that the matrix names, all rights."""
        named = {one.name: list(one.config) for one in matrix}
        with _told(self._settings):
            there = {one["name"]: len(one["partitions"]) for one in self._admin.describe_topics()}
            config = self._config_of({name: keys for name, keys in named.items() if name in there})
            found = {name: FoundTopic(count, config.get(name, {})) for name, count in there.items()}
            return Found(found, self._rights())

    def carry_out(self, plan: Plan, *, replication: int = -1) -> None:
        """Do what a plan says. Rights are given before any is taken, so nobody is without for a moment."""
        with _told(self._settings):
            self._make(plan.make, replication)
            self._set(plan.settings)
            if plan.give:
                failed = self._admin.create_acls([ACL(*_acl(one)) for one in plan.give])["failed"]
                _raise_first(failed)
            if plan.take:
                done = self._admin.delete_acls([ACLFilter(*_acl(one)) for one in plan.take])
                _raise_first([error for _, _, error in done if error.errno])

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Let each of these log in with this password, and with no other."""
        alterations = [UserScramCredentialUpsertion(who, MECHANISM, secret) for who, secret in passwords.items()]
        with _told(self._settings):
            refused = self._admin.alter_user_scram_credentials(alterations)
        if wrong := sorted(who for who, reason in refused.items() if reason is not None):
            raise NotAllowed(f"Kafka did not take the password of {', '.join(wrong)}. Is this login the operator's?")

    def _config_of(self, named: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
        if not named:
            return {}
        asked = [ConfigResource("TOPIC", name, keys) for name, keys in named.items()]
        told = self._admin.describe_configs(asked, config_filter="all").get("topic", {})
        return {name: {key: one["value"] for key, one in config.items()} for name, config in told.items()}

    def _rights(self) -> frozenset[Right] | None:
        try:
            found, _ = self._admin.describe_acls(EVERYTHING)
        except SecurityDisabledError:
            return None
        return frozenset(_right(one) for one in found)

    def _make(self, missing: Iterable[Topic], replication: int) -> None:
        wanted = {
            one.name: {"num_partitions": one.partitions, "replication_factor": replication, "configs": dict(one.config)}
            for one in missing
        }
        if not wanted:
            return
        with suppress(TopicAlreadyExistsError):  # another process was as quick: that is what we want
            self._admin.create_topics(wanted)
        self._admin.wait_for_topics(list(wanted))

    def _set(self, settings: Iterable[Setting]) -> None:
        by_topic: dict[str, dict[str, str]] = {}
        for one in settings:
            by_topic.setdefault(one.topic, {})[one.name] = one.wanted
        if not by_topic:
            return
        done = self._admin.alter_configs([ConfigResource("TOPIC", name, config) for name, config in by_topic.items()])
        if wrong := sorted(name for name, said in done["topic"].items() if said != "OK"):
            raise NotAllowed(f"Kafka did not take the settings of {', '.join(wrong)}. Is this login the operator's?")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.close()


@contextmanager
def _told(settings: KafkaSettings) -> Iterator[None]:
    """Turn kafka-python's errors into ours."""
    try:
        yield
    except AuthorizationError as error:
        who = settings.sasl_username or "everybody"
        raise NotAllowed(f"Kafka does not let {who} do this. Log in as the operator.") from error
    except KafkaError as error:
        raise Unreachable.at(settings.bootstrap, error) from error


def apply_matrix(settings: KafkaSettings, *, replication: int = -1, matrix: tuple[Topic, ...] | None = None) -> Plan:
    """Make topics and rights as the matrix says and return what was done; doing it again does nothing.

    Returns once Kafka says that it is so. `replication` -1 takes the broker's own default.
    """
    wanted = topics() if matrix is None else matrix
    with Admin(settings) as admin:
        plan = plan_of(wanted, admin.look(wanted))
        admin.carry_out(plan, replication=replication)
        deadline = time.monotonic() + TAKEN_UP_WITHIN_SECONDS
        while plan_of(wanted, admin.look(wanted)).to_do:  # a broker takes up what its controller decided a moment later
            if time.monotonic() > deadline:
                raise Unreachable(f"Kafka at {settings.bootstrap} does not take up what it accepted. Look at its log.")
            time.sleep(LOOK_AGAIN_SECONDS)
    return plan


def _acl(one: Right) -> tuple[Any, ...]:
    place = ResourcePattern(ResourceType[one.resource], one.name, ACLResourcePatternType[one.pattern])
    return one.principal, one.host, ACLOperation[one.operation], ACLPermissionType[one.permission], place


def _right(one: Any) -> Right:
    place = one.resource_pattern
    return Right(
        principal=one.principal,
        operation=one.operation.name,
        resource=place.resource_type.name,
        name=place.resource_name,
        pattern=place.pattern_type.name,
        host=one.host,
        permission=one.permission_type.name,
    )


def _raise_first(errors: list[Any]) -> None:
    if errors:
        raise errors[0]
