"""The demonstration: three years of a region that does not exist, on a real Kafka of its own, in a few minutes.

Everything is real but the people: broker, services, ledger, board. At its end it compares what was sent with what the
ledger holds, and the alerts of the running system with those of the offline engine.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.demo_screen import DemoScreen, Glance
from cli.exits import Exit
from cli.follow import Follower
from cli.programs import gauges
from cli.reconcile import all_counters
from cli.sentences import Sentences
from cli.settings import Settings
from cli.summary import Comparison, counts, replay_ledger
from cli.supervisor import Supervisor
from ledger.application import Ledger
from ledger.reconciling import reconcile
from ledger.words import day
from region.cast import cast_of
from region.desk import TICK_SECONDS, Desks, turn
from region.families import FAMILIES, plan_of
from region.player import Player
from rulebook.agreements import Agreements
from waakvlam.clock import FastClock
from waakvlam.topics import agencies, municipalities

LOOK_EVERY_SECONDS = 0.25
DRAINED_WITHIN_SECONDS = 90.0
CAUGHT_UP_WITHIN_SECONDS = 120.0
QUIET_SECONDS = 1.0


@dataclass(slots=True)
class Demo:
    """A demonstration that runs: the region's player, the services, and an eye on the ledger."""

    settings: Settings
    clock: FastClock
    agreements: Agreements
    supervisor: Supervisor
    ledger: Ledger
    screen: DemoScreen
    began: float  # real seconds (time.monotonic) at which the command began
    follower: Follower = field(init=False)
    first_alert: float | None = None
    radar: dict[str, float] = field(default_factory=dict)
    _next_look: float = 0.0
    _rate: tuple[float, int, float] = (0.0, 0, 0.0)

    def __post_init__(self) -> None:
        self.follower = Follower(self.ledger, Sentences(self.agreements))

    def play(self, desks: Desks, seed: str, *, families: int = FAMILIES) -> Player:
        """Play the region from now until its clock is at today."""
        cast = cast_of(agencies().values(), municipalities())
        plan = plan_of(seed, cast, start=self.clock.micros(), until=self.clock.until, families=families)
        player = desks.play(plan)
        self._until(
            lambda: player.is_finished, player, desks, within=self._real_seconds_left() + DRAINED_WITHIN_SECONDS
        )
        return player

    def drain(self, player: Player, desks: Desks) -> bool:
        """Wait until every sending has its answer; False when that does not come."""
        return self._until(lambda: player.tally.unanswered == 0, player, desks, within=DRAINED_WITHIN_SECONDS)

    def compare(self, player: Player, desks: Desks) -> Comparison:
        """Fix a moment, wait until the radar has looked beyond it, and replay the ledger up to it."""
        self._until_quiet(player, desks)
        until = self.ledger.promise_time().time
        self.screen.say("Alles is binnen. De radar kijkt nog tot het einde; daarna rekent replay het na.")
        self._until(lambda: self._radar_knows(until), player, desks, within=CAUGHT_UP_WITHIN_SECONDS)
        replayed = replay_ledger(self.ledger, self.agreements, until)
        same = lambda: replayed.beside(self.follower.raised).is_same  # noqa: E731 - asked again while alerts come in
        self._until(same, player, desks, within=CAUGHT_UP_WITHIN_SECONDS)
        return replayed.beside(self.follower.raised)

    def reconcile(self, player: Player, desks: Desks) -> dict[str, int]:
        """Wait until all that was counted apart agrees; return each pair of counters with what differs all the same."""
        self._until(lambda: not any(self._differences().values()), player, desks, within=CAUGHT_UP_WITHIN_SECONDS)
        return self._differences()

    def stay(self, player: Player, desks: Desks) -> None:
        """Go on in real time until somebody stops it; the board stays up."""
        while True:
            self._turn(player, desks)

    def summary(
        self, player: Player, comparison: Comparison | None, differences: dict[str, int] | None
    ) -> dict[str, Any]:
        """Return the numbers of this run."""
        self.follower.look()
        numbers = counts(player.tally, self.follower, self.radar, self.ledger.counts().cases)
        first = None if self.first_alert is None else round(self.first_alert - self.began, 1)
        lost = len(player.tally.lost(self.follower.ids))
        lost += len(player.tally.altered(self.ledger.contents(self.follower.ids)))
        lost += max(0, numbers["parked"] - self.ledger.parked_now())  # what waits must still be there
        replayed = comparison.as_json() if comparison else None
        return {
            **numbers,
            "seconds_to_first_alert": first,
            "lost": lost,
            "replay": replayed,
            "reconcile": differences,
        }

    # Turning.

    def _until(self, done: Callable[[], bool], player: Player, desks: Desks, *, within: float) -> bool:
        deadline = time.monotonic() + within
        while not done():
            if time.monotonic() > deadline:
                return False
            self._turn(player, desks)
        return True

    def _until_quiet(self, player: Player, desks: Desks) -> None:
        """Wait until nothing has come into the ledger for a moment."""
        seen, since = self.follower.position, time.monotonic()
        deadline = since + DRAINED_WITHIN_SECONDS
        while time.monotonic() - since < QUIET_SECONDS and time.monotonic() < deadline:
            self._turn(player, desks)
            if self.follower.position != seen:
                seen, since = self.follower.position, time.monotonic()

    def _turn(self, player: Player, desks: Desks) -> None:
        sent = turn(player, desks)
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY_SECONDS
            self._look(player, now)
        if sent == 0:
            time.sleep(TICK_SECONDS)  # the pace of the simulation, not a wait for something

    def _differences(self) -> dict[str, int]:
        """Return what `waakvlam reconcile` tells; a sender's number that is not there is missing at once, for all is in."""
        counted = all_counters(self.settings, self.ledger, minutes=0)
        return {one.pair.name: one.difference for one in reconcile(counted)}

    def _look(self, player: Player, now: float) -> None:
        self.supervisor.look()
        self.follower.look()
        if self.first_alert is None and self.follower.raised:
            self.first_alert = now
        monitoring = next(one for one in self.supervisor.programs if one.name == "monitoring")
        self.radar = gauges(monitoring) or self.radar
        self.screen.show(self._glance(player, now), now)

    def _radar_knows(self, until: int) -> bool:
        knows = self.radar.get("waakvlam_radar_horizon_timestamp_seconds", 0.0) * 1e6 >= until
        return knows and self.radar.get("waakvlam_radar_undelivered_alerts", 1.0) == 0

    def _real_seconds_left(self) -> float:
        return max(0.0, self.clock.real_seconds_until(self.clock.until))

    def _glance(self, player: Player, now: float) -> Glance:
        then, sent, rate = self._rate
        if now - then >= 1.0:
            rate = (player.tally.sent - sent) / (now - then) if then else 0.0
            self._rate = (now, player.tally.sent, rate)
        return Glance(
            day=day(self.clock.now().date().isoformat()) or "",
            share=player.share_played,
            sent=player.tally.sent,
            rate=rate,
            on_the_way=player.tally.unanswered,
            ledger_events=self.follower.position,
            behind=int(self.radar.get("waakvlam_pump_lag_records", 0)),
            raised=self.follower.raised_by_rule.total(),
            open_alerts=self.follower.open_alerts,
            board=self.settings.board_address,
            news=tuple(self.follower.news),
        )


