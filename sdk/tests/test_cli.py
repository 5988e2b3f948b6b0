"""`waakvlam-agency`: exit codes, words for people and JSON for programs. Kafka is played by an outbox."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
from typer.testing import CliRunner

from waakvlam import cli
from waakvlam.errors import NotDelivered, Unreachable
from waakvlam.receipt import Receipt
from waakvlam.settings import KafkaSettings
from waakvlam.testing import Outbox

AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
DANGER = {
    "type": "acute_danger_found",
    "occurred_at": "2026-04-02T10:15:00+02:00",
    "municipality": "0014",
    "reference": "pl-1",
    "data": {"report_id": "r-1"},
}
WRONG = DANGER | {"municipality": 14}
NOT_OURS = DANGER | {"type": "reporter_informed"}


class Played:
    """What the command meets in the place of Kafka."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.settings: list[KafkaSettings] = []
        self.verdicts: dict[str, Receipt] = {}
        self.starts: list[str] = []

    def transport(self, settings: KafkaSettings) -> Outbox:
        self.settings.append(settings)
        return self.outbox

    def receipts(self, agency: str, settings: KafkaSettings, start: str) -> "Played":
        self.starts.append(start)
        return self

    def of(self, ids: set[str], timeout_seconds: float) -> dict[str, Receipt]:
        return {one: receipt for one, receipt in self.verdicts.items() if one in ids}

    def until_quiet(self, seconds: float) -> list[Receipt]:
        return list(self.verdicts.values())

    def __iter__(self):
        yield from self.verdicts.values()
        raise KeyboardInterrupt

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def kafka(monkeypatch) -> Played:
    played = Played()
    monkeypatch.setattr(cli, "KafkaTransport", played.transport)
    monkeypatch.setattr(cli, "Receipts", played.receipts)
    return played


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    def write(*lines: dict[str, object]) -> Path:
        path = tmp_path / "events.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
        return path

    return write


def run(*arguments: object, text: str | None = None):
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], input=text)


def told(result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def publish(path: object, *more: object, text: str | None = None):
    return run("publish", path, "--agency", "politie-nn", *more, text=text)


def receipt(event_id: str, verdict: str, **more: object) -> Receipt:
    return Receipt(id=event_id, verdict=verdict, recorded_at=AT, **more)


def test_good_lines_are_sent_and_counted(kafka, file) -> None:
    result = publish(file(DANGER, DANGER | {"id": "e-2"}))

    assert result.exit_code == 0
    assert result.stdout == "2 gelezen, 0 fout, 2 verstuurd.\n"
    assert [one.envelope.id for one in kafka.outbox.delivered()][1] == "e-2"


def test_a_wrong_line_is_told_with_line_field_and_reason_and_the_others_are_sent(kafka, file) -> None:
    result = publish(file(DANGER, WRONG, NOT_OURS, DANGER | {"id": "e-4"}))

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "regel 2: municipality: moet tekst zijn",
        "regel 3: type: Politie Noord-Nederland (politie-nn) mag melder-teruggekoppeld niet versturen.",
    ]
    assert len(kafka.outbox.parcels) == 2


def test_as_json_each_line_of_output_is_an_object(kafka, file) -> None:
    result = publish(file(DANGER | {"id": "e-1"}, WRONG), "--json")

    sent, problem, summary = told(result)
    assert sent["line"] == 1
    assert sent["sent"]["id"] == "e-1"
    assert problem == {"line": 2, "field": "municipality", "reason": "moet tekst zijn"}
    assert summary == {"summary": {"read": 2, "wrong": 1, "sent": 1}}


def test_a_dash_reads_standard_input_and_blank_lines_are_passed_over(kafka) -> None:
    result = publish("-", text=f"\n{json.dumps(DANGER)}\n\n")

    assert result.exit_code == 0
    assert "1 gelezen" in result.stdout


def test_sending_a_file_again_sends_the_same_ids(kafka, file) -> None:
    path = file(DANGER)
    publish(path)
    kafka.outbox = Outbox()
    publish(path)
    again = kafka.outbox.delivered()[0].envelope.id
    kafka.outbox = Outbox()
    publish(path)

    assert kafka.outbox.delivered()[0].envelope.id == again


