"""What triage does with a batch of the ledger's records: answer, deliver, and only then store how far it read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger import record as ledger_record
from ledger.errors import Damaged
from ledger.following import carried
from ledger.metrics import Meters
from ledger.model import OutboxRow
from ledger.record import Record
from ledger.streams.records import Batch, Place
from services.triage.desk import answers
from services.triage.policy import Policy
from services.triage.rules import TRIGGERS
from services.triage.views import Progress

Deliver = Callable[[Sequence[OutboxRow]], object]


class Agent:
    """Reads `case-events`; `deliver` returns when the broker has all messages, or raises."""

    def __init__(
        self,
        policy: Policy,
        *,
        history: Callable[[str], Sequence[Record]],
        progress: Progress,
        deliver: Deliver,
        meters: Meters,
    ) -> None:
        self._policy = policy
        self._history = history
        self._progress = progress
        self._deliver = deliver
        self._answered = meters.counter("waakvlam_triage_answers_total")
        self._positions: dict[Place, int] = {}

    def positions(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """Return where to read on in places that are ours from now on."""
        self._positions = self._progress.positions(places)
        return dict(self._positions)

    def handle(self, batch: Batch) -> None:
        """Answer a batch. A crash at any point makes it come again, and the same answers with the same ids with it."""
        messages = list(self._answers(batch))
        if messages:
            self._deliver(messages)
            self._answered.inc(len(messages))
        offsets = batch.next_offsets()
        self._progress.move({place: (self._positions.get(place), new) for place, new in offsets.items()})
        self._positions |= offsets

    def _answers(self, batch: Batch) -> Iterator[OutboxRow]:
        histories: dict[str, Sequence[Record]] = {}
        for arrived in batch:
            record = ledger_record.decode(arrived.value or b"")
            if record.type not in TRIGGERS or record.caseless:
                continue
            known = histories.get(record.case, ())
            if len(known) < record.version:
                known = histories[record.case] = self._history(record.case)
            if len(known) < record.version:
                raise Damaged(f"case {record.case}: the ledger does not have version {record.version}")
            yield from carried(arrived, list(answers(known, record, self._policy)))
