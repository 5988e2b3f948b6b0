"""The look log in a backup: whole, proven, put back into either database, and never in the place of another."""

from contextlib import closing

import pytest

from cli.backup import make_backup
from cli.exits import Ends
from cli.restore_looks import looks_of, put_back_looks
from cli.settings import Settings
from ledger import backup, errors
from ledger.application import Ledger
from ledger.database import open_database
from ledger.sealing import FileKeyStore
from services.board import looks_copy as keeping
from services.board.saved import SavedViews
from tests.looks_site import CASE, THROWN, live, look, looks_in, opened
from tests.unit.test_board_looks import as_owner
from waakvlam.clock import FixedClock

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]


def place(request, tmp_path, name):
    return f"sqlite:///{tmp_path}/{name}" if request.param == "sqlite" else request.getfixturevalue("postgres")()


@pytest.fixture(params=KINDS)
def here(request, tmp_path):
    return place(request, tmp_path, "looks.db")


@pytest.fixture(params=KINDS)
def there(request, tmp_path):
    return place(request, tmp_path, "new/looks.db")


def test_what_is_put_back_is_what_was_there_in_either_database_and_goes_on(here, there, tmp_path):
    lines = live(here)
    copied = keeping.copy_out(here, tmp_path / "copy.db")
    assert (copied.lines, copied.broken_at) == (3, None)

    assert keeping.may_be_put_back(tmp_path / "copy.db", there)
    assert keeping.put_back(tmp_path / "copy.db", there) == copied

    again = opened(there)
    assert looks_in(there) == lines
    assert [one.explained for one in again.emergencies.unread("mdw-1", list)] == ["de buren bellen"]
    assert SavedViews(again.looks.database).of("mdw-1") == ["regel=ST-40"]
    again.looks.add_list(look(""), [CASE])
    assert again.looks.broken_at() is None
    with again.looks.database.reading() as t:
        assert t.value("SELECT count(*) FROM sessions") == 0
        assert t.rows(f"SELECT {THROWN} FROM thrown_away") == [(1, "login", 3, 1, 1, "region")]
    again.looks.database.close()


def test_a_log_that_went_on_is_newer_and_stays_and_another_is_never_replaced(tmp_path):
    url, copy = f"sqlite:///{tmp_path}/looks.db", tmp_path / "copy.db"
    live(url)
    keeping.copy_out(url, copy)
    access = opened(url)
    access.looks.add([look()])
    access.looks.database.close()
    assert not keeping.may_be_put_back(copy, url)

    live(f"sqlite:///{tmp_path}/another.db")
    with pytest.raises(errors.Conflict):
        keeping.may_be_put_back(copy, f"sqlite:///{tmp_path}/another.db")
    with pytest.raises(errors.Conflict):
        keeping.put_back(copy, f"sqlite:///{tmp_path}/another.db")


def test_a_chain_that_does_not_hold_is_copied_as_it_is_and_told(tmp_path):
    url = f"sqlite:///{tmp_path}/looks.db"
    live(url)
    with closing(open_database(url)) as database:
        as_owner(database, "DELETE FROM looks WHERE position = 2")

    copied = keeping.copy_out(url, tmp_path / "copy.db")

    assert (copied.lines, copied.broken_at) == (3, 2)


@pytest.fixture
def settings(tmp_path):
    found = Settings(data=tmp_path / "data")
    clock = FixedClock(0)
    with (
        closing(Ledger.open(found.ledger_url, clock=clock)),
        closing(FileKeyStore(tmp_path / "data/keys.db", clock=clock)),
    ):
        pass
    return found


def test_a_backup_holds_the_look_log_and_the_key_of_what_is_sealed_in_it(settings, tmp_path, capsys):
    live(settings.places()["WAAKVLAM_LOOKS"])
    (settings.data / keeping.OUTBOX_KEY).write_bytes(b"k" * 32)

    make_backup(settings, tmp_path / "b", tmp_path / "k", as_json=False)

    assert "The look log is in it too: 3 lines, and its chain holds." in capsys.readouterr().out
    assert backup.read(tmp_path / "b").manifest.beside["looks.db"]["lines"] == 3
    new = Settings(data=tmp_path / "new")
    with looks_of(new, backup.read(tmp_path / "b")) as copy:
        put_back_looks(new, copy)
    assert opened(new.places()["WAAKVLAM_LOOKS"]).looks.head()[0] == 3
    backup.read(tmp_path / "b")  # looking into it did not change it
    key = tmp_path / "new" / keeping.OUTBOX_KEY
    backup.put_back_keys(
        backup.read(tmp_path / "k"),
        tmp_path / "new/keys.db",
        tmp_path / "new/c.key",
        replace=False,
        others={key.name: key},
    )
    assert key.read_bytes() == b"k" * 32


def test_a_restore_says_what_it_does_with_looks_and_ends_where_another_log_stands(settings, tmp_path, capsys):
    place = settings.places()["WAAKVLAM_LOOKS"]
    make_backup(settings, tmp_path / "none", None, as_json=False)
    assert "There is no look log" in capsys.readouterr().out
    with looks_of(settings, backup.read(tmp_path / "none")) as copy:
        assert copy is None

    live(place)
    make_backup(settings, tmp_path / "b", None, as_json=False)
    with looks_of(settings, backup.read(tmp_path / "b")) as copy:
        assert copy is None
    assert "it stays" in capsys.readouterr().err

    other = Settings(data=tmp_path / "other")
    live(other.places()["WAAKVLAM_LOOKS"])
    with pytest.raises(Ends, match="never thrown away"), looks_of(other, backup.read(tmp_path / "b")):
        pass
