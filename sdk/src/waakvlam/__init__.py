"""Waakvlam for agencies: tell once what happened, and know that it arrived.

This page is the table of contents. Names are loaded when they are used, so reading a schema does not load the messages,
and nothing here loads Kafka: take `waakvlam.kafka` for that.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waakvlam.errors import (
        ContractBroken,
        NotDelivered,
        SequenceTaken,
        Unfit,
        Unreachable,
        Unreadable,
        WaakvlamError,
    )
    from waakvlam.messages import Message
    from waakvlam.publisher import Publisher, Sent, Transport, new_id
    from waakvlam.receipt import Receipt
    from waakvlam.sequence import SequenceFile
    from waakvlam.testing import Outbox

_HOMES = {
    "ContractBroken": "errors",
    "Message": "messages",
    "NotDelivered": "errors",
    "Outbox": "testing",
    "Publisher": "publisher",
    "Receipt": "receipt",
    "Sent": "publisher",
    "SequenceFile": "sequence",
    "SequenceTaken": "errors",
    "Transport": "publisher",
    "Unfit": "errors",
    "Unreachable": "errors",
    "Unreadable": "errors",
    "WaakvlamError": "errors",
    "new_id": "publisher",
}

__all__ = [
    "ContractBroken",
    "Message",
    "NotDelivered",
    "Outbox",
    "Publisher",
    "Receipt",
    "Sent",
    "SequenceFile",
    "SequenceTaken",
    "Transport",
    "Unfit",
    "Unreachable",
    "Unreadable",
    "WaakvlamError",
    "new_id",
]


def __getattr__(name: str) -> Any:
    """Load a name of the table of contents from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'waakvlam' has no attribute {name!r}")
    return getattr(import_module(f"waakvlam.{_HOMES[name]}"), name)
