"""Four fictitious families, each with a story that a board should show well."""

from datetime import UTC, date, datetime

from services.board.ports import Deadline
from tests.journey.region import Region
from waakvlam.clock import micros_of

TEAM = "team-groningen"


def tell(region: Region, today: datetime) -> Region:
    """Tell the stories, oldest first, and set the clock to today."""
    forgotten_handover(region)
    lost_safety(region)
    condition_not_checked(region)
    monitoring_nears(region)
    many_signals(region)
    region.clock.at = micros_of(today)
    return region


def report(region: Region, family: str, number: str, agency: str = "politie-nn", capacity: str = "police") -> None:
    """A report comes in."""
    region.tell(
        family,
        "report_received",
        agency,
        report_id=number,
        channel="police_system" if agency == "politie-nn" else "web_form",
        reporter_capacity=capacity,
        violence_kinds=["partner_violence", "child_witness"],
        acute=False,
        persons=[{"person": "p1", "role": "child", "child": True, "birth_year": None, "age_group": "4_11"}],
        incident_on=None,
        doubly_anonymous=False,
    )
    region.tell(family, "report_classified", "triage", report_id=number, **{"class": "first"}, earlier_reports=0)


def assessed(region: Region, family: str, number: str, urgency: str = "orange") -> None:
    """Veilig Thuis looks at the safety of all."""
    region.tell(
        family,
        "safety_assessed",
        report_id=number,
        urgency=urgency,
        acute_unsafe=urgency == "red",
        structural_unsafe=True,
        persons=[],
    )


def forgotten_handover(region: Region) -> None:
    """Nobody answers; a correction, a withdrawal and a late fact stand in the history too."""
    family = "De Proef-Verzonnen"
    region.at("2026-10-26T08:12:00")
    report(region, family, "r-1")
    region.at("2026-10-29T13:05:00")
    assessed(region, family, "r-1")
    decided = region.tell(family, "triage_decided", report_id="r-1", decision="no_follow_up", protocol="vng-2019")
    region.at("2026-10-29T14:20:00").tell(
        family,
        "event_corrected",
        event_id=decided,
        new_occurred_at=None,
        data='{"decision": "direct_handover"}',
        reason="typefout",
    )
    offered = region.at("2026-10-30T09:00:00").tell(
        family, "handover_offered", handover_id="o-1", to_agency=TEAM, after="assessment"
    )
    wrong = region.at("2026-11-02T10:00:00").tell(family, "first_contact_made", TEAM)
    region.at("2026-11-02T11:30:00").tell(family, "event_withdrawn", TEAM, event_id=wrong, reason="verkeerde-casus")
    region.at("2026-11-06T23:00:00").alert(
        family,
        "ST-07",
        "Overdracht zonder antwoord",
        "De casus is op 30 oktober 2026 aangeboden aan Lokaal team Groningen. Er moest binnen vijf werkdagen antwoord "
        "zijn. Tot die tijd weet het gezin niet wie er komt.",
        due="2026-11-06T23:00:00+00:00",
        weight=3,
        to="team_manager",
        instance=offered,
    )
    region.at("2026-11-16T09:15:00").tell(
        family,
        "incident_recorded",
        "scholen-groningen",
        at=datetime(2026, 11, 6, 12, 0, tzinfo=UTC),
        incident_id="i-1",
        violence_kinds=["child_witness"],
        children_present=True,
    )
    region.deadlines = (
        Deadline(
            "ST-04",
            "Huishouden informeren",
            "breach",
            micros_of(datetime(2026, 11, 23, 23, tzinfo=UTC)) + 86_400_000_000,
            legal=True,
        ),
        Deadline(
            "ST-26", "Contact met het gezin", "breach", micros_of(datetime(2026, 12, 14, 23, tzinfo=UTC)), legal=False
        ),
    )


def lost_safety(region: Region) -> None:
    """The family was safe, and is no longer."""
    family = "Familie Voorbeeld"
    region.at("2026-08-03T09:40:00")
    report(region, family, "r-2")
    region.at("2026-08-05T10:00:00")
    assessed(region, family, "r-2", "red")
    lost = region.at("2026-11-19T15:45:00").tell(family, "safety_lost", TEAM)
    region.at("2026-11-20T23:00:00").alert(
        family,
        "ST-40",
        "Veiligheid weg, nog geen antwoord",
        "Lokaal team Groningen meldde op 19 november 2026 dat de veiligheid weg is. Binnen één werkdag moest er een "
        "nieuwe beoordeling, een veiligheidsplan of een vaststelling van directe veiligheid zijn.",
        due="2026-11-20T23:00:00+00:00",
        weight=5,
        to="monitor",
        instance=lost,
    )


def condition_not_checked(region: Region) -> None:
    """A safety condition should have been checked."""
    family = "Familie Nergens-Test"
    region.at("2026-09-14T12:00:00")
    report(region, family, "r-3", "huisartsen-groningen", "general_practitioner")
    region.at("2026-10-01T12:00:00").tell(
        family, "condition_set", condition_id="v-1", check_on=date(2026, 11, 17), check_by="school", text=None
    )
    region.at("2026-11-17T23:00:00").alert(
        family,
        "ST-13",
        "Veiligheidsvoorwaarde niet gecontroleerd",
        "De voorwaarde moest uiterlijk 17 november 2026 zijn gecontroleerd door de school.",
        due="2026-11-17T23:00:00+00:00",
        weight=4,
    )


def monitoring_nears(region: Region) -> None:
    """A monitoring moment comes near."""
    family = "Familie Testje"
    region.at("2026-08-31T09:00:00")
    report(region, family, "r-4")
    region.at("2026-11-23T23:00:00").alert(
        family,
        "ST-01",
        "Veiligheidsbeoordeling loopt af",
        "De melding kwam op 19 november 2026 binnen. De beoordeling moet uiterlijk 26 november 2026 klaar zijn.",
        due="2026-11-23T23:00:00+00:00",
        stage="warn",
        weight=3,
        legal=True,
    )


def many_signals(region: Region) -> None:
    """Three agencies see something within two weeks."""
    family = "Familie Fictief"
    region.at("2026-11-12T09:00:00")
    report(region, family, "r-5", "scholen-groningen", "school")
    region.at("2026-11-24T08:05:00").alert(
        family,
        "ST-38",
        "Veel signalen in korte tijd",
        "Drie organisaties meldden samen drie signalen in veertien dagen. Samen zeggen ze meer dan elk apart.",
        due="2026-11-24T08:05:00+00:00",
        stage="signal",
        weight=5,
        to="monitor",
    )
