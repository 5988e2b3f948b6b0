"""What is packed for whoever helps tells of no case and no person, and holds no secret: searched in every byte of it."""

import json
import tarfile
from contextlib import closing
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from cli import redact
from cli.broker import free_port
from cli.bundle_parts import leaking
from cli.exits import Exit
from cli.main import app
from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report
from tests.canaries import files_that_hold, files_that_tell
from waakvlam.clock import FixedClock

PERSON = ("c0ffee" + "0123456789abcdef" * 2)[:32]
NAME, FILE_NUMBER, NUMBER, MAIL = "Kanariewit", "dossier-kanarie-77", "123456782", "kanarie@voorbeeld.example"
CASE_IN_LOG, SHORT = "de7e61c7-0000-5000-8000-00000000cafe", "3C5D-0ADF"
TOKENS = {
    "WAAKVLAM_BOARD_SECRET": "formulier-geheim-99",
    "WAAKVLAM_HEARTBEAT_URL": "https://hc.example/ping/stille-sleutel",
    "WAAKVLAM_RADAR": f"postgresql://radar:radar-geheim-55@127.0.0.1:{free_port()}/radar?sslpassword=ook-geheim-66",
    "WAAKVLAM_BOARD_STAFF": "medewerker-kanarie",
}
SECRETS = [
    "formulier-geheim-99",
    "stille-sleutel",
    "radar-geheim-55",
    "ook-geheim-66",
    "medewerker-kanarie",
    "wachtwoord-van-intake",
]
LOG = [
    {"event": f"batch recorded of {NAME} in {CASE_IN_LOG}", "service": "intake", "events": 2000, "topic": "agency.politie-nn"},
    {"event": f"{PERSON} {NUMBER} {MAIL} {SHORT} {FILE_NUMBER}", "level": "warning", "logger": "ledger.relay"},
    {"event": "Intake failed", "error": f"builtins.ValueError.{NAME}{PERSON}", "message": NAME, "place": f"x.py:{NUMBER}"},
    {"event": "Connection lost", "logger": f"aiokafka.{PERSON}", "service": NAME, "level": NAME, "timestamp": NAME, NAME: 4},
    {"event": "library_said", "said": f"{NAME} of {CASE_IN_LOG}", "logger": "uvicorn.error", "item": f"parked/{PERSON}"},
    {"event": f"GET /zaak/{CASE_IN_LOG}", "logger": "uvicorn.access", "persons": [NAME]},
]  # fmt: skip


def lived_in(folder):
    """Make an installation in which persons are everywhere that they may be, and where they may not."""
    clock = FixedClock(NOON)
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
        good = report("politie-nn", "e-1", persons=[PERSON], reference=FILE_NUMBER)
        bad = replace(report("politie-nn", "e-2", reference=FILE_NUMBER), value=f"{NAME} {PERSON}".encode())
        desk.take(good, bad)
        [(case,)] = _cases(ledger)
    (folder / "logs").mkdir()
    lines = [*(json.dumps(one) for one in LOG), f"Traceback of {NAME}", f'  raise ValueError("{PERSON}")']
    (folder / "logs" / "intake.log").write_text("\n".join(lines) + "\n")
    (folder / "credentials").mkdir()
    (folder / "credentials" / "intake").write_text("wachtwoord-van-intake\n")
    return case


def _cases(ledger):
    with ledger.reading() as t:
        return t.rows("SELECT case_id FROM heads WHERE caseless = 0")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        return _packed(tmp_path_factory.mktemp("bundle"), monkeypatch)


def _packed(tmp_path, monkeypatch):
    for name in ("INTAKE", "TRIAGE", "MONITORING", "BOARD", "WATCH"):
        monkeypatch.setenv(f"WAAKVLAM_{name}_PORT", str(free_port()))
    monkeypatch.setenv("WAAKVLAM_BOOTSTRAP", f"127.0.0.1:{free_port()}")
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "data").mkdir()
    case = lived_in(tmp_path / "data")
    file = tmp_path / "help.tar.gz"
    done = CliRunner().invoke(app, ["support-bundle", str(file), "--data", str(tmp_path / "data"), "--json"])
    assert done.exit_code == 0, done.output
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    return tmp_path, case, json.loads(done.stdout)["holds"]


