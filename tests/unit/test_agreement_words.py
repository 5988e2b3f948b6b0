"""Agreements in Dutch words: what a work group reads, and what differs between two versions."""

from pathlib import Path

import pytest

from rulebook.difference import ADDED, CHANGED, REMOVED, Difference, between
from rulebook.reading import read_file
from rulebook.rule_words import in_words
from rulebook.rules import FromLadder
from rulebook.telling import page
from rulebook.terms import Term
from rulebook.wording import Words, after, around, listed, number, window, within

CALENDARS = Path(__file__).parents[2] / "agreements" / "calendars"
WORDS = Words(
    roles={"worker": "de behandelaar", "team_manager": "de teammanager"},
    phases={"assessment": "Beoordelen", "recovery": "Herstel"},
    municipalities={"0014": "Groningen", "1966": "Het Hogeland"},
)
HEAD = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: 2019-12-31
applies_to: {municipalities: ["1966", "0014"]}
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
ladders:
  - id: samen
    reasons: [route-loopt-vast]
    levels:
      - {nr: 0, name: werkvloer, participants: [worker], term: {working_days: 2}, information: case}
      - {nr: 1, name: eerste route, direction: team_manager, may_skip: true}
rules:
"""
CONTACT = (
    "  - {id: ST-08, title: Geen contact, from: [handover_accepted], until: [first_contact_made], "
    "warn: {working_days: 3}, breach: {working_days: 5}}\n"
)
RULES = {
    "{id: R, from: [report_received], until: [safety_assessed], per: report_id, legal: true, breach: {weeks: 10, shift: true}}": (
        "Na een melding-ontvangen hoort binnen tien weken (valt dat op een vrije dag: de eerstvolgende werkdag) een "
        "veiligheidsbeoordeling-afgerond te volgen. Dit telt per melding."
    ),
    "{id: R, from: [acute_danger_found], until: [acute_action_taken], already: true, warn: {minutes: 15}, breach: {minutes: 60}}": (
        "Na een acuut-gevaar-vastgesteld hoort binnen 60 minuten een acute-actie-ondernomen te volgen. Waarschuwing na "
        "vijftien minuten. Was dat er al, dan is het goed."
    ),
    "{id: R, from: [handover_accepted], until: [child_spoken_to], if_case: has_child, breach: {working_days: 0}}": (
        "Na een overdracht-geaccepteerd hoort nog dezelfde dag een kind-gesproken te volgen. Alleen als er in de melding "
        "een kind staat."
    ),
    "{id: R, kind: date, from: [condition_set], due_field: check_on, until: [condition_met], warn: {working_days: -5}, breach: {days: 0}}": (
        "Een veiligheidsvoorwaarde-vastgesteld noemt een dag (`check_on`). Uiterlijk op die dag hoort er een "
        "veiligheidsvoorwaarde-vervuld te zijn. Waarschuwing vijf werkdagen vóór die dag. Wordt er later een andere dag "
        "genoemd, dan geldt die."
    ),
    "{id: R, kind: moments, from: [{type: handover_accepted, where: {after: investigation}}], until: [monitoring_moment_done], "
    "at: [{months: 3}, {months: 12}], then_every: {months: 6}, ends: [vt_closed], breach: {working_days: 10}}": (
        "Na een overdracht-geaccepteerd (after = onderzoek) hoort er steeds een monitormoment-uitgevoerd te zijn: na drie "
        "maanden en na twaalf maanden, daarna elke zes maanden. Te laat is het tien werkdagen na die dag. De reeks stopt "
        "bij een casus-gesloten-vt."
    ),
    "{id: R, kind: date, from: [condition_set], due_field: check_on, until: [condition_met], per: condition_id, breach: {days: 0}}": (
        "Een veiligheidsvoorwaarde-vastgesteld noemt een dag (`check_on`). Uiterlijk op die dag hoort er een "
        "veiligheidsvoorwaarde-vervuld te zijn. Wordt er later een andere dag genoemd, dan geldt die. Dit telt per "
        "voorwaarde."
    ),
    "{id: R, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{months: 3}], "
    "warn: {working_days: -5}, breach: {working_days: 10}}": (
        "Na een overdracht-geaccepteerd hoort er steeds een monitormoment-uitgevoerd te zijn: na drie maanden. Te laat is "
        "het tien werkdagen na die dag. Waarschuwing vijf werkdagen vóór die dag."
    ),
    "{id: R, kind: pattern, of: [handover_refused], count: 2, window: {days: 183}}": (
        "Er komt meteen een signaal bij twee keer een overdracht-geweigerd binnen 183 dagen."
    ),
    "{id: R, kind: silence, phases: [recovery, assessment], ignore: [incident_recorded], warn: {days: 60}, breach: {days: 90}}": (
        "In de fase Beoordelen of Herstel hoort er binnen 90 dagen weer iets over het gezin te horen te zijn. Waarschuwing "
        "na 60 dagen stilte. Niet als teken van leven telt: incident-geregistreerd."
    ),
    "{id: R, kind: pattern, of: [incident_recorded], count: 3, agencies: 2, window: {days: 14}}": (
        "Er komt meteen een signaal bij drie keer een incident-geregistreerd binnen veertien dagen van minstens twee "
        "organisaties."
    ),
    "{id: R, kind: pattern, of: [report_received], count: 1, window: {hours: 12}, after: {types: [case_closed], within: {months: 12}}}": (
        "Er komt meteen een signaal bij een melding-ontvangen binnen twaalf maanden na een casus-gesloten."
    ),
}


@pytest.fixture
def read(tmp_path):
    (tmp_path / "calendars").symlink_to(CALENDARS)

    def one(text):
        path = tmp_path / "proef.yaml"
        path.write_text(text)
        return read_file(path, folder=tmp_path)

    return one


@pytest.mark.parametrize(("told", "said"), RULES.items(), ids=[f"rule {place}" for place in range(len(RULES))])
def test_each_kind_of_rule_reads_as_sentences(read, told, said):
    assert in_words(read(f"{HEAD}  - {told}\n").rules["R"], WORDS) == said


def test_terms_are_said_as_people_say_them():
    assert within(Term("hours", 0)) == "meteen"
    assert within(Term("days", 1)) == "binnen één dag"
    assert within(None) == "ooit"
    assert after(None) == "nooit"
    assert after(Term("working_days", 0)) == "aan het eind van dezelfde dag"
    assert around(Term("days", -1)) == "één dag vóór die dag"
    assert around(Term("days", 1)) == "één dag na die dag"
    assert around(None) == "nooit"
    assert around(FromLadder()) == "op het moment dat het niveau op de ladder noemt"
    assert [number(value) for value in (0, 20, 21, -1)] == ["nul", "twintig", "21", "-1"]
    assert window(36 * 3600 * 1_000_000) == "36 uur"
    assert listed(["a", "b", "c"], "of") == "a, b of c"


def test_the_page_tells_who_is_told_when_and_what_each_level_of_a_ladder_may(read):
    text = page(read(HEAD + CONTACT), WORDS)

    assert text.startswith("# Een proef\n")
    assert "- Geldt vanaf dinsdag 1 januari 2019 tot en met dinsdag 31 december 2019\n" in text
    assert "- Voor Groningen en Het Hogeland\n" in text
    assert "### ST-08 Geen contact\n" in text
    assert "binnen vijf werkdagen" in text
    assert "- Wie het hoort: de behandelaar; na één werkdag de teammanager\n" in text
    assert "| 0 werkvloer | de behandelaar | - | binnen twee werkdagen | - | mag niet | de casus |\n" in text
    assert "| 1 eerste route | - | de teammanager | geen termijn | - | mag | niets |\n" in text
    assert "Redenen om te beginnen: route loopt vast.\n" in text


def test_equal_agreements_do_not_differ(read):
    assert between([read(HEAD + CONTACT)], [read(HEAD + CONTACT)], WORDS) == []


def test_a_changed_term_is_told_with_what_it_was_and_what_it_becomes(read):
    before = read(HEAD + CONTACT)
    found = between(
        [before], [read((HEAD + CONTACT).replace("breach: {working_days: 5}", "breach: {working_days: 4}"))], WORDS
    )

    assert [one.kind for one in found] == [CHANGED, CHANGED]
    assert found[0].sentence.startswith("Let op: beide zijn versie 1 van proef")
    assert found[1].rule == "ST-08"
    assert found[1].sentence == (
        "ST-08 Geen contact, de termijn: eerst “na vijf werkdagen”, straks “na vier werkdagen”."
    )


def test_a_new_version_is_told_by_its_number_and_validity_and_only_the_newest_are_compared(read):
    before = read(HEAD + CONTACT)
    newer = read((HEAD + CONTACT).replace("version: 1", "version: 2").replace("valid_to: 2019-12-31", "valid_to: null"))
    found = between([before], [before, newer], WORDS)

    assert [one.aspect for one in found] == ["de versie", "de geldigheid"]
    assert "zonder einddatum" in found[1].sentence


def test_rules_ladders_and_agreements_that_come_and_go_are_told(read):
    full, other = read(HEAD + CONTACT), CONTACT.replace("ST-08", "ST-09")
    empty = read(HEAD.replace("id: samen", "id: anders") + other)
    found = between([full], [empty], WORDS)

    assert {(one.kind, one.rule) for one in found[1:]} == {
        (REMOVED, "ST-08"),
        (ADDED, "ST-09"),
        (REMOVED, ""),
        (ADDED, ""),
    }
    assert [one.kind for one in between([full], [], WORDS)] == [REMOVED]
    assert [one.kind for one in between([], [full], WORDS)] == [ADDED]


def test_a_changed_level_of_a_ladder_is_told(read):
    before = read(HEAD + CONTACT)
    after_ = read(HEAD.replace("term: {working_days: 2}", "term: {working_days: 9}") + CONTACT)
    found = between([before], [after_], WORDS)

    assert found[1].sentence.startswith(
        "Ladder samen, niveau 0: eerst “0 werkvloer; de behandelaar; -; binnen twee werkdagen;"
    )


MOMENTS = (
    "{id: R, title: Moment, kind: moments, from: [handover_accepted], until: [monitoring_moment_done], at: [{months: 3}], "
    "then_every: {months: 6}, ends: [vt_closed], warn: {days: -2}, breach: {working_days: 10}}"
)
DATE = (
    "{id: R, title: Dag, kind: date, from: [condition_set], due_field: check_on, until: [condition_met], "
    "per: condition_id, warn: {days: -1}, breach: {days: 2}}"
)
SILENCE = "{id: R, title: Stil, kind: silence, phases: [assessment], ignore: [incident_recorded], breach: {days: 90}}"
PATTERN = (
    "{id: R, title: Veel, kind: pattern, of: [incident_recorded], count: 3, window: {days: 14}, "
    "after: {types: [case_closed], within: {months: 12}}}"
)
TERM = "{id: R, title: Term, from: [report_received], until: [safety_assessed], per: report_id, breach: {days: 5}}"
LADDER_TERM = (
    "{id: R, title: Trap, from: [escalation_started], until: [escalation_closed], breach: {from_ladder: true}}"
)
ONE_LINE = [
    (MOMENTS, "at: [{months: 3}]", "at: [{months: 4}]", "R Moment, de momenten: eerst “na drie maanden, daarna elke zes maanden”, straks “na vier maanden, daarna elke zes maanden”."),
    (MOMENTS, "ends: [vt_closed], ", "", "R Moment, waar de reeks stopt: eerst “casus-gesloten-vt”, straks “nergens”."),
    (MOMENTS, "{days: -2}", "{days: 0}", "R Moment, de waarschuwing: eerst “twee dagen vóór die dag”, straks “op die dag”."),
    (DATE, "breach: {days: 2}", "breach: {days: 2, shift: true}", "R Dag, de termijn: eerst “twee dagen na die dag”, straks “twee dagen na die dag (valt dat op een vrije dag: de eerstvolgende werkdag)”."),
    (DATE, "due_field: check_on", "due_field: check_by", "R Dag, de dag: eerst “`check_on`”, straks “`check_by`”."),
    (DATE, "per: condition_id, ", "", "R Dag, wat apart telt: eerst “voorwaarde”, straks “niets”."),
    (SILENCE, "[assessment]", "[assessment, recovery]", "R Stil, de fasen: eerst “Beoordelen”, straks “Beoordelen en Herstel”."),
    (SILENCE, "ignore: [incident_recorded], ", "", "R Stil, wat niet telt: eerst “incident-geregistreerd”, straks “alles telt”."),
    (PATTERN, "count: 3", "count: 2", "R Veel, het aantal signalen: eerst “drie”, straks “twee”."),
    (PATTERN, "count: 3", "count: 3, agencies: 2", "R Veel, het aantal organisaties: eerst “één”, straks “twee”."),
    (PATTERN, "window: {days: 14}", "window: {hours: 12}", "R Veel, de periode: eerst “veertien dagen”, straks “twaalf uur”."),
    (PATTERN, ", after: {types: [case_closed], within: {months: 12}}", "", "R Veel, wat eraan voorafging: eerst “casus-gesloten, binnen twaalf maanden”, straks “niets”."),
    (TERM, "per: report_id", "already: true, per: report_id", "R Term, een eerder vervolg: eerst “telt niet”, straks “telt ook”."),
    (TERM, "per: report_id, ", "", "R Term, wat apart telt: eerst “melding”, straks “niets”."),
    (TERM, "id: R", "id: R, legal: true", "R Term, de status: eerst “afspraak”, straks “wettelijke termijn”."),
    (TERM, "id: R", "id: R, weight: 5", "R Term, de zwaarte: eerst “3”, straks “5”."),
    (TERM, "id: R", "id: R, if_case: has_child", "R Term, voor wie: eerst “alle gezinnen”, straks “alleen gezinnen met een kind”."),
    (TERM, "id: R", "id: R, to: [{to: monitor}]", "R Term, wie het hoort: eerst “de behandelaar; na één werkdag de teammanager”, straks “monitor”."),
    (TERM, "from: [report_received]", "from: [{type: report_received, where: {acute: true, channel: [x, null]}}]", "R Term, het begin: eerst “melding-ontvangen”, straks “melding-ontvangen (acute = ja en channel = geen waarde of x)”."),
    (LADDER_TERM, "{from_ladder: true}", "{hours: 4}", "R Trap, de termijn: eerst “op het moment dat het niveau op de ladder noemt”, straks “na vier uur”."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "was", "becomes", "said"), ONE_LINE, ids=range(len(ONE_LINE)))
def test_one_changed_line_is_one_sentence(read, rule, was, becomes, said):
    assert was in rule
    before = read(f"{HEAD}  - {rule}\n")
    newer = read(f"{HEAD.replace('version: 1', 'version: 2')}  - {rule.replace(was, becomes, 1)}\n")

    assert [one.sentence for one in between([before], [newer], WORDS)][1:] == [said]


def test_a_rule_of_another_kind_is_told_aspect_by_aspect(read):
    before, newer = read(f"{HEAD}  - {SILENCE}\n"), read(f"{HEAD}  - {PATTERN}\n")
    aspects = [one.aspect for one in between([before], [newer], WORDS)]

    assert "de soort regel" in aspects
    assert "de fasen" in aspects
    assert "de signalen" in aspects


CHAPTERS = [
    ("title: Een proef\n", "", "de titel", "Een proef", "", "proef, de titel: eerst “Een proef”, straks “niets”."),
    ("id: samen\n", "id: samen\n    skip_reasons: [acuut-gevaar]\n", "ladder samen, redenen om over te slaan", "", "acuut gevaar", "Ladder samen, redenen om over te slaan: eerst “niets”, straks “acuut gevaar”."),
    ("    reasons: [route-loopt-vast]\n", "", "ladder samen, de redenen", "route loopt vast", "", "Ladder samen, de redenen: eerst “route loopt vast”, straks “niets”."),
    ('["1966", "0014"]', '["1966"]', "het gebied", "Groningen en Het Hogeland", "Het Hogeland", "proef, het gebied: eerst “Groningen en Het Hogeland”, straks “Het Hogeland”."),
]  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "aspect", "before", "after_", "said"), CHAPTERS, ids=range(len(CHAPTERS)))
def test_what_changes_outside_of_the_rules_is_one_difference_of_the_agreement(
    read, was, becomes, aspect, before, after_, said
):
    newer = (HEAD + CONTACT).replace("version: 1", "version: 2")
    assert was in newer
    found = between([read(HEAD + CONTACT)], [read(newer.replace(was, becomes, 1))], WORDS)

    version = Difference(CHANGED, "proef", "", "de versie", "1", "2", "proef, de versie: eerst “1”, straks “2”.")
    assert found == [version, Difference(CHANGED, "proef", "", aspect, before, after_, said)]


def test_the_levels_that_a_ladder_gains_and_loses_are_told(read):
    level = "      - {nr: 1, name: eerste route, direction: team_manager, may_skip: true}\n"
    more, less = read(HEAD + CONTACT), read(HEAD.replace(level, "").replace("version: 1", "version: 2") + CONTACT)
    words = "1 eerste route; -; de teammanager; geen termijn; -; mag; niets"

    (gone,) = between([more], [less], WORDS)[1:]
    assert (gone.before, gone.after, gone.aspect) == (words, "niets", "ladder samen, niveau 1")
    (new,) = between([less], [more], WORDS)[1:]
    assert (new.before, new.after, new.rule) == ("niets", words, "")
    assert new.sentence == f"Ladder samen, niveau 1: eerst “niets”, straks “{words}”."


def test_what_comes_and_goes_is_told_with_all_that_it_says(read):
    full, other = read(HEAD + CONTACT), CONTACT.replace("ST-08, title: Geen contact", "ST-09")
    new = read(HEAD.replace("id: samen", "id: anders") + other)
    said = in_words(full.rules["ST-08"], WORDS)

    assert between([full], [new], WORDS) == [
        Difference(CHANGED, "proef", "", "de versie", "1", "1", (
            "Let op: beide zijn versie 1 van proef, maar ze zijn niet gelijk. "
            "Een afspraak die al geldt verandert niet; geef de nieuwe een hoger nummer."
        )),
        Difference(REMOVED, "proef", "ST-08", "", said, "", f"Vervalt: ST-08 Geen contact. {said}"),
        Difference(ADDED, "proef", "ST-09", "", "", said, f"Nieuw: ST-09. {said}"),
        Difference(REMOVED, "proef", "", "ladder samen", "", "", "Vervalt: ladder samen."),
        Difference(ADDED, "proef", "", "ladder anders", "", "", "Nieuw: ladder anders."),
    ]  # fmt: skip
    assert between([full], [], WORDS) == [
        Difference(REMOVED, "proef", "", "", "", "", "De afspraak Een proef (proef, versie 1, 1 regels) vervalt.")
    ]


@pytest.mark.parametrize(("was", "becomes"), [("a kind", "another"), ("another", "a kind")])
def test_an_aspect_that_only_one_kind_of_rule_has_is_nothing_in_the_other(read, was, becomes):
    rules = {"a kind": read(f"{HEAD}  - {SILENCE}\n"), "another": read(f"{HEAD}  - {PATTERN}\n")}
    own = {"a kind": "de fasen", "another": "de signalen"}

    told = {one.aspect: one for one in between([rules[was]], [rules[becomes]], WORDS)}
    assert (told[own[was]].after, told[own[becomes]].before) == ("", "")
    assert "straks “niets”" in told[own[was]].sentence
    assert "eerst “niets”" in told[own[becomes]].sentence


def test_a_page_tells_the_law_danger_and_the_source(read):
    text = page(read(f"{HEAD}  - {TERM.replace('id: R', 'id: R, legal: true, weight: 5, basis: Wmo')}\n"), WORDS)

    assert (
        "- Gewicht: zwaarte 5 van 5; gevaar, telt ook in een gesloten casus; wettelijke termijn, uitstel is niet mogelijk\n"
        in text
    )
    assert "- Bron: Wmo\n" in text


def test_a_page_tells_what_an_alarm_says_with_its_blanks_named(read):
    why = 'why: "{agency} deed niets; {due} is voorbij ({check_on})."'
    text = page(read(f"{HEAD}  - {TERM.replace('id: R', f'id: R, {why}')}\n"), WORDS)

    assert "- Zo staat het in een alarm: “‹organisatie› deed niets; ‹laatste dag› is voorbij (‹check on›).”\n" in text


def test_a_page_tells_where_a_level_may_be_skipped(read):
    text = page(read((HEAD + CONTACT).replace("    reasons:", "    skip_reasons: [acuut_gevaar]\n    reasons:")), WORDS)

    assert "Een niveau overslaan mag alleen bij: acuut gevaar.\n" in text


def test_a_term_that_cannot_be_is_still_said(read):
    assert within(Term("days", -2)) == "al twee dagen vóór die dag"
    assert within(Term("working_days", 0)) == "nog dezelfde dag"
    assert after(Term("minutes", 0)) == "meteen"
    assert after(Term("days", -2)) == "twee dagen vóór die dag"


def test_a_page_is_whole_markdown(read):
    first = TERM.replace("id: R, title: Term", 'id: A, title: Term, why: "Te | laat."')
    rules = f"  - {first}\n  - {TERM.replace(', title: Term', '')}\n"
    ladders = HEAD.replace("name: werkvloer", 'name: "werk|vloer"').replace(
        "    reasons:", "    skip_reasons: [acuut_gevaar]\n    reasons:"
    )

    assert (
        page(read(ladders + rules), WORDS)
        == """# Een proef

