"""What triage says depends on some kinds of events only; whoever asks it for a whole ledger need not read the others."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.event import Event
from services.triage import policy
from services.triage.desk import said
from services.triage.rules import LOOKED_AT, TRIGGERS

POLICY = policy.load(Path(__file__).parents[2] / "agreements" / "triage.yaml")
OTHERS = ("family_contacted", "plan_agreed", "alert_raised", "alert_closed", "case_routed", "condition_set")
DAY = 86_400_000_000


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    told: list[Event] = []
    for number in range(draw(st.integers(1, 14))):
        name = draw(st.sampled_from([*sorted(LOOKED_AT), "report_received", *OTHERS]))
        happened = draw(st.integers(0, number)) * DAY
        data: dict[str, object] = {
            "report_id": f"r{draw(st.integers(0, 3))}",
            "urgency": draw(st.sampled_from(["red", "green"])),
        }
        if name.startswith("event_"):
            data = {"event_id": f"e{draw(st.integers(0, number)):02}", "data": {"acute": draw(st.booleans())}}
        elif name == "report_received":
            persons = [
                {"person": draw(st.sampled_from(["p1", "p2"])), "child": draw(st.booleans()), "age_group": "4_11"}
            ]
            data |= {"acute": draw(st.booleans()), "persons": persons}
        told.append(
            Event(
                id=f"e{number:02}", type=name, case="c", agency="a", municipality="0014",
                occurred_at=happened, recorded_at=number * DAY, data=data,
            )
        )  # fmt: skip
    return told


@given(histories())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_triage_does_not_look_at_changes_no_answer(told: list[Event]) -> None:
    for place, event in enumerate(told):
        if event.type in TRIGGERS:
            before = told[:place]
            seen = [one for one in before if one.type in LOOKED_AT]

            assert list(said(seen, event, POLICY)) == list(said(before, event, POLICY))
