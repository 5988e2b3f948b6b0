"""The pipeline: one batch of records, one transaction. Begin reading here.

    read (pure) -> Session: recognised, brought to its case, judged -> drafts, parked, letters, positions -> commit

Letters (receipts and dead letters) are committed with the events and sent afterwards by `post`. When an agency's fuse
blows, the rest of its records stay where they are: its places are returned to the pump, to be held.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.application import Ledger
from ledger.erasing import CONFIRMED
from ledger.metrics import Meters
from ledger.model import Parked
from ledger.streams.records import Arrived, Batch, Place
from ledger.writing import Writing
from services.intake.dangers import Dangers, no_dangers
from services.intake.erasures import parts, without
from services.intake.fuse import Fuse
from services.intake.ladders import Ladders, no_ladders
from services.intake.outcome import Outcome, letters
from services.intake.rules import Reading, Rejected, classify
from services.intake.session import Session
from waakvlam.clock import Clock
from waakvlam.envelope import wants_proof
from waakvlam.topics import Agency, agencies, agency_of_topic

log = logging.getLogger(__name__)

DAY_MICROS = 86_400_000_000


@dataclass(slots=True)
class _Fuses:
    """The fuses as they are while a batch goes on; they count only once it is committed."""

    now: dict[str, Fuse]
    blew: list[str]

    def is_blown(self, agency: str) -> bool:
        return self.now[agency].blown

    def count(self, outcome: Outcome) -> None:
        before = self.now[outcome.agency.id]
        after = before.after(set_aside=outcome.is_set_aside)
        self.now[outcome.agency.id] = after
        if after.blown and not before.blown:
            self.blew.append(outcome.agency.id)


class Pipeline:
    """Takes batches; `handle` and `positions` are the pump's."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        clock: Clock,
        ladders: Ladders = no_ladders,
        dangers: Dangers = no_dangers,
        parked_days: int = 5,
        meters: Meters | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ladders = ladders
        self._dangers = dangers
        self._parked_micros = parked_days * DAY_MICROS
        self._meters = meters
        self._lock = threading.Lock()
        self._stored: dict[Place, int | None] = {}
        self._fuses = {agency: Fuse() for agency in agencies()}
        self.refresh_fuses()
        ledger.finish_erasures()

    def positions(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return how far these places were read; from now on this pipeline moves their positions."""
        with self._lock:
            found = self._ledger.positions(places)
            self._stored.update({place: found.get(place) for place in places})
        return {place: at for place in places if (at := found.get(place)) is not None}

    def handle(self, batch: Batch) -> dict[Place, int]:
        """Take in a batch; return the places that must be held, each with the offset to go on from."""
        held: dict[Place, int] = {}
        for part in parts(batch):
            held |= self._handle(without(part, held))
        return held

    def _handle(self, batch: Batch) -> dict[Place, int]:
        with self._lock:
            fuses = _Fuses(dict(self._fuses), [])
            now = max(
                self._clock.micros(), self._ledger.latest()
            )  # a clock that went back makes nobody's event lie ahead
            readings = [_read(raw, now) for raw in batch]
            with self._ledger.writing() as w:
                legible = [one for one in readings if isinstance(one, Reading)]
                session = Session(w, legible, ladders=self._ladders, dangers=self._dangers)
                held = self._take(session, readings, fuses)
                session.end()
                self._write(w, session)
                reached = {**batch.next_offsets(), **held}
                for place, offset in reached.items():
                    if offset != self._stored.get(place):
                        w.move_position(*place, self._stored.get(place), offset)
                for agency in fuses.blew:
                    set_fuse(w, agency, blown=True)
            self._stored.update(reached)
            self._fuses = fuses.now
            if any(draft.type == CONFIRMED for draft in session.drafts):
                self._ledger.finish_erasures()
        self._tell(session.outcomes, fuses)
        return held

    def refresh_fuses(self) -> frozenset[str]:
        """Look in the ledger which fuses are blown; return the topics of agencies whose fuse was mended."""
        with self._lock:
            found = self._ledger.positions([_fuse_place(agency) for agency in agencies()])
            mended = set()
            for agency in agencies().values():
                is_blown = found.get(_fuse_place(agency.id)) == 1
                if self._fuses[agency.id].blown and not is_blown:
                    self._fuses[agency.id] = Fuse()
                    mended.add(agency.topic)
                elif is_blown and not self._fuses[agency.id].blown:
                    self._fuses[agency.id] = self._fuses[agency.id].blow()
                self._tell_fuse(agency.id, is_blown=is_blown)
        return frozenset(mended)

    def _take(self, session: Session, readings: Sequence[Reading | Rejected], fuses: _Fuses) -> dict[Place, int]:
        held: dict[Place, int] = {}
        for one in readings:
            if fuses.is_blown(one.agency.id):
                held.setdefault(Place(one.raw.topic, one.raw.partition), one.raw.offset)
            else:
                fuses.count(session.take(one))
        return held

    def _write(self, w: Writing, session: Session) -> None:
        """Write what the session came to; questions to the ledger are over, so all of it goes in one go."""
        for outcome, position in zip(session.accepted, _append(w, session), strict=True):
            outcome.position = position
        for draft in session.drafts:
            if draft.type == CONFIRMED:
                w.decide_erasure(draft.event_id, draft.case)
        for reading, outcome in session.waiting():
            w.park(self._parked(reading, outcome, w.now))
        if session.released:
            w.unpark([parked.event_id for parked in session.released])
        for parked, outcome in session.set_aside_after_waiting():
            w.remember(parked.event_id, source=parked.source, content=parked.content, verdict=outcome.verdict)
        w.ask_for_proofs(_asked(session.outcomes))
        w.outbox(letters([*session.outcomes, *session.notices], now=w.now))

    def _parked(self, one: Reading, outcome: Outcome, now: int) -> Parked:
        return Parked(
            event_id=one.event_id,
            source=one.source,
            content=one.content,
            agency=one.agency.id,
            reference=one.record["reference"],
            case=one.case,
            type=one.type.name,
            reason=outcome.reason or "",
            parked_at=now,
            due_at=now + self._parked_micros,
            key=one.raw.key,
            headers=list(one.raw.headers),
            value=one.raw.value or b"",
        )

    # What is told to operators.

    def _tell(self, outcomes: Sequence[Outcome], fuses: _Fuses) -> None:
        for agency in fuses.blew:
            log.error(
                "%s is no longer read: %s. Look at dead-letters.%s, have the sender mended, then: "
                "python -m services.intake reset-fuse %s",
                agency,
                fuses.now[agency].why(),
                agency,
                agency,
            )
            self._tell_fuse(agency, is_blown=True)
        for outcome in outcomes:
            if outcome.verdict == "conflict":
                log.error(
                    "%s sent event %s again with other content; it was set aside.", outcome.agency.id, outcome.event_id
                )
        if self._meters:
            verdicts = self._meters.counter("waakvlam_intake_verdicts_total")
            for (agency, verdict), count in Counter((one.agency.id, one.verdict) for one in outcomes).items():
                verdicts.labels(agency=agency, verdict=verdict).inc(count)
            heard = self._meters.gauge("waakvlam_intake_heard_timestamp_seconds")
            for agency in {one.agency.id for one in outcomes}:
                heard.labels(agency=agency).set(self._clock.micros() / 1e6)

    def _tell_fuse(self, agency: str, *, is_blown: bool) -> None:
        if self._meters:
            self._meters.gauge("waakvlam_intake_agency_stopped_state").labels(agency=agency).set(int(is_blown))


def _append(w: Writing, session: Session) -> list[int]:
    """Append the drafts; after each repair its names and persons follow, before anything that comes later."""
    positions: list[int] = []
    for move in session.moves:
        positions += w.append(session.drafts[len(positions) : move.ends_at])
        w.rebind(move.aliases, move.source, move.target)
        w.forget(move.source, move.persons)
    return positions + w.append(session.drafts[len(positions) :])


def set_fuse(w: Writing, agency: str, *, blown: bool) -> bool:
    """Write down whether an agency's fuse is blown; tell whether that changed anything."""
    place = _fuse_place(agency)
    before = w.positions([place]).get(place)
    if (before == 1) is blown:
        return False
    w.move_position(*place, before, int(blown))
    return True


def _asked(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """Return the events in the ledger whose sender wants a proof to keep: (event id, agency, position)."""
    placed = ((one, (one.first or one).position) for one in outcomes if wants_proof(one.raw.headers))
    return [(one.event_id, one.agency.id, at) for one, at in placed if one.event_id and at is not None and one.is_taken]


def _fuse_place(agency: str) -> tuple[str, int]:
    """Return where a fuse stands among the read positions: 1 is blown. So it shares their transaction and fencing."""
    return (f"fuse/{agency}", 0)


def _read(raw: Arrived, now: int) -> Reading | Rejected:
    return classify(raw, _agency(raw.topic), now=now)


def _agency(topic: str) -> Agency:
    agency = agency_of_topic(topic)
    assert agency is not None, f"intake read {topic}, which is no agency's"
    return agency
