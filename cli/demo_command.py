"""`waakvlam demo`: makes the real things of a demonstration, and ends it in order."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.broker import free_port
from cli.clockwork import demo_clock
from cli.credentials import OPERATOR
from cli.demo import Demo, verdict, write_summary
from cli.demo_screen import DemoScreen
from cli.exits import Ends, Exit
from cli.machine import broker_in, services_on, stopping_on_signals, topics_on, undisturbed, wait_until_ready
from cli.settings import AGREEMENTS, Settings, leave_word
from ledger.application import Ledger
from ledger.private import private_folder
from region.cast import cast_of
from region.desk import Desks
from rulebook.agreements import load
from waakvlam.clock import SystemClock
from waakvlam.topics import agencies, municipalities

USUAL_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for; `seconds` 0 means: go on until stopped."""

    seconds: float = 0.0
    summary: Path | None = None
    seed: str = "waakvlam"
    keep: Path | None = None
    port: int = 0


def demonstrate(wish: Wish) -> tuple[Exit, str, dict[str, Any] | None]:
    """Run a demonstration; return how it ended, in words, and its numbers."""
    try:
        return _demonstrate(wish)
    except KeyboardInterrupt:
        early = Exit.FAULT if wish.seconds else Exit.OK
        return early, "Gestopt voordat de regio klaar was; er is niets vergeleken.", None


def _demonstrate(wish: Wish) -> tuple[Exit, str, dict[str, Any] | None]:
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(stopping_on_signals())
        if wish.summary:
            _made(wish.summary.parent)
        screen = stack.enter_context(DemoScreen())
        folder = stack.enter_context(_folder(wish.keep))
        demo = _set_up(wish, folder, screen, stack, began)
        cast = cast_of(agencies().values(), municipalities())
        desks = stack.enter_context(Desks(cast, demo.clock, demo.settings.kafka_of))
        return _run(wish, demo, desks)
    raise AssertionError("an ExitStack swallows nothing here")


def _set_up(wish: Wish, folder: Path, screen: DemoScreen, stack: ExitStack, began: float) -> Demo:
    agreements = load(AGREEMENTS)
    screen.say("Een eigen Kafka start…")
    broker = stack.enter_context(broker_in(folder / "kafka"))
    settings = Settings(
        **_of_its_own(folder),
        intake_port=free_port(),
        triage_port=free_port(),
        monitoring_port=free_port(),
        board_port=wish.port or free_port(),
    ).at(broker.login(OPERATOR), broker.credentials.folder)
    topics_on(settings)
    clock = demo_clock(
        SystemClock(), wish.seconds or USUAL_SECONDS
    )  # Kafka's own start takes nothing from the three years
    settings = settings.model_copy(update={"clock": clock.setting()})
    screen.say("De diensten starten…")
    supervisor = stack.enter_context(services_on(settings, screen.say))
    if late := wait_until_ready(supervisor):
        raise Ends(
            Exit.FAULT, f"Not ready: {', '.join(late)}. Look at the logs in {folder / 'logs'} (keep them: --keep)."
        )
    ledger = Ledger.open(settings.ledger_url, clock=clock)
    stack.callback(ledger.close)
    leave_word(settings)
    screen.say(f"Het bord staat op {settings.board_address}")
    screen.say(f"In een andere terminal: .venv/bin/waakvlam case CASUS --data {folder} (ook: why, export, doctor)")
    return Demo(settings, clock, agreements, supervisor, ledger, screen, began)


def _of_its_own(folder: Path) -> dict[str, Any]:
    """Return settings that keep a demonstration apart from whatever is configured around it."""
    databases = {name: f"sqlite:///{folder / name}.db" for name in ("ledger", "radar", "triage", "board")}
    return {
        **databases,
        "data": folder,
        "keys": folder / "keys.db",
        "agreements": AGREEMENTS,
        "security": "plaintext",
        "log_level": "INFO",
    }


def _run(wish: Wish, demo: Demo, desks: Desks) -> tuple[Exit, str, dict[str, Any] | None]:
    player = demo.play(desks, wish.seed)
    drained = demo.drain(player, desks)
    comparison = demo.compare(player, desks)
    summary = demo.summary(player, comparison, demo.reconcile(player, desks))
    if wish.summary:
        write_summary(summary, wish.summary)
    code, sentence = verdict(summary, drained=drained)
    if not wish.seconds and code is Exit.OK:
        demo.screen.say(f"{sentence} Het bord blijft staan op {demo.settings.board_address} tot Ctrl-C.")
        try:
            demo.stay(player, desks)
        except KeyboardInterrupt:
            sentence = f"{sentence} Gestopt."
    return code, sentence, summary


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Yield a folder for all data: a passing one, or one that is kept and must be empty at the start."""
    if keep is None:
        folder = Path(tempfile.mkdtemp(prefix="waakvlam-demo-"))
        try:
            yield folder
        finally:
            with undisturbed():
                shutil.rmtree(folder, ignore_errors=True)
        return
    _made(keep)
    if any(keep.iterdir()):
        raise Ends(Exit.USAGE, f"{keep} is not empty: a demonstration begins with an empty folder.")
    yield keep.resolve()


def _made(folder: Path) -> None:
    try:
        private_folder(folder)
    except OSError as error:
        raise Ends(
            Exit.USAGE, f"{folder} cannot be made ({error.strerror}). Give a folder in a place of yours."
        ) from error
