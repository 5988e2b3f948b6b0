"""The errors of the SDK, and who can do something about each.

WaakvlamError
├── Unreadable      the bytes or headers are not what they claim: the sender must mend them
├── Unfit           a message that does not fit its schema: the caller must mend it before sending
├── NotDelivered    Kafka did not confirm: send the same events again, under the same ids
├── Unreachable     Kafka or a topic is not there, or not for us: look at the settings and try again
├── Misconfigured   the settings or the files that they name cannot be used: correct them
├── NotProven       a signature, checkpoint or proof does not hold: believe nothing that it says
├── SequenceTaken   another publisher of this source is at work, or its file holds no number
└── ContractBroken  the shipped schemas, topics or classes disagree: our own fault, stop
"""

from collections.abc import Iterable
from typing import Self


class WaakvlamError(Exception):
    """Anything the SDK raises by itself."""


class Unreadable(WaakvlamError):
    """The message is not what it claims; `field` names the place, `reason` is a Dutch sentence for its sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Unfit(WaakvlamError):
    """A record that cannot be written with its schema; `field` names the first place that does not fit."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NotDelivered(WaakvlamError):
    """Kafka did not confirm these events; `ids` names them, and sending them again under those ids counts them once."""

    def __init__(self, ids: Iterable[str], reason: str) -> None:
        self.ids = tuple(ids)
        self.reason = reason
        super().__init__(f"{len(self.ids)} niet afgeleverd: {reason}")


class Unreachable(WaakvlamError):
    """Kafka does not answer at this address, or a topic is not there or not ours to read."""

    @classmethod
    def at(cls, bootstrap: str, error: BaseException) -> Self:
        """Return the error for an address, with the kind of failure and what to look at."""
        kind = type(error).__name__
        return cls(f"Kafka is niet te bereiken op {bootstrap} ({kind}). Kloppen het adres, de naam en het wachtwoord?")


class Misconfigured(WaakvlamError, ValueError):
    """Settings by which Kafka cannot be reached, whatever it does; the message names the setting, never a secret."""


class NotProven(WaakvlamError):
    """A signature, checkpoint or proof does not hold; the message is a Dutch sentence that says what is wrong."""


class SequenceTaken(WaakvlamError):
    """The file with a source's running number cannot be used: two publishers at once would give numbers twice."""


class ContractBroken(WaakvlamError):
    """Two entries of the same fact disagree (schema and class, topic and agency); the message names both."""
