"""Barring orders: an adult must leave the house for a while, and somebody must be with the family."""

from waakvlam.messages.base import Day, Message, Text


class BarringOrderImposed(Message):
    """The mayor barred an adult from the house, for ten days. A helper must be present the same day."""

    order_id: Text
    ends_on: Day


class HelperPresent(Message):
    """A helper is with the family, on the day of the order."""

    order_id: Text


class BarringOrderExtended(Message):
    """The mayor extended the order, to at most four weeks from its start."""

    order_id: Text
    ends_on: Day


class BarringOrderEnded(Message):
    """The order ended: its term ran out, or the mayor withdrew it."""

    order_id: Text


class BarringEvaluated(Message):
    """The team looked back with the family, half a year after the order."""

    order_id: Text
