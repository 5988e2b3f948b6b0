"""MDA++: several specialists look at one complex case together."""

from waakvlam.messages.base import Day, Message, Text


class MdaNominated(Message):
    """The family was nominated for MDA++, because the ordinary ways bring no lasting safety."""

    mda_id: Text


class MdaDecided(Message):
    """The specialists accepted the nomination, or not."""

    mda_id: Text
    accepted: bool


class MdaEvaluationPlanned(Message):
    """The day of the next evaluation was set."""

    mda_id: Text
    evaluate_on: Day


class MdaEvaluated(Message):
    """The specialists and the family looked back and adjusted the approach."""

    mda_id: Text


class MdaClosed(Message):
    """MDA++ ended; the case goes on with the ordinary parties."""

    mda_id: Text
