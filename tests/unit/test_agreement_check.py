"""The check of agreements: every fault of a file, and whatever can be read but makes no sense."""

import re
from pathlib import Path

import pytest

from rulebook import entries, kinds, reading, reading_parts, reading_rules, reading_terms
from rulebook.checking import check
from rulebook.fault_words import in_dutch
from rulebook.faults import look
from rulebook.finding import ERROR, NOTE, WARNING, Places
from rulebook.instants import parse_day
from rulebook.wording import Words

AGREEMENTS = Path(__file__).parents[2] / "agreements"
ON = parse_day("2026-11-24")
ABOUT = [
    "aandacht",
    "contact",
    "gebied",
    "geldigheid",
    "kalender",
    "ladders",
    "gepubliceerd",
    "leesbaar",
    "stilte",
    "termijnen",
    "uitleg",
    "wet",
]
WORDS = Words(municipalities={"0014": "Groningen", "1966": "Het Hogeland"})
NATIONAL = """agreement: landelijk
version: 1
valid_from: 2019-01-01
applies_to: all
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
  - {id: ST-01, legal: true, from: [report_received], until: [safety_assessed], breach: {working_days: 5}}
  - {id: ST-17, kind: silence, phases: [assessment, direct_safety, stable_safety, recovery, pilot_light], breach: {days: 90}}
"""
REGION = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: null
applies_to: {municipalities: ["0014", "1966"]}
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
"""
QUIET = ("uitleg", "gepubliceerd")
TERM = "from: [handover_accepted], until: [first_contact_made]"
RULE = f"  - {{id: R, {TERM}, warn: {{days: 3}}, breach: {{days: 5}}}}\n"
CONTACTS = "contacts: proef\norganisations:\n  - {organisation: team, role: team_manager, reach: a@team.example, verified_on: 2026-06-01}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")
    (tmp_path / "contacts").mkdir()
    (tmp_path / "contacts" / "proef.yaml").write_text(CONTACTS)
    (tmp_path / "landelijk.yaml").write_text(NATIONAL)
    return tmp_path


@pytest.fixture
def findings(folder):
    """Put files in the folder, check it, and return what is found, notes on missing texts and a missing lock apart."""

    def run(*texts, on=ON):
        for place, text in enumerate(texts):
            (folder / f"proef-{place}.yaml").write_text(text)
        found = check(folder, on, WORDS)
        assert {one.about for one in found} <= set(ABOUT)
        return [one for one in found if not (one.about in QUIET and one.level == NOTE)]

    return run


def said(found, level):
    return [one.sentence for one in found if one.level == level]


def test_the_agreements_of_this_product_have_no_fault_and_no_warning():
    assert [one.in_words() for one in check(AGREEMENTS, ON, Words()) if one.level != NOTE] == []


def test_a_good_region_beside_the_national_file_is_silent(findings):
    assert findings(REGION + RULE) == []


def test_every_fault_of_a_file_is_told_in_dutch_with_its_line(findings):
    bad = REGION.replace("version: 1", "version: een").replace("calendar: nl", "calendar: fr\nkleur: rood")
    rules = f"  - {{id: A, {TERM}, breach: {{dagen: 1}}}}\n  - {{id: B, from: [niets], until: [vt_closed], breach: {{days: 1}}}}\n"
    found = findings(bad + rules)

    assert [(one.line, one.field) for one in found] == [
        (2, "version"), (7, "calendar"), (8, "kleur"), (12, "rules[A].breach.dagen"), (13, "rules[B].from[0]"),
    ]  # fmt: skip
    assert said(found, ERROR)[0] == "hier hoort een heel getal te staan."
    assert said(found, ERROR)[4] == "de gebeurtenis niets bestaat niet."


def test_a_key_that_stands_twice_is_told_beside_the_other_faults(findings):
    twice = REGION.replace("title: Een proef\n", "title:\n  Een proef\ntitle:\n  Nog een\n").replace(
        "calendar: nl", "calendar: fr"
    )

    assert [one.field for one in findings(twice + RULE)] == ["title", "calendar"]


def test_an_item_that_is_written_elsewhere_is_told_once(findings):
    text = REGION.replace("calendar: nl", "kleur: &elders {id: R}\ncalendar: nl") + "  - *elders\n"

    assert len([one for one in findings(text) if one.field.startswith("rules[")]) == 1


def test_a_fault_in_a_part_that_is_written_above_the_list_is_told_once(findings):
    text = REGION.replace("title: Een proef", "title: &elders Een proef")
    rule = "  - {id: R, from: [handover_accepted], until: [first_contact_made], breach: *elders}\n"

    assert [(one.line, one.field) for one in findings(text + rule)] == [(3, "rules[R].breach")]


def test_a_reason_is_said_in_dutch_also_with_a_line_break_in_what_was_written():
    assert in_dutch("a term has exactly one of a\nb") == "een termijn heeft precies één van: a\nb."


def test_faults_of_ladders_lists_and_calendars_are_all_told(folder):
    (folder / "proef-0.yaml").write_text(
        REGION.replace(
            "rules:\n",
            "  leeg: []\nladders:\n  - {id: a, levels: [{nr: x}]}\n  - {id: b, levels: [{nr: 1, nr: 2}]}\nrules:\n",
        )
        + RULE
    )
    (folder / "calendars").unlink()
    (folder / "calendars").mkdir()
    (folder / "calendars" / "nl.yaml").write_text("calendar: fr\n")
    fields = [one.field for one in look(folder).faults]

    assert fields == ["from", "attention.leeg", "ladders[0].levels[0].nr", "ladders[1].levels[0].nr"]


def test_a_key_that_stands_twice_hides_no_other_fault(folder):
    twice = REGION.replace("title: Een proef", "title: Een proef\ntitle: Nog een").replace("version: 1", "version: x")
    (folder / "proef-0.yaml").write_text(twice + RULE)

    assert [(one.line, one.field) for one in look(folder).faults] == [(2, "version"), (4, "title")]


def test_each_list_of_people_tells_its_fault_and_the_rules_that_name_it_are_still_read(folder):
    lists = REGION.replace("rules:\n", "  leeg: []\n  later: [{to: a, after: {days: 1}}]\nrules:\n")
    rules = "".join(
        f"  - {{id: {one}, {TERM}, breach: {{days: 5}}, to: {to}}}\n" for one, to in (("A", "leeg"), ("B", "weg"))
    )
    (folder / "proef-0.yaml").write_text(lists + rules)

    assert [one.field for one in look(folder).faults] == ["attention.leeg", "attention.later[0].after", "rules[B].to"]


def test_a_file_that_is_no_yaml_and_a_folder_without_files_are_told(tmp_path):
    assert [(one.file, one.line, one.field) for one in look(tmp_path).faults] == [(str(tmp_path), 1, "folder")]
    (tmp_path / "a.yaml").write_text("a: [")
    assert [one.field for one in look(tmp_path).faults] == ["file"]


def test_two_files_with_one_version_are_told(findings):
    assert "versie 1 van afspraak proef staat al in" in said(findings(REGION + RULE, REGION + RULE), ERROR)[0]


def test_every_reason_of_the_readers_has_a_dutch_sentence():
    modules = (entries, reading, reading_parts, reading_rules, reading_terms)
    paths = [*(Path(one.__file__) for one in modules), *Path(kinds.__file__).parent.glob("*.py")]
    source = "".join(path.read_text() for path in paths)
    told = re.findall(r'(?:refuse\(|reason=)\s*f?"([^"]*)"', source)
    reasons = [re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "iets", one) for one in told]

    assert len(reasons) > 40
    assert [one for one in reasons if in_dutch(one) == one] == []


IMPOSSIBLE = {
    f"{{id: R, {TERM}, warn: {{days: 9}}, breach: {{days: 5}}}}": (ERROR, "zo wordt er nooit gewaarschuwd"),
    f"{{id: R, {TERM}, warn: {{working_days: 5}}, breach: {{days: 7}}}}": (WARNING, "Niet altijd komt de waarschuwing"),
    f"{{id: R, {TERM}, breach: {{days: -1}}}}": (ERROR, "ligt vóór de gebeurtenis"),
    f"{{id: R, {TERM}, warn: {{days: 1}}}}": (WARNING, "nooit verteld dat het te laat is"),
    "{id: R, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{months: 6}, {months: 3}], breach: {days: 1}}": (
        ERROR, "De momenten staan niet op volgorde",
    ),
    "{id: R, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{days: 7}, {weeks: 1}], breach: {days: 1}}": (
        ERROR, "De momenten staan niet op volgorde",
    ),
    "{id: R, kind: pattern, of: [incident_recorded], count: 1, window: {days: 1}, after: {types: [case_closed], within: {hours: 0}}}": (
        ERROR, "dit patroon komt nooit voor",
    ),
    "{id: R, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{days: 0}], breach: {days: 1}}": (
        WARNING, "Het eerste moment ligt op of vóór de dag",
    ),
    "{id: R, kind: pattern, of: [incident_recorded], count: 1, agencies: 2, window: {days: 1}}": (WARNING, "twee organisaties"),
    "{id: R, kind: pattern, of: [incident_recorded], count: 1, window: {days: 1}, after: {types: [case_closed], within: {days: -1}}}": (
        ERROR, "dit patroon komt nooit voor",
    ),
    f"{{id: R, {TERM}, why: '{{agency}} {{kleur}}', breach: {{days: 1}}}}": (WARNING, "{kleur} wordt door geen gebeurtenis gevuld"),
    f"{{id: R, {TERM}, why: 'een {{', breach: {{days: 1}}}}": (ERROR, "accolade"),
    "{id: R, from: [condition_set], until: [condition_met], why: '{text}', breach: {days: 1}}": (ERROR, "gegeven over een persoon"),
    f"{{id: R, {TERM}, to: [{{to: worker}}], breach: {{days: 1}}}}": (WARNING, "De lijst eindigt bij worker"),
    f"{{id: R, {TERM}, to: [{{to: worker}}, {{to: monitor, after: {{days: 3}}}}, {{to: team_manager, after: {{days: 1}}}}], breach: {{days: 5}}}}": (
        WARNING, "De stappen staan niet op volgorde",
    ),
    "{id: R, from: [escalation_started], until: [escalation_closed], breach: {from_ladder: true}}": (ERROR, "in dit bestand staat er geen"),
    "{id: ST-01, from: [report_received], until: [safety_assessed], breach: {working_days: 5}}": (ERROR, "hier niet, en dan kan hij worden uitgesteld"),
    "{id: ST-01, legal: true, from: [report_received], until: [safety_assessed], breach: {working_days: 6}}": (ERROR, "langer dan de wettelijke"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "expected"), IMPOSSIBLE.items(), ids=[f"case {place}" for place in range(len(IMPOSSIBLE))]
)
def test_a_rule_that_cannot_do_what_it_promises_is_told(findings, rule, expected):
    level, words = expected
    found = findings(f"{REGION}  - {rule}\n")

    assert [one for one in found if one.level == level and words in one.sentence], [one.in_words() for one in found]


LADDER = "ladders:\n  - {id: l, reasons: [a], levels: LEVELS}\nrules:\n"
ST21 = "  - {id: ST-21, from: [escalation_started], until: [escalation_closed], breach: {from_ladder: true}}\n"
HOLES = {
    "[]": (ERROR, "geen niveaus"),
    "[{nr: 0, direction: x, term: {days: 1}}, {nr: 2, direction: x, term: {days: 1}}]": (
        ERROR,
        "Na niveau 0 staat niveau 2",
    ),
    "[{nr: 0, direction: x}]": (WARNING, "heeft geen termijn"),
    "[{nr: 0, direction: x, term: {days: 0}}]": (ERROR, "dat is niets"),
    "[{nr: 0, direction: x, term: {days: 1}, warn: {days: 2}}]": (ERROR, "waarschuwt niet vóór"),
    "[{nr: 0, direction: x, term: {days: 2}, warn: {days: 2}}]": (ERROR, "waarschuwt niet vóór"),
    "[{nr: 0, term: {days: 1}}]": (NOTE, "niet wie regisseert"),
}


@pytest.mark.parametrize(("levels", "expected"), HOLES.items())
def test_a_hole_in_a_ladder_is_told(findings, levels, expected):
    level, words = expected
    found = findings(REGION.replace("rules:\n", LADDER.replace("LEVELS", levels)) + ST21)

    assert [words in sentence for sentence in said(found, level)] == [True]


def test_a_ladder_that_no_rule_guards_and_reasons_that_do_not_match_are_told(findings):
    ladder = LADDER.replace("LEVELS", "[{nr: 0, direction: x, term: {days: 1}}], skip_reasons: [b]")
    found = findings(REGION.replace("rules:\n", ladder) + RULE)

    assert [one[:20] for one in said(found, WARNING)] == ["De reden “b” om een ", "Geen enkele regel be"]


def test_an_attention_list_that_nobody_uses_is_told(findings):
    found = findings(REGION.replace("rules:\n", "  extra: [{to: director}]\nrules:\n") + RULE)

    assert said(found, NOTE) == ["Geen enkele regel gebruikt deze lijst."]


def version(number, first, last, codes='"0014", "1966"'):
    text = REGION.replace("version: 1", f"version: {number}").replace("2019-01-01", first)
    return text.replace("valid_to: null", f"valid_to: {last}").replace('"0014", "1966"', codes) + RULE


VALIDITY = [
    ([version(1, "2019-01-01", "2025-12-31"), version(2, "2026-02-01", "null")], WARNING, "Vanaf donderdag 1 januari 2026 tot en met zaterdag 31 januari 2026 geldt er geen versie voor Groningen en Het Hogeland."),
    ([version(1, "2019-01-01", "null"), version(2, "2026-01-01", "null", '"0014"')], None, ""),
    ([version(1, "2019-01-01", "2026-06-30"), version(2, "2026-01-01", "null")], NOTE, "neemt het al over vanaf donderdag 1 januari 2026"),
    ([version(1, "2019-01-01", "null"), version(2, "2026-01-01", "2027-12-31")], WARNING, "Na vrijdag 31 december 2027 geldt versie 1 weer"),
    ([version(1, "2026-05-01", "null"), version(2, "2026-01-01", "null")], WARNING, "Versie 1 telt niet"),
    ([version(1, "2019-01-01", "2026-12-24")], WARNING, "ST-35: de afspraak loopt af op donderdag 24 december 2026"),
    ([version(1, "2019-01-01", "2026-12-25")], None, ""),
    ([version(1, "2019-01-01", "2026-12-24"), version(2, "2026-12-25", "null")], None, ""),
    ([version(1, "2019-01-01", "2026-12-24"), version(2, "2026-12-26", "null")], WARNING, "ST-35: de afspraak loopt af op donderdag 24 december 2026"),
    ([version(1, "2019-01-01", "null", '"0014"'), version(2, "2019-01-01", "null", '"1966"')], None, ""),
    ([version(1, "2026-05-01", "null").replace('{municipalities: ["0014", "1966"]}', "all"), version(2, "2026-01-01", "null")], WARNING, "Versie 1 telt niet"),
    ([version(1, "2019-01-01", "2026-11-23")], WARNING, "ST-35: de afspraak is verlopen op maandag 23 november 2026"),
    ([version(1, "2027-01-01", "null")], NOTE, "geldt pas vanaf vrijdag 1 januari 2027"),
    ([version(1, "2019-01-01", "null", '"0014"')], NOTE, "Voor Het Hogeland is er geen regionale afspraak"),
    ([version(1, "2019-01-01", "null", '"0014", "1966", "9999"')], WARNING, "Gemeente 9999 is hier niet bekend"),
    ([version(1, "2019-01-01", "null"), version(1, "2019-01-01", "null").replace("proef", "ander")], WARNING, "staat ook in ander versie 1"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "level", "words"), VALIDITY, ids=range(len(VALIDITY)))
def test_overlaps_gaps_places_and_ends_of_validity_are_told(findings, files, level, words):
    found = findings(*files)

    if level is None:
        assert found == []
    else:
        assert [one for one in found if one.level == level and words in one.sentence], [one.in_words() for one in found]


def test_a_phase_in_which_nobody_listens_is_an_error(folder, findings):
    (folder / "landelijk.yaml").write_text(NATIONAL.replace(", pilot_light", ""))

    found = findings(REGION.replace("agreement: proef", "agreement: a") + RULE)

    assert {Path(one.file).name for one in found if one.level == ERROR} == {"landelijk.yaml"}
    assert said(found, ERROR) == [
        "Er is geen stilteregel voor de fase pilot light in Groningen en Het Hogeland; een gezin kan daar ongemerkt uit het zicht raken."
    ]


LISTENS = "  - {id: S, kind: silence, phases: [pilot_light], breach: {days: 90}}\n"


def where_nobody_listens(found):
    (one,) = (one for one in found if one.level == ERROR)
    return one.field, one.line, one.sentence.partition("de fase ")[2].partition(";")[0]


def test_where_nobody_listens_is_told_of_every_place_that_is_known_or_named(folder, findings):
    (folder / "landelijk.yaml").write_text(NATIONAL.replace(", recovery, pilot_light", ""))

    told = where_nobody_listens(findings(version(1, "2019-01-01", "null", '"0014", "9999"')))

    assert told == ("rules", 9, "recovery en pilot light in Groningen, Het Hogeland en gemeente 9999")


def test_a_region_that_listens_itself_is_not_among_those_where_nobody_does(folder, findings):
    (folder / "landelijk.yaml").write_text(NATIONAL.replace(", pilot_light", ""))

    assert where_nobody_listens(findings(version(1, "2019-01-01", "null", '"0014"') + LISTENS))[2] == (
        "pilot light in Het Hogeland"
    )
    assert where_nobody_listens(findings(REGION + RULE + LISTENS))[2] == (
        "pilot light in gemeenten die nergens genoemd zijn"
    )


def test_what_is_odd_about_an_area_points_at_the_line_of_the_area(findings):
    found = findings(version(1, "2019-01-01", "null", '"0014", "9999"'))

    assert sorted((Path(one.file).name, one.line, one.field) for one in found) == [
        ("landelijk.yaml", 4, "applies_to"),
        ("proef-0.yaml", 6, "applies_to"),
    ]


def test_an_area_that_two_agreements_share_is_told_once_and_only_while_both_hold(findings):
    one, other = version(1, "2019-01-01", "null"), version(1, "2019-01-01", "null").replace("proef", "ander")
    past = other.replace("valid_to: null", "valid_to: 2020-01-01")

    assert len([one for one in findings(one, other) if "staat ook in" in one.sentence]) == 1
    assert not [one for one in findings(one, past) if "staat ook in" in one.sentence]


def test_a_finding_lies_on_the_line_of_its_field_or_of_the_nearest_thing_it_stands_in(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("agreement: a\nattention:\n  extra: [{to: worker}]\nrules:\n  - id: A\n    breach: {days: 5}\n")
    places = Places(entries.read(file))
    fields = [
        "attention.extra",
        "attention.extra.after",
        "rules[A]",
        "rules[A].breach.days",
        "rules[A].warn",
        "elders.iets",
        "iets",
    ]

    assert [places.finding(NOTE, "uitleg", field, "").line for field in fields] == [3, 3, 5, 6, 5, 1, 1]


@pytest.mark.parametrize("within", ["{days: 0}", "{days: 1}", "{hours: 1}"])
def test_a_pattern_that_comes_the_same_day_or_later_can_come(findings, within):
    rule = f"  - {{id: P, kind: pattern, of: [incident_recorded], count: 1, window: {{days: 1}}, after: {{types: [case_closed], within: {within}}}}}\n"

    assert findings(REGION + RULE + rule) == []


def test_a_calendar_that_ends_within_two_years_is_told_with_the_rules_that_cannot_be_counted(folder, findings):
    (folder / "calendars").unlink()
    (folder / "calendars").mkdir()
    (folder / "calendars" / "nl.yaml").write_text("calendar: nl\nfrom: 2010-01-01\nto: 2028-11-24\ndays_off: {}\n")

    (sentence,) = said(findings(REGION + RULE), WARNING)

    assert sentence == (
        "De kalender nl loopt tot en met vrijdag 24 november 2028. Binnen twee jaar kunnen termijnen niet meer geteld "
        "worden: ST-01. Vul de kalender aan."
    )


CONTACT = {
    "verified_on: 2025-11-24": [],
    "verified_on: 2025-11-23": ["langer dan een jaar geleden"],
    "verified_on: 2026-11-25": ["dat moet nog komen"],
    "verified_on: null": ["nooit bevestigd"],
}


@pytest.mark.parametrize(("told", "words"), CONTACT.items())
def test_a_contact_never_verified_or_too_long_ago_is_told(folder, findings, told, words):
    (folder / "contacts" / "proef.yaml").write_text(CONTACTS.replace("verified_on: 2026-06-01", told))
    found = said(findings(REGION + RULE), WARNING)

    assert len(found) == len(words)
    assert all(word in sentence and sentence.startswith("ST-35") for word, sentence in zip(words, found, strict=True))


def test_a_list_of_contacts_that_is_not_whole_is_an_error_and_a_contact_is_named_by_its_organisation(folder, findings):
    (folder / "contacts" / "proef.yaml").write_text("contacts: proef\n")
    assert [one.field for one in findings(REGION + RULE)] == ["organisations"]

    (folder / "contacts" / "proef.yaml").write_text(CONTACTS.replace("role: team_manager, ", ""))
    assert [one.field for one in findings(REGION + RULE)] == ["organisations[0].role"]

    (folder / "contacts" / "proef.yaml").write_text(CONTACTS.replace("2026-06-01", "null"))
    assert [one.field for one in findings(REGION + RULE)] == ["contacts[team]"]


def test_an_agreement_without_contacts_or_with_the_contacts_of_another_is_told(folder, findings):
    (folder / "contacts" / "proef.yaml").write_text(CONTACTS.replace("contacts: proef", "contacts: ander"))
    assert "het bestand heet proef.yaml" in said(findings(REGION + RULE), ERROR)[0]

    (folder / "contacts" / "proef.yaml").unlink()
    assert "er staat nergens wie" in said(findings(REGION + RULE), WARNING)[0]


# Where a finding lies, and exactly what it says.


def about(found, *words):
    """Level, file, line, field and sentence of what is found with these words in it."""
    return [
        (one.level, Path(one.file).name, one.line, one.field, one.sentence)
        for one in found
        if any(word in one.sentence for word in words)
    ]


def for_all(text):
    return text.replace('{municipalities: ["0014", "1966"]}', "all").replace('{municipalities: ["0014"]}', "all")


WHERE = {
    "a lower number": (
        [version(1, "2026-01-01", "null"), version(2, "2026-01-01", "2026-12-31")],
        (WARNING, "proef-0.yaml", 4, "valid_from", "Versie 1 telt niet: versie 2 geldt in dezelfde tijd tot en met donderdag 31 december 2026 en heeft een hoger nummer."),
    ),
    "a lower number, without end": (
        [version(1, "2026-05-01", "null"), version(2, "2026-01-01", "null")],
        (WARNING, "proef-0.yaml", 4, "valid_from", "Versie 1 telt niet: versie 2 geldt in dezelfde tijd en heeft een hoger nummer."),
    ),
    "a lower number, on one day": (
        [version(1, "2026-06-30", "null"), version(2, "2026-01-01", "2026-06-30")],
        (WARNING, "proef-0.yaml", 4, "valid_from", "Versie 1 telt niet: versie 2 geldt in dezelfde tijd tot en met dinsdag 30 juni 2026 en heeft een hoger nummer."),
    ),
    "an earlier end": (
        [version(1, "2019-01-01", "2026-01-01"), version(2, "2026-01-01", "null")],
        (NOTE, "proef-1.yaml", 4, "valid_from", "Versie 1 zou tot en met donderdag 1 januari 2026 gelden, maar versie 2 neemt het al over vanaf donderdag 1 januari 2026."),
    ),
    "the third after the first": (
        [version(1, "2019-01-01", "2026-06-30"), version(2, "2027-01-01", "null"), version(3, "2026-01-01", "2026-12-31")],
        (NOTE, "proef-2.yaml", 4, "valid_from", "Versie 1 zou tot en met dinsdag 30 juni 2026 gelden, maar versie 3 neemt het al over vanaf donderdag 1 januari 2026."),
    ),
    "an older one that comes back": (
        [version(1, "2019-01-01", "null"), version(2, "2026-01-01", "2027-12-31")],
        (WARNING, "proef-1.yaml", 5, "valid_to", "Na vrijdag 31 december 2027 geldt versie 1 weer. Is dat de bedoeling?"),
    ),
    "a day between": (
        [version(1, "2019-01-01", "2025-12-31"), version(2, "2026-01-02", "null")],
        (WARNING, "proef-1.yaml", 4, "valid_from", "Vanaf donderdag 1 januari 2026 tot en met donderdag 1 januari 2026 geldt er geen versie voor Groningen en Het Hogeland."),
    ),
    "a day between, for all": (
        [for_all(version(1, "2019-01-01", "2025-12-31")), for_all(version(2, "2026-01-02", "null"))],
        (WARNING, "proef-1.yaml", 4, "valid_from", "Vanaf donderdag 1 januari 2026 tot en met donderdag 1 januari 2026 geldt er geen versie voor alle gemeenten."),
    ),
    "a day between, for all, of whom one has another version later": (
        [for_all(version(1, "2019-01-01", "2025-12-31")), for_all(version(2, "2026-01-02", "null")), version(3, "2030-01-01", "null", '"0014"')],
        (WARNING, "proef-1.yaml", 4, "valid_from", "Vanaf donderdag 1 januari 2026 tot en met donderdag 1 januari 2026 geldt er geen versie voor alle gemeenten."),
    ),
    "a day between, for all but one": (
        [for_all(version(1, "2019-01-01", "2025-12-31")), for_all(version(2, "2026-01-02", "null")), version(3, "2026-01-01", "null", '"0014"')],
        (WARNING, "proef-1.yaml", 4, "valid_from", "Vanaf donderdag 1 januari 2026 tot en met donderdag 1 januari 2026 geldt er geen versie voor alle gemeenten behalve Groningen."),
    ),
    "an end that is near": (
        [version(1, "2019-01-01", "2026-12-24")],
        (WARNING, "proef-0.yaml", 5, "valid_to", "ST-35: de afspraak loopt af op donderdag 24 december 2026 en er is nog geen nieuwe."),
    ),
    "an end that is past": (
        [version(1, "2019-01-01", "2026-11-23")],
        (WARNING, "proef-0.yaml", 5, "valid_to", "ST-35: de afspraak is verlopen op maandag 23 november 2026 en er is geen nieuwe."),
    ),
    "one rule in two agreements": (
        [version(1, "2019-01-01", "null"), version(3, "2019-01-01", "null").replace("proef", "ander") + RULE.replace("R,", "S,")],
        (WARNING, "proef-0.yaml", 6, "applies_to", "Groningen en Het Hogeland staat ook in ander versie 3, met dezelfde regel R. Het is niet aan het toeval welke telt: de hoogste versie, en daarna de naam die het laatst komt. Is dat de bedoeling?"),
    ),
    "two rules in two agreements": (
        [version(1, "2019-01-01", "null", '"1966"') + RULE.replace("R,", "S,"), version(3, "2019-01-01", "null").replace("proef", "ander") + RULE.replace("R,", "S,")],
        (WARNING, "proef-0.yaml", 6, "applies_to", "Het Hogeland staat ook in ander versie 3, met dezelfde regels R en S. Het is niet aan het toeval welke telt: de hoogste versie, en daarna de naam die het laatst komt. Is dat de bedoeling?"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), WHERE.values(), ids=WHERE)
def test_what_is_odd_about_versions_and_places_is_told_on_its_line(findings, files, expected):
    assert about(findings(*files), expected[4]) == [expected]


def test_agreements_that_share_rules_or_places_but_not_both_are_silent(findings):
    other = version(1, "2019-01-01", "null").replace("proef", "ander").replace("R,", "S,")

    assert about(findings(version(1, "2019-01-01", "null"), other), "staat ook in") == []


def test_each_region_without_contacts_is_told_at_its_name(folder, findings):
    texts = [
        REGION.replace("agreement: proef\n", "").replace("rules:", f"agreement: {name}\nrules:")
        for name in ("een", "twee")
    ]
    found = about(findings(*(text + RULE for text in texts)), "er staat nergens wie")

    assert [one[1:4] for one in found] == [("proef-0.yaml", 9, "agreement"), ("proef-1.yaml", 9, "agreement")]


def test_a_contact_that_was_verified_today_is_verified(folder, findings):
    (folder / "contacts" / "proef.yaml").write_text(CONTACTS.replace("2026-06-01", "2026-11-24"))

    assert findings(REGION + RULE) == []


def test_a_ladder_without_reasons_is_noted_at_the_ladder(findings):
    levels = "[{nr: 0, direction: x, term: {days: 1}}]"
    ladder = LADDER.replace("reasons: [a], ", "").replace("LEVELS", levels)
    (one,) = [one for one in findings(REGION.replace("rules:\n", ladder) + ST21) if one.level == NOTE]

    assert (one.about, one.line, one.field) == ("ladders", 11, "ladders[l]")


@pytest.fixture
def until_2027(folder):
    """A calendar that ends on 31 December 2026, for whoever names it."""
    (folder / "calendars").unlink()
    (folder / "calendars").mkdir()
    days = "from: 2010-01-01\nto: {}\ndays_off: {{}}\n"
    (folder / "calendars" / "nl.yaml").write_text("calendar: nl\n" + days.format("2045-12-31"))
    (folder / "calendars" / "kort.yaml").write_text("calendar: kort\n" + days.format("2026-12-31"))
    return folder


def test_of_a_level_that_its_calendar_cannot_count_only_the_calendar_is_told(until_2027, findings):
    ladder = LADDER.replace("LEVELS", "[{nr: 0, direction: x, term: {working_days: 90}, warn: {working_days: 60}}]")
    found = findings(REGION.replace("rules:\n", ladder).replace("calendar: nl", "calendar: kort") + ST21)

    assert {one.about for one in found} == {"kalender"}


def test_each_calendar_that_is_too_short_is_told_with_all_rules_that_it_cannot_count(until_2027, findings):
    warns = f"  - {{id: S, {TERM}, warn: {{working_days: 40}}, breach: {{days: 90}}}}\n"
    legal = (
        "  - {id: ST-01, legal: true, from: [report_received], until: [safety_assessed], breach: {working_days: 5}}\n"
    )
    found = findings(REGION.replace("calendar: nl", "calendar: kort") + RULE + warns + legal)

    assert [(one.level, one.line, one.field, one.sentence) for one in found] == [
        (WARNING, 7, "calendar", "De kalender kort loopt tot en met donderdag 31 december 2026. Binnen twee jaar kunnen termijnen niet meer geteld worden: S en ST-01. Vul de kalender aan."),
    ]  # fmt: skip


@pytest.mark.parametrize(("last", "told"), [("2028-11-23", ["kort"]), ("2028-11-24", [])])
def test_a_calendar_that_reaches_two_years_ahead_is_long_enough_for_terms_that_do_not_ask_it(
    until_2027, findings, last, told
):
    short = until_2027 / "calendars" / "kort.yaml"
    short.write_text(short.read_text().replace("2026-12-31", last))
    found = findings(REGION + RULE, REGION.replace("proef", "ander").replace("calendar: nl", "calendar: kort") + RULE)

    assert [one.sentence.split()[2] for one in found if one.about == "kalender"] == told


def test_a_warning_in_hours_is_counted_from_noon(findings):
    def runs_out(hours):
        rule = f"  - {{id: R, {TERM}, warn: {{hours: {hours}}}, breach: {{days: 1}}}}\n"
        return [one.field for one in findings(REGION + rule) if one.about == "termijnen"]

    assert (runs_out(34), runs_out(36)) == ([], ["rules[R].warn"])


def test_a_stage_before_its_own_start_is_told_at_that_stage(findings):
    rule = "  - id: R\n    from: [handover_accepted]\n    until: [first_contact_made]\n    warn: {days: -2}\n    breach: {days: -1}\n"
    found = about(findings(REGION + rule), "ligt vóór de gebeurtenis")

    assert [one[2:4] for one in found] == [(14, "rules[R].warn"), (15, "rules[R].breach")]


@pytest.mark.parametrize(
    "rule",
    [
        "{id: ST-01, legal: true, kind: pattern, of: [report_received], count: 2, window: {days: 9}}",
        "{id: ST-01, legal: true, from: [report_received], until: [safety_assessed], breach: {days: 5}}",
    ],
)
def test_what_cannot_be_laid_beside_a_legal_term_is_not_called_longer(findings, rule):
    assert about(findings(f"{REGION}  - {rule}\n"), "langer dan") == []


def test_a_legal_term_that_a_region_weakens_is_told_also_after_rules_of_its_own(findings):
    weak = "  - {id: ST-01, from: [report_received], until: [safety_assessed], breach: {working_days: 5}}\n"

    assert [one[3] for one in about(findings(REGION + RULE + weak), "hier niet")] == ["rules[ST-01]"]


def test_moments_and_patterns_that_make_no_sense_are_told_at_the_rule(findings):
    moments = "  - {id: M, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{days: 0}, {days: 9}], breach: {days: 1}}\n"
    pattern = "  - {id: P, kind: pattern, of: [incident_recorded], count: 1, agencies: 2, window: {days: 1}}\n"
    found = [one for one in findings(REGION + moments + pattern) if one.level == WARNING]

    assert [(one.about, one.line, one.field) for one in found] == [
        ("termijnen", 11, "rules[M].at"),
        ("termijnen", 12, "rules[P].agencies"),
    ]


def test_steps_that_come_at_one_instant_are_in_order_and_hours_are_counted_from_noon(findings):
    def disorder(first, second):
        steps = f"[{{to: worker}}, {{to: monitor, after: {first}}}, {{to: team_manager, after: {second}}}]"
        rule = f"  - {{id: S, {TERM}, breach: {{days: 5}}, to: {steps}}}\n"
        return [one.field for one in findings(REGION + RULE + rule)]

    assert disorder("{days: 1}", "{days: 1}") == disorder("{hours: 36}", "{days: 1}") == []
    assert disorder("{hours: 37}", "{days: 1}") == ["rules[S].to"]


def test_a_warning_that_comes_with_the_breach_never_warns(findings):
    rule = f"  - {{id: R, {TERM}, warn: {{days: 5}}, breach: {{days: 5}}}}\n"

    assert about(findings(REGION + rule), "zo wordt er nooit gewaarschuwd")[0][2:4] == (11, "rules[R].warn")


def test_a_warning_that_comes_too_late_on_some_days_is_told_with_the_first_of_them(findings):
    rule = f"  - {{id: R, {TERM}, warn: {{working_days: 5}}, breach: {{days: 8}}}}\n"
    found = about(findings(REGION + rule), "Niet altijd komt de waarschuwing")

    assert [one[2:] for one in found] == [
        (11, "rules[R].warn", "Niet altijd komt de waarschuwing vóór het einde van de termijn, bijvoorbeeld niet vanaf vrijdag 18 december 2026."),
    ]  # fmt: skip


def test_a_rule_without_title_explanation_or_source_is_noted_for_each(folder):
    words = {"title": "Een titel", "why": "Een uitleg", "basis": "Een bron"}
    rules = [{key: value for key, value in words.items() if key != left_out} for left_out in (*words, "")]
    told = "".join(
        f"  - {{id: R{place}, {TERM}, breach: {{days: 5}}, {', '.join(f'{key}: {value}' for key, value in one.items())}}}\n"
        for place, one in enumerate(rules)
    )
    (folder / "proef-0.yaml").write_text(REGION + told)
    found = [one for one in check(folder, ON, WORDS) if one.about == "uitleg" and one.file.endswith("proef-0.yaml")]

    assert [(one.level, one.line, one.field, one.sentence) for one in found] == [
        (NOTE, 11, "rules[R0].title", "Er staat geen titel bij deze regel."),
        (NOTE, 12, "rules[R1].why", "Er staat geen uitleg bij deze regel."),
        (NOTE, 13, "rules[R2].basis", "Er staat geen bron bij deze regel."),
    ]


def test_a_list_is_used_by_a_rule_that_names_it_and_the_default_by_one_that_names_none(findings):
    lists = REGION.replace("rules:\n", "  extra: [{to: team_manager}]\nrules:\n")
    named = f"  - {{id: R, {TERM}, breach: {{days: 5}}, to: extra}}\n"

    assert findings(lists + named + RULE.replace("R,", "S,")) == []
    assert [(one.line, one.field) for one in findings(lists + named)] == [(9, "attention.default")]


def test_a_check_against_other_event_types_finds_those_that_it_does_not_know(folder):
    known = {"report_received": frozenset({"report_id"})}

    assert "de gebeurtenis safety_assessed bestaat niet." in said(check(folder, ON, WORDS, fields=known), ERROR)
