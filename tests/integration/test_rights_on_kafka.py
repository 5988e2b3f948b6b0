"""The matrix on a real Kafka: who may do what, does; everything else is refused as such, of every kind and for everybody.

Each login has one connection, over which it asks for all topics, all groups, and every kind of request that the broker
offers. What is expected comes from `topics.toml` alone, not from the rights that were made from it.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import kafka as kafka_python
import pytest
from kafka.protocol.consumer import FetchRequest, JoinGroupRequest, OffsetCommitRequest, OffsetFetchRequest
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from kafka.protocol.producer import ProduceRequest

from cli.asking import looked
from cli.credentials import OPERATOR, rotate
from cli.kafka_admin import Admin, apply_matrix
from cli.plan import plan_of
from cli.readings import Readings, on_page
from cli.rights import OBSERVERS, Right, principals
from cli.secured_broker import SecuredBroker
from cli.settings import Settings
from cli.watch import readers
from tests.integration.every_request import Requests, Target, codes, one_record
from waakvlam.errors import Unreachable
from waakvlam.kafka import client_options
from waakvlam.settings import KafkaSettings
from waakvlam.topics import Topic, logins, logins_of, services, topics

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

NO_TOPIC, NO_GROUP, NOT_AUTHORISED = 29, 30, {29, 30, 31, 53, 65}
NOT_YET = {3, 5, 6, 14, 15, 16}  # the broker is still taking up what it was told
STRANGE = Topic("vreemd", "none", 1, {}, (), (), "a topic that the matrix does not know")
WITHIN_SECONDS = 60.0

# Kinds that tell nothing of anybody else, so that Kafka asks for no right.
OPEN = {
    "ApiVersions": "which kinds of request there are",
    "SaslHandshake": "the login itself",
    "SaslAuthenticate": "the login itself",
    "DescribeCluster": "where the brokers are, which a client must know",
    "ListGroups": "the groups that one may see",
    "ListTransactions": "the transactions that one may see",
    "RenewDelegationToken": "switched off on our brokers",
    "ExpireDelegationToken": "switched off on our brokers",
    "DescribeDelegationToken": "switched off on our brokers",
}
# Kinds that who reads or writes a topic, or is in a group, may use on that topic and that group.
OF_READERS_AND_WRITERS = {
    *("Produce", "Fetch", "ListOffsets", "Metadata", "OffsetForLeaderEpoch", "DescribeTopicPartitions"),
    *("DescribeProducers", "OffsetCommit", "OffsetFetch", "FindCoordinator", "JoinGroup", "Heartbeat", "LeaveGroup"),
    *("SyncGroup", "DescribeGroups", "ConsumerGroupHeartbeat", "ConsumerGroupDescribe", "ShareGroupHeartbeat"),
    *("ShareGroupDescribe", "ShareFetch", "ShareAcknowledge", "StreamsGroupHeartbeat", "StreamsGroupDescribe"),
    *("DescribeShareGroupOffsets", "AlterShareGroupOffsets"),
}
# Of those, the kinds that who only looks may use: how far a topic reaches, and how far a group came.
OF_OBSERVERS = {
    *("ListOffsets", "Metadata", "OffsetForLeaderEpoch", "DescribeTopicPartitions", "OffsetFetch", "FindCoordinator"),
    *("DescribeGroups", "ConsumerGroupDescribe", "ShareGroupDescribe", "StreamsGroupDescribe"),
    "DescribeShareGroupOffsets",
}


class Door:
    """One login at one broker: asks, and gives back what it is told."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.client = kafka_python.KafkaAdminClient(**client_options(settings))

    def ask(self, *requests: Any) -> list[dict[str, Any]]:
        manager = self.client._manager

        async def all_of_them() -> list[dict[str, Any]]:
            return [(await manager.send(one)).to_dict() for one in requests]

        return manager.run(all_of_them)

    def settled(self, request: Any) -> dict[str, Any]:
        """Return the answer once the broker has taken up all that it was told before."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while True:
            [told] = self.ask(request)
            if not NOT_YET.intersection(codes(told)):
                return told
            assert time.monotonic() < deadline, f"the broker is never ready: {told}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    broker = SecuredBroker(tmp_path_factory.mktemp("secured")).start()
    try:
        apply_matrix(broker.login(OPERATOR), matrix=(*topics(), STRANGE))
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="module")
def doors(secured: SecuredBroker) -> Iterator[Mapping[str, Door]]:
    """A connection for everybody who logs in."""
    with ThreadPoolExecutor(8) as pool, ExitStack() as stack:
        found = dict(zip(principals(), pool.map(lambda one: Door(secured.login(one)), principals()), strict=True))
        for one in found.values():
            stack.callback(one.client.close)
        yield found


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> Requests:
    return Requests(tmp_path_factory.mktemp("definitions"))


ALL = [*(one.name for one in topics()), STRANGE.name]


def writes(names: Sequence[str]) -> ProduceRequest:
    on = ProduceRequest.TopicProduceData
    part = on.PartitionProduceData(index=0, records=one_record())
    data = [on(name=one, partition_data=[part]) for one in names]
    return ProduceRequest(max_version=12, transactional_id=None, acks=-1, timeout_ms=10_000, topic_data=data)


def reads(names: Sequence[str]) -> FetchRequest:
    on = FetchRequest.FetchTopic
    part = on.FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1_000)
    wanted = [on(topic=one, partitions=[part]) for one in names]
    return FetchRequest(max_version=12, max_wait_ms=0, min_bytes=0, max_bytes=100_000, topics=wanted)


def sees(names: Sequence[str]) -> MetadataRequest:
    return MetadataRequest(topics=[(one,) for one in names], allow_auto_topic_creation=False, max_version=9)


def by_topic(told: Mapping[str, Any], field: str, name: str = "name") -> dict[str, set[int]]:
    return {one[name]: set(codes(one)) for one in told[field]}


def named(login: str, field: str) -> set[str]:
    """Return the topics of which the matrix names a login as writer or reader."""
    return {one.name for one in topics() if any(login in logins_of(who) for who in getattr(one, field))}


def expected(allowed: set[str]) -> dict[str, set[int]]:
    return {one: {0} if one in allowed else {NO_TOPIC} for one in ALL}


@pytest.mark.parametrize("login", logins())
def test_each_login_writes_reads_and_sees_the_topics_of_the_matrix_and_is_refused_all_others(
    doors: Mapping[str, Door], login: str
) -> None:
    door, writer, reader = doors[login], named(login, "writers"), named(login, "readers")

    assert by_topic(door.settled(writes(ALL)), "responses") == expected(writer)
    assert by_topic(door.settled(reads(ALL)), "responses", "topic") == expected(reader)
    assert by_topic(door.settled(sees(ALL)), "topics") == expected(writer | reader)
    assert set(door.client.list_topics()) == writer | reader


def groups() -> list[str]:
    return [*(name for one in logins() for name in (one, f"{one}.control")), "vreemd", "intake-2"]


def commit(group: str, topic: str) -> OffsetCommitRequest:
    on = OffsetCommitRequest.OffsetCommitRequestTopic
    part = on.OffsetCommitRequestPartition(partition_index=0, committed_offset=0, committed_metadata="")
    return OffsetCommitRequest(max_version=9, group_id=group, member_id="", topics=[on(name=topic, partitions=[part])])


def join(group: str) -> JoinGroupRequest:
    protocol = JoinGroupRequest.JoinGroupRequestProtocol(name="range", metadata=b"")
    return JoinGroupRequest(
        max_version=6, group_id=group, session_timeout_ms=6_000, rebalance_timeout_ms=6_000, member_id="",
        protocol_type="consumer", protocols=[protocol],
    )  # fmt: skip


@pytest.mark.parametrize("login", logins())
def test_each_login_has_its_own_groups_and_is_refused_all_others(doors: Mapping[str, Door], login: str) -> None:
    door, own = doors[login], [login, f"{login}.control"]
    topic = min(named(login, "readers"))
    others = [one for one in groups() if one not in own]

    for group in own:
        door.settled(FindCoordinatorRequest(max_version=3, key=group, key_type=0))
        assert set(codes(door.settled(commit(group, topic)))) == {0}
    asked = [
        request
        for group in others
        for request in (commit(group, topic), join(group), OffsetFetchRequest(max_version=7, group_id=group))
    ]
    assert [set(codes(told)) for told in door.ask(*asked)] == [{NO_GROUP}] * len(asked)


@pytest.mark.parametrize("login", logins())
def test_every_kind_of_request_about_what_is_not_ones_own_is_refused(
    doors: Mapping[str, Door], requests: Requests, login: str
) -> None:
    assert _allowed(doors[login], requests, Target(STRANGE.name, "vreemd"), OPEN) == []


@pytest.mark.parametrize("login", logins())
def test_no_login_administers_anything_its_own_topic_and_group_included(
    doors: Mapping[str, Door], requests: Requests, login: str
) -> None:
    own = Target(min(named(login, "writers")), login)

    assert _allowed(doors[login], requests, own, OPEN.keys() | OF_READERS_AND_WRITERS) == []


@pytest.mark.parametrize("login", OBSERVERS)
def test_who_only_looks_sees_how_far_topics_and_services_came_and_reads_writes_and_joins_nothing(
    doors: Mapping[str, Door], requests: Requests, login: str
) -> None:
    door = doors[login]
    nothing: set[str] = set()

    assert by_topic(door.settled(sees(ALL)), "topics") == expected(set(ALL))
    assert by_topic(door.settled(writes(ALL)), "responses") == expected(nothing)
    assert by_topic(door.settled(reads(ALL)), "responses", "topic") == expected(nothing)
    for group in groups():
        if group in services():
            door.settled(FindCoordinatorRequest(max_version=3, key=group, key_type=0))
        came = door.settled(OffsetFetchRequest(max_version=7, group_id=group))
        assert (group, set(codes(came))) == (group, {0} if group in services() else {NO_GROUP})
        assert [set(codes(told)) for told in door.ask(commit(group, "alerts"), join(group))] == [{NO_GROUP}] * 2
    assert _allowed(door, requests, Target("case-events", "monitoring"), OPEN.keys() | OF_OBSERVERS) == []


def test_what_the_watch_asks_it_may_ask_under_its_own_login(secured: SecuredBroker, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path).at(secured.login("watch"), secured.credentials.folder)
    deadline = time.monotonic() + WITHIN_SECONDS
    while (
        True
    ):  # a new broker makes what answers for groups at the first question; a watch looks again every five seconds
        told = Readings(on_page(asyncio.run(looked(settings))))
        if told.largest("waakvlam_watch_reachable_state", what="kafka") == 1:
            break
        assert time.monotonic() < deadline, "Kafka never answers the watch: it may not ask what it asks"

    lags = {(one.labels["reader"], one.labels["topic"]) for one in told.of("waakvlam_watch_lag_records")}
    assert lags == {(reader, topic) for reader, some in readers().items() for topic in some}


def _allowed(door: Door, requests: Requests, target: Target, but: Any) -> list[str]:
    """Return the kinds of request that were not refused, with what was answered; but for those that are named."""
    kinds = {key: name for key, name in requests.kinds(door.client).items() if name not in but}
    answers = door.ask(*(requests.make(key, name, target) for key, name in kinds.items()))
    assert len(kinds) > 40
    told = dict(zip(kinds.values(), answers, strict=True))
    return [f"{name}: {answer}" for name, answer in told.items() if not NOT_AUTHORISED.intersection(codes(answer))]


def test_what_is_open_to_all_tells_of_nobody(doors: Mapping[str, Door], requests: Requests) -> None:
    door = doors["politie-nn"]
    kinds = {name: key for key, name in requests.kinds(door.client).items()}
    asked = [one for one in OPEN if not one.startswith("Sasl")]
    told = str(door.ask(*(requests.make(kinds[one], one, Target("alerts", "intake")) for one in asked)))

    assert OPEN.keys() | OF_READERS_AND_WRITERS <= kinds.keys(), "a kind that is no more must be no exception"
    assert not [one for one in logins() if f"'{one}'" in told]


def test_the_operator_may_do_what_all_others_may_not(secured: SecuredBroker, requests: Requests) -> None:
    door = Door(secured.login(OPERATOR))
    kinds = {name: key for key, name in requests.kinds(door.client).items()}
    harmless = ("DescribeAcls", "DescribeConfigs", "DescribeUserScramCredentials", "ListPartitionReassignments")

    for one in harmless:
        [told] = door.ask(requests.make(kinds[one], one, Target("alerts", "intake")))
        assert not NOT_AUTHORISED.intersection(codes(told)), one
    door.client.close()


def test_a_login_that_the_matrix_does_not_know_may_do_nothing(secured: SecuredBroker, requests: Requests) -> None:
    file = secured.credentials.beside("vreemd", "een-wachtwoord")
    with Admin(secured.login(OPERATOR)) as admin:
        admin.set_passwords({"vreemd": "een-wachtwoord"})
    door = Door(replace(secured.login("politie-nn"), sasl_username="vreemd", sasl_password_file=file))
    nothing: set[str] = set()

    assert by_topic(door.settled(writes(ALL)), "responses") == expected(nothing)
    assert by_topic(door.settled(reads(ALL)), "responses", "topic") == expected(nothing)
    assert door.client.list_topics() == []
    assert _allowed(door, requests, Target("agency.politie-nn", "vreemd"), OPEN) == []
    door.client.close()


def test_who_has_no_password_or_speaks_plainly_is_not_let_in(secured: SecuredBroker, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("geraden")
    guessing = replace(secured.login("politie-nn"), sasl_password_file=wrong, patience_seconds=3)
    plain = KafkaSettings(bootstrap=secured.bootstrap, patience_seconds=3)

    for settings in (guessing, plain, replace(guessing, ca_file=None)):
        with pytest.raises(Unreachable), Admin(settings):
            pass


def test_a_right_too_many_is_shown_used_and_taken_away(secured: SecuredBroker, doors: Mapping[str, Door]) -> None:
    """The tests above bite: a right that is not in the matrix lets somebody read what is not theirs."""
    door, operator = doors["politie-nn"], secured.login(OPERATOR)
    extra = Right("User:politie-nn", "READ", "TOPIC", "receipts.ggz-noord")
    matrix = (*topics(), STRANGE)
    with Admin(operator) as admin:
        admin.carry_out(replace(plan_of(matrix, admin.look(matrix)), give=(extra,)))
        until(lambda: by_topic(door.settled(reads(ALL)), "responses", "topic")["receipts.ggz-noord"] == {0})
        assert plan_of(matrix, admin.look(matrix)).take == (extra,)

    assert apply_matrix(operator, matrix=matrix).take == (extra,)
    until(lambda: by_topic(door.settled(reads(ALL)), "responses", "topic")["receipts.ggz-noord"] == {NO_TOPIC})
    assert apply_matrix(operator, matrix=matrix).is_same


def until(true: Any) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_new_password_lets_in_and_the_old_one_does_not(secured: SecuredBroker, tmp_path: Path) -> None:
    login = secured.login("avz-groningen")
    old = tmp_path / "old"
    old.write_text(secured.credentials.read("avz-groningen"))
    rotate(secured.login(OPERATOR), secured.credentials, "avz-groningen")

    with Admin(login):
        pass
    with pytest.raises(Unreachable), Admin(replace(login, sasl_password_file=old, patience_seconds=3)):
        pass
