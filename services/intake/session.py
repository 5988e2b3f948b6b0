"""One batch inside one transaction: each event in turn is recognised, brought to its case, judged and drafted.

Nothing is written here; `pipeline` writes the drafts, the parked and the letters when the batch is through.
"""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger import erasing
from ledger.case import Refusal
from ledger.dangers import Dangers
from ledger.ladders import Ladders
from ledger.model import Draft, Parked
from ledger.record import Record, case_id, stream_of
from ledger.writing import Writing
from rulebook.event import CORRECTED, WITHDRAWN
from services.intake import moving, sentences
from services.intake import outcome as verdicts
from services.intake.book import MOVED, Book
from services.intake.came_back import CameBack
from services.intake.judging import NEEDS_HISTORY, Judge, corrected_type
from services.intake.outcome import Outcome
from services.intake.redaction import (
    Redacted,
    UnknownField,
    is_personal,
    redact,
    redact_correction,
)
from services.intake.repeats import again, rejected, undecided
from services.intake.rules import Reading, Rejected, classify, pseudonyms_in
from waakvlam.clock import instant_of
from waakvlam.topics import agencies

HERE = ZoneInfo("Europe/Amsterdam")


class Session:
    """Takes the readings of one batch, in order; collects what is to be written and told."""

    def __init__(self, w: Writing, readings: list[Reading], *, ladders: Ladders, dangers: Dangers) -> None:
        self._now = w.now
        today: date = datetime.astimezone(instant_of(w.now), HERE).date()
        self._judge = Judge(ladders, dangers, w.now, today)
        self._book = Book(w, readings)
        self._drafted: dict[str, list[Draft]] = {}  # by case
        self.drafts: list[Draft] = []
        self.accepted: list[Outcome] = []  # one for each draft
        self.outcomes: list[Outcome] = []
        self.released: list[Parked] = []  # waited in the ledger, and no longer do
        self.moves: list[moving.Move] = []
        self.notices: list[Outcome] = []  # told to agencies whose events went to another case
        self._came_of: list[tuple[Parked, Outcome]] = []
        self._repeats: list[Outcome] = []  # of what waited when they came

    def take(self, one: Reading | Rejected) -> Outcome:
        """Bring one event of the batch to its verdict, and those that waited for it to theirs."""
        if isinstance(one, Rejected):
            return self._told(rejected(one))
        verdict = self._told(self._seen_before(one) or undecided(one))
        if not verdict.verdict:
            self._book.seen[one.event_id] = (one, verdict)
            self._settle(one, verdict)
        return verdict

    def end(self) -> None:
        """Tell the repeats of what waited, and was judged later in this batch, what it came to."""
        for repeat in self._repeats:
            _, first = self._book.seen.get(repeat.event_id or "", (None, repeat))
            if first.verdict == verdicts.ACCEPTED:
                repeat.verdict, repeat.first = verdicts.DUPLICATE, first
                repeat.field, repeat.reason = None, sentences.SEEN
            elif first.is_set_aside:
                repeat.verdict, repeat.case = first.verdict, first.case
                repeat.field, repeat.reason = first.field, first.reason

    def waiting(self) -> Iterator[tuple[Reading, Outcome]]:
        """Yield the events of this batch that must be parked."""
        return self._book.still_waiting()

    def set_aside_after_waiting(self) -> Iterator[tuple[Parked, Outcome]]:
        """Yield what waited in the ledger and was then set aside: the register must know that it waits no longer."""
        yield from ((parked, outcome) for parked, outcome in self._came_of if outcome.is_set_aside)

    # Seen before?

    def _seen_before(self, one: Reading) -> Outcome | None:
        if found := self._book.seen.get(one.event_id):
            first, outcome = found
            if outcome.is_set_aside:
                return None
            return self._repeat(one, first.source, first.content, outcome)
        if known := self._book.known.get(one.event_id):
            before = Outcome(one.raw, one.agency, None, known.verdict, known.case, known.position, known.version)
            before.field = "case" if one.case else "reference"
            return self._repeat(one, known.source, known.content, before)
        return None

    def _repeat(self, one: Reading, source: str, content: bytes, before: Outcome) -> Outcome | None:
        repeat = again(one, source, content, before)
        if repeat and repeat.verdict == verdicts.PARKED:
            self._repeats.append(repeat)
        return repeat

    # Whose case, and may it be?

    def _settle(self, one: Reading, outcome: Outcome) -> None:
        queue: deque[tuple[Reading, Outcome]] = deque([(one, outcome)])
        while queue:
            reading, verdict = queue.popleft()
            case = self._case_for(reading)
            if case is None and reading.type.name == erasing.CONFIRMED:
                verdict.verdict, verdict.field = verdicts.REFUSED, "proposal_id"
                verdict.reason = erasing.NO_PROPOSAL
            elif case is None:
                verdict.verdict, verdict.field = verdicts.PARKED, "case" if reading.case else "reference"
                verdict.reason = sentences.WAITS_FOR_CASE if reading.case else sentences.WAITS
                self._book.wait(reading, verdict)
            elif refusal := self._refusal(reading, case):
                verdict.verdict, verdict.case = verdicts.REFUSED, case
                verdict.field, verdict.reason = refusal.field, refusal.sentence
            else:
                queue.extendleft(reversed(list(self._accept(reading, verdict, case))))

    def _case_for(self, one: Reading) -> str | None:
        if one.type.without_case:
            return stream_of(one.agency.id)
        if one.case:
            return one.case if self._book.exists(one.case) else None
        if (alias := one.alias) and (case := self._book.case_of(alias)):
            return case
        if not one.type.opens_case:
            return None
        return self._book.case_of_persons(pseudonyms_in(one.type, one.record)) or case_id(one.event_id)

    def _refusal(self, one: Reading, case: str) -> Refusal | None:
        if one.type.name == MOVED:
            return moving.refusal(one, self._standing(case), exists=self._book.exists)
        if one.type.name not in NEEDS_HISTORY:
            return None
        return self._judge.refusal(one, case, self._book.history_of(case), self._drafted.get(case, ()))

    # It is: draft it.

    def _accept(self, one: Reading, outcome: Outcome, case: str) -> Iterator[tuple[Reading, Outcome]]:
        """Draft an event for its case; yield those that waited for it."""
        try:
            redacted = self._redacted(one, case)
        except UnknownField as fault:
            outcome.verdict, outcome.case, outcome.field = verdicts.REFUSED, case, str(fault)
            outcome.reason = sentences.UNKNOWN_FIELD
            return
        is_new = not self._book.exists(case)
        outcome.verdict, outcome.case, outcome.version = verdicts.ACCEPTED, case, self._book.next_version(case)
        outcome.field = outcome.reason = None
        outcome.remarks = one.remarks
        keys = [case] if is_new else []
        aliases = []
        alias = None if one.type.without_case or one.type.name == erasing.CONFIRMED else one.alias
        if alias and (bound := self._book.case_of(alias)) is None:
            self._book.bind(alias, case)
            aliases.append(alias)
        elif alias and bound != case:
            outcome.remarks = (*outcome.remarks, sentences.OTHER_CASE)
        self._draft(one, outcome, case, redacted, aliases)
        if one.type.name == WITHDRAWN and self._judge.is_emptied(self._told_of(case)):
            outcome.remarks = (*outcome.remarks, sentences.EMPTIED)
        if one.type.name == MOVED:
            keys += self._move(one, case)
        yield from self._released([*keys, *aliases])

    def _standing(self, case: str) -> moving.Standing:
        told = (*self._book.history_of(case), *self._drafted.get(case, ()))
        return moving.Standing(case, told, self._book.personal_of)

    def _move(self, one: Reading, case: str) -> list[str]:
        """Draft what a repair comes to; return the case that it opened, if any: events may wait for it."""
        opened = [] if one.record["to_case"] else [case_id(one.event_id)]
        move = moving.move(one, self._standing(case), self._book)
        self._book.follow(case, move.target, move.aliases, move.persons)
        self.moves.append(move)
        became = {id(draft): told for told, draft in move.notices}
        for draft in move.drafts:
            version = self._book.next_version(draft.case)
            outcome = Outcome(one.raw, one.agency, draft.event_id, verdicts.ACCEPTED, draft.case, version=version)
            if told := became.get(id(draft)):
                outcome.agency, outcome.event_id = agencies()[told.agency], told.event_id
                outcome.remarks = (sentences.NOW_ELSEWHERE.format(event_id=draft.event_id),)
                self.notices.append(outcome)
            self._add(draft, outcome)
        move.ends_at = len(self.drafts)
        return opened

    def _redacted(self, one: Reading, case: str) -> Redacted:
        value = one.raw.value or b""
        if not is_personal(one.type):
            return Redacted(value)
        known = self._book.labels_of(case)
        if one.type.name == CORRECTED:
            redacted = redact_correction(
                one.type, one.record, value, known, of=corrected_type(one, self._told_of(case))
            )
        else:
            redacted = redact(one.type, one.record, value, known)
        new = {name: label for name, label in redacted.persons.items() if name not in known}
        self._book.meet(case, redacted.persons)
        redacted.persons = new
        return redacted

    def _told_of(self, case: str) -> tuple[Record | Draft, ...]:
        return (*self._book.history_of(case), *self._drafted.get(case, ()))

    def _draft(
        self, one: Reading, outcome: Outcome, case: str, redacted: Redacted, aliases: list[tuple[str, str]]
    ) -> None:
        draft = Draft(
            event_id=one.event_id,
            source=one.source,
            content=one.content,
            case=case,
            type=one.type.name,
            agency=one.agency.id,
            municipality=one.record["municipality"],
            reference=one.record["reference"],
            occurred_at=one.occurred_at,
            recorded_by=one.record["recorded_by"],
            payload=redacted.payload,
            personal=redacted.personal,
            persons=redacted.persons,
            aliases=aliases,
        )
        self._add(draft, outcome)

    def _add(self, draft: Draft, outcome: Outcome) -> None:
        self.drafts.append(draft)
        self.accepted.append(outcome)
        self._drafted.setdefault(draft.case, []).append(draft)

    def _released(self, keys: list[str | tuple[str, str]]) -> Iterator[tuple[Reading, Outcome]]:
        for waited, outcome in self._book.released(*keys) if keys else ():
            if isinstance(waited, Reading) and outcome:
                yield waited, outcome
            elif isinstance(waited, Parked):
                yield from self._unparked(waited)

    def _unparked(self, parked: Parked) -> Iterator[tuple[Reading, Outcome]]:
        """Read again what waited in the ledger, byte for byte as it came."""
        self.released.append(parked)
        agency = agencies()[parked.agency]
        back = CameBack(agency.topic, parked.key, parked.value, parked.headers)
        reading = classify(back, agency, now=self._now)
        outcome = self._told(rejected(reading) if isinstance(reading, Rejected) else undecided(reading))
        self._came_of.append((parked, outcome))
        if isinstance(reading, Reading):
            self._book.seen[reading.event_id] = (reading, outcome)
            yield reading, outcome

    def _told(self, outcome: Outcome) -> Outcome:
        self.outcomes.append(outcome)
        return outcome
