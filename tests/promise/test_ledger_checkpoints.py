"""Each day is signed once, over exactly what was recorded in it; a ledger that does not continue it is not signed."""

import asyncio
import random
import threading
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from ledger import errors, tree
from ledger import proofs as proofs_module
from ledger.application import Ledger
from ledger.days import day_of, end_of
from ledger.log_keys import LogKeys
from ledger.metrics import registry
from ledger.notary import Notary
from ledger.proofs import Asked, Proofs, Signed
from tests.promise.conftest import START, Drafts
from waakvlam.clock import FixedClock
from waakvlam.merkle import Frontier, is_consistent, leaf_hash, root_by_inclusion
from waakvlam.notes import Checkpoint, Note, PrivateKey
from waakvlam.proof import Growth, verify_growth, verify_inclusion
from waakvlam.receipt import decode_proof, is_proof

HOUR = 3_600_000_000
DAY = 24 * HOUR
NAME = "waakvlam.example/proef"


@pytest.fixture
def keys_at(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint.key"


@pytest.fixture
def notary(ledger: Ledger, clock: FixedClock, keys_at: Path) -> Notary:
    return Notary(ledger, clock, LogKeys.at(keys_at, NAME))


@pytest.fixture
def fill(ledger: Ledger, drafts: Drafts, clock: FixedClock) -> Callable[..., None]:
    """Appends so many records, an hour later each time it is called."""

    def one(number: int, hours: float = 1, case: str = "case-a") -> None:
        clock.at += int(hours * HOUR)
        if number:
            with ledger.writing() as w:
                w.append(drafts.many(number, case))

    return one


def bodies(ledger: Ledger) -> list[bytes]:
    return [one.body for one in ledger.notifications(after=0, limit=100_000)]


def root_of(entries: list[bytes]) -> bytes:
    frontier = Frontier()
    for one in entries:
        frontier.push(leaf_hash(one))
    return frontier.root()


def checkpoint_of(signed: Signed) -> Checkpoint:
    return Note.read(Growth.read(signed.growth).checkpoint).checkpoint


def work_all(notary: Notary) -> list[Signed]:
    while notary.work():
        pass
    return notary.ledger.proofs.checkpoints()


def test_every_day_gets_one_checkpoint_and_each_continues_the_day_before(notary, ledger, fill, keys_at):
    for number, hours in ((3, 1), (2, 5), (0, 20), (4, 9), (0, 60), (1, 2), (0, 24)):
        fill(number, hours)
        work_all(notary)
    found = ledger.proofs.checkpoints()
    seen = None
    for one in found:
        seen = verify_growth(one.growth, seen, LogKeys.at(keys_at, NAME).public())

        assert seen == Checkpoint(NAME, one.size, root_of(bodies(ledger)[: one.size]), one.day)
    assert [one.day for one in found] == [date.fromordinal(day_of(START).toordinal() + n).isoformat() for n in range(5)]
    assert [one.size for one in found] == [5, 5, 9, 9, 10]


def test_what_was_published_is_what_was_kept(notary, ledger, fill):
    fill(3)
    fill(0, 48)
    found = work_all(notary)
    letters = [one for one in ledger.receipts_pending() if one.topic == "checkpoints"]

    assert [(one.key, one.value) for one in letters] == [(one.day.encode(), one.growth.encode()) for one in found]


def test_nothing_is_signed_before_the_day_is_over_nor_while_the_ledger_is_empty(notary, fill, clock):
    fill(0, 100)
    assert not notary.work()
    fill(2)
    clock.at = end_of(day_of(clock.at)) - 1
    assert not notary.work()
    clock.at += 1
    assert notary.work()
    assert not notary.work()


def test_a_record_of_midnight_is_of_the_next_day(notary, ledger, drafts, clock):
    end = end_of(day_of(START))
    for at in (end - 1, end, end + DAY - 1, end + DAY):
        clock.at = at
        with ledger.writing() as w:
            w.append(drafts.many(1))

    assert [one.size for one in work_all(notary)] == [1, 3]


def test_days_on_which_the_clock_is_moved_are_days():
    assert (end_of(date(2026, 3, 29)) - end_of(date(2026, 3, 28))) == 23 * HOUR
    assert (end_of(date(2026, 10, 25)) - end_of(date(2026, 10, 24))) == 25 * HOUR
    assert day_of(end_of(date(2026, 3, 29)) - 1) == date(2026, 3, 29)


def test_a_transaction_that_is_open_over_midnight_falls_on_one_side(notary, ledger, drafts, clock, fill):
    fill(1)
    clock.at = end_of(day_of(START)) - 1
    signing = threading.Thread(target=notary.work)
    with ledger.writing() as w:
        clock.at += HOUR
        signing.start()
        w.append(drafts.many(2))
    signing.join(30)
    with ledger.writing() as w:
        w.append(drafts.many(1))
    found = ledger.proofs.checkpoints()

    assert [one.size for one in found] == [3]
    assert checkpoint_of(found[0]).root == root_of(bodies(ledger)[:3])


def test_whoever_signs_a_day_again_signs_the_same_bytes(notary, ledger, clock, fill, keys_at, monkeypatch):
    fill(3)
    fill(0, 7)
    said = []

    def killed(_: Proofs, signed: Signed, *__: object) -> bool:
        said.append(signed)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Proofs, "keep", killed)
        with pytest.raises(KeyboardInterrupt):
            notary.work()
    again = Notary(ledger, clock, LogKeys.at(keys_at, NAME))

    assert work_all(again) == said
    assert not Notary(ledger, clock, LogKeys.at(keys_at, NAME)).ledger.proofs.keep(said[0], [], None)  # type: ignore[arg-type]


