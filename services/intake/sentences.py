"""What intake says to senders, in Dutch: each sentence once. None quotes what was sent."""

WAITS = "Er is nog geen zaak bij dit kenmerk. De gebeurtenis wacht en loopt vanzelf door zodra de zaak er is."
WAITS_FOR_CASE = "Dit zaaknummer is nog niet bekend. De gebeurtenis wacht en loopt vanzelf door zodra de zaak er is."
OTHER_CASE = "Dit kenmerk hoort bij een andere zaak; het meegestuurde zaaknummer is gevolgd."
SEEN = "Deze gebeurtenis is al eerder ontvangen."
SEEN_AND_WAITS = "Deze gebeurtenis is al eerder ontvangen en wacht nog op haar zaak."
CONFLICTS = "Er is al een gebeurtenis met dit nummer en een andere inhoud. Stuur een verbetering, of een nieuw nummer."
NOT_YOURS = (
    "Dit gebeurtenisnummer is al gebruikt door een andere afzender. Geef elke gebeurtenis een eigen, nieuw nummer."
)
UNKNOWN_FIELD = "De verbetering noemt een veld dat deze gebeurtenis niet heeft, of een waarde die daar niet past."
