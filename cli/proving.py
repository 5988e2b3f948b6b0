"""`waakvlam fsck`, `export --whole`, `proof` and `checkpoints`: the ledger as something that proves itself."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.looked import Looker, seen_whole
from cli.screen import progress, result
from cli.settings import Settings
from ledger.export import write_export
from ledger.fsck import Examiner, Flaw
from ledger.proofs import Signed
from services.board.rights import Action
from waakvlam.clock import SystemClock
from waakvlam.errors import NotProven
from waakvlam.notes import Checkpoint, Note, PublicKey
from waakvlam.proof import Growth, Inclusion

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of `fsck`: the file, the keys that are trusted, checkpoints that were seen before, how much to show."""

    export: str
    keys: Sequence[str]
    seen: Sequence[Path]
    shown: int


def export_whole(settings: Settings, looker: Looker, file: Path) -> None:
    """Write every record, checkpoint and public key to a file, whole or not at all, once the look at its cases is logged."""
    began = time.monotonic()
    with ledger_at(settings.ledger_url, SystemClock()) as ledger:
        head = seen_whole(ledger, settings, looker)
        end = write_export(ledger, file, until=head)
    speed = round(end.records / max(time.monotonic() - began, 1e-9))
    progress(f"{file}: {end.records} records, {end.checkpoints} checkpoints; {speed} records a second.")


def check(wish: Wish, *, as_json: bool) -> None:
    """Examine an export and tell what is wrong with it; ends with DIFFERS when anything is."""
    examiner = Examiner(_keys(wish.keys), [_checkpoint(file) for file in wish.seen])
    began = time.monotonic()
    flaws, count = _flaws(examiner, wish)
    if not examiner.is_export:
        raise Ends(Exit.REFUSED, f"{wish.export} is no export. Make one with: waakvlam export --whole FILE")
    told = {**_summary(examiner), "flaws": count, "seconds": round(time.monotonic() - began, 3)}
    lines = [str(one) for one in flaws]
    if count > len(flaws):
        lines.append(f"{count - len(flaws)} more are not shown; ask for them with --show {count}.")
    result({**told, "found": [_json(one) for one in flaws]}, as_json=as_json, lines=[*lines, *_words(told, examiner)])
    if count:
        raise Ends(Exit.DIFFERS, f"{count} flaws. Keep this export, make another one, and see docs/how-to/prove.md.")


def show_proof(settings: Settings, event: str, record_file: Path | None, looker: Looker) -> None:
    """Print the proof that an event is in the ledger; write its record, which the proof is about, to a file: that is a look."""
    with ledger_at(settings.ledger_url, SystemClock()) as ledger:
        found = ledger.record(event)
        if found is None:
            raise Ends(
                Exit.REFUSED, f"There is no event {event} in this ledger. `waakvlam export` shows which there are."
            )
        last = ledger.proofs.latest()
        if last is None or last.size < found[0]:
            raise Ends(Exit.REFUSED, f"Event {event} is not under a checkpoint yet. Try again when its day is over.")
        body, path = ledger.proofs.inclusion(found[0], last.size)
    if record_file:
        if not found[1].caseless:
            looker.sees(settings, found[1].case, Action.TAKE_CASE_OUT)
        record_file.write_bytes(body)
    text = Inclusion(found[0] - 1, path, Growth.read(last.growth).checkpoint).text()
    sys.stdout.write(text)


def show_checkpoints(url: str, *, as_json: bool) -> None:
    """Print the checkpoints that were signed, and the public keys of this ledger."""
    with ledger_at(url, SystemClock()) as ledger:
        signed, keys = ledger.proofs.checkpoints(), ledger.proofs.public_keys()
    lines = [f"{one.day}  {one.size:>12}  {_root(one)}" for one in signed]
    told = [{"day": one.day, "records": one.size, "root": _root(one)} for one in signed]
    result({"keys": keys, "checkpoints": told}, as_json=as_json, lines=[*lines, *(f"key {one}" for one in keys)])


def _flaws(examiner: Examiner, wish: Wish) -> tuple[list[Flaw], int]:
    """Return the first flaws, as many as are shown, and how many there are."""
    shown: list[Flaw] = []
    count = 0
    with _opened(wish.export) as file:
        for count, flaw in enumerate(examiner.examine(file), 1):  # noqa: B007 - counted
            if len(shown) < wish.shown:
                shown.append(flaw)
    return shown, count


def _opened(file: str) -> BinaryIO:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise Ends(
            Exit.UNREACHABLE, f"{file} cannot be read: {error.strerror}. Give a file of: waakvlam export --whole"
        ) from error


def _keys(given: Sequence[str]) -> list[PublicKey] | None:
    try:
        return [PublicKey.read(_text(one)) for one in given] or None
    except NotProven as error:
        raise Ends(
            Exit.USAGE, "--key: that is no public key, nor a file with one. `waakvlam checkpoints` shows them."
        ) from error


def _text(given: str) -> str:
    """Return what stands in a file, or the text itself when there is none of that name."""
    return Path(given).read_text("utf-8") if len(given) < 250 and Path(given).is_file() else given


def _checkpoint(file: Path) -> Checkpoint:
    try:
        text = file.read_text("utf-8")
        return Note.read(text.partition("\n\n")[2] if text.startswith("old ") else text).checkpoint
    except (NotProven, OSError, ValueError) as error:
        raise Ends(
            Exit.USAGE, f"--seen {file}: that is no checkpoint. Give the file that `waakvlam-agency witness` keeps."
        ) from error


def _summary(examiner: Examiner) -> dict[str, Any]:
    last = examiner.checkpoints.last
    return {
        "ledger": examiner.checkpoints.origin,
        "records": examiner.frontier.size,
        "cases": examiner.records.cases,
        "checkpoints": examiner.checkpoints.count,
        "signed_until": last.day if last else None,
        "records_not_signed_yet": examiner.frontier.size - (last.size if last else 0),
        "witnesses": {agency: one.day for agency, one in sorted(examiner.checkpoints.witnesses.items())},
        "trusts": "the keys that were given" if examiner.trusted is not None else "the keys in the export",
    }


def _words(told: dict[str, Any], examiner: Examiner) -> list[str]:
    verdict = "In order." if not told["flaws"] else "NOT in order."
    lines = [
        f"{verdict} {told['records']} records of {told['cases']} cases, {told['checkpoints']} checkpoints.",
        f"Signed until {told['signed_until'] or 'never'}; {told['records_not_signed_yet']} records after that.",
        *(f"Witnessed by {agency} until {day}." for agency, day in told["witnesses"].items()),
    ]
    if examiner.trusted is None:
        lines.append(
            "The signatures were checked with the keys in the export itself: give --key to trust nobody's word."
        )
    progress(f"{round(told['records'] / max(told['seconds'], 1e-3))} records a second.")
    return lines


def _json(flaw: Flaw) -> dict[str, Any]:
    return {"line": flaw.line, "position": flaw.position, "kind": flaw.kind, "what": flaw.what}


def _root(signed: Signed) -> str:
    return Note.read(Growth.read(signed.growth).checkpoint).text.split("\n")[2]
