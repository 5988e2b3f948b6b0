"""Whatever one person tells, in whatever order, corrects, withdraws and brings back: danger neither waits nor falls silent."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import alone, case
from ledger.case import Asked
from rulebook.event import CORRECTED, WITHDRAWN, Event
from rulebook.history import effective

TODAY = date(2026, 4, 2)
DANGER, OTHER = "ST-39", "ST-11"
RULES, INSTANCES, ALERTS = (DANGER, OTHER), ("i1", "i2"), ("danger", "other", "unheard-of")
ANNA = ("mdw-1", "MDW-1", None)  # one person, and where nobody is named it may be her
EVENTS_MAX = 12

days = st.integers(-3, 92).map(lambda number: (TODAY + timedelta(days=number)).isoformat())
ids = st.integers(0, EVENTS_MAX).map(lambda number: f"e{number}")
stalls = st.fixed_dictionaries(
    {"rule": st.sampled_from(RULES), "instance": st.sampled_from(INSTANCES), "until_on": days}
)
acknowledgements = st.fixed_dictionaries({"alert": st.sampled_from(ALERTS), "next_step_on": st.none() | days})
changes = st.fixed_dictionaries(
    {},
    optional={
        "rule": st.sampled_from(RULES),
        "instance": st.sampled_from(INSTANCES),
        "until_on": days,
        "alert": st.sampled_from(ALERTS),
        "next_step_on": st.none() | days,
    },
)
told = st.one_of(
    st.tuples(st.just(alone.PROPOSED), stalls),
    st.tuples(st.just(alone.ACCEPTED), stalls),
    st.tuples(st.just(alone.ACKNOWLEDGED), acknowledgements),
    st.tuples(st.just(CORRECTED), st.fixed_dictionaries({"event_id": ids, "data": changes})),
    st.tuples(st.just(WITHDRAWN), st.fixed_dictionaries({"event_id": ids})),
)


def event(event_id, at, name, data):
    return Event(
        id=event_id, type=name, case="c", agency="vt", municipality="0014", occurred_at=at, recorded_at=at, data=data
    )


RAISED = tuple(
    event(f"r-{alert}", 0, "alert_raised", {"alert": alert, "rule": rule})
    for alert, rule in (("danger", DANGER), ("other", OTHER))
)


def at_the_door(telling, history, people, dangers):
    """Tell events one after the other; return what the door let in."""
    for number, ((name, data), person) in enumerate(telling):
        one = event(f"e{number}", number + 1, name, data)
        people = {**people, one.id: person}
        refused = case.decide(one, Asked(history, by_veilig_thuis=True, today=TODAY, ladders={})) or alone.refusal(
            one, alone.Told(history, people, dangers, TODAY)
        )
        if not refused:
            history = (*history, one)
    return effective(history)


def dangerous(known):
    """Return what makes danger wait, or silences it for longer than a week."""
    week = (TODAY + timedelta(days=alone.QUIET_DAYS_MAX)).isoformat()
    waits = [one for one in known if one.type == alone.ACCEPTED and one.data["rule"] == DANGER]
    quiet = [one for one in known if one.type == alone.ACKNOWLEDGED and one.data["alert"] != "other"]
    return waits + [one for one in quiet if (one.data["next_step_on"] or "9999") > week]


by_anna = st.lists(st.tuples(told, st.sampled_from(ANNA)), max_size=EVENTS_MAX)


@settings(max_examples=200)
@example(
    [
        ((CORRECTED, {"event_id": "e1", "data": {"rule": OTHER}}), "mdw-1"),
        ((alone.ACCEPTED, {"rule": DANGER, "instance": "i1", "until_on": "2026-05-01"}), "mdw-1"),
        ((WITHDRAWN, {"event_id": "e0"}), "mdw-1"),
    ]
)
@given(by_anna)
def test_one_person_never_makes_danger_wait_or_fall_silent(telling):
    assert dangerous(at_the_door(telling, RAISED, {}, frozenset({DANGER}))) == []


@settings(max_examples=100)
@given(by_anna, st.lists(stalls, max_size=2), st.lists(acknowledgements, max_size=2))
def test_nor_with_what_another_said_of_other_things(telling, stalls_of_ben, acknowledgements_of_ben):
    """Ben proposes and acknowledges too, but nothing of danger: that opens no door to Anna."""
    of_ben = [
        *(
            event(f"b-{number}", 0, alone.PROPOSED, {**data, "rule": OTHER})
            for number, data in enumerate(stalls_of_ben)
        ),
        *(
            event(f"k-{number}", 0, alone.ACKNOWLEDGED, {**data, "alert": "other"})
            for number, data in enumerate(acknowledgements_of_ben)
        ),
    ]
    people = {one.id: "mdw-2" for one in of_ben}

    assert dangerous(at_the_door(telling, (*RAISED, *of_ben), people, frozenset({DANGER}))) == []


def test_without_the_guard_danger_is_waved_away():
    """The law above bites: where no rule is known as danger, the same door lets the first acceptance in."""
    wave = [((alone.ACCEPTED, {"rule": DANGER, "instance": "i1", "until_on": "2026-05-01"}), "mdw-1")]

    assert len(dangerous(at_the_door(wave, RAISED, {}, frozenset()))) == 1
