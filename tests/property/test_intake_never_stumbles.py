"""Whatever an agency puts on its topic, intake gives a verdict on it and takes in what stands beside it."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake import operators
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, Sent, report, sent
from waakvlam.clock import FixedClock

VT = "veilig-thuis-groningen"
GOOD = [
    report(VT, "x", persons=["psn-voorbeeld-1"], reference="d-x"),
    sent(VT, "condition_met", "x", condition_id="vw-1", reference="d-x"),
    sent(VT, "event_withdrawn", "x", event_id="e", reason="typefout", reference="d-x"),
    sent(VT, "stall_accepted", "x", rule="ST-1", instance="i", until_on=date(2026, 1, 1), reason="x", reference="d-x"),
]
# What people and machines put where a plain value was meant.
ODD = st.sampled_from(["", " ", "\x00", "a\x00b", "\ud7ff", "é", "𐍈", "x" * 500, "'; --", "%s", "{in}", "null", "\r\n"])
NAMES = [
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_sequence",
    "traceparent",
    "odd",
]
TIMES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-11-25T12:00:00+24:00", "24:00", "2025-W01-1"]


def dangers(_):
    """The rules of weight 5: what is sent may be about danger."""
    return frozenset({"ST-1"})


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, dangers=dangers))
    ledger.close()
    keys.close()


@st.composite
def spoiled(draw):
    """Return a record that was good, and then something happened to it."""
    good = draw(st.sampled_from(GOOD))
    value = bytearray(good.value)
    for _ in range(draw(st.integers(0, 4))):
        value[draw(st.integers(0, len(value) - 1))] = draw(st.integers(0, 255))
    headers = dict(good.headers)
    for _ in range(draw(st.integers(0, 2))):
        odd = st.none() | st.binary(max_size=20) | ODD.map(str.encode) | st.sampled_from(TIMES).map(str.encode)
        headers[draw(st.sampled_from(NAMES))] = draw(odd)
    return Sent(good.topic, draw(st.none() | st.binary(max_size=9)), bytes(value), list(headers.items()))


@st.composite
def oddly_told(draw):
    """Return an event that is well formed, with odd texts in it."""
    told = {"reference": draw(ODD | st.none()), "recorded_by": draw(ODD | st.none())}
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return report(VT, draw(ODD), persons=[draw(ODD), draw(ODD)], **told)
    data = draw(
        st.sampled_from(
            [
                '{"persons": [{"person": "\\ud800", "role": "child", "child": true}]}',
                '{"text": "\\ud800"}',
                '{"text": NaN}',
                '{"text": "Voorbeeldgezin", "text": null}',
                '{"check_on": 1e999}',
                "[" * 5_000,
                '{"text": ' + "9" * 5_000 + "}",
                "\x00",
            ]
        )
    )
    return sent(
        VT, "event_corrected", draw(ODD), event_id=draw(ODD), new_occurred_at=None, data=data, reason="x", **told
    )


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True
)
@given(records=st.lists(spoiled() | oddly_told(), min_size=1, max_size=8), number=st.integers(0, 1 << 60))
def test_whatever_comes_gets_a_verdict_and_what_stands_beside_it_is_taken(desk, records, number):
    operators.reset_fuse(desk.ledger, VT, who="op-1", reason="elk voorbeeld begint heel")
    desk = Desk(desk.ledger, desk.clock, Pipeline(desk.ledger, clock=desk.clock, dangers=dangers))
    receipts = desk.take(
        report(VT, f"before-{number}"), *records, sent(VT, "advice_given", f"after-{number}", **ADVICE)
    )

    by_id = {one.id: one.verdict for one in receipts}
    assert len(receipts) >= len(records) + 2
    assert by_id[f"before-{number}"] in {"accepted", "duplicate"}
    assert by_id[f"after-{number}"] in {"accepted", "duplicate"}
    assert all(one.verdict for one in receipts)


ADVICE = {"question": "x", "asker_capacity": "x", "violence_kinds": []}
