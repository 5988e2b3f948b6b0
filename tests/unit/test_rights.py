"""Rights and plans are computed from the matrix: least rights, groups of one's own, and what is different at Kafka."""

import itertools

import pytest

from cli.plan import Found, FoundTopic, Partitions, Plan, Setting, plan_of
from cli.rights import Right, principals, rights_of
from waakvlam.errors import ContractBroken
from waakvlam.topics import agencies, logins, logins_of, services, topics

MATRIX = topics()
ORDINARY = [one for one in agencies().values() if one.kind != "system"]


def as_it_should_be() -> Found:
    return Found({one.name: FoundTopic(one.partitions, dict(one.config)) for one in MATRIX}, rights_of(MATRIX))


def rights_on_topics(login: str) -> set[tuple[str, str]]:
    return {
        (one.operation, one.name)
        for one in rights_of(MATRIX)
        if one.principal == f"User:{login}" and one.resource == "TOPIC"
    }


@pytest.mark.parametrize("agency", ORDINARY, ids=lambda one: one.id)
def test_an_agency_writes_its_own_topic_and_reads_its_own_receipts_and_dead_letters_and_what_is_for_all(agency) -> None:
    assert rights_on_topics(agency.id) == {
        ("WRITE", f"agency.{agency.id}"),
        ("READ", f"receipts.{agency.id}"),
        ("READ", f"dead-letters.{agency.id}"),
        ("READ", "checkpoints"),
    }


def test_each_service_has_what_the_matrix_gives_it_and_no_more() -> None:
    own = {
        "triage": {("WRITE", "agency.triage"), ("READ", "receipts.triage"), ("READ", "dead-letters.triage")},
        "monitoring": {("WRITE", "alerts"), ("READ", "receipts.radar"), ("READ", "dead-letters.radar"), ("READ", "ledger-clock")},
        "board": {("WRITE", "agency.board"), ("READ", "receipts.board"), ("READ", "dead-letters.board")},
    }  # fmt: skip
    shared = {("READ", "case-events"), ("READ", "control"), ("WRITE", "control")}
    answers = {("WRITE", name) for one in agencies().values() for name in (one.receipts, one.dead_letters)}
    voices = {("READ", one.topic) for one in agencies().values()}
    meeting = {("READ", "control"), ("WRITE", "control")}

    assert {name: rights_on_topics(name) for name in own} == {name: some | shared for name, some in own.items()}
    of_the_ledger = {("WRITE", one) for one in ("case-events", "checkpoints", "ledger-clock")}
    assert rights_on_topics("intake") == answers | voices | meeting | of_the_ledger


def test_who_logs_in_are_the_agencies_and_the_services() -> None:
    assert logins() == (*(one.id for one in ORDINARY), "intake", "triage", "monitoring", "board")
    assert principals() == (*logins(), "watch")
    assert {one.principal for one in rights_of(MATRIX)} == {f"User:{one}" for one in principals()}


def test_who_only_looks_sees_how_far_all_topics_and_services_came_and_reads_and_writes_nothing() -> None:
    mine = {(one.operation, one.resource, one.name) for one in rights_of(MATRIX) if one.principal == "User:watch"}

    assert mine == {("DESCRIBE", "TOPIC", one.name) for one in MATRIX} | {
        ("DESCRIBE", "GROUP", one) for one in services()
    }


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("relay", ("intake",)),
        ("radar", ("monitoring",)),
        ("triage", ("triage",)),
        ("politie-nn", ("politie-nn",)),
        ("agencies", tuple(one.id for one in ORDINARY)),
        ("operators", ()),
        ("subscribers", ()),
    ],
)
def test_everybody_in_the_matrix_is_somebody_who_logs_in_or_nobody(who: str, found: tuple[str, ...]) -> None:
    assert logins_of(who) == found


def test_a_word_that_the_matrix_does_not_explain_is_refused() -> None:
    with pytest.raises(ContractBroken, match="nobody is called politie-n"):
        logins_of("politie-n")


