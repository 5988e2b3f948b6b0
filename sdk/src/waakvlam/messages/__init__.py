"""The messages that agencies may send: a class for each event, a module for each chapter of a case's life.

`Message.of(type_name, fields)` builds one from JSON values.
"""

from waakvlam.messages.base import Message, Nested, message_classes

__all__ = ["Message", "Nested", "message_classes"]
