"""What became of what somebody did at the board, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.staff import is_same
from services.board.desk import LOST, NOT_FIRST
from services.board.doing.table import ACTIONS
from services.board.language import moment, say
from services.board.outbox import Sent

OWN = frozenset({LOST, NOT_FIRST})
SHOWN_MICROS = 10 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Click:
    """What became of something that was done at the board."""

    event_id: str
    case: str
    state: str
    title: str
    text: str
    quoted: str = ""  # what the door said, in Dutch


def click(sent: Sent) -> Click:
    """Return what became of something that was done, as a sentence."""
    action = ACTIONS.get(sent.action)
    title = say(action.title) if action else sent.action
    return Click(sent.event_id, sent.case_id, sent.state, title, _click_text(sent), _quoted(sent))


def recent(sent: Sequence[Sent], *, person: str, now: int) -> tuple[Click, ...]:
    """Return what somebody did lately or what still waits or was refused since, the newest first."""
    last: dict[tuple[str, str], Sent] = {}
    for one in sorted(sent, key=lambda one: (one.sent_at, one.state != "refused")):
        if is_same(one.by, person):
            last[one.lock, one.subject] = one
    fresh = [one for one in last.values() if one.state in {"sent", "parked"} or _is_fresh(one, now)]
    return tuple(click(one) for one in sorted(fresh, key=lambda one: (one.sent_at, one.event_id), reverse=True))


def _is_fresh(sent: Sent, now: int) -> bool:
    return now - (sent.settled_at or sent.sent_at) < SHOWN_MICROS


def _click_text(sent: Sent) -> str:
    if sent.state == "recorded" and sent.settled_at is not None:
        return say("Vastgelegd op {moment}.", moment=moment(sent.settled_at))
    if sent.state == "refused":
        return f"{say('Niet vastgelegd.')} {_own(sent, say('Het grootboek weigerde deze gebeurtenis.'))}".strip()
    if sent.state == "parked":
        return f"{say('Wacht nog.')} {_own(sent, say('Het grootboek kent deze casus nog niet.'))}".strip()
    return say("Wordt vastgelegd…")


def _own(sent: Sent, usual: str) -> str:
    """Return what the board itself says of it: the usual where nobody gave a reason, nothing where the door did."""
    if sent.reason in OWN:
        return say(sent.reason)
    return "" if sent.reason else usual


def _quoted(sent: Sent) -> str:
    return sent.reason or "" if sent.state in {"refused", "parked"} and sent.reason not in OWN else ""
