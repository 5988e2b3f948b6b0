"""The messages that agencies may send: a class for each event, a module for each chapter of a case's life.

`Message.of(type_name, fields)` builds one from JSON values. Loading this page compares every class with its schema.
"""

from waakvlam.messages.advice import AdviceGiven
from waakvlam.messages.assessment import (
    AssessedPerson,
    AssessmentStarted,
    HouseholdInformed,
    InformingPostponed,
    ReporterInformed,
    SafetyAssessed,
    TriageDecided,
)
from waakvlam.messages.barring_order import (
    BarringEvaluated,
    BarringOrderEnded,
    BarringOrderExtended,
    BarringOrderImposed,
    HelperPresent,
)
from waakvlam.messages.base import Message, Nested, message_classes
from waakvlam.messages.child_protection import BoardRequestNotified, BoardRequestSent
from waakvlam.messages.closing import CaseClosed, CaseReopened, ErasureConfirmed, ErasureProposed, VtClosed
from waakvlam.messages.contact import ChildSpokenTo, FamilyContacted, FirstContactMade
from waakvlam.messages.correction import EventCorrected, EventsMoved, EventWithdrawn, LinkConfirmed
from waakvlam.messages.direction import DirectorAbsent, DirectorAssigned, DirectorEnded, StandInAssigned
from waakvlam.messages.escalation import EscalationClosed, EscalationDecided, EscalationMoved, EscalationStarted
from waakvlam.messages.handover import HandoverAccepted, HandoverOffered, HandoverRefused, HandoverWithdrawn
from waakvlam.messages.help import HelpEnded, HelpStarted, HelpWaiting
from waakvlam.messages.honour import HonourAssessed, HonourChecklistSent
from waakvlam.messages.mda import MdaClosed, MdaDecided, MdaEvaluated, MdaEvaluationPlanned, MdaNominated
from waakvlam.messages.monitoring import ConcernAnswered, ConcernReportedBack, IncidentRecorded, MonitoringMomentDone
from waakvlam.messages.plan import AppointmentBroken, AppointmentKept, AppointmentMade, PlanAgreed
from waakvlam.messages.proof import CheckpointWitnessed
from waakvlam.messages.radar import (
    AlertAcknowledged,
    AlertHandedOver,
    AlertJudged,
    StallAcceptanceProposed,
    StallAccepted,
)
from waakvlam.messages.report import (
    AcuteActionTaken,
    AcuteDangerFound,
    CaseRouted,
    ReportClassified,
    ReportedPerson,
    ReportReceived,
)
from waakvlam.messages.safety import (
    ConditionBroken,
    ConditionChanged,
    ConditionMet,
    ConditionSet,
    DirectSafetyReached,
    RecoveryStarted,
    SafetyLost,
    StableSafetyReached,
)
from waakvlam.messages.school import SchoolSignalDelivered, SchoolSignalDue
from waakvlam.messages.services import (
    InformationAnswered,
    InformationRequested,
    ServiceEnded,
    ServiceOutcome,
    ServiceStarted,
)
from waakvlam.messages.shelter import ShelterEntered, ShelterLeft, ShelterReadyToLeave

__all__ = [
    "AcuteActionTaken",
    "AcuteDangerFound",
    "AdviceGiven",
    "AlertAcknowledged",
    "AlertHandedOver",
    "AlertJudged",
    "AppointmentBroken",
    "AppointmentKept",
    "AppointmentMade",
    "AssessedPerson",
    "AssessmentStarted",
    "BarringEvaluated",
    "BarringOrderEnded",
    "BarringOrderExtended",
    "BarringOrderImposed",
    "BoardRequestNotified",
    "BoardRequestSent",
    "CaseClosed",
    "CaseReopened",
    "CaseRouted",
    "CheckpointWitnessed",
    "ChildSpokenTo",
    "ConcernAnswered",
    "ConcernReportedBack",
    "ConditionBroken",
    "ConditionChanged",
    "ConditionMet",
    "ConditionSet",
    "DirectSafetyReached",
    "DirectorAbsent",
    "DirectorAssigned",
    "DirectorEnded",
    "ErasureConfirmed",
    "ErasureProposed",
    "EscalationClosed",
    "EscalationDecided",
    "EscalationMoved",
    "EscalationStarted",
    "EventCorrected",
    "EventWithdrawn",
    "EventsMoved",
    "FamilyContacted",
    "FirstContactMade",
    "HandoverAccepted",
    "HandoverOffered",
    "HandoverRefused",
    "HandoverWithdrawn",
    "HelpEnded",
    "HelpStarted",
    "HelpWaiting",
    "HelperPresent",
    "HonourAssessed",
    "HonourChecklistSent",
    "HouseholdInformed",
    "IncidentRecorded",
    "InformationAnswered",
    "InformationRequested",
    "InformingPostponed",
    "LinkConfirmed",
    "MdaClosed",
    "MdaDecided",
    "MdaEvaluated",
    "MdaEvaluationPlanned",
    "MdaNominated",
    "Message",
    "MonitoringMomentDone",
    "Nested",
    "PlanAgreed",
    "RecoveryStarted",
    "ReportClassified",
    "ReportReceived",
    "ReportedPerson",
    "ReporterInformed",
    "SafetyAssessed",
    "SafetyLost",
    "SchoolSignalDelivered",
    "SchoolSignalDue",
    "ServiceEnded",
    "ServiceOutcome",
    "ServiceStarted",
    "ShelterEntered",
    "ShelterLeft",
    "ShelterReadyToLeave",
    "StableSafetyReached",
    "StallAcceptanceProposed",
    "StallAccepted",
    "StandInAssigned",
    "TriageDecided",
    "VtClosed",
    "message_classes",
]
