"""A case's history as Dutch sentences: blanks, codes, corrections, withdrawals, late facts, and what we do not know."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.record import NOTHING_BEFORE, Record
from ledger.timeline import blanks_of, sentences
from ledger.words import day, labels_of, listed, local, moment, word_for
from waakvlam.catalogue import all_versions, event_types
from waakvlam.clock import micros_of
from waakvlam.codec import encode
from waakvlam.topics import agencies

CASE = "0f6b1c2e-5a4d-5e3f-8b7a-00000000a001"
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def told(record_id, event_type, /, agency="veilig-thuis-groningen", at=MONDAY, heard=None, version=1, **data):
    """Return a record as the ledger holds it."""
    known = event_types()[event_type]
    fields = {"occurred_at": at, "case": CASE, "reference": None, "municipality": "0014", "recorded_by": None, **data}
    if event_type in {"alert_raised", "alert_closed"}:
        fields["version"] = 1  # of the agreement; ours is the record's
    return Record(
        event_id=record_id,
        source=f"urn:test:{agency}",
        case=CASE,
        caseless=False,
        version=version,
        type=event_type,
        agency=agency,
        municipality="0014",
        reference=None,
        recorded_by=None,
        occurred_at=micros_of(at),
        recorded_at=micros_of(heard or at),
        payload=encode(known, fields),
        sealed=b"",
        previous=NOTHING_BEFORE,
    )


def lines(*records):
    return sentences(list(records), agencies())


def line(*records):
    return lines(*records)[0]


def test_a_sentence_is_filled_with_the_agencys_name_and_the_words_of_its_codes():
    found = line(
        told(
            "e1",
            "safety_assessed",
            report_id="r-1",
            urgency="red",
            acute_unsafe=True,
            structural_unsafe=False,
            persons=[],
        )
    )

    assert agencies()["veilig-thuis-groningen"].name in found.text
    assert found.text.endswith("code rood.")


def test_a_day_is_written_as_people_say_it():
    found = line(told("e1", "barring_order_imposed", order_id="h-1", ends_on=date(2026, 3, 12)))

    assert "12 maart 2026" in found.text


def test_a_code_without_a_word_is_shown_as_it_is_and_says_so():
    found = line(told("e1", "case_closed", reason="naar-de-maan"))

    assert "naar-de-maan (onbekende code)" in found.text


def test_another_agency_in_a_sentence_is_called_by_its_name():
    receiver = next(one for one in agencies().values() if one.kind == "T")

    found = line(told("e1", "handover_offered", handover_id="o-1", to_agency=receiver.id, after="assessment"))

    assert receiver.name in found.text


def test_what_was_not_told_is_called_not_said():
    found = line(
        told("e1", "condition_set", condition_id="v-1", check_on=date(2026, 4, 1), check_by="school", text=None)
    )

    assert "1 april 2026" in found.text
    assert "None" not in found.text


def test_lines_come_in_the_order_of_the_world_not_of_arrival():
    later = told("e2", "family_contacted", at=MONDAY.replace(day=9))
    first = told("e1", "first_contact_made", at=MONDAY, heard=MONDAY.replace(day=20))

    assert [one.event_id for one in lines(later, first)] == ["e1", "e2"]


def test_a_fact_that_was_told_days_later_says_so():
    found = line(told("e1", "first_contact_made", at=MONDAY, heard=MONDAY.replace(day=6)))

    assert [mark.kind for mark in found.marks] == ["late"]
    assert "4 dagen" in found.marks[0].text


def test_a_correction_changes_the_sentence_and_keeps_what_stood_there():
    closed = told("e1", "case_closed", reason="verhuisd")
    mended = told(
        "e2",
        "event_corrected",
        at=MONDAY.replace(hour=11),
        version=2,
        event_id="e1",
        new_occurred_at=None,
        data='{"reason": "advies"}',
        reason="typefout",
    )

    found = line(closed, mended)

    assert "de melding werd een advies" in found.text
    assert [mark.kind for mark in found.marks] == ["corrected"]
    assert "het gezin is verhuisd" in found.marks[0].text


def test_a_corrected_moment_moves_the_line_and_tells_the_first_moment():
    contact = told("e1", "family_contacted", at=MONDAY)
    mended = told(
        "e2",
        "event_corrected",
        at=MONDAY.replace(hour=11),
        version=2,
        event_id="e1",
        new_occurred_at=MONDAY.replace(month=2, day=27),
        data=None,
        reason="verkeerde-datum",
    )

    found = line(contact, mended)

    assert micros_of(MONDAY.replace(month=2, day=27)) == found.occurred_at
    assert any("2 maart 2026" in mark.text for mark in found.marks)


def test_the_last_correction_wins_alone():
    closed = told("e1", "case_closed", reason="verhuisd")
    one = told(
        "e2",
        "event_corrected",
        heard=MONDAY.replace(hour=10),
        event_id="e1",
        new_occurred_at=None,
        data='{"reason": "advies"}',
        reason="typefout",
    )
    two = told(
        "e3",
        "event_corrected",
        heard=MONDAY.replace(hour=11),
        event_id="e1",
        new_occurred_at=None,
        data='{"reason": "overleden"}',
        reason="typefout",
    )

    assert "een betrokkene is overleden" in lines(closed, one, two)[0].text


def test_a_withdrawn_correction_has_no_effect():
    closed = told("e1", "case_closed", reason="verhuisd")
    mended = told(
        "e2",
        "event_corrected",
        at=MONDAY.replace(hour=10),
        event_id="e1",
        new_occurred_at=None,
        data='{"reason": "advies"}',
        reason="typefout",
    )
    gone = told("e3", "event_withdrawn", at=MONDAY.replace(hour=11), event_id="e2", reason="typefout")

    first, second, _ = lines(closed, mended, gone)

    assert "het gezin is verhuisd" in first.text
    assert second.is_withdrawn


def test_what_was_withdrawn_stays_and_says_so():
    contact = told("e1", "family_contacted")
    gone = told("e2", "event_withdrawn", at=MONDAY.replace(hour=11), event_id="e1", reason="verkeerde-casus")

    first, second = lines(contact, gone)

    assert first.is_withdrawn
    assert "had contact met het gezin" in first.text
    assert second.kind == "intrekking"
    assert "had contact met het gezin" in second.marks[0].text


def test_a_withdrawal_that_is_itself_withdrawn_removes_nothing():
    contact = told("e1", "family_contacted")
    gone = told("e2", "event_withdrawn", at=MONDAY.replace(hour=10), event_id="e1", reason="typefout")
    back = told("e3", "event_withdrawn", at=MONDAY.replace(hour=11), event_id="e2", reason="typefout")

    first, second, third = lines(contact, gone, back)

    assert [first.is_withdrawn, second.is_withdrawn, third.is_withdrawn] == [False, True, False]


ALERT = {"alert": "a-1", "rule": "ST-01", "agreement": "g", "instance": "e1", "stage": "breach", "row": 1}


def test_an_alert_that_closes_is_named_by_the_title_with_which_it_was_raised():
    words = {
        "because": [],
        "to": ["worker"],
        "title": "Melding niet beoordeeld",
        "why": "Daarom.",
        "weight": 3,
        "legal": True,
    }
    raised = told("r1", "alert_raised", agency="radar", version=2, due="2026-03-02T09:30:00Z", **ALERT, **words)
    closed = told("a0", "alert_closed", agency="radar", version=3, due="2026-03-02T09:30:00Z", outcome="late", **ALERT)

    first, second = lines(closed, raised)

    assert (first.event_id, second.event_id) == ("r1", "a0"), "raised before closed, also at one instant"
    assert second.text.startswith("Het alarm “Melding niet beoordeeld” (overschrijding) is gesloten:")


def test_a_title_of_today_goes_before_the_one_of_then_and_without_both_the_rule_is_named():
    closed = told("a0", "alert_closed", agency="radar", due="2026-03-02T09:30:00Z", outcome="late", **ALERT)

    assert "“Nieuwe titel”" in sentences([closed], agencies(), rules={"ST-01": "Nieuwe titel"})[0].text
    assert "“ST-01”" in line(closed).text


def test_withdrawals_that_name_each_other_remove_nothing():
    one = told("e1", "event_withdrawn", event_id="e2", reason="typefout")
    two = told("e2", "event_withdrawn", at=MONDAY.replace(hour=10), event_id="e1", reason="typefout")

    assert not any(each.is_withdrawn for each in lines(one, two))


def test_a_kind_of_event_that_we_do_not_know_is_shown_and_not_hidden():
    strange = replace(told("e1", "family_contacted"), type="moon_landed", payload=b"\xc3\x01" + b"\x00" * 8)

    assert "moon_landed" in line(strange).text


def test_a_correction_of_something_that_never_came_is_shown_alone():
    found = line(told("e2", "event_corrected", event_id="nowhere", new_occurred_at=None, data=None, reason="typefout"))

    assert found.marks == ()


@pytest.mark.parametrize("event_type", all_versions(), ids=lambda one: f"{one.name}.v{one.version}")
def test_every_code_of_every_schema_has_a_dutch_word(event_type):
    for field in event_type.schema["fields"]:
        words = labels_of(event_type).get(field.get("data_name", field["name"]), {})

        assert set(field.get("codes", ())) <= words.keys()
        assert all(words.values())


@pytest.mark.parametrize("event_type", all_versions(), ids=lambda one: f"{one.name}.v{one.version}")
def test_every_example_of_every_schema_makes_a_whole_sentence(event_type):
    names = {field.data_name for field in event_type.data_fields} | {"agency"}

    assert set(blanks_of(event_type.timeline)) <= names
    assert event_type.timeline.endswith((".", "?", "!", "}"))


def test_no_personal_field_stands_in_a_sentence():
    personal = {(one.name, field.data_name) for one in all_versions() for field in one.data_fields if field.personal}
    shown = {(one.name, blank) for one in all_versions() for blank in blanks_of(one.timeline)}

    assert not personal & shown


def test_a_word_that_is_missing_would_be_noticed():
    """The guard above bites: a code without a word says that it is unknown."""
    assert "(onbekende code)" in word_for(event_types()["case_closed"], "reason", "no-such-reason")


def test_summer_time_is_what_a_dutch_clock_shows():
    assert moment(micros_of(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))) == "29 maart 2026 om 03.30 uur"
    assert local(micros_of(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))).hour + 1 == 2


@pytest.mark.parametrize(
    ("words", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a en b"), (["a", "b", "c"], "a, b en c")]
)
def test_words_in_a_row(words, sentence):
    assert sentence == listed(words)


@pytest.mark.parametrize("value", ["geen dag", "2026-13-01", None, 3])
def test_what_is_no_day_is_not_written_as_one(value):
    assert day(value) is None


def test_a_warning_that_was_heeded_after_it_was_given_is_not_said_to_be_too_late() -> None:
    """Of a warning `late` says only that it was done after the warning (rule book, section 5): the term may not have ended yet."""
    closed = told(
        "a0", "alert_closed", agency="radar", due="2026-03-02T09:30:00Z", outcome="late", **{**ALERT, "stage": "warn"}
    )

    sentence = line(closed)

    assert "het is alsnog gedaan" in sentence.text
    assert "te laat" not in sentence.text
