"""The menu: an address, its word, and the action that says who sees it there."""

from dataclasses import dataclass
from typing import Final

from services.board.rights import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    path: str
    word: str
    action: Action


MENU: Final = (
    Entry("/", "Alarmen", Action.SEE_ALERTS),
    Entry("/team", "Team", Action.SEE_TEAM),
    Entry("/regio", "Regio", Action.SEE_REGION),
    Entry("/spiegel", "Aanlevering", Action.SEE_MIRROR),
    Entry("/bestuur", "Afspraken", Action.SEE_GOVERNORS),
    Entry("/inzage", "Inzage", Action.SEE_LOOKS),
    Entry("/noodtoegang", "Noodtoegang", Action.REVIEW_EMERGENCY_ACCESS),
)
