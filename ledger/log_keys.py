"""The keys by which checkpoints are signed, in a file of their own, and beside it what was signed last.

The file holds one private key a line, as c2sp.org and Go write them; the first names the ledger. To change keys, add a
line, let both sign for as long as others need to learn the new one, and take the old line away: its public key stays
listed in the ledger and in every export.
"""

import os
import secrets
from pathlib import Path

from ledger.errors import Damaged
from ledger.private import private_file
from waakvlam.errors import NotProven
from waakvlam.notes import Checkpoint, Note, PrivateKey, PublicKey

REMEMBERED = ".signed"


class LogKeys:
    """The private keys of one ledger's checkpoints."""

    def __init__(self, path: Path, keys: list[PrivateKey]) -> None:
        self._path = path
        self._keys = keys

    @classmethod
    def at(cls, path: Path, name: str) -> "LogKeys":
        """Read the file, or make it with a first key under this name; raises Damaged when it holds something else."""
        private_file(path)
        lines = path.read_text("utf-8").splitlines()
        if not lines:
            lines = [PrivateKey.make(name, secrets.token_bytes(32)).text()]
            replace(path, f"{lines[0]}\n".encode())
        try:
            keys = [PrivateKey.read(line) for line in lines if line.strip()]
        except NotProven:
            keys = []
        if not keys or len({one.name for one in keys}) > 1:
            raise Damaged(f"{path} does not hold private keys of one ledger, one a line: is it the right file?")
        return cls(path, keys)

    @property
    def origin(self) -> str:
        """The name by which others know this ledger."""
        return self._keys[0].name

    def public(self) -> list[PublicKey]:
        """Return the public keys that go with them."""
        return [one.public() for one in self._keys]

    def signed(self, checkpoint: Checkpoint) -> str:
        """Return a checkpoint signed by every key."""
        text = checkpoint.text()
        return text + "\n" + "".join(one.signature(text) for one in self._keys)

    def last_signed(self) -> list[Checkpoint]:
        """Return what was signed last, as this file's neighbour says; nothing when nothing was."""
        try:
            text = self._remembered.read_text("utf-8")
        except FileNotFoundError:
            return []
        try:
            return [Note.read(text).checkpoint]
        except NotProven as error:
            raise Damaged(
                f"{self._remembered} does not hold the checkpoint that was signed last. Put it back from a backup, or, "
                "when you know why it changed, take it away"
            ) from error

    def remember(self, note: str, checkpoint: Checkpoint) -> None:
        """Note what is about to be signed, durably, unless something later was."""
        if all(one.day < checkpoint.day for one in self.last_signed()):
            replace(self._remembered, note.encode())

    @property
    def _remembered(self) -> Path:
        return self._path.with_name(self._path.name + REMEMBERED)


def replace(path: Path, content: bytes) -> None:
    """Give a file another content, for our user alone: whole and durable, or not at all."""
    new = private_file(path.with_name(path.name + ".new"))
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