def test_rights_are_to_read_and_to_write_and_every_group_is_of_one_login_alone() -> None:
    of_logins = [one for one in rights_of(MATRIX) if one.principal.removeprefix("User:") in logins()]
    groups = [one for one in of_logins if one.resource == "GROUP"]

    assert {one.operation for one in of_logins} == {"READ", "WRITE"}
    assert {(one.host, one.permission) for one in rights_of(MATRIX)} == {("*", "ALLOW")}
    for mine, theirs in itertools.permutations(groups, 2):
        if mine.principal != theirs.principal:
            assert not (mine.pattern == "PREFIXED" and theirs.name.startswith(mine.name))
            assert mine.name != theirs.name
    assert {one.name for one in groups if one.pattern == "LITERAL"} == set(logins())


def test_a_kafka_as_it_should_be_leaves_nothing_to_do() -> None:
    plan = plan_of(MATRIX, as_it_should_be())

    assert (plan.is_same, plan.to_do, plan.lines()) == (True, 0, [])


def test_on_an_empty_kafka_everything_is_to_be_made() -> None:
    plan = plan_of(MATRIX, Found({}, frozenset()))

    assert plan.make == MATRIX
    assert set(plan.give) == rights_of(MATRIX)
    assert not plan.take


STRANGER = Right("User:vreemd", "READ", "TOPIC", "alerts")
FROM_ELSEWHERE = Right("User:board", "READ", "TOPIC", "alerts", host="10.0.0.1")
DENIAL = Right("User:politie-nn", "WRITE", "TOPIC", "agency.politie-nn", permission="DENY")
EVERYTHING = Right("User:politie-nn", "ALL", "CLUSTER", "kafka-cluster")


@pytest.mark.parametrize("extra", [STRANGER, FROM_ELSEWHERE, DENIAL, EVERYTHING], ids=str)
def test_a_right_that_is_not_in_the_matrix_is_taken(extra: Right) -> None:
    found = as_it_should_be()
    plan = plan_of(MATRIX, Found(found.topics, (found.rights or frozenset()) | {extra}))

    assert (plan.take, plan.give, plan.is_same) == ((extra,), (), False)
    assert plan.lines() == [f"- right {extra}"]


def test_a_right_that_is_missing_is_given() -> None:
    found, missing = as_it_should_be(), Right("User:politie-nn", "WRITE", "TOPIC", "agency.politie-nn")
    plan = plan_of(MATRIX, Found(found.topics, (found.rights or frozenset()) - {missing}))

    assert (plan.give, plan.take) == ((missing,), ())


def changed(name: str, topic: FoundTopic) -> Plan:
    found = as_it_should_be()
    return plan_of(MATRIX, Found({**found.topics, name: topic}, found.rights))


def test_a_setting_that_differs_is_set_and_one_that_the_matrix_does_not_name_is_left() -> None:
    config = dict(next(one.config for one in MATRIX if one.name == "alerts"))
    plan = changed("alerts", FoundTopic(3, {**config, "retention.ms": "1", "min.insync.replicas": "2"}))

    assert plan.settings == (Setting("alerts", "retention.ms", "1", config["retention.ms"]),)
    assert plan.lines() == [f"~ topic alerts: retention.ms 1 -> {config['retention.ms']}"]


def test_another_number_of_partitions_is_told_and_left_to_people() -> None:
    config = dict(next(one.config for one in MATRIX if one.name == "alerts"))
    plan = changed("alerts", FoundTopic(5, config))

    assert plan.partitions == (Partitions("alerts", 5, 3),)
    assert (plan.to_do, plan.is_same) == (0, False)


def test_topics_of_others_are_told_and_left_alone_and_kafkas_own_are_not_told() -> None:
    found = as_it_should_be()
    others = {"kassa": FoundTopic(1, {}), "__consumer_offsets": FoundTopic(4, {})}
    plan = plan_of(MATRIX, Found({**found.topics, **others}, found.rights))

    assert (plan.others, plan.is_same) == (("kassa",), True)


def test_a_kafka_that_keeps_no_rights_is_told() -> None:
    plan = plan_of(MATRIX, Found(as_it_should_be().topics, None))

    assert (plan.give, plan.is_same, plan.as_json()["keeps_rights"]) == ((), True, False)
    assert plan.lines() == ["  this Kafka keeps no rights: everybody may do everything"]


def test_every_service_in_the_matrix_is_one_that_is_there() -> None:
    from cli.programs import SERVICES  # noqa: PLC0415 - only here

    assert tuple(services()) == SERVICES
