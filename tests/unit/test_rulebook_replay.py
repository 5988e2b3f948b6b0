"""The offline engine's lines (rule book sections 9 and 10): what is taken, dropped and refused, and in which order rows come."""

import json
import tempfile
from itertools import chain
from operator import itemgetter
from pathlib import Path
from runpy import run_path
from uuid import UUID, uuid5

import pytest

from rulebook import spool
from rulebook.errors import HistoryError
from rulebook.event import parse
from rulebook.instants import parse_instant
from rulebook.replay import HELD, History, replay

STORY = run_path(str(Path(__file__).parents[1] / "spec" / "rulebook_story.py"))
Story, file, agreements = STORY["Story"], STORY["file"], STORY["agreements"]
CONTACT = {"id": "ST-08", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 5}}
AGREEMENTS = agreements(file(CONTACT))


def line(**changes):
    told = {
        "id": "e1",
        "type": "handover_accepted",
        "case": "c1",
        "agency": "team",
        "municipality": "0014",
        "occurred_at": "2026-06-01T10:00:00+02:00",
        "recorded_at": "2026-06-01T10:00:00+02:00",
        "data": {"handover_id": "h1", "after": 1},
        **changes,
    }
    return json.dumps({key: value for key, value in told.items() if value != "leave out"})


def rows(*told, until="2026-07-01T00:00:00Z", held=HELD, lines=()):
    return list(replay(AGREEMENTS, chain(told, lines), None if until is None else parse_instant(until), held=held))


def test_a_row_has_the_form_of_section_9():
    identity = "c1|ST-08|proef|1|e1|breach|2026-06-06T22:00:00Z"

    assert rows(line()) == [
        {
            "alert": str(uuid5(UUID("6f2c7a52-0f0d-5c1e-9d7a-3a1d1f3b7e11"), identity)),
            "case": "c1",
            "rule": "ST-08",
            "agreement": "proef",
            "version": 1,
            "instance": "e1",
            "stage": "breach",
            "due": "2026-06-06T22:00:00Z",
            "raised_at": "2026-06-06T22:00:00Z",
            "closed_at": None,
            "outcome": None,
            "because": ["e1"],
            "attention": [
                {"step": 0, "to": "worker", "at": "2026-06-06T22:00:00Z"},
                {"step": 1, "to": "monitor", "at": "2026-06-08T22:00:00Z"},
                {"step": 2, "to": "team_manager", "at": "2026-06-10T22:00:00Z"},
            ],
        }
    ]


def test_lines_may_come_in_any_order():
    lines = [line(), line(id="e2", type="first_contact_made", recorded_at="2026-06-09T00:00:00Z", data={})]

    assert rows(*lines) == rows(*reversed(lines))


def test_a_repeated_equal_line_is_dropped_whatever_the_order_of_its_keys_or_the_form_of_its_numbers():
    again = json.dumps(dict(reversed(json.loads(line(data={"after": 1.0, "handover_id": "h1"})).items())))

    assert rows(line(), again, "", "  \n") == rows(line())


@pytest.mark.parametrize(
    "other",
    [
        {"data": {"handover_id": "h2", "after": 1}},
        {"data": {"handover_id": "h1", "after": True}},
        {"occurred_at": "2026-06-01T08:00:00Z"},
        {"reference": "x"},
        {"case": "c2"},
    ],
)
@pytest.mark.parametrize("held", [HELD, 0])
def test_a_repeated_line_that_differs_is_an_error_that_names_both_lines(other, held):
    with pytest.raises(HistoryError, match="line 3: event e1 stands here already, in line 2, and says something else"):
        rows("", line(), line(**other), held=held)


@pytest.mark.parametrize("held", [HELD, 0])
def test_of_several_faults_the_first_is_named(held):
    first = [line(id="a"), line(id="b"), line(id="b", agency="x"), line(id="a", agency="x")]

    with pytest.raises(HistoryError, match=r"line 3: event b .* in line 2"):
        rows(*first, "{", held=held)
    with pytest.raises(HistoryError, match="line 1: not JSON"):
        rows("{", *first, held=held)


def test_what_is_not_text_comes_after_a_line_that_contradicts_another():
    def lines():
        yield line()
        yield line(agency="x")
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    with pytest.raises(HistoryError, match="line 2"):
        rows(lines=lines(), held=0)


def test_a_short_history_needs_no_temporary_file(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", None)

    assert len(rows(line())) == 1


@pytest.mark.parametrize(("held", "files"), [(20, 1), (19, 3)])
def test_what_is_more_than_may_be_held_goes_to_temporary_files(held, files, monkeypatch):
    made = []
    monkeypatch.setattr(spool, "SMALL", 1)
    monkeypatch.setattr(spool, "BLOCK", 1)
    opened = tempfile.TemporaryFile
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda *args, **kwargs: made.append(opened(*args, **kwargs)) or made[-1]
    )

    assert len(rows(*(line(id=f"e{number}", case=f"c{number}") for number in range(20)), held=held)) == 20
    assert len(made) == files  # the sorted rows; and of too many lines the events and their ids


