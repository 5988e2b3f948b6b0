"""Settings, logs and metrics: what a service is told, and what it tells."""

import io
import json
import logging
from pathlib import Path

import psycopg
import pytest
from aiokafka import TopicPartition
from eventsourcing import persistence
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from cli.exits import wrong_settings
from ledger import errors, logs, metrics
from ledger.database import translated
from ledger.log_lines import LIBRARY
from ledger.recorders import kept
from ledger.settings import Settings
from waakvlam.clock import FastClock, SystemClock
from waakvlam.errors import Unreadable


def test_settings_come_from_the_environment_and_do_not_change(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WAAKVLAM_LEDGER", "postgresql://u@h:5/d")
    monkeypatch.setenv("WAAKVLAM_DATA", "/somewhere")
    settings = Settings()

    assert (settings.ledger, settings.data, settings.bootstrap) == (
        "postgresql://u@h:5/d",
        Path("/somewhere"),
        "127.0.0.1:9092",
    )
    with pytest.raises(ValidationError):
        settings.ledger = "other"
    assert all(field.description for field in Settings.model_fields.values())


def test_a_wrong_setting_is_refused_without_being_quoted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WAAKVLAM_LOG_LEVEL", "geheim-woord")

    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "geheim-woord" not in str(caught.value)


def test_the_clock_is_real_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch):
    assert isinstance(Settings().time(), SystemClock)

    fast = "start=2023-11-24T08:00:00+01:00;anchor=1764000000.0;rate=300000;until=2026-11-24T08:00:00+01:00"
    monkeypatch.setenv("WAAKVLAM_CLOCK", fast)
    assert isinstance(Settings().time(), FastClock)


