"""The check of agreements, on files in which anything may be wrong: it never stumbles, and agrees with the strict reader."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.checking import check
from rulebook.errors import AgreementError
from rulebook.faults import look
from rulebook.instants import parse_day
from rulebook.reading import read_folder
from rulebook.wording import Words

AGREEMENTS = Path(__file__).parents[2] / "agreements"
ON = parse_day("2026-11-24")
WORDS = Words(municipalities={"0014": "Groningen", "1966": "Het Hogeland"})
GOOD = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: null
applies_to:
  municipalities: ["0014", "1966"]
calendar: nl
attention:
  default: &lijst [{to: worker}, {to: team_manager, after: {working_days: 1}}]
  kort: [{to: monitor}]
ladders:
  - id: l
    reasons: [a]
    levels:
      - {nr: 0, direction: x, term: {days: 2}, warn: {days: 1}}
      - {nr: 1, direction: x, term: {days: 2}}
rules:
  - id: ST-01
    from: [report_received]
    until: [safety_assessed]
    to: *lijst
    warn: {working_days: 3}
    breach: {working_days: 5}
  - id: ST-21
    from: [escalation_started]
    until: [escalation_closed]
    breach: {from_ladder: true}
  - {id: M, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{months: 3}], breach: {days: 1}}
  - {id: S, kind: silence, phases: [assessment], breach: {days: 9}}
  - {id: P, kind: pattern, of: [incident_recorded], count: 2, window: {days: 9}}
""".splitlines()
WORDS_FOR_ANYTHING = st.sampled_from(
    ["", "null", "{}", "[]", "-1", "iets", "{days: 400000}", "[x]", "2019-02-30", "*lijst", "{"]
)


@st.composite
def spoiled(draw):
    """A file in which some lines are gone, double, elsewhere, or say something else."""
    lines = list(GOOD)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["gone", "double", "elsewhere", "other value"])):
            case "gone":
                del lines[place]
            case "double":
                lines.insert(place, lines[place])
            case "elsewhere":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
            case _:
                lines[place] = f"{lines[place].partition(':')[0]}: {draw(WORDS_FOR_ANYTHING)}"
    return "\n".join(lines)


def is_read(folder):
    try:
        read_folder(folder, fields=None)
    except AgreementError:
        return False
    return True


@settings(deadline=None, max_examples=150)
@given(text=spoiled())
def test_whatever_is_wrong_is_told_and_nothing_else_stumbles(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("agreements")
    (folder / "calendars").symlink_to(AGREEMENTS / "calendars")
    (folder / "proef.yaml").write_text(text)
    faults = look(folder).faults

    assert (faults == ()) == is_read(folder)
    assert all(one.in_words() for one in check(folder, ON, WORDS))