def test_check_sends_nothing_and_needs_no_kafka(file) -> None:
    assert publish(file(DANGER), "--check").exit_code == 0
    assert publish(file(DANGER, WRONG), "--check").exit_code == 1


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"municipality": "9999"}, "municipality"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"id": "e 1"}, "id"),
        ({"reference": "123456782"}, "reference"),
        ({"data": {"report_id": "r 1"}}, "data.report_id"),
        (
            {
                "type": "event_corrected",
                "data": {"event_id": "e-1", "reason": "x", "occurred_at": "2999-01-01T00:00:00Z"},
            },
            "data.occurred_at",
        ),
        (NOT_OURS, "type"),
    ],
)
@pytest.mark.parametrize("check", [["--check"], []])
def test_what_intake_would_reject_is_told_by_check_and_before_sending(kafka, file, changed, place, check) -> None:
    result = publish(file(DANGER | changed), *check)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"regel 1: {place}: ")
    assert result.stdout == "1 gelezen, 1 fout, 0 verstuurd.\n"
    assert not kafka.outbox.parcels


def test_waiting_shows_what_became_of_each_event(kafka, file) -> None:
    kafka.verdicts = {
        "e-1": receipt("e-1", "accepted", case="c-1"),
        "e-2": receipt("e-2", "rejected", field="municipality", reason="Onbekende gemeente."),
    }
    result = publish(file(DANGER | {"id": "e-1"}, DANGER | {"id": "e-2"}), "--wait", 5)

    assert result.exit_code == 1
    assert kafka.starts == ["now"]
    assert result.stdout.splitlines() == [
        "regel 2: e-2: afgekeurd Onbekende gemeente",
        "2 gelezen, 0 fout, 2 verstuurd, 1 opgenomen, 1 afgekeurd.",
    ]


def test_a_receipt_that_does_not_come_in_time_has_its_own_exit_code(kafka, file) -> None:
    result = publish(file(DANGER | {"id": "e-1"}), "--wait", 1, "--json")

    assert result.exit_code == 4
    assert told(result)[-1]["summary"]["without_receipt"] == ["e-1"]


def test_a_parked_event_is_safe_and_waits(kafka, file) -> None:
    kafka.verdicts = {"e-1": receipt("e-1", "parked")}
    result = publish(file(DANGER | {"id": "e-1"}), "--wait", 1)

    assert result.exit_code == 0
    assert "1 wacht op de casus" in result.stdout


def test_kafka_that_cannot_be_reached_has_its_own_exit_code(file, monkeypatch) -> None:
    def unreachable(settings: KafkaSettings) -> Outbox:
        raise Unreachable.at(settings.bootstrap, TimeoutError())

    monkeypatch.setattr(cli, "KafkaTransport", unreachable)
    result = publish(file(DANGER), "--bootstrap", "nowhere:1")

    assert result.exit_code == 3
    assert "nowhere:1" in result.stderr


def test_what_kafka_does_not_confirm_has_the_same_exit_code(kafka, file, monkeypatch) -> None:
    def fail(timeout_seconds: float) -> None:
        raise NotDelivered(["e-1"], "Kafka heeft het niet bevestigd")

    monkeypatch.setattr(kafka.outbox, "flush", fail)

    assert publish(file(DANGER)).exit_code == 3


def test_numbers_are_kept_in_a_file_over_runs(kafka, file, tmp_path) -> None:
    path = file(DANGER | {"id": "e-1"}, DANGER | {"id": "e-2"})
    for _ in range(2):
        kafka.outbox = Outbox()
        publish(path, "--sequence", tmp_path / "sequence")

    assert [one.envelope.sequence for one in kafka.outbox.delivered()] == [3, 4]


def test_an_unknown_agency_or_file_is_a_wrong_command(kafka, file) -> None:
    assert run("publish", file(DANGER), "--agency", "nobody").exit_code == 2
    assert publish("missing.jsonl").exit_code == 2
    assert run("publish", file(DANGER)).exit_code == 2


def test_the_login_comes_from_the_environment_and_the_password_from_a_file(kafka, file, tmp_path, monkeypatch) -> None:
    password = tmp_path / "wachtwoord"
    password.write_text("geheim")
    told = {"SECURITY": "sasl_ssl", "SASL_USERNAME": "politie-nn", "SASL_PASSWORD_FILE": str(password)}
    for name, value in told.items():
        monkeypatch.setenv(f"WAAKVLAM_{name}", value)
    publish(file(DANGER), "--bootstrap", "kafka.example:9093")

    (reach,) = kafka.settings
    assert (reach.bootstrap, reach.security, reach.sasl_username) == ("kafka.example:9093", "sasl_ssl", "politie-nn")
    assert reach.login()["sasl_plain_password"].encode() == b"geheim"


def test_half_a_login_is_a_wrong_command(kafka, file, monkeypatch) -> None:
    monkeypatch.setenv("WAAKVLAM_SECURITY", "sasl_ssl")
    result = publish(file(DANGER))

    assert result.exit_code == 2
    assert "WAAKVLAM_SASL_PASSWORD_FILE" in result.stderr