def verdict(summary: dict[str, Any], *, drained: bool) -> tuple[Exit, str]:
    """Return how a finished run ends, with the sentence that says why."""
    if summary["lost"]:
        return (
            Exit.DIFFERS,
            f"NIET GOED: {summary['lost']} gebeurtenissen zijn verstuurd en staan niet in het grootboek.",
        )
    if not drained:
        return Exit.DIFFERS, "NIET GOED: niet op elk bericht kwam een antwoord. Kijk in de logs van intake."
    replayed = summary["replay"]
    if replayed and not replayed["same"]:
        live, offline = len(replayed["live_only"]), len(replayed["replay_only"])
        return Exit.DIFFERS, f"NIET GOED: {live} alarmen gaf alleen het draaiende systeem, {offline} alleen replay."
    if differing := [f"{name} ({by})" for name, by in (summary["reconcile"] or {}).items() if by]:
        return Exit.DIFFERS, f"NIET GOED: wat elk deel zelf telde verschilt: {', '.join(differing)}."
    same = "De alarmen van het draaiende systeem en van replay zijn dezelfde, en wat elk deel zelf telde ook."
    return Exit.OK, f"Niets kwijt. {same}"


def write_summary(summary: dict[str, Any], file: Path) -> None:
    """Write the numbers as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8")
