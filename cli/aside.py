"""What was set aside, on the command line: list, show, replay, discard; fuses; a way round one record.

Nothing that was sent is shown: the ledger's columns hold why and where, and the shape of what came. No key is opened.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from cli import aside_lines as lines
from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.looked import Looker
from cli.screen import result
from cli.settings import Settings
from cli.word import fit, login
from ledger import aside, decisions, waiting
from ledger.application import Ledger
from ledger.database import Statements
from ledger.errors import LedgerError
from services.intake import operators
from waakvlam.shapes import is_id
from waakvlam.topics import agencies

T = TypeVar("T")
WITHIN_SECONDS = "A running intake does it within seconds."


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides something, and why."""

    by: str
    reason: str

    def checked(self, *, or_login: bool = False, needs_reason: bool = True) -> "Word":
        """Return it fit for the record; ends with what is wrong with it."""
        by = self.by or (login() if or_login else "")
        if not is_id(by):
            raise Ends(Exit.USAGE, "--by is one word without spaces: the id by which the record knows you, no name.")
        if needs_reason and not self.reason.strip():
            raise Ends(Exit.USAGE, "Say why with --reason; it stays on record.")
        return Word(by, fit(self.reason, "--reason"))


# Dead letters.


def list_letters(settings: Settings, agency: str | None, *, closed: bool, as_json: bool) -> None:
    """Print the dead letters that are open, or all of them."""
    _known(agency)
    standings = (*aside.UNDECIDED, aside.TAKEN_IN, aside.DISCARDED) if closed else aside.UNDECIDED
    with _ledger(settings) as ledger, ledger.reading() as statements:
        found = aside.dead_letters(statements, standings, agency=agency)
        now = ledger.now()
    result([lines.letter_json(one) for one in found], as_json=as_json, lines=list(lines.of_letters(found, now)))


def show_letter(settings: Settings, number: int, *, as_json: bool) -> None:
    """Print one dead letter, and what was decided about it."""
    with _ledger(settings) as ledger, ledger.reading() as statements:
        found = aside.numbered(statements, [number]).get(number)
        about = decisions.about(statements, aside.item(number))
    if found is None:
        raise Ends(
            Exit.REFUSED, f"There is no dead letter {number}. `waakvlam dead-letters list --all` shows which there are."
        )
    told = lines.letter_json(found) | {"shape": orjson.loads(found.shape), "decisions": lines.decisions_json(about)}
    result(told, as_json=as_json, lines=lines.pairs(told))


def replay_letters(
    settings: Settings, numbers: Sequence[int], agency: str | None, word: Word, *, as_json: bool
) -> None:
    """Ask for a replay of these dead letters, or of all open ones of an agency."""

    def of(t: Statements, whose: str) -> list[int]:
        return [one.number for one in aside.dead_letters(t, [aside.OPEN], agency=whose)]

    _replay(settings, numbers, agency, word, of=of, ask=operators.replay_letters, as_json=as_json)


def discard_letter(settings: Settings, number: int, word: Word, *, as_json: bool) -> None:
    """Propose or confirm that a dead letter is discarded."""
    sentence = f"Dead letter {number} is discarded: its bytes are destroyed, the fact stays on record."
    _two(settings, number, word, operators.discard_letter, sentence, as_json=as_json)


# Parked events.


def list_parked(settings: Settings, agency: str | None, looker: Looker, *, as_json: bool) -> None:
    """Print the parked events; of those that name their case, the look is logged."""
    _known(agency)
    with _ledger(settings) as ledger, ledger.reading() as statements:
        found = waiting.listed(statements, agency=agency)
        now = ledger.now()
    looker.sees_list(settings, {one.case for one in found if one.case})
    result([lines.parked_json(one) for one in found], as_json=as_json, lines=list(lines.of_parked(found, now)))


def show_parked(settings: Settings, event_id: str, looker: Looker, *, as_json: bool) -> None:
    """Print one parked event, and what was decided about it; when it names its case, the look is logged."""
    with _ledger(settings) as ledger, ledger.reading() as statements:
        found = waiting.listed(statements, event_id=event_id)
        about = decisions.about(statements, waiting.item(event_id))
    if not found:
        raise Ends(Exit.REFUSED, f"No event {event_id} is parked. `waakvlam parked list` shows which are.")
    if found[0].case:
        looker.sees(settings, found[0].case)
    told = lines.parked_json(found[0]) | {"fields": lines.fields_of(found[0]), "decisions": lines.decisions_json(about)}
    result(told, as_json=as_json, lines=lines.pairs(told))


