"""Reports: what is told to Veilig Thuis, what kind of report it is, and what is done at once."""

from typing import Annotated

from pydantic import Field

from waakvlam.messages.base import Codes, Day, Many, Message, Nested, Number, Text
from waakvlam.messages.codes import Capacity, ViolenceKind


class ReportedPerson(Nested):
    """A person whom a report is about: a pseudonym and a role; never a name."""

    person: Text
    role: Annotated[str, Codes("victim", "alleged_offender", "parent", "child", "witness", "other")]
    child: bool
    birth_year: Number | None = None
    age_group: Annotated[str, Codes("0_3", "4_11", "12_17", "18_64", "65_plus", "unborn")] | None = None


class ReportReceived(Message):
    """A report of (suspected) domestic violence or child abuse came in.

    This opens a case, or joins the case in which one of these persons is already known. Send it even when you are
    not sure: a report is always recorded.
    """

    report_id: Text
    channel: Annotated[str, Codes("police_system", "corv", "phone", "web_form", "email", "letter", "in_person")]
    reporter_capacity: Capacity
    violence_kinds: Many[ViolenceKind] = ()
    acute: bool
    persons: Many[ReportedPerson] = ()
    incident_on: Day | None = None
    doubly_anonymous: bool = False


class AcuteDangerFound(Message):
    """A worker found that somebody is in danger now. Starts the shortest term there is: an action within the hour."""

    report_id: Text


class AcuteActionTaken(Message):
    """Somebody did something about the danger. An action from before the danger was written down counts too."""

    report_id: Text
    action: Annotated[
        str,
        Codes(
            "police_sent",
            "home_visit",
            "safe_place_arranged",
            "barring_order_requested",
            "crisis_team_called",
            "child_moved",
            "medical_help",
            "other",
        ),
    ]


class ReportClassified(Message):
    """The system, or Veilig Thuis correcting it, said what kind of report this is in the life of the case.

    A follow-up report asks for a new decision.
    """

    report_id: Text
    class_: Annotated[
        str,
        Codes(
            "first",
            "repeat_some_known",
            "repeat_all_known",
            "during_assessment",
            "after_assessment",
            "during_monitoring",
        ),
    ] = Field(alias="class")
    earlier_reports: Number = 0


class CaseRouted(Message):
    """The system, or Veilig Thuis deciding otherwise, said whose turn it is and how soon.

    A routing is advice to people; it decides nothing about the family.
    """

    queue: Annotated[str, Codes("acute", "fast_track", "regular", "follow_up")]
    priority: Number
    reason: Annotated[
        str,
        Codes("acuut", "code-rood", "code-oranje", "jong-kind", "eerdere-meldingen", "lopende-casus", "gewone-melding"),
    ]
    to_agency: Text | None = None
