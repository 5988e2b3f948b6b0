"""What intake says to senders, in Dutch: each sentence once. None quotes what was sent."""

WAITS = "Er is nog geen casus bij dit kenmerk. De gebeurtenis wacht en loopt vanzelf door zodra de casus er is."
WAITS_FOR_CASE = "Dit casusnummer is nog niet bekend. De gebeurtenis wacht en loopt vanzelf door zodra de casus er is."
OTHER_CASE = "Dit kenmerk hoort bij een andere casus; het meegestuurde casusnummer is gevolgd."
SEEN = "Deze gebeurtenis is al eerder ontvangen."
SEEN_AND_WAITS = "Deze gebeurtenis is al eerder ontvangen en wacht nog op haar casus."
CONFLICTS = "Er is al een gebeurtenis met dit nummer en een andere inhoud. Stuur een verbetering, of een nieuw nummer."
NOT_YOURS = (
    "Dit gebeurtenisnummer is al gebruikt door een andere afzender. Geef elke gebeurtenis een eigen, nieuw nummer."
)
UNKNOWN_FIELD = "De verbetering noemt een veld dat deze gebeurtenis niet heeft, of een waarde die daar niet past."