def test_kafka_is_plain_on_ones_own_machine_and_secured_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert Settings().kafka_login() == {"security_protocol": "PLAINTEXT"}

    (tmp_path / "password").write_text("geheim\n")
    told = {"SECURITY": "sasl_ssl", "SASL_USERNAME": "intake", "SASL_PASSWORD_FILE": str(tmp_path / "password")}
    for name, value in told.items():
        monkeypatch.setenv(f"WAAKVLAM_{name}", value)
    settings = Settings()
    login = settings.kafka_login()

    assert (login["security_protocol"], login["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert login["ssl_context"].check_hostname
    assert (login["sasl_plain_username"], login["sasl_plain_password"].encode()) == ("intake", b"geheim")
    assert "geheim" not in repr((settings, login))


def test_half_a_login_is_refused_with_the_settings_that_belong_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WAAKVLAM_SECURITY", "sasl_ssl")

    with pytest.raises(ValidationError) as caught:
        Settings()
    [said] = wrong_settings(caught.value).splitlines()[:-1]
    assert said.startswith("Bij WAAKVLAM_SECURITY=sasl_ssl horen WAAKVLAM_SASL_USERNAME en WAAKVLAM_SASL_PASSWORD_FILE")


@pytest.fixture
def lines():
    """Log to a buffer; calling it gives what was logged."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    logs.configure("intake", level="INFO", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], level = before
    root.setLevel(level)


def test_a_line_is_json_with_a_name_ids_and_numbers_and_says_what_to_do(lines):
    logs.logger("services.intake.silent").error("agency_silent", agency="politie-nn", lasts_hours=31)
    logs.logger("services.intake.silent").debug("agency_silent")
    logs.logger("ledger.streams.host").info("service_up", part="intake")

    line, news = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "agency_silent",
        "agency": "politie-nn",
        "lasts_hours": 31,
        "level": "error",
        "logger": "services.intake.silent",
        "service": "intake",
        "next": "Call it: the runbook WaakvlamAgencySilent.",
    }
    assert "next" not in news


@pytest.mark.parametrize(
    ("said", "given", "told"),
    [
        ("lost %s", ("127.0.0.1:9092",), "lost 127.0.0.1:9092"),
        ("no offset of %s at %d", (TopicPartition("agency.politie-nn", 2), 7), "no offset of agency.politie-nn/2 at 7"),
        ("Could not send %r: %r", (b"Frederika", ValueError("Frederika")), "Could not send '<bytes>': '<ValueError>'"),
        ("Sending (key=%s value=%s)", ("Frederika", "Frederika"), "Sending (key=<str> value=<str>)"),
        ("%(who)s is away", ({"who": "Frederika"},), "<str> is away"),
        ("100%", (), "100%"),
    ],
)
def test_libraries_come_out_in_the_same_form_with_what_may_be_told(lines, said, given, told):
    logging.getLogger("aiokafka").warning(said, *given)

    [line] = lines()
    assert (line["event"], line["said"], line["logger"], line["service"]) == (LIBRARY, told, "aiokafka", "intake")
    assert "Frederika" not in json.dumps(line)


def test_of_a_sentence_that_cannot_be_filled_in_only_the_sentence_is_told():
    line = logs.guard_library(None, "warning", {"event": "wait %d for %s", "positional_args": ("Frederika", 3)})

    assert line == {"event": LIBRARY, "said": "wait %d for %s"}


def fail(fault: Exception) -> None:
    raise fault


def test_payloads_fields_off_the_list_and_others_errors_do_not_reach_the_log(lines):
    log = logs.logger("services.intake.pipeline")
    log.info("odd_line", case=b"Fictieve Frederika", item={"note": "Frederika"}, message="F" * 1000, remark="Frederika")
    for fault in (
        ValueError("Frederika"),
        Unreadable("data.note", "Frederika"),
        errors.Fenced.because_moved("agency.x", 0, 3),
    ):
        try:
            fail(fault)
        except (ValueError, Unreadable, errors.Fenced):
            logging.getLogger("faust").exception("it broke: %r", fault)
            log.exception("odd_line")
    log.error("odd_line", exc_info=fault)

    odd, *_ = found = lines()
    assert (odd["case"], odd["item"], len(odd["message"]), odd["remark"]) == (
        "<bytes>",
        "<dict>",
        301,
        "<not on the list>",
    )
    assert "Frederika" not in json.dumps(found)
    assert [each["error"] for each in found[1:]] == [
        "builtins.ValueError",
        "builtins.ValueError",
        "waakvlam.errors.Unreadable",
        "waakvlam.errors.Unreadable",
        "ledger.errors.Fenced",
        "ledger.errors.Fenced",
        "ledger.errors.Fenced",
    ]
    assert "agency.x/0" in found[-1]["message"]
    assert found[1]["place"].startswith("test_ledger_surroundings.py:")


def test_a_traceback_quotes_neither_what_was_read_nor_the_error_that_came_before(lines, caplog):
    log = logs.logger("services.intake.pipeline")
    try:
        try:
            json.loads('{"note": "Frederika')
        except ValueError as before:
            raise errors.Unavailable("the database does not answer") from before
    except errors.Unavailable:
        log.exception("odd_line")

    assert "Frederika" not in json.dumps(lines())
    assert "Frederika" not in caplog.text
    assert lines()[0]["message"] == "the database does not answer"


@pytest.mark.parametrize("wrapped", [translated, kept])
def test_what_a_database_quotes_behind_its_first_line_stays_out_of_our_errors(wrapped):
    quoted = 'canceling statement due to lock timeout\nCONTEXT:  COPY seen, line 3, column note: "Frederika"'
    kind = psycopg.OperationalError if wrapped is translated else persistence.OperationalError

    with pytest.raises(errors.Unavailable, match="lock timeout") as caught, wrapped():
        raise kind(quoted)

    assert "Frederika" not in str(caught.value)


def test_every_metric_has_a_meaning_a_unit_and_an_honest_name():
    for row in metrics.METRICS:
        assert row.name.startswith("waakvlam_")
        assert row.meaning.endswith(".")
        assert row.name.endswith("_total") == (row.kind == "counter"), row.name
        if row.unit in ("seconds", "bytes", "ratio"):
            assert row.unit in row.name, row.name
    assert len({row.name for row in metrics.METRICS}) == len(metrics.METRICS)


def test_no_label_can_hold_a_case_or_a_person():
    labels = {label for row in metrics.METRICS for label in row.labels}

    assert labels.isdisjoint({"case", "case_id", "person", "reference", "event", "event_id", "recorded_by", "id"})


def test_a_service_has_its_own_meters_and_those_of_every_service():
    meters = metrics.registry("intake")
    meters.counter("waakvlam_intake_received_total").labels(agency="politie-nn", type="report_received").inc(12)
    meters.gauge("waakvlam_ledger_events").set(3)
    meters.histogram("waakvlam_pump_batch_seconds").observe(0.2)

    values = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(meters.text().decode())
        for sample in family.samples
    }
    assert values["waakvlam_intake_received_total", ("politie-nn", "report_received")] == 12
    assert values["waakvlam_ledger_events", ()] == 3
    with pytest.raises(KeyError):
        metrics.registry("board").gauge("waakvlam_ledger_events")
    with pytest.raises(KeyError):
        meters.counter("waakvlam_ledger_events")
