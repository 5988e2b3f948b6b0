"""Closing: Veilig Thuis ends its part, the case ends, the case begins again."""

from typing import Annotated

from waakvlam.messages.base import Codes, Message
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
