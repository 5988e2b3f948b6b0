"""What was set aside goes through the door again when somebody asked for it: as the same record, under the same id.

Level-triggered: operators write down what they ask (`operators`), this looks at it and does what is left to do, each
in one transaction with its outcome. So it may be killed at any instant, and an event still counts once. A record on
which our code fails stays set aside, and that is told; it stops nobody.
"""

from collections.abc import Callable, Sequence
from functools import partial

from ledger import aside, decisions, logs, waiting
from ledger.application import Ledger
from ledger.errors import Conflict, Damaged, Unavailable
from ledger.model import DeadLetter, Decision, Parked
from ledger.sealing import KeyStore
from ledger.writing import Writing
from services.intake.asked import ask_parked, parked_asked
from services.intake.came_back import CameBack
from services.intake.outcome import Outcome
from services.intake.pipeline import Pipeline
from waakvlam.topics import agencies

log = logs.logger(__name__)

PER_ROUND_MAX = 200
RETRIED = "retried"  # in the register of ids: it waited, and is judged anew
ERASED = "erased with its case"
STILL_WAITS = "its case is not there yet"


class Replays:
    """Does the replays that were asked for, oldest first."""

    def __init__(self, ledger: Ledger, pipeline: Pipeline, keys: KeyStore) -> None:
        self._ledger = ledger
        self._pipeline = pipeline
        self._keys = keys

    def step(self) -> int:
        """Do the next replays; return how many there were."""
        with self._ledger.reading() as statements:
            letters = aside.dead_letters(statements, [aside.ASKED], limit=PER_ROUND_MAX)
            parked = parked_asked(statements)[:PER_ROUND_MAX]
        for letter in letters:
            self._guarded(partial(self._letter, letter), partial(_letter_stays, letter))
        for event_id in parked:
            self._guarded(partial(self._parked, event_id), partial(_parked_stays, event_id))
        return len(letters) + len(parked)

    def _guarded(self, do: Callable[[], None], stays: Callable[[Writing, str], str]) -> None:
        try:
            do()
        except (Conflict, Unavailable, Damaged):
            raise
        except Exception as error:
            with self._ledger.writing() as w:
                item = stays(w, f"our own code fails: {type(error).__name__}")
            log.exception("replay_failed", item=item)

    def _letter(self, letter: DeadLetter) -> None:
        def ask(w: Writing) -> list[CameBack]:
            (wire,) = aside.wires(w.statements, [letter], self._keys)
            if wire is None:
                return []
            return [CameBack(letter.topic, wire.key, wire.value, wire.headers, letter.partition, letter.offset)]

        def then(w: Writing, outcomes: Sequence[Outcome]) -> None:
            if not outcomes:
                aside.move(w.statements, [letter.number], aside.DISCARDED)
            elif not outcomes[0].is_set_aside:
                aside.move(w.statements, [letter.number], aside.TAKEN_IN)
            _came_of(w, aside.item(letter.number), outcomes[0].verdict if outcomes else ERASED)

        self._pipeline.again(ask, then)

    def _parked(self, event_id: str) -> None:
        """Release all that waits for the same case or file number, in its order, if that is there by now."""

        def ask(w: Writing) -> list[CameBack]:
            ask_parked(w.statements, [one for one in parked_asked(w.statements) if one != event_id])
            waits = waiting.listed(w.statements, event_id=event_id)
            if not waits or not _has_case(w, waits[0]):
                return []
            key = waits[0]
            alias = (key.agency, key.reference or "")
            released = w.parked(cases=[key.case]) if key.case else w.parked([alias])
            for one in released:
                w.remember(one.event_id, source=one.source, content=one.content, verdict=RETRIED)
            w.unpark([one.event_id for one in released])
            return [CameBack(agencies()[one.agency].topic, one.key, one.value, one.headers) for one in released]

        def then(w: Writing, outcomes: Sequence[Outcome]) -> None:
            mine = [one.verdict for one in outcomes if one.event_id == event_id]
            _came_of(w, waiting.item(event_id), mine[0] if mine else STILL_WAITS)

        self._pipeline.again(ask, then)


def _has_case(w: Writing, parked: Parked) -> bool:
    if parked.case:
        return bool(w.heads([parked.case]))
    return bool(w.cases_by_alias([(parked.agency, parked.reference or "")]))


def _letter_stays(letter: DeadLetter, w: Writing, why: str) -> str:
    aside.move(w.statements, [letter.number], aside.OPEN)
    return _came_of(w, aside.item(letter.number), why)


def _parked_stays(event_id: str, w: Writing, why: str) -> str:
    ask_parked(w.statements, [one for one in parked_asked(w.statements) if one != event_id])
    return _came_of(w, waiting.item(event_id), why)


def _came_of(w: Writing, item: str, what: str) -> str:
    done = Decision(item, decisions.REPLAY, decisions.DONE, decisions.SYSTEM, what, w.now)
    decisions.record(w.statements, done)
    return item
