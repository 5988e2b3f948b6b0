"""The matrix of topics: everybody has a voice of their own, and nobody reads what is not theirs."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tests.contract.golden import SCHEMAS
from waakvlam import topics as matrix
from waakvlam.catalogue import event_types
from waakvlam.errors import ContractBroken
from waakvlam.topics import Agency, Topic, agencies, agency_of_topic, municipalities, topics

SERVICES = {"intake", "relay", "triage", "monitoring", "board"}
PEOPLE = {"operators", "subscribers", "agencies"}
KEPT_FOR_EVER = {"checkpoints"}  # a count and a hash for each day: about nobody
SHARED = {"case-events", "alerts", "ledger-clock", "checkpoints", "control"}
DAY_MS = 24 * 3600 * 1000
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def findings(found: Sequence[Topic], known: Sequence[Agency]) -> Iterator[str]:
    """Yield a sentence for each topic that is not as it should be."""
    ids = {one.id for one in known}
    for topic in found:
        if not topic.why.endswith(".") or not topic.key:
            yield f"{topic.name} does not say why it is there, or what its key is"
        if not {*topic.writers, *topic.readers} <= ids | SERVICES | PEOPLE:
            yield f"{topic.name} names a writer or reader that nobody knows"
        is_for_ever = topic.name in KEPT_FOR_EVER and topic.config.get("cleanup.policy") == "compact"
        if not is_for_ever and not 1 <= int(topic.config.get("retention.ms", -1)) <= 30 * DAY_MS:
            yield f"{topic.name} is kept for ever, or longer than thirty days"
        if topic.config.get("message.timestamp.type") != "LogAppendTime":
            yield f"{topic.name} believes the sender's clock"
    yield from _of_rights(found)
    yield from (f"{name} is there twice" for name, count in Counter(one.name for one in found).items() if count > 1)
    names = {one.name for one in found}
    for one in known:
        yield from (
            f"{one.id} has no {name}" for name in (one.topic, one.receipts, one.dead_letters) if name not in names
        )


def _of_rights(found: Sequence[Topic]) -> Iterator[str]:
    for topic in found:
        kind, _, owner = topic.name.partition(".")
        wanted: tuple[set[str], set[str]] | None = {
            "agency": ({owner}, {"intake"}),
            "receipts": ({"intake"}, {owner}),
            "dead-letters": ({"intake"}, {owner, "operators"}),
        }.get(kind)
        if wanted and (set(topic.writers), set(topic.readers)) != wanted:
            yield f"{topic.name} may be written or read by somebody whose it is not"
        if topic.name != "control" and len(topic.writers) != 1:
            yield f"{topic.name} has more than one writer"


def test_every_topic_is_as_it_should_be() -> None:
    assert list(findings(topics(), list(agencies().values()))) == []


def test_the_topics_are_those_of_the_design() -> None:
    per_agency = {one.name.split(".")[0] for one in topics() if "." in one.name}

    assert per_agency == {"agency", "receipts", "dead-letters"}
    assert {one.name for one in topics() if "." not in one.name} == SHARED


def _one(name: str) -> Topic:
    return next(one for one in topics() if one.name == name)


BROKEN = [
    (replace(_one("control"), why=""), "control does not say why it is there, or what its key is"),
    (replace(_one("alerts"), readers=("everybody",)), "alerts names a writer or reader that nobody knows"),
    (replace(_one("alerts"), writers=("monitoring", "board")), "alerts has more than one writer"),
    (replace(_one("alerts"), config={"retention.ms": "-1"}), "alerts is kept for ever, or longer than thirty days"),
    (replace(_one("checkpoints"), config={"cleanup.policy": "delete", "retention.ms": "-1"}), "checkpoints is kept for ever, or longer than thirty days"),
    (replace(_one("alerts"), config={}), "alerts believes the sender's clock"),
    (replace(_one("agency.politie-nn"), readers=("intake", "board")), "agency.politie-nn may be written or read by somebody whose it is not"),
    (replace(_one("agency.politie-nn"), writers=("ggz-noord",)), "agency.politie-nn may be written or read by somebody whose it is not"),
    (replace(_one("receipts.politie-nn"), readers=("politie-nn", "ggz-noord")), "receipts.politie-nn may be written or read by somebody whose it is not"),
    (replace(_one("dead-letters.politie-nn"), readers=("ggz-noord",)), "dead-letters.politie-nn may be written or read by somebody whose it is not"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "finding"), BROKEN, ids=lambda one: one if isinstance(one, str) else "")
def test_a_topic_that_is_not_right_is_found(topic: Topic, finding: str) -> None:
    assert finding in findings([topic], [])


def test_a_missing_and_a_double_topic_are_found() -> None:
    police = agencies()["politie-nn"]
    found = list(findings([_one("agency.politie-nn")] * 2, [police]))

    assert "agency.politie-nn is there twice" in found
    assert "politie-nn has no receipts.politie-nn" in found


def test_every_kind_of_agency_is_there_and_every_event_has_a_sender() -> None:
    assert {one.kind for one in agencies().values()} == matrix.KINDS
    for event_type in event_types().values():
        assert [one.id for one in agencies().values() if one.may_send(event_type.senders)], event_type.name


def test_the_system_speaks_only_for_itself() -> None:
    voices = {one.id: one for one in agencies().values() if one.kind == "system"}
    may = {
        voice: {one.name for one in event_types().values() if agency.may_send(one.senders)}
        for voice, agency in voices.items()
    }

    assert may == {
        "triage": {"report_classified", "case_routed"},
        "radar": {"alert_raised", "alert_closed", "alert_reminded", "alert_escalated", "radar_was_blind"},
        "board": {
            *("alert_acknowledged", "alert_handed_over", "alert_judged", "stall_acceptance_proposed", "stall_accepted"),
            *(
                "erasure_confirmed",
                "erasure_proposed",
                "events_moved",
                "link_confirmed",
                "event_corrected",
                "event_withdrawn",
            ),
            *("escalation_started", "escalation_moved", "escalation_decided", "escalation_closed"),
            *("family_contacted", "concern_answered", "monitoring_moment_done"),
        },
    }


def test_an_agency_is_known_by_its_id_its_number_and_its_topic() -> None:
    for one in agencies().values():
        assert ID.fullmatch(one.id)
        assert re.fullmatch(r"9999\d{16}", one.oin), "an organisation number of the demonstration belongs to nobody"
        assert agency_of_topic(one.topic) == one
    assert len({one.oin for one in agencies().values()}) == len(agencies())
    assert agency_of_topic("case-events") is None


def test_the_radar_writes_on_alerts_and_on_no_other_topic() -> None:
    assert agencies()["radar"].topic == "alerts"
    assert "agency.radar" not in {one.name for one in topics()}


def test_agencies_and_municipalities_in_the_examples_exist() -> None:
    for event_type in event_types().values():
        for example in event_type.examples:
            named = {value for key, value in example.items() if key.endswith("_agency")}

            assert named <= agencies().keys()
            is_everywhere = event_type.without_case and event_type.senders <= {"radar"}
            assert example["municipality"] in ({""} if is_everywhere else municipalities())


def test_municipalities_are_those_of_three_provinces() -> None:
    assert len(municipalities()) == 10 + 18 + 12
    assert all(re.fullmatch(r"\d{4}", code) for code in municipalities())
    assert [municipalities()[code] for code in ("0014", "1966", "0080", "0106")] == [
        "Groningen",
        "Het Hogeland",
        "Leeuwarden",
        "Assen",
    ]


def test_an_agency_of_an_unknown_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = tomllib.loads((SCHEMAS / "topics.toml").read_text("utf-8"))
    file["agency"][0]["kind"] = "Q"
    monkeypatch.setattr(matrix, "_file", lambda: file)

    with pytest.raises(ContractBroken, match="veilig-thuis-groningen has the unknown kind Q"):
        matrix.agencies.__wrapped__()