def test_no_byte_of_it_is_about_a_case_or_a_person_or_a_secret(packed):
    folder, case, _ = packed
    canaries = [NAME, FILE_NUMBER, NUMBER, MAIL, CASE_IN_LOG, SHORT, PERSON, case, *SECRETS]

    assert files_that_tell(folder / "unpacked", [PERSON]) == set()
    assert files_that_hold(folder / "unpacked", canaries) == {}
    planted = files_that_hold(folder / "data", canaries)
    assert {NAME, FILE_NUMBER, NUMBER, MAIL, CASE_IN_LOG, SHORT, PERSON, case} <= {
        one for some in planted.values() for one in some
    }


def test_what_somebody_who_helps_must_know_is_in_it(packed):
    folder, _, holds = packed
    inside = folder / "unpacked" / "waakvlam-support"

    def read(name):
        return json.loads((inside / name).read_text())

    assert sorted(str(one.relative_to(inside)) for one in inside.rglob("*") if one.is_file()) == holds
    assert read("versions.json")["packages"]["aiokafka"]
    assert read("settings.json")["places"]["WAAKVLAM_RADAR"].endswith("/radar")
    assert read("settings.json")["others"]["WAAKVLAM_BOARD_SECRET"] == "<set>"
    assert {one["name"] for one in read("doctor.json")} >= {"kafka", "ledger", "disk"}
    assert read("status.json")["wrong"][0]["alert"] == "WaakvlamKafkaUnreachable"
    assert read("kafka.json").keys() == {"not_had"}
    assert read("tables.json")["ledger"]["dead_letters"] == {"rows": 1}
    assert read("tables.json")["radar"] == {"not_had": "there is none"}
    assert len(read("agreements.json")["groningen-1.yaml"]) == 64


def test_a_log_keeps_the_words_of_the_program_numbers_and_names_of_parts(packed):
    lines = (packed[0] / "unpacked" / "waakvlam-support" / "logs" / "intake.log").read_text().splitlines()

    assert len(lines) == len(LOG) + 2
    assert json.loads(lines[0])["service"] == "intake"
    assert json.loads(lines[-1])["event"] == "a line of another form is left out"


OURS = [
    {"event": "counts_differ", "pair": "ledger and relay", "difference": 3, "logger": "services.intake.reconciler"},
    {"event": "agency_silent", "agency": "politie-nn", "lasts_hours": 31, "topic": "receipts.politie-nn"},
    {"event": "kafka_away", "part": "Relay", "error": "KafkaTimeoutError", "logger": "ledger.streams.loop"},
    {"event": "library_said", "said": "Unable to request metadata", "logger": "aiokafka"},
]


@pytest.mark.parametrize("ours", OURS, ids=lambda one: one["event"])
def test_of_a_line_of_ours_its_name_and_fields_are_kept(ours):
    when = {"level": "error", "timestamp": "2026-11-28T09:12:44.123Z"}
    (kept,) = redact.lines_of(json.dumps(ours | when | {"next": "Call it.", "service": "intake"}))

    assert json.loads(kept) == ours | when | {"service": "intake"}


def test_an_id_and_a_name_in_a_field_of_ours_are_left_out():
    told = {
        "event": "version_missing",
        "case": CASE_IN_LOG,
        "version": 4,
        "part": NAME,
        "message": NAME,
        "person": NAME,
    }
    (kept,) = redact.lines_of(json.dumps(told | {"logger": "services.board.agents"}))

    assert NAME not in kept
    assert json.loads(kept) == {
        "event": "version_missing", "case": "…", "version": 4, "part": "…", "logger": "services.board.agents",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "words"), [("help.zip", "must end in .tar.gz"), ("there.tar.gz", "is there already")])
def test_what_cannot_be_made_is_said(tmp_path, name, words):
    (tmp_path / "there.tar.gz").write_bytes(b"")
    done = CliRunner().invoke(app, ["support-bundle", str(tmp_path / name), "--data", str(tmp_path)])

    assert (done.exit_code, words in done.stderr) == (Exit.USAGE, True)


def test_a_secret_that_would_go_along_is_found_before_anything_is_written():
    files = {"a.json": b"nothing", "b.json": b"x geheim-1234 y"}

    assert leaking(files, iter([b"geheim-1234", b"", b"no"])) == ["b.json"]
