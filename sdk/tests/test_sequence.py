"""The running number of a source: goes on after a restart, and is never given twice."""

import pytest

from waakvlam.errors import SequenceTaken
from waakvlam.sequence import SequenceFile, SequenceInMemory


def test_numbers_begin_at_one_and_go_on_where_they_stopped(tmp_path) -> None:
    first = SequenceFile(tmp_path / "new" / "sequence")
    numbers = [first.next() for _ in range(3)]
    first.close()
    second = SequenceFile(tmp_path / "new" / "sequence")

    assert numbers == [1, 2, 3]
    assert second.next() == 4
    second.close()


def test_the_number_is_in_the_file_before_it_is_given_so_a_crash_cannot_repeat_it(tmp_path) -> None:
    sequence = SequenceFile(tmp_path / "sequence")
    sequence.next()
    sequence.next()

    assert int((tmp_path / "sequence").read_text()) == 2
    sequence.close()


def test_two_publishers_of_one_source_cannot_use_one_file(tmp_path) -> None:
    sequence = SequenceFile(tmp_path / "sequence")

    with pytest.raises(SequenceTaken, match="in gebruik"):
        SequenceFile(tmp_path / "sequence")

    sequence.close()
    SequenceFile(tmp_path / "sequence").close()


def test_a_file_with_something_else_is_not_overwritten(tmp_path) -> None:
    (tmp_path / "letter.txt").write_text("Geachte heer,")

    with pytest.raises(SequenceTaken, match="volgnummer"):
        SequenceFile(tmp_path / "letter.txt")

    assert (tmp_path / "letter.txt").read_text() == "Geachte heer,"


def test_closing_twice_is_harmless(tmp_path) -> None:
    sequence = SequenceFile(tmp_path / "sequence")
    sequence.close()
    sequence.close()


def test_in_memory_it_counts_from_where_it_is_told() -> None:
    sequence = SequenceInMemory(7)

    assert [sequence.next(), sequence.next()] == [7, 8]
    sequence.close()
