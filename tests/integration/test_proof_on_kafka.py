"""Checkpoints, proofs and witnesses on a real Kafka, with intake as a process of its own on a fast clock."""

import io
import time
from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli.kafka_admin import apply_matrix
from ledger.application import Ledger
from ledger.export import write_export
from ledger.fsck import Examiner
from services.intake.testing import NOON, report
from tests.integration.test_intake_service import Site
from waakvlam import cli, proving
from waakvlam.clock import FastClock
from waakvlam.kafka import checkpoints
from waakvlam.notes import PublicKey
from waakvlam.proof import verify_growth
from waakvlam.settings import KafkaSettings
from waakvlam.witness import Witness

pytestmark = pytest.mark.real
POLICE = "politie-nn"
WITHIN_SECONDS = 120
DAYS_A_SECOND = 0.25


def wait_for(what, seconds=WITHIN_SECONDS):
    """Return what comes out as soon as it is something; fail when it stays nothing for too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.2)  # between two looks
    raise AssertionError("it did not come in time")


def test_an_agency_gets_its_proof_and_witnesses_the_ledger(own_broker, tmp_path):
    apply_matrix(KafkaSettings(bootstrap=own_broker.bootstrap))
    clock = FastClock(start=NOON, anchor=time.time(), rate=86_400 * DAYS_A_SECOND, until=NOON + 10**15)
    site = Site(tmp_path, own_broker.bootstrap)
    site.surroundings["WAAKVLAM_CLOCK"] = clock.setting()
    reach = KafkaSettings(bootstrap=own_broker.bootstrap, patience_seconds=30)

    def agency(command, *options):
        told = CliRunner().invoke(cli.app, [command, "--agency", POLICE, "--bootstrap", own_broker.bootstrap, *options])
        assert told.exit_code == 0, told.stderr
        return told.stdout

    def signed():
        with checkpoints(reach) as reader:
            return list(reader.until_quiet(1.0))

    def proven():
        return agency("proofs", "--trust", str(tmp_path / "public.key"), "--folder", str(tmp_path / "proofs"))

    def witnessed():
        own = Witness(tmp_path / "w", name=POLICE, keys=[PublicKey.read(public_key())])
        return proving.witness(POLICE, reach, own, municipality="0014", clock=clock)

    def in_the_ledger():
        with closing(Ledger.open(site.url, clock=clock)) as ledger:
            return any(b"checkpoint_witnessed" in one.body for one in ledger.notifications(after=0, limit=1000))

    def public_key():
        with closing(Ledger.open(site.url, clock=clock)) as ledger:
            return ledger.proofs.public_keys()[0]

    with site.intake():
        site.send(report(POLICE, "mine", reference="d-1", headers={"waakvlam_proof": b"1"}))
        found = wait_for(signed)
        (tmp_path / "public.key").write_text(public_key())
        assert wait_for(proven) == "mine: bewezen\n"
        assert wait_for(witnessed)
        wait_for(in_the_ledger)

    trusted, seen = [PublicKey.read(public_key())], None
    for text in found:
        seen = verify_growth(text, seen, trusted)
    with closing(Ledger.open(site.url, clock=clock)) as ledger:
        write_export(ledger, tmp_path / "export")
    examiner = Examiner(trusted)

    assert list(examiner.examine(io.BytesIO((tmp_path / "export").read_bytes()))) == []
    assert list(examiner.checkpoints.witnesses) == [POLICE]
    kept = [str(tmp_path / "proofs" / f"mine.{kind}") for kind in ("record", "tlog-proof")]
    told = CliRunner().invoke(cli.app, ["verify", *kept, "--trust", str(tmp_path / "public.key")])
    assert (told.exit_code, told.stdout[:8]) == (0, "Bewezen:")
