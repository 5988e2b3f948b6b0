"""Agencies witness: what they cosigned is in the ledger and in every export, and another history is seen at once."""

import io
from contextlib import closing
from dataclasses import replace

import pytest

from ledger.application import Ledger
from ledger.export import write_export
from ledger.fsck import Examiner
from ledger.log_keys import LogKeys
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, Sent
from tests.promise.test_whole_export import lived
from waakvlam.clock import FixedClock
from waakvlam.errors import NotProven
from waakvlam.merkle import EMPTY_ROOT
from waakvlam.notes import Checkpoint, Note
from waakvlam.proof import Growth
from waakvlam.publisher import Publisher
from waakvlam.testing import Outbox
from waakvlam.witness import SEEN_FILE, Witness, cosigned

POLICE, CARE = "politie-nn", "ggz-noord"


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def ledger(tmp_path, clock):
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    with closing(keys), closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)) as one:
        lived(one, clock, tmp_path / "checkpoint.key")
        yield one


@pytest.fixture
def own(tmp_path):
    return LogKeys.at(tmp_path / "checkpoint.key", "unused")


@pytest.fixture
def witness(tmp_path, own, ledger):
    return Witness(tmp_path / POLICE, name=POLICE, keys=own.public())


def growths(ledger):
    return [one.growth for one in ledger.proofs.checkpoints()]


def send(ledger, clock, agency, message):
    """Let an agency publish a message, and intake take it in; return the receipt."""
    outbox = Outbox()
    Publisher(agency, outbox, clock).publish(message)
    (parcel,) = outbox.parcels
    desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
    return desk.take(Sent(parcel.topic, parcel.key, parcel.value, parcel.headers))[0]


def examined(ledger, tmp_path):
    write_export(ledger, tmp_path / "export")
    examiner = Examiner()
    return list(examiner.examine(io.BytesIO((tmp_path / "export").read_bytes()))), examiner


def test_what_a_witness_cosigned_is_an_event_like_any_other_and_fsck_tells_of_it(ledger, clock, own, witness, tmp_path):
    newest = witness.see(growths(ledger))
    message = witness.message(newest, municipality="0014", at=clock.now())
    receipt = send(ledger, clock, POLICE, message)
    flaws, examiner = examined(ledger, tmp_path)

    assert (receipt.verdict, newest.day) == ("accepted", "2025-11-27")
    assert flaws == []
    assert examiner.checkpoints.witnesses == {POLICE: newest}
    assert cosigned(message.model_dump(mode="json")) == (newest, witness.public_key)


def test_a_witness_signs_nothing_twice_and_goes_on_where_it_was(ledger, clock, own, witness, tmp_path):
    first, *others = growths(ledger)
    assert witness.see([first]).day == "2025-11-25"
    assert witness.see([first]) is None
    again = Witness(tmp_path / POLICE, name=POLICE, keys=own.public())

    assert again.public_key == witness.public_key
    assert again.see([first, *others]).day == "2025-11-27"
    assert again.see(growths(ledger)) is None
    assert Witness(tmp_path / "new", name=CARE, keys=own.public()).see([]) is None


def _signed(own, checkpoint, old=0, path=()):
    return Growth(old, path, own.signed(checkpoint)).text()


def test_a_ledger_that_was_rewritten_is_not_cosigned_and_what_was_seen_stays(ledger, own, witness, tmp_path):
    first, second, third = growths(ledger)
    seen = witness.see([first, second])
    before = (tmp_path / POLICE / SEEN_FILE).read_text()
    rewritten = [
        _signed(own, Checkpoint(own.origin, 15, bytes(32), "2025-11-27"), seen.size, Growth.read(third).path),
        _signed(own, Checkpoint(own.origin, 10, bytes(32), "2025-11-26"), 5),
        _signed(own, Checkpoint(own.origin, 3, bytes(32), "2025-11-27"), 0),
    ]

    for text in rewritten:
        with pytest.raises(NotProven, match=r"bel de beheerder|begint bij"):
            witness.see([text])
    assert (tmp_path / POLICE / SEEN_FILE).read_text() == before
    assert witness.see([third]).size == 15


def test_a_checkpoint_of_a_key_that_is_not_trusted_is_not_cosigned(ledger, tmp_path, witness):
    stranger = LogKeys.at(tmp_path / "stranger.key", "waakvlam.example/proef")

    with pytest.raises(NotProven, match="Geen van de sleutels"):
        witness.see([_signed(stranger, Checkpoint(stranger.origin, 1, EMPTY_ROOT, "2025-11-25"))])


def test_a_witness_who_saw_another_history_is_heard_by_whoever_examines_an_export(ledger, clock, own, tmp_path):
    """The operator shows the police another ledger than the one that is exported: their cosignature tells."""
    true = Note.read(Growth.read(growths(ledger)[0]).checkpoint).checkpoint
    shown = replace(true, root=bytes(32))
    fooled = Witness(tmp_path / POLICE, name=POLICE, keys=own.public())
    assert fooled.see([_signed(own, shown)]) == shown
    send(ledger, clock, POLICE, fooled.message(shown, municipality="0014", at=clock.now()))
    flaws, examiner = examined(ledger, tmp_path)

    assert [(one.kind, one.position) for one in flaws] == [("witness", 21)]
    assert "witnessed another ledger" in flaws[0].what
    assert examiner.checkpoints.witnesses == {}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"signature": "ed25519:" + "A" * 86}, "is none"),
        ({"public_key": "ed25519:AAAA"}, "is none"),
        ({"root": "sha256:zz"}, "is none"),
        ({"size": 7}, "is none"),
    ],
)
def test_what_is_no_cosignature_is_found(ledger, clock, own, witness, tmp_path, change, what):
    message = witness.message(witness.see(growths(ledger)), municipality="0014", at=clock.now())
    assert send(ledger, clock, POLICE, message.model_copy(update=change)).verdict == "accepted"
    flaws, _ = examined(ledger, tmp_path)

    assert [one.kind for one in flaws] == ["witness"]
    assert what in flaws[0].what


def test_a_cosignature_of_a_checkpoint_that_is_not_here_is_found(ledger, clock, own, witness, tmp_path):
    other = Checkpoint(own.origin, 7, bytes(32), "2025-11-25")
    send(ledger, clock, POLICE, witness.message(other, municipality="0014", at=clock.now()))
    flaws, _ = examined(ledger, tmp_path)

    assert [one.what for one in flaws] == [f"{POLICE} witnessed a checkpoint of 7 records that is not here"]
