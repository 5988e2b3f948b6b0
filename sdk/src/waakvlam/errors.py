"""The errors of the SDK, and who can do something about each.

WaakvlamError
├── Unreadable      the bytes or headers are not what they claim: the sender must mend them
├── Unfit           a message that does not fit its schema: the caller must mend it before sending
└── ContractBroken  the shipped schemas, topics or classes disagree: our own fault, stop
"""


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


class ContractBroken(WaakvlamError):
    """Two entries of the same fact disagree (schema and class, topic and agency); the message names both."""
