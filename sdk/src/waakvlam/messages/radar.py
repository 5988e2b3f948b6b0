"""The radar: an alert was taken up, handed over or judged, or waiting was proposed or accepted."""

from typing import Annotated

from waakvlam.messages.base import Codes, Day, Message, Text

Reason = Annotated[
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


class AlertAcknowledged(Message):
    """Somebody took up an alert and, best, said by when they look again. It is then quiet until the end of that day.

    For danger, a rule of weight 5, that day is at most a week ahead until another person (`recorded_by`) took it up too.
    """

    alert: Text
    next_step_on: Day | None = None
    intention: Text | None = None
    by: Text | None = None


class AlertHandedOver(Message):
    """Whoever had an alert asks a colleague to take it on. It changes nothing by itself.

    The alert is the colleague's once they take it up (AlertAcknowledged), so both sides have signed.
    """

    alert: Text
    colleague_id: Text
    note: Text | None = None


class AlertJudged(Message):
    """Somebody says whether an alert was of use: it shows which rules call too often for nothing."""

    alert: Text
    rule: Text
    verdict: Annotated[str, Codes("useful", "not_useful")]
    reason: (
        Annotated[str, Codes("al-gedaan", "al-bekend", "klopt-niet", "niet-van-toepassing", "te-vroeg", "te-laat")]
        | None
    ) = None


class StallAcceptanceProposed(Message):
    """Somebody thinks that waiting is right for now, and asks a colleague to decide: by itself it changes nothing.

    For danger, a rule of weight 5, nobody accepts a stall alone: another person than this one (`recorded_by`) may then
    send StallAccepted for the same rule and instance, until the same day or an earlier one.
    """

    rule: Text
    instance: Text
    until_on: Day
    reason: Reason


class StallAccepted(Message):
    """Somebody decided that waiting is right for now, until a day at most three months ahead.

    Legal terms cannot be accepted away: then it is only shown. For danger, a rule of weight 5, another person must have
    proposed it first (StallAcceptanceProposed), and `recorded_by` may not be left out.
    """

    rule: Text
    instance: Text
    until_on: Day
    reason: Reason
