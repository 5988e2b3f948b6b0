"""`waakvlam restore`: a backup in the place of what was lost, and what it takes for everything to follow from it again.

Keys and ledger are put back; what was recorded after the backup is recorded again as `case-events` tells it, from the
agencies' topics; then `case-events`, `ledger-clock` and the views are emptied: the relay tells all anew from the first
record, and the views fill from that. A crash at any point is mended by running the command again with --replace: what
it needs is thrown away last.
"""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

from cli.backup import board_keys
from cli.books import without_password
from cli.exits import Ends, Exit
from cli.machine import topics_on
from cli.programs import is_ready, programs_of
from cli.restore_looks import looks_of, put_back_looks
from cli.screen import progress, result
from cli.settings import Settings
from ledger import backup, ledger_clock, relay
from ledger.application import Ledger
from ledger.backup import Held
from ledger.database import open_database
from ledger.errors import Conflict, Damaged
from ledger.keys import open_keys
from ledger.streams import Place, bounds_of, empty, records_between
from ledger.streams.records import Arrived
from services.board import anew as board
from services.intake.app import recall_told
from services.intake.recall import Heard, Recalled, Told, missing_after, told_after
from services.intake.settings import IntakeSettings
from services.monitoring import view as monitoring
from services.triage import views as triage
from waakvlam.topics import agencies

