"""Whatever is done to an export, fsck says so and says where: bits flipped, lines dropped, added, moved, doubled, cut off.

Also for somebody who knows the form and makes every check, chain and count fit again: up to the last checkpoint that
is found by the signatures, and after it whatever one record says of another still counts.
"""

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import export_form, record
from ledger.application import Ledger
from ledger.export import write_export
from ledger.export_form import CheckpointLine, End, KeyLine, RecordLine
from ledger.fsck import Examiner, Flaw
from ledger.log_keys import LogKeys
from ledger.sealing import FileKeyStore
from services.intake.testing import NOON
from tests.promise.test_whole_export import lived
from waakvlam import merkle
from waakvlam.clock import FixedClock
from waakvlam.merkle import Frontier, leaf_hash
from waakvlam.notes import Checkpoint, Note, PrivateKey, PublicKey
from waakvlam.proof import Growth


class Lines(list[bytes]):
    """The lines of an export, that do not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return f"{len(self)} lines"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    folder = tmp_path_factory.mktemp("export")
    clock = FixedClock(NOON)
    keys = FileKeyStore(folder / "keys.db", clock=clock)
    with closing(keys), closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock, keys=keys)) as ledger:
        lived(ledger, clock, folder / "checkpoint.key")
        write_export(ledger, folder / "export")
    return (folder / "export").read_bytes(), folder / "checkpoint.key"


@pytest.fixture(scope="module")
def lines(made: tuple[bytes, Path]) -> list[bytes]:
    return Lines(made[0].splitlines(keepends=True))


@pytest.fixture(scope="module")
def own(made: tuple[bytes, Path]) -> LogKeys:
    return LogKeys.at(made[1], "unused")


def examined(content: bytes, trusted: list[PublicKey] | None = None, seen: tuple[Checkpoint, ...] = ()) -> list[Flaw]:
    return list(Examiner(trusted, seen).examine(io.BytesIO(content)))


def test_what_was_not_touched_is_in_order(made, own):
    assert examined(made[0]) == []
    assert examined(made[0], own.public()) == []


# What happens to files.


@given(st.data())
def test_any_flipped_bit_is_found_and_that_of_a_record_or_checkpoint_on_its_line(lines, data):
    number = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[number]) - 1))
    changed = bytearray(lines[number])
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    found = examined(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]]))

    assert found
    if lines[number].startswith((b"record", b"checkpoint")):
        assert number + 1 in {one.line for one in found}


@given(st.data())
def test_a_line_that_is_dropped_doubled_or_moved_is_found_and_a_record_where_it_was_or_is(lines, data):
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(lines) - 1)] * 2)))
    how = data.draw(st.sampled_from(["drop", "double", "swap"]))
    changed = list(lines)
    if how == "drop":
        del changed[first]
    elif how == "double":
        changed.insert(second, lines[first])
    else:
        changed[first], changed[second] = changed[second], changed[first]
    found = examined(b"".join(changed))

    assert bool(found) is (changed != lines)
    if found and lines[first].startswith(b"record"):
        near = {first, first + 1, first + 2, second, second + 1, second + 2}
        assert near & {one.line for one in found}, (how, first, second, [str(one) for one in found])


@given(st.data())
def test_an_export_that_is_cut_off_is_never_in_order(made, data):
    content = made[0]

    assert examined(content[: data.draw(st.integers(0, len(content) - 1))])


@given(st.binary(min_size=1, max_size=40))
def test_what_is_added_at_the_end_is_found(made, more):
    assert examined(made[0] + more)


@given(st.binary(max_size=200))
def test_what_is_no_export_is_said_to_be_none(content):
    examiner = Examiner()
    list(examiner.examine(io.BytesIO(content)))

    assert examiner.is_export is content.startswith(b"waakvlam-export/1")


def test_a_line_without_end_takes_no_memory_and_is_no_line(made):
    class Endless(io.RawIOBase):
        """A file that is one line."""

        asked = 0

        def readline(self, size: int = -1, /) -> bytes:
            assert 0 < size <= 1 << 24
            self.asked += 1
            return b"x" * size if self.asked < 3 else b""

    assert list(Examiner().examine(Endless()))


# What happens to records, when whoever does it makes the file fit again.


def again(lines: list[export_form.Line]) -> bytes:
    """Write lines with new positions, checks, counts, root and digest, as if nothing had happened."""
    written, position, frontier, cases, checkpoints = b"", 0, Frontier(), 0, 0
    for line in lines:
        if isinstance(line, RecordLine):
            position += 1
            frontier.push(leaf_hash(line.body))
            cases += record.decode(line.body).version == 1
            written += export_form.write(RecordLine(position, line.body))
        elif isinstance(line, End):
            digest = hashlib.sha256(written).hexdigest()
            written += export_form.write(End(position, cases, checkpoints, frontier.root(), digest))
        else:
            checkpoints += isinstance(line, CheckpointLine)
            written += export_form.write(line)
    return written


def parsed(lines: list[bytes]) -> list[export_form.Line]:
    return [export_form.read(one) for one in lines]


def records_in(lines: list[export_form.Line]) -> list[int]:
    return [at for at, one in enumerate(lines) if isinstance(one, RecordLine)]


def rechained(lines: list[export_form.Line], start: int) -> Iterator[export_form.Line]:
    """Yield lines with every chain made to fit anew from a place on: versions, and the hash of what came before."""
    heads: dict[str, tuple[int, bytes]] = {}
    for at, line in enumerate(lines):
        if isinstance(line, RecordLine):
            one = record.decode(line.body)
            version, digest = heads.get(one.case, (0, record.NOTHING_BEFORE))
            body = record.encode(replace(one, version=version + 1, previous=digest)) if at >= start else line.body
            heads[one.case] = (version + 1, record.digest(body))
            yield RecordLine(line.position, body)
        else:
            yield line


def test_writing_it_again_changes_nothing(lines, made):
    assert again(parsed(lines)) == made[0]
    assert again(list(rechained(parsed(lines), 0))) == made[0]


@given(st.data())
def test_a_record_that_is_taken_away_changed_or_moved_is_found_though_everything_fits_again(lines, own, data):
    told = parsed(lines)
    signed = [at for at in records_in(told) if any(isinstance(one, CheckpointLine) for one in told[at:])]
    at = data.draw(st.sampled_from(signed))
    how = data.draw(st.sampled_from(["take away", "change", "swap", "add"]))
    if how == "take away":
        del told[at]
    elif how == "change":
        one = record.decode(told[at].body)
        told[at] = RecordLine(0, record.encode(replace(one, occurred_at=one.occurred_at + 1)))
    elif how == "add":
        one = record.decode(told[at].body)
        told.insert(at, RecordLine(0, record.encode(replace(one, event_id="added"))))
    else:
        other = data.draw(st.sampled_from([each for each in signed if each != at]))
        told[at], told[other] = told[other], told[at]
    found = examined(again(list(rechained(told, 0))), own.public())

    assert found
    assert "checkpoint" in {one.kind for one in found}


@given(st.data())
def test_after_the_last_checkpoint_a_change_is_found_by_the_records_of_the_same_case(lines, data):
    told = parsed(lines)
    at = data.draw(st.sampled_from(records_in(told)))
    one = record.decode(told[at].body)
    later = [each for each in records_in(told) if each > at and record.decode(told[each].body).case == one.case]
    if not later:
        return
    told[at] = RecordLine(0, record.encode(replace(one, occurred_at=one.occurred_at + 1)))
    found = [each for each in examined(again(told)) if each.kind == "chain"]

    assert [each.line for each in found] == [later[0] + 1]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"sealed": b"\x02" + bytes(40)}, "sealed"),
        ({"sealed": b"\x01" + bytes(8)}, "sealed"),
        ({"sealed": b"\x01" + bytes(40)}, "key"),
        ({"payload": b"\xc3\x01" + bytes(8)}, "schema"),
        ({"type": "case_closed"}, "schema"),
        ({"caseless": True}, "case"),
        ({"recorded_at": 5}, "time"),
        ({"version": 7}, "chain"),
        ({"previous": bytes(32)[:31] + b"\1"}, "chain"),
    ],
)
def test_each_thing_that_a_record_says_of_itself_is_examined(lines, change, kind):
    told = parsed(lines)
    at = records_in(told)[-2]
    told[at] = RecordLine(0, record.encode(replace(record.decode(told[at].body), **change)))

    assert kind in {one.kind for one in examined(again(told)) if one.line == at + 1}


def test_a_key_that_was_destroyed_and_used_again_is_found(lines):
    told = parsed(lines)
    places = records_in(told)
    case = [at for at in places if record.decode(told[at].body).sealed][-1]
    one = record.decode(told[case].body)
    newer = replace(one, sealed=one.sealed[:4] + b"\x02" + one.sealed[5:])
    told[case] = RecordLine(0, record.encode(newer))
    last = next(at for at in places if at > case and record.decode(told[at].body).case == one.case)
    old = replace(record.decode(told[last].body), sealed=one.sealed)
    told[last] = RecordLine(0, record.encode(old))

    assert "key" in {each.kind for each in examined(again(told)) if each.line == last + 1}


def test_a_key_that_was_to_be_destroyed_and_is_used_later_is_found(lines):
    told = parsed(lines)
    places = records_in(told)
    opened = next(at for at in places if record.decode(told[at].body).sealed)
    first = record.decode(told[opened].body)
    second = next(at for at in places if at > opened and record.decode(told[at].body).case == first.case)
    erased = replace(record.decode(told[second].body), type="erasure_confirmed")
    later = {"event_id": "later", "version": 3, "recorded_at": record.decode(told[places[-1]].body).recorded_at}
    told[second] = RecordLine(0, record.encode(erased))
    told.insert(places[-1] + 1, RecordLine(0, record.encode(replace(first, **later))))

    assert "key" in {each.kind for each in examined(again(told)) if each.line == places[-1] + 2}


# What happens to checkpoints.


def checkpoints_in(lines: list[export_form.Line]) -> list[int]:
    return [at for at, one in enumerate(lines) if isinstance(one, CheckpointLine)]


def kinds(content: bytes, trusted: list[PublicKey] | None = None, seen: tuple[Checkpoint, ...] = ()) -> set[str]:
    return {one.kind for one in examined(content, trusted, seen)}


@pytest.mark.parametrize("which", [0, 1])
def test_a_checkpoint_that_is_taken_away_or_moved_is_found(lines, which):
    told = parsed(lines)
    at = checkpoints_in(told)[which]
    away = [one for number, one in enumerate(told) if number != at]

    assert "checkpoint" in kinds(again(away))
    assert "checkpoint" in kinds(again([*away[: at - 2], told[at], *away[at - 2 :]]))


def test_a_last_checkpoint_that_is_taken_away_is_found_by_who_has_seen_it(lines, own):
    told = parsed(lines)
    at = checkpoints_in(told)[-1]
    seen = Note.read(Growth.read(told[at].growth).checkpoint).checkpoint
    away = again([one for number, one in enumerate(told) if number != at])

    assert kinds(away, own.public()) == set()
    assert kinds(away, own.public(), (seen,)) == {"checkpoint"}
    assert kinds(again(told), own.public(), (seen,)) == set()
    assert kinds(again(told), own.public(), (replace(seen, root=bytes(32)),)) == {"checkpoint"}
    assert kinds(again(told), own.public(), (replace(seen, origin="another"),)) == {"checkpoint"}


def test_a_ledger_that_was_rewritten_and_signed_with_another_key_is_found_by_who_has_the_right_one(lines, own):
    other = PrivateKey.make(own.origin, bytes([3] * 32))
    told = [one for one in parsed(lines) if not isinstance(one, KeyLine)]
    told.insert(1, KeyLine(str(other.public())))
    signed, last, frontier, leaves = [], None, Frontier(), []
    for line in told:
        if isinstance(line, RecordLine):
            leaves.append(leaf_hash(line.body))
            frontier.push(leaves[-1])
        if isinstance(line, CheckpointLine):
            found = Note.read(Growth.read(line.growth).checkpoint).checkpoint
            text = replace(found, root=frontier.root()).text()
            old = last.size if last else 0
            path = _path(leaves, old)
            line = CheckpointLine(Growth(old, path, f"{text}\n{other.signature(text)}").text())  # noqa: PLW2901 - it takes its place
            last = found
        signed.append(line)

    assert kinds(again(signed)) == set(), "the keys in the export are believed when none are given"
    assert kinds(again(signed), own.public()) == {"signature"}


def _path(leaves: list[bytes], old: int) -> tuple[bytes, ...]:
    def subtrees(height: int, number: int) -> bytes:
        return merkle.full_root(leaves[number << height : (number + 1) << height])

    return tuple(merkle.consistency_path(old, len(leaves), subtrees)) if old else ()


@given(st.data())
def test_any_byte_of_a_checkpoint_that_is_changed_is_found_though_everything_fits_again(lines, own, data):
    told = parsed(lines)
    at = data.draw(st.sampled_from(checkpoints_in(told)))
    growth = bytearray(told[at].growth.encode())
    place = data.draw(st.integers(0, len(growth) - 1))
    growth[place] ^= 1 << data.draw(st.integers(0, 6))
    raw = b"checkpoint " + base64.b64encode(bytes(growth)) + b"\n"
    content = again(told).splitlines(keepends=True)
    content[at] = raw
    found = examined(b"".join(content), own.public())

    assert at + 1 in {one.line for one in found}


def test_who_adds_to_a_day_that_was_signed_is_found(lines):
    told = parsed(lines)
    last = records_in(told)[-1]
    early = record.decode(told[records_in(told)[0]].body).recorded_at
    at = checkpoints_in(told)[-1]
    end = replace(record.decode(told[last].body), event_id="added", recorded_at=early)
    told.insert(at + 1, RecordLine(0, record.encode(end)))

    assert "time" in kinds(again(list(rechained(told, 0))))
