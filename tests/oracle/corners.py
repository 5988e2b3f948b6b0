"""Corners of the rule book that chance seldom reaches: small stories by hand, for both engines."""

from datetime import date

from tests.oracle import patterns, terms
from tests.oracle.histories import Story

ALL = date(2000, 1, 1)
IN_BETWEEN = date(2026, 4, 13)
TERM = {"id": "T", "from": ["report_received"], "until": ["safety_assessed"], "breach": {"days": 1}}
MOMENTS = {
    "id": "M",
    "kind": "moments",
    "from": ["report_received"],
    "until": ["monitoring_moment_done"],
    "at": [{"days": 2}],
    "ends": ["vt_closed"],
    "breach": {"days": 0},
}
PATTERN = {"id": "P", "kind": "pattern", "of": ["incident_recorded"], "count": 2, "window": {"days": 2}}
SILENCE = {"id": "S", "kind": "silence", "phases": ["assessment"], "warn": {"days": 1}, "breach": {"days": 3}}


def stories():
    """Yield each corner with its name."""
    yield from _of_patterns()
    yield from _of_acceptances()
    yield from _of_moments()
    yield from _of_what_is_told_late()


def _of_patterns():
    signals = [
        _event("i1", "incident_recorded", "10"),
        _event("i2", "incident_recorded", "10T13:00"),
        _event("i3", "incident_recorded", "13"),
        _event("i4", "incident_recorded", "15T11:00"),
    ]
    other = {"version": 2, "valid_from": IN_BETWEEN, "valid_to": IN_BETWEEN}
    yield (
        "a signal that chooses another version stops nothing",
        _story([_file(PATTERN), _file(PATTERN, **other)], signals),
    )
    yield "a signal that chooses no version stops nothing", _story([_file(PATTERN), _file(TERM, **other)], signals)
    yield "a signal that chooses this version stops it", _story([_file(PATTERN)], signals)
    name = patterns.alert_id("c", _file(PATTERN), PATTERN, "i2", "signal", terms.instant("2026-04-10T13:00:00Z"))
    more = [*signals[:2], _event("i5", "incident_recorded", "11T09:00"), _event("z", "case_closed", "14")]
    for happened in ("01", "10T13:00", "10T14:00", "11T09:00", "12"):
        for told in ("01", "12T14:00"):
            answer = _event("k", "alert_acknowledged", happened, told, {"alert": name})
            yield f"acknowledged {happened}, told {told}", _story([_file(PATTERN)], [*more, answer])
    after = {"types": ["case_closed"], "within": {"hours": 30}}
    again = {**PATTERN, "of": ["report_received"], "count": 1, "after": after}
    for at in ("11T17:59", "11T18:00", "10T12:00"):
        events = [_event("z", "case_closed", "10T12:00"), _event("r", "report_received", at)]
        yield f"reported again {at}", _story([_file(again)], events)


def _of_acceptances():
    start = _event("r", "report_received", "10")
    accepted = _event("s", "stall_accepted", "10T13:00", data={"rule": "T", "instance": "r", "until_on": "2026-04-15"})
    moved = _event("k", "event_corrected", "17", data={"event_id": "r", "occurred_at": "2026-04-09T12:00:00Z"})
    shortened = _event("k", "event_corrected", "17", data={"event_id": "s", "data": {"until_on": "2026-04-13"}})
    taken_back = _event("k", "event_withdrawn", "17", data={"event_id": "s"})
    for mending in (moved, shortened, taken_back):
        for day in ("16", "17", "18"):
            done = _event("a", "safety_assessed", day, "18" if day == "16" else None)
            name = f"accepted, then {mending['type']} {mending['data']['event_id']}, done on {day}"
            yield name, _story([_file(TERM)], [start, accepted, mending, done])
    both = {**TERM, "warn": {"hours": 1}, "breach": {"hours": 3}}
    at_breach = _event("s", "stall_accepted", "10T15:00", data={"rule": "T", "instance": "r", "until_on": "2026-04-09"})
    yield "accepted at the very breach", _story([_file(both)], [start, at_breach])
    closing = _event("z", "case_closed", "15T13:00")
    late = {**accepted, "recorded_at": closing["recorded_at"]}
    yield "accepted and closed at once", _story([_file(TERM)], [start, late, closing])


def _of_moments():
    start, done = (
        _event("r", "report_received", "10"),
        _event("m", "monitoring_moment_done", "12T13:00", "20", {"moment": 1}),
    )
    closed, ended = _event("c", "case_closed", "12", "20"), _event("z", "vt_closed", "12T14:00", "20")
    newer = _event("r2", "report_received", "12T15:00", "20")
    for number, told in enumerate(
        ([closed, done, ended], [closed, ended], [done, ended], [ended, newer], [closed, newer])
    ):
        yield f"moments, told at once: {number}", _story([_file(MOMENTS)], [start, *told])
    shifted = {**MOMENTS, "at": [{"days": 2, "shift": True}], "then_every": {"days": 1}}
    thursday = _event("r", "report_received", "09")
    for until in ("2026-04-13T12:00:00Z", "2026-04-14T12:00:00Z"):
        yield f"a shifted moment hides none, {until}", _story([_file(shifted)], [thursday], until)


def _of_what_is_told_late():
    start, heard = _event("r", "report_received", "10"), _event("a", "family_contacted", "11")
    closing, reopening = _event("z", "case_closed", "10T20:00", "14"), _event("o", "case_reopened", "13", "14")
    for weight in (1, 5):
        story = _story([_file({**SILENCE, "weight": weight})], [start, heard, closing, reopening])
        yield f"heard in a closed case, weight {weight}", story
    before = _event("a", "safety_assessed", "09", "12")
    already = {**TERM, "already": True, "breach": {"days": -5}}
    yield "already, with a term that runs backwards", _story([_file(already)], [start, before])
    circle = {**TERM, "from": ["case_closed"], "until": ["case_closed"]}
    closings = [_event(f"z{day}", "case_closed", day) for day in ("11", "14", "19")]
    yield "a closing starts and satisfies", _story([_file(circle)], [start, *closings])
    short = _calendar(date(2026, 4, 14))
    yield (
        "a step behind the calendar's end is not told",
        _story([_file(TERM)], [_event("r", "report_received", "13")], calendar=short),
    )


def _event(name, kind, happened, told=None, data=None):
    def at(text):
        return f"2026-04-{text}:00Z" if "T" in text else f"2026-04-{text}T12:00:00Z"

    whence = {"case": "c", "agency": "veilig-thuis", "municipality": "0014"}
    return {
        "id": name,
        "type": kind,
        **whence,
        "occurred_at": at(happened),
        "recorded_at": at(told or happened),
        "data": data or {},
    }


def _file(rule, **other):
    to = [{"to": "worker"}, {"to": "monitor", "after": {"working_days": 1}}]
    named = {"agreement": "landelijk", "version": 1, "title": "Hoeken", "valid_from": ALL, "valid_to": None}
    return {**named, "applies_to": "all", "calendar": "nl", "attention": {"default": to}, "rules": [rule], **other}


def _calendar(to=date(2045, 12, 31)):
    return {"calendar": "nl", "from": ALL, "to": to, "days_off": {date(2026, 4, 6): "vrij"}}


def _story(files, events, until="2026-04-25T00:00:00Z", calendar=None):
    return Story("by hand", files, {"nl": calendar or _calendar()}, events, until)
