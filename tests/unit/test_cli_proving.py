"""`waakvlam fsck`, `export --whole`, `proof` and `checkpoints`: what they print, and how they end."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger import record
from ledger.application import Ledger
from ledger.database import open_database
from ledger.sealing import FileKeyStore
from services.board.access.looks import LookLog
from services.intake.testing import NOON
from tests.promise.test_whole_export import lived
from waakvlam.clock import FixedClock
from waakvlam.notes import PublicKey
from waakvlam.proof import verify_inclusion

RUNNER = CliRunner()


def call(*arguments):
    return RUNNER.invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with a ledger of some days, its export, and what a witness has seen."""
    folder = tmp_path_factory.mktemp("site")
    clock = FixedClock(NOON)
    keys = FileKeyStore(folder / "keys.db", clock=clock)
    with closing(keys), closing(Ledger.open(url(folder), clock=clock, keys=keys)) as ledger:
        lived(ledger, clock, folder / "checkpoint.key")
        (folder / "public.key").write_text(ledger.proofs.public_keys()[0] + "\n")
        (folder / "seen").write_text(ledger.proofs.checkpoints()[1].growth)
    assert call("export", "--whole", folder / "export", "--ledger", url(folder)).exit_code == Exit.OK
    return folder


def url(folder):
    return f"sqlite:///{folder / 'ledger.db'}"


def test_an_export_in_order_ends_well_and_says_by_whose_word(site):
    given = call("fsck", site / "export", "--key", site / "public.key", "--seen", site / "seen", "--json")
    believed = call("fsck", site / "export")
    told = json.loads(given.stdout)

    assert given.exit_code == believed.exit_code == Exit.OK
    assert (told["records"], told["flaws"], told["found"], told["trusts"]) == (20, 0, [], "the keys that were given")
    assert "give --key" in believed.stdout


def test_an_export_with_flaws_shows_as_many_as_are_asked_for_and_ends_with_a_difference(site, tmp_path):
    lines = (site / "export").read_bytes().splitlines(keepends=True)
    (tmp_path / "changed").write_bytes(b"".join([*lines[:3], *lines[5:]]))
    told = call("fsck", tmp_path / "changed", "--show", "1")
    as_json = json.loads(call("fsck", tmp_path / "changed", "--show", "1", "--json").stdout)

    assert told.exit_code == Exit.DIFFERS
    assert "position 2 (line 4): missing: positions 2 to 3 are missing" in told.stdout
    assert "more are not shown" in told.stdout
    assert "NOT in order" in told.stdout
    assert "see docs/how-to/prove.md" in told.stderr
    assert as_json["flaws"] > len(as_json["found"]) == 1
    assert as_json["found"][0] == {"line": 4, "position": 2, "kind": "missing", "what": "positions 2 to 3 are missing before this one: taken away or moved"}  # fmt: skip


def test_what_is_no_export_no_key_and_no_checkpoint_is_refused_with_a_next_step(site, tmp_path):
    (tmp_path / "other").write_text("something else")
    wrong = {
        Exit.REFUSED: call("fsck", tmp_path / "other"),
        Exit.UNREACHABLE: call("fsck", tmp_path / "nowhere"),
    }

    assert {code: one.exit_code for code, one in wrong.items()} == {code: code for code in wrong}
    for option in ("--key", "--seen"):
        told = call("fsck", site / "export", option, tmp_path / "other")
        assert (told.exit_code, option in told.stderr) == (Exit.USAGE, True)


def test_a_proof_is_printed_and_holds(site, tmp_path):
    told = call("proof", "r-1-1", "--ledger", url(site), "--record", tmp_path / "record")
    key = PublicKey.read((site / "public.key").read_text())

    assert told.exit_code == Exit.OK
    assert verify_inclusion((tmp_path / "record").read_bytes(), told.stdout, [key]).day == "2025-11-27"
    with closing(open_database(f"sqlite:///{site}/looks.db")) as database:
        (last,) = LookLog(database, FixedClock(1)).find(limit=1)
    assert (last.name, last.case_id) == ("take_case_out", record.decode((tmp_path / "record").read_bytes()).case)


def test_an_event_that_is_not_there_or_not_signed_yet_has_no_proof(site):
    absent, early = (call("proof", one, "--ledger", url(site)) for one in ("nobody", "r-3-0"))

    assert (absent.exit_code, early.exit_code) == (Exit.REFUSED, Exit.REFUSED)
    assert "There is no event nobody" in absent.stderr
    assert "Try again when its day is over" in early.stderr


def test_checkpoints_and_keys_are_listed(site):
    told = json.loads(call("checkpoints", "--ledger", url(site), "--json").stdout)

    assert [one["day"] for one in told["checkpoints"]] == ["2025-11-25", "2025-11-26", "2025-11-27"]
    assert [one["records"] for one in told["checkpoints"]] == [5, 10, 15]
    assert told["keys"] == [(site / "public.key").read_text().strip()]


def test_an_export_over_another_one_replaces_it(site, tmp_path):
    (tmp_path / "export").write_text("earlier")
    told = call("export", "--whole", tmp_path / "export", "--ledger", url(site))

    assert "20 records, 3 checkpoints" in told.stderr
    assert (tmp_path / "export").read_bytes() == (site / "export").read_bytes()