ADVISER = ("--agency", "veilig-thuis-groningen", "--municipality", "0014")


def test_a_canary_is_the_same_event_each_time_marked_as_such_and_its_answer_is_waited_for(kafka) -> None:
    run("canary", *ADVISER)
    [first] = kafka.outbox.delivered()
    kafka.outbox, kafka.verdicts = Outbox(), {first.envelope.id: receipt(first.envelope.id, "duplicate")}
    again = run("canary", *ADVISER)
    [second] = kafka.outbox.delivered()

    assert (first.envelope.id, first.envelope.is_canary) == (second.envelope.id, True)
    assert first.message == second.message
    assert (again.exit_code, again.stdout) == (0, "1 gelezen, 0 fout, 1 verstuurd, 1 al eerder opgenomen.\n")


def test_a_canary_without_an_answer_or_with_a_refusal_ends_with_a_code_of_its_own(kafka, file) -> None:
    silent = run("canary", *ADVISER)
    [one] = kafka.outbox.delivered()
    kafka.outbox = Outbox()
    kafka.verdicts = {one.envelope.id: receipt(one.envelope.id, "rejected", field="type", reason="mag niet")}

    assert silent.exit_code == 4
    assert "nog zonder ontvangstbewijs" in silent.stdout
    assert run("canary", *ADVISER).exit_code == 1


def test_who_gives_no_advice_sends_an_event_of_its_own_again_and_is_told_so(kafka, file) -> None:
    without = run("canary", "--agency", "politie-nn", "--municipality", "0014")
    with_a_line = run("canary", "--agency", "politie-nn", "--line", file(DANGER, DANGER | {"id": "e-2"}))

    assert (without.exit_code, "--line" in without.stderr) == (2, True)
    assert run("canary", "--agency", "veilig-thuis-groningen").exit_code == 2
    assert with_a_line.exit_code == 4
    assert [one.envelope.is_canary for one in kafka.outbox.delivered()] == [True], "one line, and no more"


def test_receipts_are_shown_until_it_is_quiet_or_for_ever(kafka) -> None:
    kafka.verdicts = {"e-1": receipt("e-1", "accepted", case="c-1"), "e-2": receipt("e-2", "duplicate")}
    quiet = run("receipts", "--agency", "politie-nn")
    following = run("receipts", "--agency", "politie-nn", "--follow", "--new", "--json")

    assert quiet.stdout.splitlines() == ["e-1: opgenomen (casus c-1)", "e-2: al eerder opgenomen"]
    assert [one["receipt"]["id"] for one in told(following)] == ["e-1", "e-2"]
    assert (quiet.exit_code, following.exit_code) == (0, 0)
    assert kafka.starts == ["beginning", "now"]


def test_types_shows_what_an_agency_may_send() -> None:
    result = run("types", "--agency", "politie-nn", "--json")

    names = {one["type"] for one in told(result)}
    assert {"report_received", "acute_danger_found"} <= names
    assert "safety_assessed" not in names
    assert len(run("types").stdout.splitlines()) > len(names)


def test_types_shows_a_line_that_can_be_sent_at_once(kafka) -> None:
    line = run("types", "report_received").stdout

    assert publish("-", text=line).exit_code == 0
    assert run("types", "alert_raised").exit_code == 2


def test_nothing_that_is_about_a_person_reaches_the_screen(kafka, file) -> None:
    canary = "Kanarie van der Test"
    lines = [DANGER | {"data": {"report_id": [canary]}}, DANGER | {"occurred_at": canary}, DANGER | {"id": canary * 9}]
    result = publish(file(*lines), "--json")

    assert result.exit_code == 1
    assert canary not in result.output


def test_a_file_that_is_no_utf_8_is_told_and_one_with_a_bom_is_read(kafka, tmp_path) -> None:
    latin, windows = tmp_path / "latin.jsonl", tmp_path / "windows.jsonl"
    latin.write_bytes(b"\xff\xfe\xe9\n")
    windows.write_bytes(b"\xef\xbb\xbf" + json.dumps(DANGER).encode())
    wrong = publish(latin)
    kafka.outbox = Outbox()
    good = publish(windows)

    assert (wrong.exit_code, good.exit_code) == (1, 0)
    assert "UTF-8" in wrong.stderr


def test_a_place_that_cannot_be_made_is_a_wrong_command(kafka, file, tmp_path) -> None:
    (tmp_path / "bestand").write_text("")
    result = publish(file(DANGER), "--sequence", tmp_path / "bestand" / "nummer")

    assert result.exit_code == 2
    assert "Geef" in result.stderr or "geef" in result.stderr
