"""What intake says to senders, in Dutch: each sentence once. None quotes what was sent."""

WAITS = "Er is nog geen casus bij dit kenmerk. De gebeurtenis wacht en loopt vanzelf door zodra de casus er is."
WAITS_FOR_CASE = "Dit casusnummer is nog niet bekend. De gebeurtenis wacht en loopt vanzelf door zodra de casus er is."
OTHER_CASE = "Dit kenmerk hoort bij een andere casus; het meegestuurde casusnummer is gevolgd."
EMPTIED = (
    "Hiermee is alles in deze casus ingetrokken: vanaf nu volgt niemand dit gezin hier. Hoort het wel gevolgd te worden, "
    "stuur de melding dan opnieuw."
)
SEEN = "Deze gebeurtenis is al eerder ontvangen."
SEEN_AND_WAITS = "Deze gebeurtenis is al eerder ontvangen en wacht nog op haar casus."
CONFLICTS = "Er is al een gebeurtenis met dit nummer en een andere inhoud. Stuur een verbetering, of een nieuw nummer."
NOT_YOURS = (
    "Dit gebeurtenisnummer is al gebruikt door een andere afzender. Geef elke gebeurtenis een eigen, nieuw nummer."
)
UNKNOWN_FIELD = "De verbetering noemt een veld dat deze gebeurtenis niet heeft, of een waarde die daar niet past."

MOVED_FROM = "Waar de gebeurtenissen stonden, vult Waakvlam zelf in; laat from_case leeg."
MOVED_COUNT = "Noem de gebeurtenissen die naar een andere casus gaan: minstens één en hooguit {most} tegelijk."
MOVED_NOWHERE = "De gebeurtenissen staan al in deze casus. Noem de casus waar zij horen, of niets voor een nieuwe."
MOVED_TO_NOTHING = "De casus waar de gebeurtenissen horen, bestaat niet. Noem een bestaande, of niets voor een nieuwe."
MOVED_UNKNOWN = (
    "Minstens één van deze gebeurtenissen staat niet (meer) in deze casus. Kijk op de tijdlijn welke er staan."
)
MOVED_OURS = (
    "Wat Waakvlam zelf vaststelde, gaat niet mee: dat wordt in de andere casus opnieuw vastgesteld. Laat het weg."
)
MOVED_DECIDED = (
    "Wat over een alarm of over wissen werd besloten, hoort bij deze casus en gaat niet mee: in de andere casus komt het alarm "
    "opnieuw. Laat het weg."
)
MOVED_WITHOUT_REPORT = "Een nieuwe casus begint met een melding. Neem de melding mee, of noem een bestaande casus."
MOVED_ERASED = "De inhoud van deze casus is gewist; haar gebeurtenissen kunnen niet meer worden verplaatst."
NOW_ELSEWHERE = (
    "Deze gebeurtenis hoort bij een andere casus: voortaan die van dit bericht. Daar heeft zij het nummer {event_id}; "
    "gebruik dat om haar te verbeteren of in te trekken."
)
OUR_FAULT = (
    "Door een fout bij Waakvlam kan dit bericht nu niet worden gelezen. Het is bewaard en wordt later opnieuw aangeboden; "
    "u hoeft niets te doen."
)
WAITS_TOO_LONG = (
    "Herinnering: deze gebeurtenis wacht nog steeds op haar casus. Klopt het kenmerk of casusnummer? "
    "Stuur anders de melding die de casus opent, of verstuur de gebeurtenis opnieuw onder het goede nummer."
)
DISCARDED = (
    "Deze gebeurtenis heeft te lang op haar casus gewacht en is weggelegd. Hoort zij bij een casus, verstuur haar dan "
    "opnieuw onder het goede kenmerk."
)
MISSING = (
    "Deze volgnummers zijn niet aangekomen, terwijl latere dat wel zijn. Zoek op wat eronder is verstuurd en verstuur het "
    "opnieuw onder dezelfde id's."
)
SILENT = (
    "Er kwam langer niets binnen dan op dit uur van de week gewoon is. Kijk of uw koppeling nog loopt; is er niets gebeurd, dan "
    "hoeft u niets te doen."
)
FOUND = "Deze volgnummers zijn toch nog aangekomen."
