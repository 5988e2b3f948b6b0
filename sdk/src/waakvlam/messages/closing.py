"""Closing: Veilig Thuis ends its part, the case ends, begins again, and in the end is erased."""

from typing import Annotated

from waakvlam.messages.base import Codes, Message, Text
from waakvlam.messages.codes import ClosingReason


class VtClosed(Message):
    """Veilig Thuis ended its part. The case stays open on the pilot light: somebody still looks now and then."""

    reason: ClosingReason


class CaseClosed(Message):
    """The case is closed: all its open terms end. A new report opens it again."""

    reason: ClosingReason


class CaseReopened(Message):
    """A closed case was opened again without a new report. Old terms do not come back; new events start new ones."""

    reason: Annotated[
        str, Codes("nieuwe-zorgen", "ten-onrechte-gesloten", "nieuwe-informatie", "verzoek-gezin", "anders")
    ]


class ErasureProposed(Message):
    """One person proposes to erase what is told about the people of a closed case; another must confirm it."""

    ground: Annotated[str, Codes("bewaartermijn-verlopen", "verzoek-betrokkene", "ten-onrechte-vastgelegd", "anders")]


class ErasureConfirmed(Message):
    """Another person confirms a proposal: the key of the case is destroyed, for good."""

    proposal_id: Text
