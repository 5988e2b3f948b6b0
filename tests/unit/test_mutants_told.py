"""The list of mutants that live: each has a reason or is told, and a reason that covers nothing is told too."""

import json

import pytest

from tests.mutants_reasons import Living, by_reason, page, read, told
from tests.mutants_told import REASONS, living, table

SWAPPED = Living(
    "rulebook.calendar.xǁCalendarǁis_free__mutmut_3",
    "rulebook/calendar.py",
    "lives",
    ("- return a < b", "+ return a <= b"),
)
LEFT_OUT = Living(
    "rulebook.terms.x_due__mutmut_1", "rulebook/terms.py", "unreached", ("- max(days, 0)", "+ max(days, )")
)
TEXT = """
[[reason]]
kind = "equivalent"
why = "never the same"
covers = [['calendar.*', '<='], ['calendar.*', '>=']]
"""


def test_a_mutant_is_covered_by_its_function_and_its_change_whatever_its_number():
    covered, bare = by_reason([SWAPPED, LEFT_OUT], read(TEXT))

    assert (covered, bare) == ({0: [SWAPPED]}, [LEFT_OUT])
    assert (SWAPPED.function, LEFT_OUT.function) == ("calendar.Calendar.is_free", "terms.due")


def test_one_without_a_reason_and_a_reason_that_covers_nothing_are_told():
    lines = list(told([SWAPPED, LEFT_OUT], read(TEXT)))

    assert "2 live: 1 with a reason, 1 without" in lines
    assert "unreached: rulebook.terms.x_due__mutmut_1" in lines
    assert [one for one in lines if one.startswith("covers nothing")] == [
        "covers nothing: never the same: ['calendar.*', '>=']"
    ]


def test_the_page_has_a_line_for_each_with_what_changes():
    text = page([SWAPPED, LEFT_OUT], read(TEXT), mutants=9, not_tried=1)

    assert "Of 9 mutants 1 were not tried. 2 live: 1 with a reason, 1 without.\n" in text
    assert "- `calendar.Calendar.is_free`: `` return a < b `` → `` return a <= b ``\n" in text
    assert "## No reason yet (1)\n\n- `terms.due`: `` max(days, 0) `` → `` max(days, ) ``\n" in text


def test_a_kind_of_reason_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="is no kind of reason"):
        read(TEXT.replace("equivalent", "boring"))


def test_every_reason_that_is_written_can_be_read():
    assert all(one.why and one.covers for one in read(REASONS.read_text("utf-8")))


def test_what_a_later_test_noticed_counts_as_noticed_until_the_change_is_another(tmp_path):
    module = tmp_path / "rulebook" / "terms.py"
    module.parent.mkdir()
    module.write_text("def x_due__mutmut_orig():\n    return 1\ndef x_due__mutmut_1():\n    return 2\n")
    spans = {"spans": {"x_due__mutmut_orig": [1, 2], "x_due__mutmut_1": [3, 4]}}
    (module.parent / "terms.py.spans").write_text(json.dumps(spans))
    (module.parent / "terms.py.meta").write_text(
        json.dumps({"exit_code_by_key": {"rulebook.terms.x_due__mutmut_1": 0}})
    )
    (one,) = living(tmp_path)

    (tmp_path / "later.json").write_text(json.dumps({one.mutant: "- something else"}))
    assert living(tmp_path) == [one]

    (tmp_path / "later.json").write_text(json.dumps({one.mutant: one.change}))
    assert living(tmp_path) == []
    assert "| `rulebook/terms.py` | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 100.0 % | 100.0 % |" in list(table(tmp_path))
