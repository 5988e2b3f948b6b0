"""The other entry of the catalogue: names and senders as the rule book's section 7 gives them, written down by hand."""

from collections.abc import Iterator, Mapping

import pytest

from waakvlam.catalogue import EventType, event_types

ANY = "*"
# Type: (Dutch name, who may send). V Veilig Thuis, P police, T local team, R reporter, M municipality, J justice,
# S shelter, X specialist, * any agency. Where the rule book says "the system itself" stands the part of it that speaks.
# What people of Veilig Thuis do on the board is sent by the board.
RULEBOOK: Mapping[str, tuple[str, str]] = {
    "advice_given": ("advies-gegeven", "V"),
    "report_received": ("melding-ontvangen", "V P R T"),
    "report_classified": ("melding-geclassificeerd", "triage V"),
    "case_routed": ("casus-gerouteerd", "triage V"),
    "acute_danger_found": ("acuut-gevaar-vastgesteld", "V P"),
    "acute_action_taken": ("acute-actie-ondernomen", "V P T"),
    "assessment_started": ("veiligheidsbeoordeling-gestart", "V"),
    "safety_assessed": ("veiligheidsbeoordeling-afgerond", "V"),
    "triage_decided": ("triagebesluit-genomen", "V"),
    "reporter_informed": ("melder-teruggekoppeld", "V"),
    "household_informed": ("huishouden-geinformeerd", "V"),
    "informing_postponed": ("informeren-uitgesteld", "V"),
    "information_requested": ("informatie-opgevraagd", "V"),
    "information_answered": ("informatie-beantwoord", ANY),
    "service_started": ("dienst-gestart", "V"),
    "service_ended": ("dienst-afgerond", "V"),
    "condition_set": ("veiligheidsvoorwaarde-vastgesteld", "V T"),
    "condition_changed": ("veiligheidsvoorwaarde-gewijzigd", "V T"),
    "condition_met": ("veiligheidsvoorwaarde-vervuld", "V T"),
    "condition_broken": ("veiligheidsvoorwaarde-geschonden", "V T"),
    "handover_offered": ("overdracht-aangeboden", "V T"),
    "handover_accepted": ("overdracht-geaccepteerd", ANY),  # the receiving agency only: the case decides
    "handover_refused": ("overdracht-geweigerd", ANY),  # the receiving agency only: the case decides
    "handover_withdrawn": ("overdracht-ingetrokken", "V T"),
    "first_contact_made": ("eerste-contact-gelegd", "T V"),
    "family_contacted": ("contact-met-gezin", "T V board"),
    "director_assigned": ("casusregisseur-toegewezen", "T V"),
    "director_ended": ("casusregisseur-gestopt", "T V"),
    "director_absent": ("casusregisseur-afwezig", "T"),
    "stand_in_assigned": ("vervanger-toegewezen", "T"),
    "child_spoken_to": ("kind-gesproken", "V T"),
    "plan_agreed": ("plan-vastgesteld", "T V"),
    "help_waiting": ("hulp-wachtend", ANY),
    "help_started": ("hulp-gestart", ANY),
    "help_ended": ("hulp-beeindigd", ANY),
    "concern_reported_back": ("terugmelding-gedaan", "T"),
    "concern_answered": ("terugmelding-beantwoord", "V board"),
    "appointment_made": ("afspraak-gemaakt", ANY),
    "appointment_kept": ("afspraak-nagekomen", ANY),
    "appointment_broken": ("afspraak-niet-nagekomen", ANY),
    "direct_safety_reached": ("directe-veiligheid-vastgesteld", "V T"),
    "stable_safety_reached": ("stabiele-veiligheid-vastgesteld", "V T"),
    "safety_lost": ("veiligheid-verloren", "V T"),
    "recovery_started": ("herstel-gestart", "T V"),
    "incident_recorded": ("incident-geregistreerd", ANY),
    "monitoring_moment_done": ("monitormoment-uitgevoerd", "V board"),
    "escalation_started": ("escalatie-gestart", "* board"),
    "escalation_moved": ("escalatie-verplaatst", "* board"),
    "escalation_decided": ("escalatie-besloten", "* board"),
    "escalation_closed": ("escalatie-gesloten", "* board"),
    "barring_order_imposed": ("huisverbod-opgelegd", "M"),
    "barring_order_extended": ("huisverbod-verlengd", "M"),
    "barring_order_ended": ("huisverbod-beeindigd", "M"),
    "helper_present": ("huisverbod-hulpverlener-aanwezig", "T V"),
    "barring_evaluated": ("huisverbod-geevalueerd", "T"),
    "board_request_sent": ("vto-verzonden", "V J M"),
    "board_request_notified": ("vto-notificatie-ontvangen", "V J M"),
    "honour_checklist_sent": ("egg-checklist-verzonden", "P"),
    "honour_assessed": ("egg-beoordeeld", "X"),
    "school_signal_due": ("handle-with-care-signaal-nodig", "V"),
    "school_signal_delivered": ("handle-with-care-signaal-afgegeven", "V"),
    "shelter_entered": ("opvang-gestart", "S"),
    "shelter_ready_to_leave": ("opvang-klaar-voor-uitstroom", "S"),
    "shelter_left": ("opvang-verlaten", "S"),
    "mda_nominated": ("mda-aangemeld", ANY),
    "mda_decided": ("mda-besloten", "X"),
    "mda_evaluation_planned": ("mda-evaluatie-gepland", "X"),
    "mda_evaluated": ("mda-geevalueerd", "X"),
    "mda_closed": ("mda-afgesloten", "X"),
    "vt_closed": ("casus-gesloten-vt", "V"),
    "case_closed": ("casus-gesloten", "V T"),
    "case_reopened": ("casus-heropend", "V T"),
    "event_corrected": ("gebeurtenis-gecorrigeerd", "* board"),  # the sender of the event, and V: the case decides
    "event_withdrawn": ("gebeurtenis-ingetrokken", "* board"),  # the sender of the event, and V: the case decides
    "alert_raised": ("melding-radar-afgegeven", "radar"),
    "alert_closed": ("melding-radar-gesloten", "radar"),
    "alert_reminded": ("melding-radar-herinnerd", "radar"),
    "alert_escalated": ("melding-radar-doorgezet", "radar"),
    "alert_acknowledged": ("alarm-opgepakt", "V T board"),
    "stall_accepted": ("stagnatie-geaccepteerd", "V T board"),
}


