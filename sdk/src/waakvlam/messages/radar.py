"""The radar: an alert was taken up, or waiting was accepted."""

from typing import Annotated

from waakvlam.messages.base import Codes, Day, Message, Text


class AlertAcknowledged(Message):
    """Somebody took up an alert and, best, said by when they look again. It is then quiet until the end of that day."""

    alert: Text
    next_step_on: Day | None = None
    intention: Text | None = None
    by: Text | None = None


class StallAccepted(Message):
    """Somebody decided that waiting is right for now, until a day at most three months ahead.

    Legal terms cannot be accepted away: then it is only shown.
    """

    rule: Text
    instance: Text
    until_on: Day
    reason: Annotated[
        str,
        Codes(
            "wachtlijst",
            "geen-regisseur",
            "verschil-van-mening",
            "geen-medewerking",
            "niet-bereikbaar",
            "financiering",
            "capaciteit",
            "onduidelijke-afspraak",
            "wacht-op-besluit-rechter",
            "verhuizing",
            "techniek",
        ),
    ]
