"""Witnessing: an agency keeps what it has seen of the ledger, and cosigns only what continues it (c2sp.org/tlog-witness).

    witness = Witness(folder, name="politie-nn", keys=[PublicKey.read("…")])
    newest = witness.see(texts)                     # what stands on the topic `checkpoints`, in order
    message = witness.message(newest, municipality="0014", at=clock.now())

What was seen is on the disk before anything is signed. A ledger that was rewritten raises NotProven, and what was seen
stays: it is the evidence.
"""

import base64
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from waakvlam.clock import instant_of, micros_of
from waakvlam.errors import NotProven
from waakvlam.messages import CheckpointWitnessed
from waakvlam.notes import WITNESS, Checkpoint, Note, PrivateKey, PublicKey, to_base64
from waakvlam.proof import Growth, verify_growth

KEY_FILE, SEEN_FILE = "witness.key", "seen.checkpoint"
_KEY_MARK, _ROOT_MARK = "ed25519:", "sha256:"
_SECOND = 1_000_000


class Witness:
    """One agency's witness; `folder` holds its private key, made when missing, and the last checkpoint that it saw."""

    def __init__(self, folder: Path, *, name: str, keys: Sequence[PublicKey]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._trusted = keys
        self._key = _key_in(folder / KEY_FILE, name)

    @property
    def public_key(self) -> PublicKey:
        """The key by which others check its cosignatures."""
        return self._key.public(WITNESS)

    def seen(self) -> Checkpoint | None:
        """Return the last checkpoint that it saw; None when it saw none yet. Raises NotProven when its file is damaged."""
        try:
            text = (self._folder / SEEN_FILE).read_text("utf-8")
        except FileNotFoundError:
            return None
        return Note.read(text).checkpoint

    def see(self, texts: Iterable[str]) -> Checkpoint | None:
        """Look at checkpoints in order; return the newest when it is a new one, None when there is nothing new.

        Raises NotProven when one is not signed by a trusted key or does not continue what was seen before.
        """
        before = found = self.seen()
        for text in texts:
            found = self._next(text, found)
        if found is None or (before and found == before):
            return None
        return found

    def message(self, checkpoint: Checkpoint, *, municipality: str, at: datetime) -> CheckpointWitnessed:
        """Return the event by which a checkpoint that was seen is cosigned at an instant."""
        seconds = micros_of(at) // _SECOND
        line = self._key.cosignature(checkpoint.text(), seconds)
        (_, _, signature), *_ = Note.read(f"{checkpoint.text()}\n{line}").signatures
        return CheckpointWitnessed.from_json(
            {
                "occurred_at": at,
                "municipality": municipality,
                "log": checkpoint.origin,
                "day": checkpoint.day,
                "size": checkpoint.size,
                "root": _ROOT_MARK + checkpoint.root.hex(),
                "witness": self._key.name,
                "public_key": _marked(self.public_key.raw),
                "signed_at": instant_of(seconds * _SECOND),
                "signature": _marked(signature[8:]),
            }
        )

    def _next(self, text: str, before: Checkpoint | None) -> Checkpoint:
        found = Note.read(Growth.read(text).checkpoint).checkpoint
        if before and found.day <= before.day:
            if found.day == before.day and found != before:
                raise NotProven(
                    f"Van {found.day} zijn twee verschillende controlepunten: het grootboek toont niet iedereen hetzelfde. "
                    "Bewaar beide en bel de beheerder."
                )
            return before
        verify_growth(text, before, self._trusted)
        _write(self._folder / SEEN_FILE, Growth.read(text).checkpoint)
        return found


def cosigned(data: Mapping[str, Any]) -> tuple[Checkpoint, PublicKey]:
    """Return which checkpoint a `checkpoint_witnessed` is about and with which key; raises NotProven when it is not signed so.

    `data` are its fields as plain JSON values.
    """
    try:
        root = bytes.fromhex(data["root"].removeprefix(_ROOT_MARK))
        key = PublicKey(data["witness"], WITNESS, _unmarked(data["public_key"]))
        seconds = micros_of(datetime.fromisoformat(data["signed_at"])) // _SECOND
        signature = seconds.to_bytes(8, "big") + _unmarked(data["signature"])
    except (ValueError, OverflowError) as error:
        raise NotProven("Deze medeondertekening heeft niet de vorm die zij hoort te hebben.") from error
    checkpoint = Checkpoint(data["log"], data["size"], root, data["day"])
    line = f"— {key.name} {to_base64(key.id + signature)}\n"
    if key not in Note.read(f"{checkpoint.text()}\n{line}").signers([key]):
        raise NotProven("Deze medeondertekening is niet met deze sleutel gezet.")
    return checkpoint, key


def _key_in(path: Path, name: str) -> PrivateKey:
    if not path.exists():
        _write(path, PrivateKey.make(name, secrets.token_bytes(32)).text() + "\n")
    return PrivateKey.read(path.read_text("utf-8"))


def _write(path: Path, text: str) -> None:
    """Give a file another content, for our user alone: whole and durable, or not at all."""
    new = path.with_name(path.name + ".new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
    new.replace(path)


def _marked(data: bytes) -> str:
    return _KEY_MARK + base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unmarked(text: str) -> bytes:
    encoded = text.removeprefix(_KEY_MARK)
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