def disagreements(rulebook: Mapping[str, tuple[str, str]], catalogue: Mapping[str, EventType]) -> Iterator[str]:
    """Yield a sentence for each name or right that the rule book gives and the catalogue does not.

    The catalogue may know more: a new event needs its schema and no line here.
    """
    for name, (nl, senders) in rulebook.items():
        if name not in catalogue:
            yield f"{name} has no schema"
        elif catalogue[name].nl != nl:
            yield f"{name} is {nl} in the rule book and {catalogue[name].nl} in its schema"
        elif catalogue[name].senders != set(senders.split()):
            yield f"{name} may be sent by {senders}, and its schema says {' '.join(sorted(catalogue[name].senders))}"


def test_names_and_rights_are_those_of_the_rule_book() -> None:
    assert len(RULEBOOK) == 80
    assert list(disagreements(RULEBOOK, event_types())) == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"case_shut": ("casus-dicht", "V")}, "case_shut has no schema"),
        ({"case_closed": ("casus-dicht", "V T")}, "case_closed is casus-dicht in the rule book and casus-gesloten in its schema"),
        ({"case_closed": ("casus-gesloten", "V")}, "case_closed may be sent by V, and its schema says T V"),
    ],
)  # fmt: skip
def test_a_disagreement_is_found(line: Mapping[str, tuple[str, str]], sentence: str) -> None:
    assert list(disagreements(line, event_types())) == [sentence]