- Afspraak `proef`, versie 1
- Geldt vanaf dinsdag 1 januari 2019 tot en met dinsdag 31 december 2019
- Voor Groningen en Het Hogeland
- Werkdagen volgens kalender `nl`

Een termijn in werkdagen of dagen eindigt aan het eind van de laatste dag. De dag van de gebeurtenis telt niet mee.

## Regels

### A Term

Na een melding-ontvangen hoort binnen vijf dagen een veiligheidsbeoordeling-afgerond te volgen. Dit telt per melding.

- Wie het hoort: de behandelaar; na één werkdag de teammanager
- Gewicht: zwaarte 3 van 5
- Zo staat het in een alarm: “Te | laat.”

### R

Na een melding-ontvangen hoort binnen vijf dagen een veiligheidsbeoordeling-afgerond te volgen. Dit telt per melding.

- Wie het hoort: de behandelaar; na één werkdag de teammanager
- Gewicht: zwaarte 3 van 5

## Ladders

### Ladder `samen`

| Niveau | Wie doet mee | Wie regisseert | Besluit | Waarschuwing | Overslaan | Wat men ziet |
| --- | --- | --- | --- | --- | --- | --- |
| 0 werk/vloer | de behandelaar | - | binnen twee werkdagen | - | mag niet | de casus |
| 1 eerste route | - | de teammanager | geen termijn | - | mag | niets |