def replay_parked(
    settings: Settings, event_ids: Sequence[str], agency: str | None, word: Word, *, as_json: bool
) -> None:
    """Ask to look again whether the cases of these events are there, or of all that wait of an agency."""

    def of(t: Statements, whose: str) -> list[str]:
        return [one.event_id for one in waiting.listed(t, agency=whose)]

    _replay(settings, event_ids, agency, word, of=of, ask=operators.replay_parked, as_json=as_json)


def discard_parked(settings: Settings, event_id: str, word: Word, *, as_json: bool) -> None:
    """Propose or confirm that a parked event is discarded."""
    sentence = f"Event {event_id} waits no longer, and its sender is told."
    _two(settings, event_id, word, operators.discard_parked, sentence, as_json=as_json)


# Fuses, and one record.


def list_fuses(settings: Settings, *, as_json: bool) -> None:
    """Print every agency's fuse."""
    with _ledger(settings) as ledger:
        found = operators.fuses(ledger)
    told = [lines.fuse_json(agency, fuse) for agency, fuse in found.items()]
    result(told, as_json=as_json, lines=list(lines.of_fuses(found)))


def reset_fuse(settings: Settings, agency: str, word: Word, *, as_json: bool) -> None:
    """Let an agency be read again."""
    word = word.checked()
    _known(agency)
    with _ledger(settings) as ledger:
        changed = operators.reset_fuse(ledger, agency, who=word.by, reason=word.reason)
    sentence = (
        f"{agency} is read again. {WITHIN_SECONDS}"
        if changed
        else f"The fuse of {agency} was not blown; it counts anew."
    )
    result({"agency": agency, "was_blown": changed, "sentence": sentence}, as_json=as_json, lines=[sentence])


def set_aside(settings: Settings, spot: tuple[str, int, int], word: Word, *, as_json: bool) -> None:
    """Propose or confirm that a record is set aside unread."""
    place = "/".join(map(str, spot))
    sentence = f"Intake sets {place} aside when it comes to it: start it again where it has stopped."
    _two(settings, spot, word, operators.set_aside, sentence, as_json=as_json)


# How it is done.


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        yield ledger


def _do(work: Callable[[], T]) -> T:
    try:
        return work()
    except (operators.NotThere, decisions.SamePerson) as error:
        raise Ends(Exit.REFUSED, f"{_sentence(error)}. Nothing was changed.") from error


def _sentence(error: LedgerError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _known(agency: str | None) -> None:
    if agency is not None and agency not in agencies():
        raise Ends(Exit.USAGE, f"There is no agency {agency}. There are: {', '.join(agencies())}.")


def _one_way(chosen: Sequence[Any], agency: str | None) -> None:
    _known(agency)
    if bool(chosen) is (agency is not None):
        raise Ends(Exit.USAGE, "Name which ones by their ids, or all of one agency with --agency.")


def _replay(
    settings: Settings,
    chosen: Sequence[T],
    agency: str | None,
    word: Word,
    *,
    of: Callable[[Statements, str], list[T]],
    ask: Callable[..., object],
    as_json: bool,
) -> None:
    """Ask for a replay of what was chosen, or of all that there is of an agency."""
    word = word.checked(or_login=True)
    _one_way(chosen, agency)
    asked = list(dict.fromkeys(chosen))
    with _ledger(settings) as ledger:
        if agency is not None:
            with ledger.reading() as statements:
                asked = of(statements, agency)
        _do(lambda: ask(ledger, asked, who=word.by, reason=word.reason))
    sentence = f"{len(asked)} asked for. {WITHIN_SECONDS}" if asked else "There is nothing to replay."
    result({"asked": asked, "sentence": sentence}, as_json=as_json, lines=[sentence])


def _two(settings: Settings, item: T, word: Word, decide: Callable[..., bool], sentence: str, *, as_json: bool) -> None:
    """Propose or confirm what two persons must want; `sentence` says what was done when both do."""
    word = word.checked(needs_reason=False)
    with _ledger(settings) as ledger:
        done = _do(lambda: decide(ledger, item, who=word.by, reason=word.reason))
    proposed = "Proposed. Another person must give the same command with an id of their own to confirm it."
    told = sentence if done else proposed
    result({"done": done, "sentence": told}, as_json=as_json, lines=[told])
