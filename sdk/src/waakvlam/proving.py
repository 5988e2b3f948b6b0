"""The commands `witness`, `proofs` and `verify` of `waakvlam-agency`: what an agency can prove, and lets others prove."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from waakvlam.clock import Clock
from waakvlam.errors import NotProven
from waakvlam.kafka import KafkaTransport, checkpoints, proofs
from waakvlam.notes import Checkpoint, PublicKey
from waakvlam.proof import verify_inclusion
from waakvlam.publisher import Publisher, new_id
from waakvlam.receipt import Proof
from waakvlam.settings import KafkaSettings
from waakvlam.witness import Witness

KEY_CHARACTERS_MAX = 250


@dataclass(frozen=True, slots=True)
class Kept:
    """A proof that came in: where it is kept, and why it does not hold, if it does not."""

    id: str
    file: str
    wrong: str = ""


def trusted_keys(given: Sequence[str]) -> list[PublicKey]:
    """Return public keys given as text or as the name of a file with one a line; raises NotProven when one is none."""
    texts = [
        line
        for one in given
        for line in (Path(one).read_text("utf-8").splitlines() if _is_file(one) else [one])
        if line.strip()
    ]
    return [PublicKey.read(one) for one in texts]


def witness(
    agency: str, settings: KafkaSettings, own: Witness, *, municipality: str, clock: Clock
) -> Checkpoint | None:
    """See all checkpoints, cosign the newest and send that; return it, or None when there was nothing new.

    Raises NotProven when the ledger does not continue what this witness saw before.
    """
    with checkpoints(settings) as reader:
        newest = own.see(reader.until_quiet())
    if newest is None:
        return None
    message = own.message(newest, municipality=municipality, at=clock.now())
    with Publisher(agency, KafkaTransport(settings), clock, start_sequence=None) as publisher:
        publisher.publish(message, id=new_id())
        publisher.flush()
    return newest


def keep_proofs(agency: str, settings: KafkaSettings, folder: Path, keys: Sequence[PublicKey]) -> Iterator[Kept]:
    """Write every proof that came in to a folder, with its record, and tell of each whether it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    with proofs(agency, settings) as reader:
        for one in reader.until_quiet():
            yield _keep(one, folder, keys)


def _keep(one: Proof, folder: Path, keys: Sequence[PublicKey]) -> Kept:
    file = folder / quote(one.id, safe="")
    file.with_name(file.name + ".record").write_bytes(one.record)
    file.with_name(file.name + ".tlog-proof").write_text(one.proof, "utf-8")
    try:
        verify_inclusion(one.record, one.proof, keys)
    except NotProven as error:
        return Kept(one.id, str(file), str(error))
    return Kept(one.id, str(file))


def _is_file(given: str) -> bool:
    return len(given) < KEY_CHARACTERS_MAX and Path(given).is_file()
