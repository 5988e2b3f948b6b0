"""Questions people ask on the command line: why, why not; in Dutch sentences, or as JSON."""

import json
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from cli.questions import REASONS_SHOWN, silent
from cli.settings import AGREEMENTS
from ledger import traces
from ledger.application import Ledger
from ledger.model import Draft
from rulebook.question import Silent
from waakvlam import trace
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, instant_of, micros_of
from waakvlam.codec import encode

CASE = "de7e61c7-0000-5000-8000-000000000001"
LATER = "2026-04-14T00:00:00+02:00"
REPORT = {
    "report_id": "r-1",
    "channel": "police_system",
    "reporter_capacity": "police",
    "violence_kinds": ["partner_violence"],
    "acute": False,
    "persons": [],
    "doubly_anonymous": False,
}
HAPPENED = micros_of(datetime.fromisoformat("2026-04-02T10:15:00+02:00"))


def a_draft(case, municipality="0014"):
    shared = {"occurred_at": instant_of(HAPPENED), "case": case, "reference": None, "municipality": municipality}
    payload = encode(event_types()["report_received"], {**REPORT, **shared, "recorded_by": None})
    return Draft(
        event_id=f"e-{case}",
        source="urn:waakvlam:politie-nn",
        content=sha256(payload).digest(),
        case=case,
        type="report_received",
        agency="politie-nn",
        municipality=municipality,
        reference=None,
        occurred_at=HAPPENED,
        recorded_by=None,
        payload=payload,
    )


@pytest.fixture
def ask(monkeypatch, tmp_path):
    for name in ("LEDGER", "RADAR", "DATA", "CLOCK", "AGREEMENTS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(HAPPENED))
    with ledger.writing() as w:
        w.append([a_draft(CASE)])
    ledger.close()

    def run(*words):
        return CliRunner().invoke(app, [*words, "--data", str(tmp_path)])

    return run


def test_why_and_case_lead_to_the_trace_of_an_event_that_has_one(ask, tmp_path):
    def trace_ids(*words):
        told = json.loads(ask(*words, "--json").stdout)
        return {one["trace_id"] for one in (told["open"] if isinstance(told, dict) else told)}

    assert trace_ids("why", CASE, "--at", LATER) == trace_ids("case", CASE) == {None}

    begun = trace.begun()
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(HAPPENED))
    with ledger.writing() as w:
        traces.keep(w.statements, {1: begun})
    ledger.close()

    assert trace_ids("why", CASE, "--at", LATER) == trace_ids("case", CASE) == {begun.trace_id}
    assert f"    Trace: {begun.trace_id}" in ask("why", CASE, "--at", LATER).stdout.splitlines()


def test_why_says_what_is_open_by_which_event_and_which_line_and_what_would_settle_it(ask):
    told = ask("why", CASE, "--at", LATER)

    assert told.exit_code == Exit.OK, told.stderr
    assert f"Casus DE7E-61C7 ({CASE}) op 14 april 2026 om 00.00 uur: open, fase: Beoordelen" in told.stdout
    assert "Te laat sinds 14 april 2026 · ST-01 Melding niet beoordeeld" in told.stdout
    assert f"Door: melding-ontvangen (Politie Noord-Nederland, 2 april 2026 om 10.15 uur, e-{CASE})" in told.stdout
    assert "Afspraak: groningen versie 1, groningen-1.yaml regel " in told.stdout
    assert "Klaar met: veiligheidsbeoordeling-afgerond, met hetzelfde nummer (per melding)." in told.stdout


def test_the_line_that_why_names_is_the_line_of_the_rule(ask):
    (reason,) = [
        one for one in json.loads(ask("why", CASE, "--at", LATER, "--json").stdout)["open"] if one["rule"] == "ST-01"
    ]
    lines = (AGREEMENTS / reason["file"]).read_text("utf-8").splitlines()

    assert "id: ST-01" in lines[reason["line"] - 1]


def test_why_says_of_a_case_of_which_all_was_withdrawn_that_it_is_empty_and_what_to_do(ask, tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(HAPPENED + 1))
    fields = {"occurred_at": instant_of(HAPPENED), "case": CASE, "reference": None, "municipality": "0014"}
    withdrawn = {**fields, "recorded_by": None, "event_id": f"e-{CASE}", "reason": "verkeerde-datum"}
    payload = encode(event_types()["event_withdrawn"], withdrawn)
    with ledger.writing() as w:
        w.append([replace(a_draft(CASE), event_id="w-1", type="event_withdrawn", payload=payload)])
    ledger.close()

    told = ask("why", CASE, "--at", LATER)
    asked = ask("why", CASE, "--at", LATER, "--json")

    assert ": leeg, alles is ingetrokken" in told.stdout.splitlines()[0]
    assert "opnieuw worden verstuurd" in told.stdout.splitlines()[0]
    assert json.loads(asked.stdout)["is_emptied"] is True


def test_why_as_it_was_known_before(ask):
    before, known = (
        json.loads(ask("why", CASE, "--at", at, "--json").stdout) for at in ("2026-04-01T00:00:00Z", LATER)
    )

    assert (before["open"], before["next"]) == ([], [])
    assert known["at"] == "2026-04-13T22:00:00Z"
    assert {"alert", "due", "event", "file", "line", "remedy", "sentence"} <= known["open"][0].keys()
    assert known["next"][0]["due"] > known["at"]


def test_why_not_says_why_a_rule_is_silent_and_where_it_stands(ask):
    told = ask("why", "--not", "ST-07", CASE, "--at", LATER)

    assert told.exit_code == Exit.OK, told.stderr
    assert "Deze regel geeft hier geen alarm:" in told.stdout
    assert "Nodig is overdracht-aangeboden. [groningen-1.yaml regel " in told.stdout


def test_why_not_of_what_is_still_to_come_names_the_day(ask):
    answer = json.loads(ask("why", "--not", "ST-01", CASE, "--at", "2026-04-03T09:00:00+02:00", "--json").stdout)

    assert answer["alerts"] is False
    assert [(one["code"], one["until"]) for one in answer["reasons"]] == [("not_due", "2026-04-09T22:00:00Z")]


def test_why_not_of_a_rule_that_alerts_shows_its_alert(ask):
    told = ask("why", "--not", "ST-01", CASE, "--at", LATER)

    assert "Deze regel geeft hier wel een alarm:" in told.stdout
    assert "Te laat sinds 14 april 2026" in told.stdout


def test_a_rule_that_no_agreement_has_is_refused_with_those_there_are(ask):
    told = ask("why", "--not", "ST-99", CASE)

    assert told.exit_code == Exit.REFUSED
    assert "No agreement has a rule ST-99. There are: ST-01, " in told.stderr


def test_an_instant_that_is_none_is_refused_by_its_option(ask):
    told = ask("why", CASE, "--at", "gisteren")

    assert told.exit_code == Exit.USAGE
    assert "--at" in told.stderr


def test_of_many_reasons_the_first_are_shown_and_the_others_counted():
    reasons = [Silent(code="in_time", sentence=f"Zin {n}.") for n in range(REASONS_SHOWN + 2)]

    assert list(silent(reasons))[-2:] == [f"Zin {REASONS_SHOWN - 1}.", "En nog 2 van eerder; --json toont alles."]
