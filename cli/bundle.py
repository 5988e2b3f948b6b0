"""`waakvlam support-bundle`: what somebody who helps must know about this installation, and nothing about a case or a person.

Each part is a file, made by itself: what cannot be had says why and keeps nothing else out. No record, no sealed part, no
dead letter and no row of a view is read; logs pass `cli.redact`. Before anything is written, every byte is searched for the
secrets that this machine holds.
"""

import asyncio
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli import bundle_parts as parts
from cli import redact
from cli.asking import own_page
from cli.doctor import examine_from
from cli.exits import Ends, Exit
from cli.programs import SERVICES
from cli.screen import result
from cli.settings import Settings
from cli.status import status_now
from cli.status_lines import screen
from ledger.errors import LedgerError
from ledger.private import private_file
from waakvlam.clock import SystemClock
from waakvlam.errors import WaakvlamError

ENDING = ".tar.gz"
LOG_BYTES_MAX = 200_000
ABOUT = """What is in here, made by `waakvlam support-bundle`. Nothing of it is about a case or a person, and no secret is in it;
look for yourself before you send it.

versions.json    Waakvlam, Python, the system, the packages that matter, SQLite, the tables' layout
settings.json    every WAAKVLAM_ setting; what may be a secret only says that it is set
doctor.json      what is reachable and what is not
status.json/.txt how everything is, what is wrong first
kafka.json       topics with their settings, how far each reaches, how far each reader came
tables.json      how many rows each table has, and its size
agreements.json  SHA-256 of each file of the agreements
metrics/         the numbers of each part that answers
logs/            the last lines of each log: words of the program's own text, numbers of at most six digits, names of parts
"""


def make_bundle(settings: Settings, data: Path | None, file: Path, *, as_json: bool) -> None:
    """Write the bundle, and print what is in it; ends when the file is there already or a secret would go along."""
    if not file.name.endswith(ENDING):
        raise Ends(Exit.USAGE, f"{file} must end in {ENDING}: that is what is made.")
    if file.exists():
        raise Ends(Exit.USAGE, f"{file} is there already. Give another name.")
    found = dict(gathered(settings, data))
    if leaking := parts.leaking(found, parts.secrets_of(settings)):
        raise Ends(
            Exit.FAULT, f"A secret would go along in {', '.join(leaking)}; nothing was written. Tell the developers."
        )
    private_file(file).write_bytes(packed(found, int(SystemClock().micros() / 1e6)))
    lines = [
        f"{file}: {len(found)} files. Nothing in it is about a case or a person; look for yourself before you send it."
    ]
    result({"file": str(file), "holds": sorted(found)}, as_json=as_json, lines=lines)


def gathered(settings: Settings, data: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the bundle, by name."""
    yield "ABOUT.txt", ABOUT.encode()
    status = status_now(settings)
    yield "status.txt", "\n".join(screen(status)).encode()
    for name, make in _parts(settings, data).items():
        yield name, json.dumps(_made(make), indent=2, ensure_ascii=False, default=str).encode()
    yield "status.json", json.dumps(status, indent=2).encode()
    for part in (*SERVICES, "watch"):
        if page := own_page(settings, part):
            yield f"metrics/{part}.txt", page.encode()
        with suppress(OSError):
            text = _end_of(settings.data / "logs" / f"{part}.log")
            yield f"logs/{part}.log", "\n".join(redact.lines_of(text)).encode()


def packed(files: dict[str, bytes], at: int) -> bytes:
    """Return the files as one archive, all of one moment (seconds since 1970)."""
    whole = io.BytesIO()
    with gzip.GzipFile(fileobj=whole, mode="wb", mtime=at) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for name, content in sorted(files.items()):
            one = tarfile.TarInfo(f"waakvlam-support/{name}")
            one.size, one.mtime, one.mode = len(content), at, 0o600
            archive.addfile(one, io.BytesIO(content))
    return whole.getvalue()


def _parts(settings: Settings, data: Path | None) -> dict[str, Callable[[], Any]]:
    return {
        "versions.json": lambda: parts.versions(settings),
        "settings.json": lambda: parts.settings_told(settings),
        "doctor.json": lambda: [one.as_json() for one in examine_from(data)],
        "kafka.json": lambda: asyncio.run(parts.kafka(settings)),
        "tables.json": lambda: parts.tables_of(settings),
        "agreements.json": lambda: parts.agreements(settings),
    }


def _made(make: Callable[[], Any]) -> Any:
    """Return a part, or why there is none: the kind of the error alone, for its words may hold anything."""
    try:
        return make()
    except (Ends, LedgerError, WaakvlamError, OSError, ValueError) as error:
        return {"not_had": type(error).__name__}


def _end_of(file: Path) -> str:
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - LOG_BYTES_MAX))
        text = log.read().decode("utf-8", "replace")
    return text.partition("\n")[2] if file.stat().st_size > LOG_BYTES_MAX else text
