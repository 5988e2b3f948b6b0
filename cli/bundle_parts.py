"""The parts of a support bundle: versions, settings without secrets, Kafka, tables, digests; and the search for secrets."""

import hashlib
import platform
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

from cli.books import SERVERS, SQLITE, why_missing, without_password
from cli.doctor import quiet
from cli.kafka_admin import Admin
from cli.settings import Settings, given
from cli.watch import readers
from ledger import tables
from ledger.database import Statements, open_database
from ledger.errors import LedgerError
from ledger.streams.positions import Positions
from waakvlam.errors import WaakvlamError
from waakvlam.topics import topics

PACKAGES = ("waakvlam-platform", "waakvlam", "aiokafka", "faust-streaming", "kafka-python", "eventsourcing", "psycopg",
            "fastavro", "pydantic", "fastapi", "uvicorn", "prometheus-client")  # fmt: skip
STORES = {"ledger": "WAAKVLAM_LEDGER", "radar": "WAAKVLAM_RADAR", "triage": "WAAKVLAM_TRIAGE", "board": "WAAKVLAM_BOARD",
          "looks": "WAAKVLAM_LOOKS"}  # fmt: skip
SET = "<set>"
PLAIN = re.compile(r"[\d.]{1,12}|true|false|plaintext|sasl_ssl|DEBUG|INFO|WARNING|ERROR|", re.IGNORECASE)
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|HEARTBEAT_URL")
SECRET_CHARACTERS_MIN = 6
_TABLES_POSTGRES = """SELECT relname, reltuples::bigint, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE relkind = 'r' AND nspname = current_schema() ORDER BY relname"""


def versions(settings: Settings) -> dict[str, Any]:
    """Return what runs here."""
    return {
        "packages": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "sqlite": sqlite3.sqlite_version,
        "layout": {"wanted": tables.LAYOUT, "found": _layout(settings.ledger_url)},
    }


def settings_told(settings: Settings) -> dict[str, Any]:
    """Return where everything is, and what else was set: plain values, and of all others only that they were."""
    places = {name: _shown(value) for name, value in settings.places().items()}
    others = {name: value if PLAIN.fullmatch(value) else SET for name, value in given().items() if name not in places}
    return {"places": places, "others": others}


async def kafka(settings: Settings) -> dict[str, Any]:
    """Return topics with their settings, as far as this login may see them, and how far all and everybody came."""
    login = settings.kafka_of("watch")
    positions = Positions(login.bootstrap, login.login())
    wanted = sorted({topic for some in readers().values() for topic in some})
    try:
        with quiet("aiokafka"):
            bounds = await positions.bounds(wanted)
            came = {reader: await positions.committed(reader) for reader in readers()}
    except (KafkaError, OSError, TimeoutError) as error:
        return {"not_had": type(error).__name__}
    finally:
        await positions.close()
    return {
        "reaches": {f"{place.topic}/{place.partition}": list(ends) for place, ends in sorted(bounds.items())},
        "came": {
            who: {f"{one.topic}/{one.partition}": at for one, at in sorted(some.items())} for who, some in came.items()
        },
        "topics": _topics(settings),
    }


def tables_of(settings: Settings) -> dict[str, Any]:
    """Return rows and bytes of each table of each store; on PostgreSQL rows are its own estimate."""
    places = settings.places()
    return {name: _tables(places[setting]) for name, setting in STORES.items()}


def agreements(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 of each file of the agreements."""
    files = (one for one in sorted(settings.agreements.rglob("*")) if one.is_file())
    return {str(one.relative_to(settings.agreements)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def secrets_of(settings: Settings) -> Iterator[bytes]:
    """Yield what must not go along: passwords in files, in addresses and in settings."""
    for name, value in {**settings.places(), **given()}.items():
        if found := re.search(r"://[^/@]*:([^/@]+)@", value):
            yield found[1].encode()
        if SECRET.search(name) and not name.endswith("_FILE"):
            yield value.encode()
        if name.endswith("_FILE") and SECRET.search(name) and value and Path(value).is_file():
            yield Path(value).read_bytes().strip()
    folder = settings.credentials_folder
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.is_file():
            yield file.read_bytes().strip()


def leaking(files: Mapping[str, bytes], secrets: Iterator[bytes]) -> list[str]:
    """Return the files that hold one of these secrets."""
    wanted = {one for one in secrets if len(one) >= SECRET_CHARACTERS_MIN}
    return sorted(name for name, content in files.items() if any(one in content for one in wanted))


def _topics(settings: Settings) -> Any:
    try:
        with Admin(settings.kafka()) as admin:
            found = admin.look(topics()).topics
    except WaakvlamError as error:
        return {"not_had": type(error).__name__}
    named = {one.name for one in topics()}
    return {
        name: {"partitions": one.partitions, "config": dict(one.config)} for name, one in found.items() if name in named
    }


def _tables(url: str) -> Any:
    if why_missing(url):
        return {"not_had": "there is none"}
    try:
        with closing(open_database(url)) as database, database.reading() as t:
            return _on_server(t) if url.startswith(SERVERS) else _in_file(t, Path(url.removeprefix(SQLITE)))
    except LedgerError as error:
        return {"not_had": type(error).__name__}


def _on_server(t: Statements) -> dict[str, Any]:
    return {name: {"rows": rows, "bytes": size} for name, rows, size in t.rows(_TABLES_POSTGRES)}


def _in_file(t: Statements, file: Path) -> dict[str, Any]:
    names = [name for (name,) in t.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    rows = {name: {"rows": int(t.value(f'SELECT count(*) FROM "{name}"'))} for name in names}  # noqa: S608 - its own names
    return {"file": {"bytes": file.stat().st_size}, **rows}


def _layout(url: str) -> int | None:
    if why_missing(url):
        return None
    try:
        with closing(open_database(url)) as database, database.reading() as t:
            return tables.state(t).get("layout")
    except LedgerError:
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _shown(value: str) -> str:
    return without_password(value).partition("?")[0] if "://" in value else value