Redenen om te beginnen: route loopt vast.

Een niveau overslaan mag alleen bij: acuut gevaar.
"""
    )


def test_an_agreement_that_goes_is_told_by_its_title_with_nothing_else_to_compare(read):
    (gone,) = between([read(HEAD + CONTACT)], [], WORDS)

    assert gone.sentence.startswith("De afspraak Een proef (proef, versie 1, 1 regels) ")
    assert {gone.rule, gone.aspect, gone.before, gone.after} == {""}


def test_what_is_ignored_is_listed_and_a_flag_is_told_as_yes_or_no(read):
    silent = SILENCE.replace("[incident_recorded]", "[incident_recorded, help_started]")
    acute = (
        "{id: R, from: [{type: report_received, where: {acute: false}}], until: [safety_assessed], breach: {days: 5}}"
    )

    assert "Niet als teken van leven telt: hulp-gestart of incident-geregistreerd." in in_words(
        read(f"{HEAD}  - {silent}\n").rules["R"], WORDS
    )
    assert "Na een melding-ontvangen (acute = nee) hoort" in in_words(read(f"{HEAD}  - {acute}\n").rules["R"], WORDS)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Term("hours", 1), ("binnen één uur", "na één uur", "één uur na die dag")),
        (Term("hours", 0), ("meteen", "meteen", "op die dag")),
        (Term("days", 21), ("binnen 21 dagen", "na 21 dagen", "21 dagen na die dag")),
        (Term("days", 20), ("binnen twintig dagen", "na twintig dagen", "twintig dagen na die dag")),
        (Term("weeks", -1), ("al één week vóór die dag", "één week vóór die dag", "één week vóór die dag")),
    ],
    ids=range(5),
)
def test_terms_at_the_edge_of_their_words(value, said):
    assert (within(value), after(value), around(value)) == said


def test_who_has_no_name_is_told_by_the_words_of_the_code():
    assert (Words().role("team_manager"), Words().phase("direct_safety")) == ("team manager", "direct safety")
    assert listed(["a"], "en") == "a"


def test_a_level_that_warns_says_when(read):
    text = HEAD.replace("term: {working_days: 2}", "warn: {days: 1}, term: {working_days: 2}")

    assert "| binnen twee werkdagen | na één dag | mag niet |" in page(read(text + CONTACT), WORDS)
