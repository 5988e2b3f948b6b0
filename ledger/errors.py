"""What the ledger raises, in one tree.

LedgerError
├── Conflict                  the history does not permit it: somebody was first (roll back, read again, decide again)
│   ├── AlreadyRecorded       an event id is in the ledger already: an event counts once, for ever
│   ├── AliasTaken            an agency's file number already belongs to another case
│   └── Fenced                a read position was moved by someone else: this worker is a zombie and must stop
├── Erased                    the key of these personal values was destroyed: the content is gone, the proof is not
└── Fault                     ours: stop and be loud
    ├── NotAllowed            this login may not do that at the database: another one does it
    ├── Unavailable           the database or the key store cannot be reached, or its lock cannot be had in time
    │   └── Away              its server ended or closed the connection: it may be back in a moment
    ├── Damaged               what is stored is not what was stored
    │   └── NotAContinuation  the ledger no longer begins with what was signed: records were changed or taken away
    └── UnknownEvent          an event of a type that our catalogue lacks stands in the ledger: newer code wrote it

No message holds anything about a person: ids, numbers and names of columns only.
"""


class LedgerError(Exception):
    """Anything the ledger refuses or fails to do."""


class Conflict(LedgerError):
    """Somebody was first; nothing of the transaction remains."""


class AlreadyRecorded(Conflict):
    """An event with this id is in the ledger."""


class AliasTaken(Conflict):
    """An agency's file number belongs to another case."""


class Fenced(Conflict):
    """The read position is not what this reader left it at: another one took over."""

    @classmethod
    def because_moved(cls, topic: str, partition: int, old: int | None) -> "Fenced":
        """Tell which position was expected, and not found."""
        return cls(f"position of {topic}/{partition} is no longer {old}: another reader moved it")


class Erased(LedgerError):
    """The key was destroyed."""

    @classmethod
    def because_destroyed(cls, case: str, version: int) -> "Erased":
        """Tell which key is gone."""
        return cls(f"key {version} of case {case} was destroyed")


class Fault(LedgerError):
    """Ours: no message is at fault, so nothing may be acknowledged."""


class Unavailable(Fault):
    """The database cannot be reached, or is locked for too long."""


class Away(Unavailable):
    """The server of the database ended, closed the connection, or takes none for now.

    Nothing of the transaction remains, save where the connection went while it was being committed: then the database says what
    became of it.
    """


class NotAllowed(Fault):
    """The login has a role that may not do this; the message says who may."""


class Damaged(Fault):
    """The store contradicts itself."""


class NotAContinuation(Damaged):
    """The ledger no longer begins with the records that a checkpoint was signed over."""

    @classmethod
    def of(cls, size: int, day: str, what: str) -> "NotAContinuation":
        """Tell which checkpoint is contradicted, how, and what to do."""
        return cls(
            f"the checkpoint of {day} is signed over {size} records, and {what}. Records were changed or taken away, or an "
            "older copy of the database was put back. Make an export now, keep it, and see docs/how-to/prove.md"
        )


class UnknownEvent(Fault):
    """The catalogue of this version lacks an event type that is in the ledger: install the version that wrote it."""
