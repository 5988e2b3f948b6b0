"""An event goes through the door with its trace: the ledger keeps it, the receipt names it, and nothing depends on it."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ledger import traces
from ledger.relay import published
from ledger.tracing import Tracing
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, report, sent
from waakvlam import trace
from waakvlam.trace import Trace

VT, POLICE = "veilig-thuis-groningen", "politie-nn"
GIVEN = Trace("a1" * 16, "b2" * 8)
HEADERS = {"traceparent": GIVEN.header.encode()}
CANARY = "c4" * 16  # a pseudonym: as long as the id of a trace
HOSTILE = [
    b"",
    b"\xff\xfe\x00",
    b"x" * 900_000,
    b"00-00000000000000000000000000000000-0000000000000000-00",
    GIVEN.header.upper().encode(),
    b"00-Jan de Vries, Dorpsstraat 1-01",
    f"00-{CANARY}-{'b2' * 8}-01".encode(),
    f"00-{'a1' * 16}-{CANARY[:16]}-01".encode(),
]


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def desk(ledger, clock):
    return Desk(ledger, clock, Pipeline(ledger, clock=clock))


@pytest.fixture
def followed(ledger, clock, spans):
    """The same desk, with somebody who follows events."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Desk(ledger, clock, Pipeline(ledger, clock=clock, tracing=Tracing(provider.get_tracer("intake"))))


def kept(desk):
    with desk.ledger.reading() as statements:
        return traces.between(statements, after=0, through=1_000)


def told_to_senders(desk):
    return [trace.of(one.headers) for one in desk.letters if one.topic.startswith("receipts.")]


# Whether somebody follows or not.


def test_the_ledger_keeps_the_trace_and_the_receipt_names_it(desk) -> None:
    desk.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS))

    assert kept(desk) == {1: GIVEN}
    assert told_to_senders(desk) == [GIVEN]


def test_what_the_relay_publishes_goes_on_with_the_trace(desk) -> None:
    desk.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS), report(POLICE, "e-2", reference="p-2"))

    rows = published(desk.ledger.notifications(after=0), kept(desk))

    assert [trace.of(one.headers) for one in rows] == [GIVEN, None]


def test_an_event_without_a_trace_is_taken_in_as_ever(desk) -> None:
    assert desk.take(report(POLICE, "e-1", reference="p-1"))[0].verdict == "accepted"
    assert kept(desk) == {}
    assert [one.headers for one in desk.letters] == [[]]


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
def test_a_header_that_names_no_trace_stops_nothing_and_is_kept_nowhere(desk, header) -> None:
    told = report(POLICE, "e-1", persons=[CANARY], reference="p-1", headers={"traceparent": header})

    assert desk.take(told)[0].verdict == "accepted"
    assert kept(desk) == {}
    assert told_to_senders(desk) == [None]


def test_an_event_that_waited_keeps_the_trace_with_which_it_came(desk) -> None:
    waited = sent(VT, "condition_met", "e-2", condition_id="vw-1", reference="p-1", headers=HEADERS)
    desk.take(waited)
    desk.take(report(VT, "e-1", reference="p-1"))

    assert kept(desk) == {2: GIVEN}


def test_a_repeat_changes_nothing_of_the_trace_that_is_kept(desk) -> None:
    again = {"traceparent": Trace("d5" * 16, "e6" * 8).header.encode()}
    desk.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS))
    desk.take(report(POLICE, "e-1", reference="p-1", headers=again))

    assert kept(desk) == {1: GIVEN}
    assert told_to_senders(desk) == [GIVEN, trace.read(again["traceparent"])]


# Somebody follows.


def test_receiving_and_appending_are_steps_of_the_trace(followed, spans) -> None:
    followed.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS))

    append, receive = spans.get_finished_spans()
    assert (receive.name, append.name) == ("intake receive", "ledger append")
    assert {f"{one.context.trace_id:032x}" for one in (receive, append)} == {GIVEN.trace_id}
    assert f"{receive.parent.span_id:016x}" == GIVEN.span_id
    assert append.parent.span_id == receive.context.span_id
    assert kept(followed)[1].span_id == f"{append.context.span_id:016x}"
    assert told_to_senders(followed)[0].span_id == f"{receive.context.span_id:016x}"


def test_an_event_without_a_trace_begins_one(followed, spans) -> None:
    followed.take(report(POLICE, "e-1", reference="p-1"))

    _, receive = spans.get_finished_spans()
    assert receive.parent is None
    assert kept(followed)[1].trace_id == f"{receive.context.trace_id:032x}"


def test_what_its_sender_does_not_sample_is_not_told_and_keeps_its_trace(followed, spans) -> None:
    followed.take(report(POLICE, "e-1", reference="p-1", headers={"traceparent": f"{GIVEN.header[:-1]}0".encode()}))

    assert spans.get_finished_spans() == ()
    assert kept(followed)[1].trace_id == GIVEN.trace_id
    assert not kept(followed)[1].is_sampled


def test_a_span_says_which_event_and_what_became_of_it(followed, spans) -> None:
    case = followed.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS))[0].case

    for one in spans.get_finished_spans():
        assert dict(one.attributes) == {
            "waakvlam.event.id": "e-1",
            "waakvlam.event.type": "report_received",
            "waakvlam.agency": POLICE,
            "waakvlam.case": case,
            "waakvlam.position": 1,
            "waakvlam.verdict": "accepted",
        }


def test_no_person_and_no_text_stands_in_any_span(followed, spans) -> None:
    text = "fictief: zij woont bij haar zus"
    followed.take(
        report(POLICE, "e-1", persons=[CANARY], reference="p-1", reporter_capacity="police", headers=HEADERS),
        sent(VT, "condition_met", "e-2", condition_id=text, reference="p-1", headers=HEADERS),
        sent(VT, "condition_met", "e-3", condition_id="vw-1", reference=text, headers=HEADERS),
        sent(VT, "condition_met", "e-4", condition_id="vw-1", headers={"ce_type": text.encode(), **HEADERS}),
        report(POLICE, "e-1", persons=[CANARY, text], reference="p-1", headers=HEADERS),
    )

    told = " ".join(one.to_json() for one in spans.get_finished_spans())
    assert told
    assert CANARY not in told
    assert "haar zus" not in told


def test_what_is_not_committed_is_not_told(followed, spans, monkeypatch) -> None:
    monkeypatch.setattr("services.intake.pipeline.counting.count", lambda *_: 1 / 0)
    with pytest.raises(Exception, match="ZeroDivisionError"):
        followed.take(report(POLICE, "e-1", reference="p-1", headers=HEADERS))

    assert spans.get_finished_spans() == ()
