"""Lists of codes that several messages share. They are open: another code is accepted with a remark."""

from typing import Annotated

from waakvlam.messages.base import Codes

Capacity = Annotated[
    str,
    Codes(
        "police",
        "general_practitioner",
        "hospital",
        "youth_health_care",
        "mental_health_care",
        "home_care",
        "school",
        "childcare",
        "local_team",
        "youth_care",
        "shelter",
        "municipality",
        "justice",
        "other_veilig_thuis",
        "other_professional",
        "victim",
        "household_member",
        "family_or_friend",
        "neighbour",
        "volunteer",
        "unknown",
    ),
]
"""In what capacity somebody asks or reports; never who it is."""

Checker = Annotated[
    str,
    Codes(
        "veilig_thuis",
        "local_team",
        "police",
        "school",
        "health_care",
        "youth_care",
        "shelter",
        "municipality",
        "justice",
        "specialist",
        "family",
        "network",
    ),
]
"""Who checks a condition, or keeps an appointment."""

ClosingReason = Annotated[
    str,
    Codes("stabiel-veilig", "geen-vervolg-nodig", "advies", "overgedragen", "verhuisd", "overleden", "anders"),
]
"""Why a part or the whole of the work on a case ended."""

CorrectionReason = Annotated[
    str,
    Codes(
        "typefout",
        "verkeerde-datum",
        "verkeerde-casus",
        "dubbel-verstuurd",
        "nieuwe-informatie",
        "verzoek-betrokkene",
        "anders",
    ),
]
"""Why what was told was not right."""

Direction = Annotated[
    str,
    Codes("up", "sideways", "down"),
]
"""Which way an escalation goes."""

EscalationReason = Annotated[
    str,
    Codes(
        "veiligheid-in-gevaar",
        "samenwerking-stagneert",
        "route-loopt-vast",
        "afspraken-werken-niet",
        "complexiteit-hoog",
        "veiligheid-in-geding",
        "gewone-kanalen-geven-geen-duurzame-veiligheid",
        "structureel-onveilig",
        "acuut-en-complex",
    ),
]
"""Why a question goes up the ladder; each ladder allows some of these."""

HelpKind = Annotated[
    str,
    Codes(
        "safety",
        "parenting",
        "mental_health",
        "trauma",
        "addiction",
        "offender",
        "child",
        "disability",
        "debt",
        "housing",
        "recovery",
        "other",
    ),
]
"""The kinds of help."""

Origin = Annotated[
    str,
    Codes("assessment", "conditions_and_follow_up", "investigation"),
]
"""What a handover comes from."""

Service = Annotated[
    str,
    Codes("conditions_and_follow_up", "investigation"),
]
"""The two services of Veilig Thuis."""

ViolenceKind = Annotated[
    str,
    Codes(
        "physical_violence",
        "psychological_violence",
        "sexual_violence",
        "partner_violence",
        "ex_partner_violence",
        "intimate_terror",
        "stalking",
        "child_abuse",
        "child_neglect",
        "child_witness",
        "parent_abuse",
        "elder_abuse",
        "derailed_care",
        "financial_exploitation",
        "complex_divorce",
        "honour_related",
        "harmful_practice",
        "forced_marriage",
        "human_trafficking",
        "other",
        "unknown",
    ),
]
"""The kinds of violence."""

YesNoUnknown = Annotated[
    str,
    Codes("yes", "no", "unknown"),
]
"""An answer that may be unknown."""
