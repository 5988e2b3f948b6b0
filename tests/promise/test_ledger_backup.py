"""A backup is the ledger whole, taken while it is written, refused when it is damaged, and put back into either database."""

import json
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ledger import backup, errors
from ledger.application import Ledger
from ledger.model import OutboxRow
from ledger.sealing import FileKeyStore


@pytest.fixture
def told(ledger: Ledger, drafts) -> Ledger:
    """A ledger with something in every kind of table."""
    with ledger.writing() as w:
        w.append(drafts.many(300, personal={"note": "fictief"}, persons={"psn-1": "p1"}))
        w.append([drafts.one("case-b", aliases=[("politie-nn", "file-b")])])
        w.outbox([OutboxRow(topic="receipts.politie-nn", key=b"k", headers=(("a", b"b"),), value=b"v")])
        w.remember("e-refused", source="urn:a", content=bytes(32), verdict="refused")
        w.move_position("agency.politie-nn", 0, None, 301)
        w.move_position("relay", 0, None, 250)
    return ledger


def state_of(ledger: Ledger) -> list[object]:
    with ledger._recorder.reading() as t:
        tables = ("seen", "heads", "aliases", "persons", "parked", "outbox", "erasures", "asked", "state")
        return [
            [(one.position, one.body) for one in ledger.notifications(after=0)],
            *(sorted(map(str, t.rows(f"SELECT * FROM {name}"))) for name in tables),
        ]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other' / 'ledger.db'}"
    return request.getfixturevalue("postgres")()


def test_what_is_put_back_is_what_was_there_in_either_database(told, url, other, clock, tmp_path) -> None:
    held = backup.take(url, tmp_path / "b", now=clock.now())

    backup.put_back(backup.read(tmp_path / "b"), other, replace=False)

    with closing(Ledger.open(other, clock=clock)) as again:
        assert state_of(again) == state_of(told)
        assert list(again.verify_all()) == []
        assert again.positions([("agency.politie-nn", 0), ("relay", 0)]) == {("agency.politie-nn", 0): 301}
        again.proofs.grow(301)
        assert again.proofs.root(301).hex() == held.manifest.root


def test_a_ledger_that_was_put_back_goes_on(told, url, other, clock, keys, drafts, tmp_path) -> None:
    backup.take(url, tmp_path / "b", now=clock.now())
    backup.put_back(backup.read(tmp_path / "b"), other, replace=False)

    with closing(Ledger.open(other, clock=clock, keys=keys)) as again:
        with again.writing() as w:
            positions = w.append(drafts.many(2))
            w.outbox([OutboxRow(topic="receipts.politie-nn", key=b"k", value=b"later")])
        assert positions == [302, 303]
        assert [one.value for one in again.receipts_pending()] == [b"v", b"later"]
        assert again.unseal(again.history("case-a")[0]) == {"note": "fictief"}
        assert list(again.verify_all()) == []


def test_a_backup_is_one_moment_though_writers_go_on(told, url, open_ledger, drafts, clock, tmp_path) -> None:
    is_enough, writer = threading.Event(), open_ledger()

    def write() -> None:
        while not is_enough.is_set():
            with writer.writing() as w:
                w.append(drafts.many(20, "case-c"))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        helds = [backup.take(url, tmp_path / f"b{number}", now=clock.now()) for number in range(3)]
    finally:
        is_enough.set()
        thread.join()

    records = [one.manifest.records for one in helds]
    assert records == sorted(records)
    assert all(
        (one.records - 301) % 20 == 0 and one.rows["stored_events"] == one.records
        for one in (h.manifest for h in helds)
    )


def test_a_ledger_with_something_in_it_is_not_overwritten_unless_that_is_said(told, url, clock, tmp_path) -> None:
    held = backup.take(url, tmp_path / "b", now=clock.now())
    told.close()

    with pytest.raises(errors.Conflict):
        backup.put_back(held, url, replace=False)

    backup.put_back(held, url, replace=True)
    with closing(Ledger.open(url, clock=clock)) as again:
        assert again.head() == 301


@pytest.fixture
def made(told, url, clock, tmp_path) -> Path:
    backup.take(url, tmp_path / "b", now=clock.now())
    return tmp_path / "b"


@pytest.mark.parametrize("harm", ["cut off", "one byte", "no manifest", "no ledger", "not json", "another format"])
def test_a_backup_that_is_not_what_was_made_is_refused(made, harm) -> None:
    file, manifest = made / "ledger.db", made / "manifest.json"
    match harm:
        case "cut off":
            file.write_bytes(file.read_bytes()[:-4096])
        case "one byte":
            body = bytearray(file.read_bytes())
            body[len(body) // 2] ^= 1
            file.write_bytes(body)
        case "no manifest":
            manifest.unlink()
        case "no ledger":
            file.unlink()
        case "not json":
            manifest.write_text("{", "utf-8")
        case _:
            manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"format": 99}), "utf-8")

    with pytest.raises(errors.Damaged):
        backup.read(made)


def test_a_ledger_that_contradicts_itself_is_not_backed_up_and_nothing_half_remains(told, url, clock, tmp_path) -> None:
    with told._recorder.writing() as t:
        t.execute("UPDATE heads SET version = 7 WHERE case_id = 'case-a'")

    with pytest.raises(errors.Damaged):
        backup.take(url, tmp_path / "b", now=clock.now())

    assert not (tmp_path / "b").exists()


def test_a_half_made_backup_is_in_no_ones_way(told, url, clock, tmp_path) -> None:
    (tmp_path / "b.part").mkdir()
    (tmp_path / "b.part" / "ledger.db").write_bytes(b"half")

    backup.take(url, tmp_path / "b", now=clock.now())

    assert backup.read(tmp_path / "b").manifest.records == 301
    with pytest.raises(errors.Conflict):
        backup.take(url, tmp_path / "b", now=clock.now())


def test_keys_lie_in_a_folder_of_their_own_and_open_what_was_sealed(told, url, keys, clock, tmp_path) -> None:
    signing = tmp_path / "checkpoint.key"
    signing.write_text("PRIVATE", "utf-8")
    signing.with_name("checkpoint.key.signed").write_text("a note", "utf-8")
    backup.take(url, tmp_path / "b", now=clock.now())
    backup.take_keys(tmp_path / "keys.db", signing, tmp_path / "k", now=clock.now())

    assert {one.name for one in (tmp_path / "b").iterdir()} == {"ledger.db", "manifest.json"}
    new = tmp_path / "new"
    backup.put_back_keys(backup.read(tmp_path / "k"), new / "keys.db", new / "c.key", replace=False)
    with closing(FileKeyStore(new / "keys.db", clock=clock)) as store:
        assert store.ensure(["case-a"]) == keys.ensure(["case-a"])
    assert (new / "c.key.signed").read_text("utf-8") == "a note"
    with pytest.raises(errors.Conflict):
        backup.put_back_keys(backup.read(tmp_path / "k"), new / "keys.db", new / "c.key", replace=False)


def test_a_backup_is_for_its_owner_alone(made) -> None:
    assert made.stat().st_mode & 0o077 == 0
    assert all(one.stat().st_mode & 0o077 == 0 for one in made.iterdir())