def _change(ledger: Ledger, sql: str, *parameters: object) -> None:
    with ledger._recorder.writing() as t:
        t.execute(sql.replace("POSITION", ledger._recorder.position_column), parameters)


def _swap(ledger: Ledger, first: int, second: int) -> None:
    one, other = (bodies(ledger)[at - 1] for at in (first, second))
    for at, body in ((first, other), (second, one)):
        _change(ledger, "UPDATE stored_events SET state = ? WHERE POSITION = ?", body, at)


TAMPERED = {
    "a byte": lambda one: _change(
        one, "UPDATE stored_events SET state = ? WHERE POSITION = ?", bodies(one)[1][:-1] + b"\0", 2
    ),
    "two swapped": lambda one: _swap(one, 2, 3),
    "the newest taken away": lambda one: (
        _change(one, "DELETE FROM stored_events WHERE POSITION > ?", 3),
        _change(one, "UPDATE state SET value = 3 WHERE name = 'position'"),
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_ledger_that_was_changed_is_not_signed_again(name, notary, ledger, fill, keys_at, clock):
    fill(5)
    fill(0, 24)
    assert notary.work()
    TAMPERED[name](ledger)
    fill(0, 24)

    with pytest.raises(errors.NotAContinuation, match="signed over 5 records"):
        notary.work()
    with pytest.raises(errors.NotAContinuation):
        Notary(ledger, clock, LogKeys.at(keys_at, NAME)).work()
    assert len(ledger.proofs.checkpoints()) == 1


def test_a_database_that_forgot_its_checkpoints_is_noticed_by_what_lies_beside_the_key(
    notary, ledger, fill, keys_at, clock
):
    fill(5)
    fill(0, 24)
    assert notary.work()
    _change(ledger, "DELETE FROM checkpoints")
    TAMPERED["a byte"](ledger)

    with pytest.raises(errors.NotAContinuation):
        Notary(ledger, clock, LogKeys.at(keys_at, NAME)).work()


async def _step(notary: Notary) -> float:
    return await notary.step()


def test_a_refusal_is_told_and_so_is_what_was_proven(ledger, clock, keys_at, fill, caplog):
    meters = registry("intake")
    notary = Notary(ledger, clock, LogKeys.at(keys_at, NAME), meters)

    def told(name: str) -> float:
        return meters.gauge(name)._value.get()

    fill(5)
    fill(0, 24)
    assert asyncio.run(_step(notary)) == 0.0
    assert asyncio.run(_step(notary)) > 0
    assert told("waakvlam_checkpoint_proven_events") == 5
    assert told("waakvlam_checkpoint_proven_timestamp_seconds") == end_of(day_of(START)) / 1e6
    assert told("waakvlam_checkpoint_refused_state") == 0
    TAMPERED["a byte"](ledger)
    fill(0, 24)
    asyncio.run(_step(notary))

    assert told("waakvlam_checkpoint_refused_state") == 1
    assert "checkpoint_refused" in caplog.text


@pytest.fixture
def small_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree of which every fourth hash is kept, so that a few hundred records make many levels."""
    for module in (tree, proofs_module):
        monkeypatch.setattr(module, "SPAN", 2)
        monkeypatch.setattr(module, "FAN", 4)
    monkeypatch.setattr(proofs_module, "_ROUND", 12)


def test_a_tree_that_grew_bit_by_bit_proves_every_record_and_every_growth(small_tree, ledger, fill):
    seed = random.randrange(2**32)
    drawn = random.Random(seed)
    sizes = []
    while ledger.head() < 150:
        fill(drawn.randint(1, 30))
        ledger.proofs.grow(ledger.head())
        sizes.append(ledger.head())
    entries = bodies(ledger)
    roots = {size: root_of(entries[:size]) for size in sizes}
    for old, new in pairwise(sizes):
        position = drawn.randint(1, new)
        body, path = ledger.proofs.inclusion(position, new)

        assert ledger.proofs.root(new) == roots[new], f"seed {seed}"
        assert body == entries[position - 1], f"seed {seed}"
        assert is_consistent(old, roots[old], new, roots[new], ledger.proofs.growth(old, new)), f"seed {seed}"
        assert _holds(body, position, new, path, roots[new]), f"seed {seed}"
    assert ledger.proofs.derived_otherwise(0, 100) is None


def _holds(body: bytes, position: int, size: int, path: tuple[bytes, ...], root: bytes) -> bool:
    return root_by_inclusion(leaf_hash(body), index=position - 1, size=size, path=path) == root


def test_an_old_record_that_was_changed_under_a_kept_hash_is_found_within_thirty_days(
    small_tree, notary, ledger, fill, clock
):
    fill(40)
    fill(0, 24)
    assert notary.work()
    TAMPERED["a byte"](ledger)
    for _ in range(30):
        fill(1, 24)
        try:
            work_all(notary)
        except errors.NotAContinuation:
            return
    pytest.fail("thirty days went by")


def test_keys_are_changed_by_signing_with_both_for_a_while(ledger, clock, fill, keys_at):
    old = LogKeys.at(keys_at, NAME)
    fill(2)
    fill(0, 24)
    Notary(ledger, clock, old).work()
    keys_at.write_text(keys_at.read_text() + PrivateKey.make(NAME, bytes([5] * 32)).text() + "\n")
    both = LogKeys.at(keys_at, NAME)
    fill(0, 24)
    Notary(ledger, clock, both).work()
    keys_at.write_text(keys_at.read_text().splitlines()[1] + "\n")
    new = LogKeys.at(keys_at, NAME)
    fill(0, 24)
    Notary(ledger, clock, new).work()
    first, second, third = ledger.proofs.checkpoints()
    seen = verify_growth(second.growth, verify_growth(first.growth, None, old.public()), old.public())

    assert verify_growth(third.growth, seen, new.public()).day == third.day
    assert set(ledger.proofs.public_keys()) == {str(one) for one in both.public()}


@pytest.mark.parametrize("text", ["nonsense\n", "\n\n", "PRIVATE+KEY+a+00000000+AAAA\n"])
def test_a_file_that_holds_no_key_is_not_used_nor_shown(text, keys_at):
    keys_at.write_text(text)

    with pytest.raises(errors.Damaged, match="does not hold private keys") as caught:
        LogKeys.at(keys_at, NAME)
    assert "nonsense" not in str(caught.value)


def test_the_key_is_for_its_owner_alone(keys_at):
    LogKeys.at(keys_at, NAME)

    assert keys_at.stat().st_mode & 0o077 == 0
    assert LogKeys.at(keys_at, "another").origin == NAME


def test_what_was_remembered_must_be_a_checkpoint(notary, keys_at, fill):
    fill(1)
    fill(0, 24)
    Path(f"{keys_at}.signed").write_text("gone")

    with pytest.raises(errors.Damaged, match="Put it back"):
        notary.work()


def test_who_asked_for_a_proof_gets_one_that_holds_when_the_day_is_signed(notary, ledger, fill, keys_at):
    fill(4)
    ledger.proofs.ask([Asked("e-2", "politie-nn", 2), Asked("e-2", "politie-nn", 2), Asked("e-4", "ggz-noord", 4)])
    assert not notary.work()
    fill(3, 24)
    work_all(notary)
    letters = [one for one in ledger.receipts_pending() if one.topic.startswith("receipts.")]
    found = [decode_proof(one.value) for one in letters]

    assert all(is_proof(one.value) for one in letters)
    assert [(one.topic, told.id, told.position) for one, told in zip(letters, found, strict=True)] == [
        ("receipts.politie-nn", "e-2", 2),
        ("receipts.ggz-noord", "e-4", 4),
    ]
    for one in found:
        assert one.record == bodies(ledger)[one.position - 1]
        assert verify_inclusion(one.record, one.proof, LogKeys.at(keys_at, NAME).public()).size == 4
    assert not notary.work()


def test_a_ledger_of_the_layout_before_gets_the_tables_that_it_lacks(ledger, open_ledger, fill):
    fill(2)
    for table in ("tree", "checkpoints", "log_keys", "asked"):
        _change(ledger, f"DROP TABLE {table}")
    _change(ledger, "UPDATE state SET value = 1 WHERE name = 'layout'")

    again = open_ledger()

    assert again.proofs.checkpoints() == []
    assert again.head() == 2
