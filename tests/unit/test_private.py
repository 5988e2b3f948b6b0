"""What a ledger keeps on disk is for its own user: folders, databases and what stands beside them."""

import stat

from cli.settings import Settings, leave_word
from ledger.application import Ledger
from ledger.database import open_database
from ledger.private import private_folder
from waakvlam.clock import FixedClock


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_databases_are_for_our_user_alone(tmp_path):
    folder = tmp_path / "deep" / "data"
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", clock=FixedClock(1))
    view = open_database(f"sqlite:///{folder}/board.db")
    view.create(["CREATE TABLE IF NOT EXISTS one (id text PRIMARY KEY)"])
    leave_word(Settings(data=folder))
    files = {one.name: mode(one) for one in folder.iterdir()}
    view.close()
    ledger.close()

    assert (mode(folder.parent), mode(folder)) == (0o700, 0o700)
    assert {"ledger.db", "ledger.db-wal", "board.db", "board.db-wal", "waakvlam.env"} <= files.keys()
    assert set(files.values()) == {0o600}


def test_what_is_there_already_stays_as_somebody_made_it(tmp_path):
    tmp_path.chmod(0o750)
    (tmp_path / "ledger.db").touch(mode=0o640)
    before = mode(tmp_path / "ledger.db")
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()

    assert mode(private_folder(tmp_path)) == 0o750
    assert mode(tmp_path / "ledger.db") == before
