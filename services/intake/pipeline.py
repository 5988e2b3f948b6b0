"""The pipeline: one batch of records, one transaction. Begin reading here.

    read (pure) -> Session: recognised, brought to its case, judged -> drafts, parked, letters, positions -> commit

Letters (receipts and dead letters) are committed with the events and sent afterwards by `post`. When an agency's fuse
blows, the rest of its records stay where they are: its places are returned to the pump, to be held. When our own code
fails on a batch, its records are tried one by one, so that all before the poisonous one are in and that one is named.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from ledger import aside, logs
from ledger.application import Ledger
from ledger.dangers import Dangers, no_dangers
from ledger.erasing import CONFIRMED
from ledger.errors import Conflict, Damaged, Unavailable
from ledger.ladders import Ladders, no_ladders
from ledger.metrics import Meters
from ledger.model import Parked
from ledger.streams.records import Arrived, Batch, Place
from ledger.tracing import OFF, Tracing
from ledger.writing import Writing
from rulebook.calendar import Calendar
from services.intake import canaries, counting, missing, poison, telling
from services.intake.deadlines import dead_letter_due
from services.intake.erasures import parts, without
from services.intake.following import Following
from services.intake.fuses import Fuses
from services.intake.outcome import Outcome, dead_letters, letters
from services.intake.rules import Reading, Rejected, classify
from services.intake.session import Session
from waakvlam import trace
from waakvlam.clock import Clock, SystemClock
from waakvlam.envelope import wants_proof
from waakvlam.topics import Agency, agencies, agency_of_topic

log = logs.logger(__name__)

DAY_MICROS = 86_400_000_000


class Pipeline:
    """Takes batches; `handle` and `positions` are the pump's, `again` is for what comes back."""

    def __init__(  # noqa: PLR0913 - what it knows, and who is told of what it does
        self,
        ledger: Ledger,
        *,
        clock: Clock,
        ladders: Ladders = no_ladders,
        dangers: Dangers = no_dangers,
        calendar: Calendar | None = None,
        parked_days: int = 5,
        meters: Meters | None = None,
        real: Clock | None = None,
        tracing: Tracing = OFF,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._real = real or SystemClock()
        self._ladders = ladders
        self._dangers = dangers
        self._calendar = calendar
        self._parked_micros = parked_days * DAY_MICROS
        self._meters = meters
        self._tracing = tracing
        self._lock = threading.Lock()
        self._stored: dict[Place, int | None] = {}
        self._to_pass_over: frozenset[poison.Spot] = frozenset()
        self._is_to_erase = False
        self.refresh()
        ledger.finish_erasures()

    def positions(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return how far these places were read; from now on this pipeline moves their positions.

        It is asked anew when the database was away: what was decided then, and committed without our hearing of it, is done now.
        """
        with self._lock:
            self._ledger.finish_erasures()
            found = self._ledger.positions(places)
            self._stored.update({place: found.get(place) for place in places})
        return {place: at for place in places if (at := found.get(place)) is not None}

    def handle(self, batch: Batch) -> dict[Place, int]:
        """Take in a batch; return the places that must be held, each with the offset to go on from.

        Raises Poisoned naming the record on which our own code fails; all before it are taken in then.
        """
        held: dict[Place, int] = {}
        for part in parts(batch):
            with self._lock:
                held |= self._whole_or_one_by_one(without(part, held))
                if self._is_to_erase:  # what fails here is committed: it is done again at the next start
                    self._ledger.finish_erasures()
                    self._is_to_erase = False
        return held

    def again(
        self, ask: Callable[[Writing], Sequence[Arrived]], then: Callable[[Writing, Sequence[Outcome]], None]
    ) -> None:
        """Take in what comes back; no fuse and no position is touched.

        Inside the transaction `ask` returns the records, in order, and `then` hears what became of them.
        """
        follow = self._followed()
        with self._lock, self._ledger.writing() as w:
            readings = [self._read(raw, w.now) for raw in ask(w)]
            session = self._session(w, readings)
            for one in readings:
                session.take(one)
            session.end()
            self._write(w, session, follow)
            counting.count(w, [], session.outcomes, session.accepted)
            then(w, session.outcomes)
        follow.end(at=self._real.micros())
        self._tell(session.outcomes)

    def refresh(self) -> frozenset[str]:
        """Look in the ledger what operators did; return the topics of the agencies whose fuse is whole."""
        with self._lock:
            with self._ledger.reading() as statements:
                fuses = Fuses(statements, list(agencies()))
                self._to_pass_over = poison.to_pass_over(statements)
            for agency in agencies():
                self._tell_fuse(agency, is_blown=fuses[agency].blown)
        return frozenset(one.topic for one in agencies().values() if not fuses[one.id].blown)

    # One batch, one transaction.

    def _whole_or_one_by_one(self, batch: Batch) -> dict[Place, int]:
        try:
            return self._take_in(batch)
        except (Conflict, Unavailable, Damaged):
            raise
        except Exception as error:  # noqa: BLE001 - it is named and raised below, whatever it is
            if len(batch) > 1:
                log.warning("batch_taken_apart", error=type(error).__name__)
            return self._one_by_one(batch)

    def _take_in(self, batch: Batch) -> dict[Place, int]:
        now = max(self._clock.micros(), self._ledger.latest())  # a clock that went back makes nobody's event lie ahead
        follow = self._followed()
        readings = [self._read(raw, now) for raw in batch]
        with self._ledger.writing() as w:
            fuses = Fuses(w.statements, {one.agency.id for one in readings})
            session = self._session(w, readings)
            held = _judge(session, readings, fuses)
            session.end()
            self._write(w, session, follow)
            reached = {**batch.next_offsets(), **held}
            for place, offset in reached.items():
                if offset != self._stored.get(place):
                    w.move_position(*place, self._stored.get(place), offset)
            fuses.write(w.statements)
            taken = [raw for raw in batch if raw.offset < reached[Place(raw.topic, raw.partition)]]
            missing.note(w.statements, taken, self._real.micros())
            counting.count(w, taken, session.outcomes, session.accepted)
            canaries.note(w.statements, session.outcomes, self._real.micros())
            if passed := self._to_pass_over.intersection(map(poison.spot_of, batch)):
                poison.pass_over(w.statements, sorted(self._to_pass_over - passed))
        follow.end(at=self._real.micros())
        self._stored.update(reached)
        self._to_pass_over -= passed
        self._is_to_erase |= any(draft.type == CONFIRMED for draft in session.drafts)
        self._tell(session.outcomes)
        if self._meters:
            telling.tell_taken(taken, self._meters, real_now=self._real.micros())
        self._tell_blown(fuses)
        return held

    def _one_by_one(self, batch: Batch) -> dict[Place, int]:
        held: dict[Place, int] = {}
        for place, records in batch.records.items():
            for raw in records:
                if place in held:
                    break
                try:
                    with logs.about(trace.of(raw.headers)):
                        held |= self._take_in(Batch({place: [raw]}))
                except (Conflict, Unavailable, Damaged):
                    raise
                except Exception as error:  # noqa: BLE001 - as above; its text may quote the record, so it is not chained
                    raise poison.Poisoned.at(raw, error) from None
        return held

    def _read(self, raw: Arrived, now: int) -> Reading | Rejected:
        agency = _agency(raw.topic)
        if poison.spot_of(raw) in self._to_pass_over:
            return poison.unread(raw, agency)
        return classify(raw, agency, now=now)

    def _session(self, w: Writing, readings: Sequence[Reading | Rejected]) -> Session:
        legible = [one for one in readings if isinstance(one, Reading)]
        return Session(w, legible, ladders=self._ladders, dangers=self._dangers)

    def _followed(self) -> Following:
        return Following(self._tracing, at=self._real.micros())

    def _write(self, w: Writing, session: Session, follow: Following) -> None:
        """Write what the session came to; questions to the ledger are over, so all of it goes in one go."""
        began_at = self._real.micros()
        for outcome, position in zip(session.accepted, _append(w, session), strict=True):
            outcome.position = position
        follow.begin(w, session.outcomes, session.accepted, at=began_at)
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
        self._set_aside(w, session)
        w.outbox(letters([*session.outcomes, *session.notices], now=w.now))

    def _set_aside(self, w: Writing, session: Session) -> None:
        settled = {(one.agency.id, one.event_id) for one in session.accepted if one.event_id}
        aside.move(w.statements, aside.settled_by(w.statements, settled), aside.TAKEN_IN)
        if any(one.is_set_aside for one in session.outcomes):
            due_at = dead_letter_due(w.now, self._calendar)
            kept = list(dead_letters(session.outcomes, now=w.now, due_at=due_at))
            aside.keep(w.statements, kept, w.keys_for({aside.key_name(letter.agency) for letter, _ in kept}))

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

    def _tell_blown(self, fuses: Fuses) -> None:
        for agency in fuses.blew:
            fuse = fuses[agency]
            log.error("fuse_blown", agency=agency, in_a_row=fuse.in_a_row, set_aside=fuse.set_aside, seen=fuse.seen)
            self._tell_fuse(agency, is_blown=True)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        telling.tell_conflicts(outcomes)
        if self._meters:
            telling.tell_outcomes(outcomes, self._meters, now=self._clock.micros())

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


def _asked(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """Return the events in the ledger whose sender wants a proof to keep: (event id, agency, position)."""
    placed = ((one, (one.first or one).position) for one in outcomes if wants_proof(one.raw.headers))
    return [(one.event_id, one.agency.id, at) for one, at in placed if one.event_id and at is not None and one.is_taken]


def _judge(session: Session, readings: Sequence[Reading | Rejected], fuses: Fuses) -> dict[Place, int]:
    """Bring each record to its verdict; return the places of agencies whose fuse is blown, to be held."""
    held: dict[Place, int] = {}
    for one in readings:
        if fuses[one.agency.id].blown:
            held.setdefault(Place(one.raw.topic, one.raw.partition), one.raw.offset)
        else:
            fuses.count(session.take(one))
    return held


def _agency(topic: str) -> Agency:
    agency = agency_of_topic(topic)
    assert agency is not None, f"intake read {topic}, which is no agency's"
    return agency
