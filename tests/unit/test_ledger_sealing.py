"""Keys are made once, kept apart, and destroyed for good."""

import stat
import threading
from pathlib import Path

import pytest

from ledger import errors, sealing
from ledger.sealing import FileKeyStore
from waakvlam.clock import FixedClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "apart" / "keys.db"


@pytest.fixture
def keys(path: Path) -> FileKeyStore:
    store = FileKeyStore(path, clock=FixedClock(1))
    yield store
    store.close()


def test_a_key_is_made_once_and_found_again_after_a_restart(path: Path, keys: FileKeyStore):
    made = keys.ensure(["case-a", "case-b", "case-a"])
    again = FileKeyStore(path, clock=FixedClock(2)).ensure(["case-b", "case-c"])

    assert set(made) == {"case-a", "case-b"}
    assert again["case-b"] == made["case-b"]
    assert len({key.secret for key in (*made.values(), again["case-c"])}) == 3
    assert keys.get("case-a", 1) == made["case-a"].secret
    assert keys.ensure([]) == {}


def test_the_file_is_for_its_owner_only(path: Path, keys: FileKeyStore):
    keys.ensure(["case-a"])

    files = list(path.parent.glob("keys.db*"))
    assert len(files) > 1
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_a_destroyed_key_is_gone_from_the_file_and_its_log(path: Path, keys: FileKeyStore):
    secret = keys.ensure(["case-a", "case-b"])["case-a"].secret
    assert any(secret in each.read_bytes() for each in path.parent.glob("keys.db*"))

    assert keys.destroy("case-a", through=1) == 1
    assert keys.destroy("case-a", through=1) == 0
    assert not any(secret in each.read_bytes() for each in path.parent.glob("keys.db*"))
    with pytest.raises(errors.Erased, match="key 1 of case case-a"):
        keys.get("case-a", 1)
    assert len(keys.get("case-b", 1)) == 32


def test_after_erasure_a_case_gets_a_next_version(keys: FileKeyStore):
    first = keys.ensure(["case-a"])["case-a"]
    keys.destroy("case-a", through=1)
    second = keys.ensure(["case-a", "case-b"])["case-a"]

    assert (first.version, second.version) == (1, 2)
    assert first.secret != second.secret


def test_a_key_that_never_was_means_the_wrong_file(keys: FileKeyStore):
    with pytest.raises(errors.Damaged, match="right one"):
        keys.get("case-a", 1)


def test_two_threads_make_one_key(path: Path):
    stores = [FileKeyStore(path, clock=FixedClock(1)) for _ in range(4)]
    found: list[bytes] = []

    def ask(store: FileKeyStore) -> None:
        found.append(store.ensure(["case-a"])["case-a"].secret)

    threads = [threading.Thread(target=ask, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b[:20], lambda b: b"\x02" + b[1:], lambda _: b"\x01"]
)
def test_a_spoiled_sealed_part_does_not_open(keys: FileKeyStore, spoil):
    sealed = sealing.seal({"note": "fictief"}, keys.ensure(["case-a"])["case-a"], b"bound")
    assert sealing.open_sealed(sealed, case="case-a", bound=b"bound", keys=keys) == {"note": "fictief"}

    with pytest.raises(errors.Damaged):
        sealing.open_sealed(spoil(sealed), case="case-a", bound=b"bound", keys=keys)


def test_equal_values_are_sealed_to_unequal_bytes(keys: FileKeyStore):
    key = keys.ensure(["case-a"])["case-a"]

    assert sealing.seal({"a": 1}, key, b"") != sealing.seal({"a": 1}, key, b"")
