"""Monitoring: how it goes afterwards, what is seen in between, and who is worried."""

from typing import Annotated

from waakvlam.messages.base import Codes, Many, Message, Number, Text
from waakvlam.messages.codes import ViolenceKind, YesNoUnknown


class MonitoringMomentDone(Message, version=2):
    """Veilig Thuis looked how it goes with the family, at an agreed moment after the handover, and answered the fixed questions.

    moment is the number of that moment: 1, 2, 3, ... Since version 2: with whom was spoken, and what was seen.
    """

    moment: Number
    conditions: Annotated[str, Codes("met", "partly", "not_met")]
    direct_safety: YesNoUnknown
    stable_safety: YesNoUnknown
    recovery: YesNoUnknown
    decision: Annotated[str, Codes("continue", "repair_with_team", "act_again", "escalate", "nominate_mda", "close")]
    spoken_with: Many[
        Annotated[str, Codes("adult", "child", "network", "team", "director", "school", "care", "police")]
    ] = ()
    findings: Text | None = None


class IncidentRecorded(Message):
    """Something happened in a family that is already known.

    Several small signals from several agencies make one big one.
    """

    incident_id: Text
    violence_kinds: Many[ViolenceKind] = ()
    children_present: bool | None = None


class ConcernReportedBack(Message):
    """The local team tells Veilig Thuis that safety fails. Veilig Thuis answers within two working days."""

    concern_id: Text


class ConcernAnswered(Message):
    """Veilig Thuis answered the local team's concern."""

    concern_id: Text
