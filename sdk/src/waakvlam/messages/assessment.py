"""Assessment: how safe everybody is, what follows, and who is told."""

from typing import Annotated

from waakvlam.messages.base import Codes, Day, Many, Message, Nested, Text


class AssessmentStarted(Message):
    """Veilig Thuis began to assess how safe everybody is.

    Starts no term of its own: the five working days run from the report.
    """

    report_id: Text


class AssessedPerson(Nested):
    """How safe one person of the household is; leave `safe` out when it is not known."""

    person: Text
    safe: bool | None = None


class SafetyAssessed(Message):
    """Veilig Thuis judged for each person how safe it is, now and in the long run, and how urgent.

    Legally within five working days of the report.
    """

    report_id: Text
    urgency: Annotated[str, Codes("red", "orange", "green")]
    acute_unsafe: bool
    structural_unsafe: bool
    persons: Many[AssessedPerson] = ()


class TriageDecided(Message):
    """Veilig Thuis decided what follows the assessment, by which version of the national protocol.

    Starts the term for telling the reporter.
    """

    report_id: Text
    decision: Annotated[
        str, Codes("direct_handover", "conditions_and_follow_up", "investigation", "no_follow_up", "added_to_case")
    ]
    protocol: Text


class ReporterInformed(Message):
    """The reporter was told whether there is a follow-up and to whom it went, and nothing more."""

    report_id: Text


class HouseholdInformed(Message):
    """The people it concerns were told of the report.

    Within four weeks, unless telling them would be dangerous (then informing_postponed).
    """

    report_id: Text


class InformingPostponed(Message):
    """Telling the household now would endanger somebody: the ground was recorded, with the day on which it is judged again.

    With honour-related violence a human decides, never a machine.
    """

    report_id: Text
    ground: Annotated[
        str, Codes("child_safety", "adult_safety", "reporter_safety", "honour_related", "criminal_investigation")
    ]
    review_on: Day