VIEWS = {"WAAKVLAM_RADAR": monitoring.empty, "WAAKVLAM_TRIAGE": triage.empty, "WAAKVLAM_BOARD": board.empty}
NEW = (
    "{} more were told, and the topics do not tell them in that way any more: intake records what there is of them as new, "
    "with the time of now. Look at dead-letters.triage and dead-letters.radar for answers that no longer fit."
)
FOLLOWS = (relay.TOPIC, ledger_clock.TOPIC)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: the two folders, and what may be lost by it."""

    source: Path
    keys: Path | None
    replace: bool
    accept_loss: bool


def restore(settings: Settings, wish: Wish, *, as_json: bool) -> None:
    """Put a backup back; ends, before anything is changed, when that would lose something that nobody agreed to."""
    held, held_keys = _read(wish.source), _read(wish.keys) if wish.keys else None
    progress(f"{held.folder} is whole: {held.manifest.records} events, made {held.manifest.made_at}.")
    _nothing_runs(settings)
    _may_go(settings, wish)
    topics_on(settings)
    bounds = asyncio.run(_bounds(settings))
    lost = out_of_reach(held.manifest.positions or {}, bounds)
    if lost and not wish.accept_loss:
        raise Ends(Exit.REFUSED, _loss(lost))
    heard = asyncio.run(_told(settings))
    if not wish.accept_loss and (gap := _gap(heard, held)):
        raise Ends(Exit.REFUSED, gap)
    told = told_after([one for some in heard.values() for one in some], held.manifest.records)
    with looks_of(settings, held) as looks:
        _put_back(settings, wish, held, held_keys)
        put_back_looks(settings, looks)
    recalled, erased = _go_on(settings, told, bounds)
    _forget_what_followed(settings)
    _tell(held, recalled, lost, erased, as_json=as_json)


def _read(folder: Path) -> Held:
    try:
        return backup.read(folder)
    except Damaged as error:
        raise Ends(Exit.REFUSED, f"{error}. Nothing was changed.") from error


def out_of_reach(positions: Mapping[str, int], bounds: Mapping[Place, tuple[int, int]]) -> dict[str, int]:
    """Return how many records are gone, by topic, of those that a ledger still had to read: their time of keeping was over."""
    lost: dict[str, int] = {}
    for place, (begin, _) in _agencies_places(bounds).items():
        if (missing := begin - positions.get(f"{place.topic}/{place.partition}", 0)) > 0:
            lost[place.topic] = lost.get(place.topic, 0) + missing
    return lost


def _agencies_places(bounds: Mapping[Place, tuple[int, int]]) -> dict[Place, tuple[int, int]]:
    read = {one.topic for one in agencies().values()}
    return {place: bound for place, bound in bounds.items() if place.topic in read}


def _nothing_runs(settings: Settings) -> None:
    running = [one.name for one in programs_of(settings) if one.address and is_ready(one)]
    if running:
        raise Ends(
            Exit.USAGE, f"Still running: {', '.join(running)}. Stop all services, on every machine, and try again."
        )


def _may_go(settings: Settings, wish: Wish) -> None:
    """End when there is something that nobody said may go."""
    try:
        backup.may_be_replaced(settings.ledger_url, replace=wish.replace)
        if wish.keys:
            backup.keys_may_be_replaced(*_keys_of(settings), replace=wish.replace)
    except Conflict as error:
        shown = without_password(settings.ledger_url)
        raise Ends(
            Exit.REFUSED, f"{error} ({shown}). Give --replace when what is there may go; copy it first."
        ) from error


async def _bounds(settings: Settings) -> dict[Place, tuple[int, int]]:
    names = [one.topic for one in agencies().values()]
    return await bounds_of(settings.bootstrap, names, security=settings.kafka_login())


def _loss(lost: Mapping[str, int]) -> str:
    shown = ", ".join(f"{count} of {topic}" for topic, count in sorted(lost.items()))
    return (
        "The topics no longer reach back to this backup. Gone for good, unless a newer backup has them: "
        f"{shown}. Use a newer backup; or ask these agencies to send again what they sent since, which counts once, and "
        "give --accept-loss."
    )


def _forget_what_followed(settings: Settings) -> None:
    try:
        gone = asyncio.run(empty(settings.bootstrap, FOLLOWS, security=settings.kafka_login()))
    except KafkaError as error:
        step = "May we delete records there? Then try again."
        raise Ends(Exit.UNREACHABLE, f"{' and '.join(FOLLOWS)} cannot be emptied ({error}). {step}") from error
    progress(f"{' and '.join(FOLLOWS)} are empty ({gone} records); the relay tells them anew.")
    for name, emptied in VIEWS.items():
        with closing(open_database(settings.places()[name])) as database:
            emptied(database)
    progress("The views are empty; they fill by themselves.")


def _put_back(settings: Settings, wish: Wish, held: Held, held_keys: Held | None) -> None:
    if held_keys:
        backup.put_back_keys(held_keys, *_keys_of(settings), replace=wish.replace, others=board_keys(settings))
        progress("The keys are back.")
    backup.put_back(held, settings.ledger_url, replace=wish.replace)
    progress("The ledger is back and proves itself.")


async def _told(settings: Settings) -> dict[Place, list[Arrived]]:
    """Return what `case-events` still tells; a place of which everything was dropped has an empty list."""
    login = settings.kafka_login()
    spans = await bounds_of(settings.bootstrap, [relay.TOPIC], security=login)
    found = await records_between(settings.bootstrap, spans, security=login)
    return {place: found.get(place, []) for place, (_, end) in spans.items() if end}


def _gap(heard: Mapping[Place, list[Arrived]], held: Held) -> str:
    """Return what `case-events` no longer tells of what was recorded after the backup, and what to do; empty when it tells all."""
    head, records = held.manifest.records, [one for some in heard.values() for one in some]
    missing, first = missing_after(records, head)
    if missing:
        what = f"{missing} positions after it, from {first} on, are not on {relay.TOPIC} any more"
    elif heard and not records:
        what = f"{relay.TOPIC} holds nothing any more, so nobody can say whether anything was recorded after it"
    else:
        return ""
    return (
        f"This backup ends at position {head}; {what}: Kafka dropped what was older than its time of keeping. What was told "
        "then cannot be recorded again as it was. Nothing was changed. Use a newer backup; or give --accept-loss: intake "
        "then records what the agencies' topics still hold as new, with the time of now, and terms count from now."
    )


async def _heard(settings: Settings, ledger: Ledger, bounds: Mapping[Place, tuple[int, int]]) -> Heard:
    """Return what the agencies' topics hold beyond the ledger's own positions."""
    read_to = ledger.positions(bounds)
    spans = {
        place: (at if begin <= (at := read_to.get(place, begin)) <= end else begin, end)
        for place, (begin, end) in bounds.items()
    }
    return await records_between(settings.bootstrap, spans, security=settings.kafka_login())


def _go_on(settings: Settings, told: list[Told], bounds: Mapping[Place, tuple[int, int]]) -> tuple[Recalled, int]:
    """Record again what was recorded, and erase again what was erased: keys that were put back may be older than that."""
    store, _ = _keys_of(settings)
    clock = settings.time()
    with (
        closing(open_keys(settings.model_copy(update={"keys": store}), clock)) as keys,
        closing(Ledger.open(settings.ledger_url, clock=clock, keys=keys)) as ledger,
    ):
        ledger.finish_erasures()
        erased = ledger.erase_again()
        heard = asyncio.run(_heard(settings, ledger, bounds)) if told else {}
        intake = IntakeSettings(ledger=settings.ledger_url, agreements=settings.agreements)
        recalled = recall_told(intake, keys, told, heard)
        progress(f"{recalled.count} events that came after the backup are recorded again, each at its own time.")
        return recalled, erased


def _keys_of(settings: Settings) -> tuple[Path, Path]:
    places = settings.places()
    return Path(places["WAAKVLAM_KEYS"]), Path(places["WAAKVLAM_CHECKPOINT_KEY"])


def _tell(held: Held, recalled: Recalled, lost: Mapping[str, int], erased: int, *, as_json: bool) -> None:
    told: dict[str, Any] = {
        "records": held.manifest.records,
        "made_at": held.manifest.made_at,
        "recorded_again": recalled.count,
        "to_be_recorded_as_new": recalled.left,
        "lost": dict(lost),
        "keys_destroyed_again": erased,
    }
    lines = [
        f"{held.manifest.records} events stand as they did at {held.manifest.made_at}.",
        f"{recalled.count} events that came after it were recorded again, each at its own time.",
        *([NEW.format(recalled.left)] if recalled.left else []),
        *([f"{erased} keys of erased cases were destroyed again."] if erased else []),
        *([f"Lost: {one}, {count} records." for one, count in sorted(lost.items())]),
        "Start the services (`waakvlam up`). Deadlines and open alerts are complete when monitoring's heart beats again.",
        "If a checkpoint was signed after this backup, none is signed until people look: docs/how-to/back-up-and-restore.md",
    ]
    result(told, as_json=as_json, lines=lines)
