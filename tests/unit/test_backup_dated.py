"""Backups on a timetable: each in a folder of its own, and old ones go only when a newer one is proven."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.backup import make_dated_backup
from cli.main import app
from cli.settings import Settings
from ledger.application import Ledger
from ledger.errors import Fault
from ledger.sealing import FileKeyStore
from waakvlam.clock import FixedClock

OLD = ["2026-01-01T013000Z", "2026-01-02T013000Z", "2026-01-03T013000Z"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    clock = FixedClock(0)
    found = Settings(data=tmp_path / "data", ledger=f"sqlite:///{tmp_path}/ledger.db", keys=tmp_path / "keys.db")
    with closing(Ledger.open(found.ledger, clock=clock)), closing(FileKeyStore(found.keys, clock=clock)):
        pass
    for place in ("to", "keys"):
        for name in (*OLD, "by-hand"):
            (tmp_path / place / name).mkdir(parents=True)
    return found


def _names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_the_newest_stay_and_what_was_made_by_hand_stays_too(settings: Settings, tmp_path: Path) -> None:
    make_dated_backup(settings, tmp_path / "to", tmp_path / "keys", 2, as_json=True)

    for place in ("to", "keys"):
        kept, new, by_hand = _names(tmp_path / place)
        assert (kept, by_hand) == (OLD[-1], "by-hand")
        assert (tmp_path / place / new / "manifest.json").exists()


def test_without_a_number_nothing_is_thrown_away(settings: Settings, tmp_path: Path) -> None:
    make_dated_backup(settings, tmp_path / "to", None, None, as_json=True)

    assert len(_names(tmp_path / "to")) == len(OLD) + 2
    assert _names(tmp_path / "keys") == [*OLD, "by-hand"]


def test_nothing_goes_while_the_new_one_is_not_proven(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no ledger")

    with pytest.raises(Fault):
        make_dated_backup(settings, tmp_path / "to", tmp_path / "keys", 2, as_json=True)

    assert _names(tmp_path / "to") == [*OLD, "by-hand"]


def test_keeping_wants_dated_folders(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["backup", "--to", str(tmp_path / "to"), "--keep", "3"])

    assert done.exit_code == 2
