"""Child protection: the Child Protection Board is asked to investigate."""

from waakvlam.messages.base import Message, Text


class BoardRequestSent(Message):
    """The Child Protection Board was asked to investigate (VTO).

    The request itself goes through CORV; here stands only that it went.
    """

    request_id: Text


class BoardRequestNotified(Message):
    """The Board confirmed that the request arrived."""

    request_id: Text