def test_a_long_history_leaves_no_file_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool, "SMALL", 1)
    lines = [line(id=f"e{number}", case=f"c{number}") for number in range(20)]
    told = replay(AGREEMENTS, lines, parse_instant("2026-07-01T00:00:00Z"), held=2)

    assert next(told)["case"] == "c0"
    assert list(tmp_path.iterdir()) == []
    assert len(list(told)) == 19


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "handover_acepted"}, "unknown event type handover_acepted"),
        ({"id": 5}, "id: must be text"),
        ({"agency": "leave out"}, "agency: must be text"),
        ({"municipality": 14}, "municipality: must be text"),
        ({"occurred_at": "2026-06-01T10:00:00"}, "occurred_at: .* offset"),
        ({"recorded_at": "leave out"}, "recorded_at: "),
        ({"case": 5}, "case: must be text"),
        ({"data": []}, "data: must be an object"),
        ({"type": "event_corrected", "data": {"occurred_at": "gisteren"}}, "data.occurred_at: "),
        ({"type": "event_corrected", "data": {"data": "x"}}, "data.data: must be an object"),
        ({"data": {"x": float("nan")}}, "NaN is not a JSON number"),
    ],
)
def test_a_line_that_is_no_event_is_an_error_that_names_line_and_field(changes, reason):
    with pytest.raises(HistoryError, match=f"line 1: .*{reason}"):
        rows(line(**changes))


@pytest.mark.parametrize(
    "number", ["18446744073709551616", "[[[[[[[[7]]]]]]]]", "1e2", "0.5", "-0", "true", '"\\ud800"']
)
def test_values_keep_what_they_are_in_whatever_way_a_line_is_read(number):
    text = line(data={"x": "here"}).replace('"here"', number)

    assert repr(parse(text).data["x"]) == repr(json.loads(number, parse_float=lambda told: int(float(told)) or 0.5))


@pytest.mark.parametrize("held", [HELD, 0])
def test_a_line_that_is_sent_twice_is_one_signal(held):
    signals = {"id": "P", "kind": "pattern", "of": ["incident_recorded"], "count": 2, "window": {"days": 9}}
    told = line(type="incident_recorded")
    found = [
        list(replay(agreements(file(signals)), lines, None, held=held))
        for lines in ([told, told], [told, line(id="e2", type="incident_recorded")])
    ]

    assert [len(one) for one in found] == [0, 1]


def test_a_field_of_a_line_that_nobody_knows_may_hold_any_number():
    assert rows(line(afstand=1.5)) == rows(line())


@pytest.mark.parametrize("deep", [900, 1000, 1020])
def test_a_line_that_is_nested_deep_is_read_or_refused_with_its_number(deep):
    text = line(data={"x": "here"}).replace('"here"', "[" * deep + "]" * deep)
    try:
        count = len(rows(text))
    except HistoryError as error:
        count = 1 if "line 1: not JSON" in str(error) else 0

    assert count == 1


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"a": 1e999}', '"x"', '{"id": "e1"} {}', "[" * 100_000])
def test_what_is_no_json_object_is_an_error(text):
    with pytest.raises(HistoryError, match="line 1"):
        rows(text)


def test_text_that_is_half_a_character_is_an_error():
    with pytest.raises(HistoryError, match=r"line 1: .*half a character"):
        rows(line().replace('"e1"', '"\\ud800"'))


def test_an_unknown_data_field_and_missing_data_are_no_errors():
    assert len(rows(line(data={"nieuw": {"a": [1]}}))) == 1
    assert rows(line(data="leave out")) == rows(line(data=None)) != []


def test_a_line_without_case_gives_nothing_but_counts_for_the_end():
    caseless = line(id="a", case="leave out", recorded_at="2026-06-20T00:00:00Z")

    assert rows(line(), until=None) == []
    assert len(rows(line(), caseless, until=None)) == 1
    assert len(rows(line(), line(id="b", case="c2", recorded_at="2026-06-20T00:00:00Z"), until=None)) == 2


def test_the_last_instant_is_included_and_later_events_are_not_known():
    done = line(id="e2", type="first_contact_made", recorded_at="2026-06-08T00:00:00Z", data={})

    assert len(rows(line(), until="2026-06-06T22:00:00Z")) == 1
    assert rows(line(), until="2026-06-06T21:59:59.999999Z") == []
    assert rows(line(), done, until="2026-06-08T00:00:00Z")[0]["outcome"] == "in_time"
    assert rows(line(), done, until="2026-06-07T23:59:59.999999Z")[0]["outcome"] is None


def test_corrections_and_withdrawals_act_only_within_their_own_case():
    other = line(id="w", type="event_withdrawn", case="c2", data={"event_id": "e1"})

    assert [row["outcome"] for row in rows(line(), other)] == [None]


def test_rows_come_by_instant_then_as_text_by_code_point():
    found = rows(line(id="b", case="Z"), line(id="a", case="a"), line(id="c", case="Z"), line(id="B", case="Z"))

    assert [(row["case"], row["instance"]) for row in found] == [("Z", "B"), ("Z", "b"), ("Z", "c"), ("a", "a")]


def test_an_empty_history_gives_nothing():
    assert rows(until=None) == []
    assert rows() == []


@pytest.mark.parametrize("held", [HELD, 0])
def test_each_event_comes_back_as_one_of_its_own_case(held):
    with History(frozenset({"handover_accepted"}), held=held) as history:
        history.read([line(), line(id="e2", case="c2")])

        assert {case: [one.case for one in told] for case, told in history.by_case()} == {"c1": ["c1"], "c2": ["c2"]}


@pytest.mark.parametrize("longest", [1, 3, 9])
def test_values_with_equal_keys_come_back_in_the_order_in_which_they_came_whatever_else_they_hold(longest):
    with spool.Runs(itemgetter(0), longest) as runs:
        for value in [(2, "d"), (1, "c"), (1, "b"), (2, {}), (1, "a")]:
            runs.put(value)

        assert list(runs.in_order()) == [(1, "c"), (1, "b"), (1, "a"), (2, "d"), (2, {})]
