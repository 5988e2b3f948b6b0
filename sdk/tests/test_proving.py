"""`verify` and what lies behind `witness` and `proofs`, without Kafka: kept proofs hold or are said not to."""

from pathlib import Path
from typing import Self

import pytest
from typer.testing import CliRunner

from waakvlam import cli, merkle, proving
from waakvlam.errors import NotProven
from waakvlam.merkle import leaf_hash
from waakvlam.notes import Checkpoint, PrivateKey
from waakvlam.proof import Inclusion
from waakvlam.receipt import Proof, decode_proof, encode_proof, is_proof
from waakvlam.settings import KafkaSettings

KEY = PrivateKey.make("waakvlam.example/proef", bytes([4] * 32))
RECORDS = [b"first", b"second"]


def proof_of(record: bytes, event_id: str) -> Proof:
    leaves = [leaf_hash(one) for one in RECORDS]
    text = Checkpoint(KEY.name, 2, merkle.full_root(leaves), "2026-11-26").text()
    path = (leaves[1],) if record == RECORDS[0] else (leaves[0],)
    proof = Inclusion(RECORDS.index(record), path, f"{text}\n{KEY.signature(text)}").text()
    return Proof(id=event_id, position=RECORDS.index(record) + 1, record=record, proof=proof)


class Played:
    """What comes in, in the place of Kafka."""

    def __init__(self, *found: Proof) -> None:
        self.found = found

    def until_quiet(self) -> tuple[Proof, ...]:
        return self.found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_a_proof_goes_over_the_wire_and_is_no_receipt() -> None:
    proof = proof_of(b"first", "e-1")

    assert decode_proof(encode_proof(proof)) == proof
    assert is_proof(encode_proof(proof))


def test_what_came_in_is_kept_under_a_safe_name_and_checked_anew_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = proof_of(b"first", "a/../b")
    bad = Proof(id="bad", position=2, record=b"changed", proof=good.proof)
    monkeypatch.setattr(proving, "proofs", lambda *_: Played(good, bad))
    (tmp_path / "public.key").write_text(f"{KEY.public()}\n\n")
    keys = proving.trusted_keys([str(tmp_path / "public.key")])
    first, second = proving.keep_proofs("politie-nn", KafkaSettings(bootstrap="nowhere"), tmp_path / "kept", keys)
    files = [str(tmp_path / "kept" / f"a%2F..%2Fb.{kind}") for kind in ("record", "tlog-proof")]
    told = CliRunner().invoke(cli.app, ["verify", *files, "--trust", str(KEY.public())])

    assert (first.wrong, second.wrong != "") == ("", True)
    assert told.exit_code == 0
    assert "waakvlam.example/proef aan het einde van 2026-11-26" in told.stdout


def test_a_proof_that_does_not_hold_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "record").write_bytes(b"second")
    (tmp_path / "proof").write_text(proof_of(b"first", "e-1").proof)
    told = CliRunner().invoke(
        cli.app, ["verify", str(tmp_path / "record"), str(tmp_path / "proof"), "--trust", str(KEY.public())]
    )

    assert told.exit_code == 5
    assert "niet de vastlegging" in told.stderr


def test_what_is_no_key_is_not_trusted() -> None:
    with pytest.raises(NotProven):
        proving.trusted_keys(["nonsense"])
