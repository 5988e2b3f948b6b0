"""Settings, logs and metrics: what a service is told, and what it tells."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from cli.exits import wrong_settings
from ledger import errors, logs, metrics
from ledger.settings import Settings
from waakvlam.clock import FastClock, SystemClock


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
    structlog.reset_defaults()


def test_a_line_is_json_with_ids_and_numbers(lines):
    structlog.get_logger("intake.batch").info("batch recorded", events=2000, topic="agency.politie-nn")
    structlog.get_logger("intake.batch").debug("too small to tell")

    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "batch recorded",
        "events": 2000,
        "topic": "agency.politie-nn",
        "level": "info",
        "logger": "intake.batch",
        "service": "intake",
    }


def test_libraries_come_out_in_the_same_form(lines):
    logging.getLogger("aiokafka").warning("lost %s", "127.0.0.1:9092")

    [line] = lines()
    assert (line["event"], line["logger"], line["service"]) == ("lost 127.0.0.1:9092", "aiokafka", "intake")


def fail(fault: Exception) -> None:
    raise fault


def test_payloads_and_others_errors_do_not_reach_the_log(lines):
    log = structlog.get_logger("intake")
    log.info("odd", payload=b"Fictieve Frederika", data={"note": "Frederika"}, text="F" * 1000)
    for fault in (ValueError("Frederika"), errors.Fenced.because_moved("agency.x", 0, 3)):
        try:
            fail(fault)
        except (ValueError, errors.Fenced):
            logging.getLogger("faust").exception("it broke")
            log.exception("it broke")
    log.error("told", exc_info=fault)

    odd, *_ = found = lines()
    assert (odd["payload"], odd["data"], len(odd["text"])) == ("<bytes>", "<dict>", 301)
    assert "Frederika" not in json.dumps(found)
    assert [each["error"] for each in found[1:]] == [
        "builtins.ValueError",
        "builtins.ValueError",
        "ledger.errors.Fenced",
        "ledger.errors.Fenced",
        "ledger.errors.Fenced",
    ]
    assert "agency.x/0" in found[-1]["message"]
    assert found[1]["place"].startswith("test_ledger_surroundings.py:")


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
