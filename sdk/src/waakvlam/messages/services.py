"""Services of Veilig Thuis, and what it asks of other agencies."""

from typing import Annotated

from waakvlam.messages.base import Codes, Many, Message, Nested, Text
from waakvlam.messages.codes import Service, ViolenceKind


class ServiceStarted(Message):
    """Veilig Thuis keeps the case for a while with one of its two services.

    An investigation legally ends within ten weeks.
    """

    service_id: Text
    service: Service


class ServiceOutcome(Nested):
    """What an investigation found about one kind of violence."""

    violence_kind: ViolenceKind
    outcome: Annotated[str, Codes("confirmed", "not_confirmed", "refuted", "ended_early")]


class ServiceEnded(Message):
    """A service of Veilig Thuis ended. After an investigation say for each kind of violence what was found."""

    service_id: Text
    service: Service
    outcomes: Many[ServiceOutcome] = ()


class InformationRequested(Message):
    """Veilig Thuis asked another agency what it knows. The question itself goes outside this ledger."""

    request_id: Text
    of_agency: Text


class InformationAnswered(Message):
    """The agency that was asked gave what it knows, or refused. The answer itself goes outside this ledger."""

    request_id: Text
    answer: Annotated[str, Codes("given", "refused")]
