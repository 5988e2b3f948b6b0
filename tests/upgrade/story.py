"""An upgrade under load: versions side by side, the agencies' SDK ahead of it, part of it taken back and made again.

It happens on the site of the crash laboratory and is judged by its judge; here stands what is done and what is held besides.
"""

import json
import os
import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from cli.broker import free_port
from cli.programs import is_ready, programs_of
from cli.settings import Settings
from cli.supervisor import Program
from ledger.application import Ledger
from tests.torture.site import STARTS_AGAIN_WITHIN_SECONDS, Site
from tests.upgrade.versions import Version, new_types
from waakvlam import codec
from waakvlam.clock import instant_of
from waakvlam.envelope import Envelope, to_headers
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings
from waakvlam.topics import agencies

AHEAD = "team-groningen"  # the agency whose SDK is ahead; the others are those of the crash laboratory
SECOND = "monitoring-2"
EACH = ("intake", SECOND, "triage", "board", "monitoring")
TOLD_AT_ONCE = 6
COMES_WITHIN_SECONDS = 120.0


@dataclass(slots=True)
class Ahead:
    """An agency that tells by schemas of the coming version, of families that the ledger knows."""

    site: Site
    sent: dict[str, bytes] = field(default_factory=dict)

    def tell(self) -> list[str]:
        """Tell of some families, by both schemas; return the ids when Kafka has confirmed them."""
        new, kafka = [], KafkaSettings(bootstrap=self.site.settings.bootstrap, patience_seconds=60)
        agency, at = agencies()[AHEAD], instant_of(self.site.clock.micros())
        with closing(KafkaTransport(kafka)) as transport:
            for case in self._cases():
                for one in new_types():
                    event_id = f"ahead-{len(self.sent)}"
                    told: dict[str, Any] = {
                        "case": case,
                        "reference": None,
                        "municipality": "0014",
                        "recorded_by": None,
                    }
                    more = {"by_telephone": True} if "by_telephone" in {each.name for each in one.fields} else {}
                    value = codec.encode(one, {**told, **more, "occurred_at": at})
                    envelope = Envelope(id=event_id, source=agency.source, type=one.ce_type, time=at)
                    transport.send(Parcel(event_id, agency.topic, case.encode(), value, list(to_headers(envelope))))
                    self.sent[event_id] = value
                    new.append(event_id)
            transport.flush()
        return new

    def _cases(self) -> list[str]:
        with self.site.books.ledger.reading() as t:
            sql = "SELECT case_id FROM heads WHERE caseless = 0 ORDER BY last_at DESC LIMIT ?"
            return [case for (case,) in t.rows(sql, (TOLD_AT_ONCE,))]


@dataclass(frozen=True, slots=True)
class Crew:
    """Makes the programs of a site, all of one version, monitoring with two workers as in the chart."""

    version: Version

    def __call__(self, settings: Settings) -> Sequence[Program]:
        """Return the programs."""
        programs = list(programs_of(settings))
        first = next(one for one in programs if one.name == "monitoring")
        port = free_port()
        beside = {**first.environment, "WAAKVLAM_MONITORING_PORT": str(port)}
        programs.append(replace(first, name=SECOND, environment=beside, address=f"http://127.0.0.1:{port}"))
        return [of(self.version, one) for one in programs]


def of(version: Version, program: Program) -> Program:
    """Return a program as a version of it."""
    return replace(
        program,
        command=(version.python, *program.command[1:]),
        environment={**program.environment, **version.surroundings},
    )


def replaced(site: Site, names: Sequence[str], version: Version) -> None:
    """Ask these services to end, and let a version of them come in their place, under load."""
    kept = [one for one in site.supervisor._kept if one.program.name in names]
    before = {one.program.name: site.pid(one.program.name) for one in kept}
    for one in kept:
        one.program = of(version, one.program)
        pid = before[one.program.name]
        assert pid is not None, f"{one.program.name} does not run"
        os.kill(pid, signal.SIGTERM)

    def has_come() -> bool:
        is_new = all(site.pid(name) not in (None, pid) for name, pid in before.items())
        return is_new and all(is_ready(one.program) for one in kept)

    site.until(has_come, STARTS_AGAIN_WITHIN_SECONDS, f"{', '.join(names)}: the {version.name} version is ready")


@dataclass(slots=True)
class Upgrade:
    """The upgrade itself. `waves` are the services that are replaced together, one wave after the other."""

    site: Site
    former: Version
    coming: Version
    waves: Sequence[Sequence[str]]
    back: Sequence[Sequence[str]]
    ahead: Ahead = field(init=False)
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ahead = Ahead(self.site)

    def play(self) -> None:
        """Do it all, with events coming in until the end."""
        wave = max(1, self.site.wish.events // (len(self.waves) + 2 * len(self.back) + 2))
        self._let_in(wave)
        early = self.ahead.tell()
        self.site.until(lambda: self.set_aside() == len(early), COMES_WITHIN_SECONDS, "what is too early is set aside")
        self.steps = self.migrate()
        for names in self.waves:
            self._let_in(wave)
            replaced(self.site, names, self.coming)
            if "intake" in names:
                self._taken_in(self.ahead.tell())
        for names in self.back:
            self._let_in(wave)
            replaced(self.site, names, self.former)
            if "intake" not in names:
                self._taken_in(self.ahead.tell())
            self._let_in(wave)
            replaced(self.site, names, self.coming)
        self._replay(early)
        self.site.let_in(max(0, self.site.wish.events - self.site.allowed))
        self.site.end_sending()

    def migrate(self) -> list[str]:
        """Bring the ledger to the coming layout while the former version works; return the steps that were done."""
        told = self.coming.run("cli.main", "migrate", "--json", **self.site.settings.places())
        return list(json.loads(told)["steps"])

    def set_aside(self) -> int:
        """Return how many events of the agency that is ahead lie set aside, undecided."""
        with self.site.books.ledger.reading() as t:
            sql = "SELECT count(*) FROM dead_letters WHERE agency = ? AND standing = 'open'"
            return int(t.value(sql, (AHEAD,)))

    def recorded(self) -> dict[str, bytes]:
        """Return what stands in the ledger of all that the agency that is ahead told."""
        with closing(self.site.open_ledger()) as ledger:
            return _recorded(ledger, list(self.ahead.sent))

    def _taken_in(self, ids: Sequence[str]) -> None:
        what = "what is told by new schemas is taken in"
        self.site.until(lambda: set(ids) <= self.recorded().keys(), COMES_WITHIN_SECONDS, what)

    def _replay(self, ids: Sequence[str]) -> None:
        words = ("dead-letters", "replay", "--agency", AHEAD, "--by", "beheer-1", "--reason", "opwaardering")
        self.coming.run("cli.main", *words, **self.site.settings.places())
        self._taken_in(ids)

    def _let_in(self, wave: int) -> None:
        """Let more in, and go on when intake is at work on it."""
        base = self.site.progress("intake") or 0

        def is_at_work() -> bool:
            if self.site.confirmed >= self.site.allowed:  # a block may be more than was allowed
                self.site.let_in(self.site.confirmed - self.site.allowed + wave)
            return (self.site.progress("intake") or 0) > base

        self.site.until(is_at_work, COMES_WITHIN_SECONDS, "intake is at work")


def _recorded(ledger: Ledger, ids: Sequence[str]) -> dict[str, bytes]:
    found = {event_id: ledger.record(event_id) for event_id in ids}
    return {event_id: one[1].payload for event_id, one in found.items() if one}
