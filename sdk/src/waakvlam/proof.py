"""Proof that an event is in the ledger, to be kept and checked without us: c2sp.org/tlog-proof and tlog-witness texts.

    verify_inclusion(record, proof, [PublicKey.read("…")])      # returns the checkpoint that the record is under

`record` are the exact bytes of the ledger's record of your event, `proof` is the text that came with it. What is about
a person is in the record only sealed: the proof covers it as it was sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waakvlam import merkle
from waakvlam.errors import NotProven
from waakvlam.merkle import HASH_BYTES
from waakvlam.notes import Checkpoint, PublicKey, from_base64, to_base64, trusted

_FIRST = "c2sp.org/tlog-proof@v1"
_CHECKPOINT_AFTER = "\n\n"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The place of a record (from 0), the hashes from its neighbour to the root, and the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def read(cls, text: str) -> "Inclusion":
        """Return the proof that a text holds; raises NotProven when it holds none."""
        head, blank, checkpoint = text.partition(_CHECKPOINT_AFTER)
        lines = head.split("\n")
        if blank and lines[0] == _FIRST and len(lines) > 1 and lines[1].startswith("extra "):
            del lines[1]
        if not blank or lines[0] != _FIRST or len(lines) < 2:
            raise NotProven(f"Dit is geen bewijs van opname: de eerste regel hoort {_FIRST} te zijn.")
        return cls(_counted(lines[1], "index"), _hashes(lines[2:]), checkpoint)

    def text(self) -> str:
        """Return the proof as `read` reads it."""
        lines = [_FIRST, f"index {self.index}", *map(to_base64, self.path)]
        return "\n".join(lines) + _CHECKPOINT_AFTER + self.checkpoint


@dataclass(frozen=True, slots=True)
class Growth:
    """A signed checkpoint with the proof that the tree of `old` records is its beginning: what a witness is given."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def read(cls, text: str) -> "Growth":
        """Return what a text holds; raises NotProven when it is not of this form."""
        head, blank, checkpoint = text.partition(_CHECKPOINT_AFTER)
        lines = head.split("\n")
        if not blank:
            raise NotProven("Dit is geen controlepunt met een bewijs van groei.")
        return cls(_counted(lines[0], "old"), _hashes(lines[1:]), checkpoint)

    def text(self) -> str:
        """Return it as `read` reads it."""
        return "\n".join([f"old {self.old}", *map(to_base64, self.path)]) + _CHECKPOINT_AFTER + self.checkpoint


def verify_inclusion(record: bytes, proof: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Return the checkpoint that a record is proven to be under; raises NotProven with a Dutch sentence when it is not.

    `keys` are the ledger's public keys, as you got them from its operators: not from whoever gave you the proof.
    """
    found = Inclusion.read(proof)
    checkpoint = trusted(found.checkpoint, keys)
    leaf = merkle.leaf_hash(record)
    root = merkle.root_by_inclusion(leaf, index=found.index, size=checkpoint.size, path=found.path)
    if root != checkpoint.root:
        raise NotProven("Dit is niet de vastlegging waar het bewijs over gaat, of een van beide is veranderd.")
    return checkpoint


def verify_growth(text: str, before: Checkpoint | None, keys: Iterable[PublicKey]) -> Checkpoint:
    """Return the checkpoint of a growth when it continues what was seen before; raises NotProven when it does not.

    Without `before` nothing was seen: only the signature is checked.
    """
    found = Growth.read(text)
    checkpoint = trusted(found.checkpoint, keys)
    if before is None:
        return checkpoint
    if checkpoint.origin != before.origin or found.old != before.size:
        raise NotProven(f"Dit bewijs begint bij {found.old} vastleggingen; gezien zijn er {before.size}.")
    if not merkle.is_consistent(before.size, before.root, checkpoint.size, checkpoint.root, found.path):
        raise NotProven(
            f"Het grootboek van {checkpoint.size} vastleggingen is geen voortzetting van dat van {before.size}: "
            "er is iets veranderd of weggehaald. Bewaar beide controlepunten en bel de beheerder."
        )
    return checkpoint


def _counted(line: str, name: str) -> int:
    word, _, number = line.partition(" ")
    if word != name or not number.isascii() or not number.isdigit() or str(int(number)) != number:
        raise NotProven(f"In dit bewijs ontbreekt de regel {name} met een getal.")
    return int(number)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    found = tuple(data for data in map(from_base64, lines) if data is not None and len(data) == HASH_BYTES)
    if len(found) != len(lines) or len(found) > merkle.PATH_MAX:
        raise NotProven("Een regel van dit bewijs is geen SHA-256 in base64.")
    return found
