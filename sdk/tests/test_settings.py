"""How Kafka is reached: the login from the environment, the password from its file, read at every login."""

from pathlib import Path

import pytest

from waakvlam.errors import Misconfigured
from waakvlam.settings import KafkaSettings, PasswordFile


@pytest.fixture
def secured(tmp_path: Path) -> KafkaSettings:
    file = tmp_path / "password"
    file.write_text("eerste-geheim\n")
    return KafkaSettings(bootstrap="k:1", security="sasl_ssl", sasl_username="politie-nn", sasl_password_file=file)


def test_without_anything_set_kafka_is_on_this_machine_and_asks_no_login() -> None:
    found = KafkaSettings.from_environment({})

    assert (found.bootstrap, found.login()) == ("localhost:9092", {"security_protocol": "PLAINTEXT"})


def test_the_environment_names_everything_and_what_is_given_goes_before_it(tmp_path: Path) -> None:
    told = {
        "WAAKVLAM_BOOTSTRAP": "kafka.example:9093",
        "WAAKVLAM_SECURITY": "sasl_ssl",
        "WAAKVLAM_SASL_USERNAME": "politie-nn",
        "WAAKVLAM_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        "WAAKVLAM_CA_FILE": str(tmp_path / "ca.pem"),
    }

    assert KafkaSettings.from_environment(told, client_id="zaaksysteem") == KafkaSettings(
        bootstrap="kafka.example:9093",
        security="sasl_ssl",
        sasl_username="politie-nn",
        sasl_password_file=tmp_path / "password",
        ca_file=tmp_path / "ca.pem",
        client_id="zaaksysteem",
    )


def test_a_new_password_is_taken_up_at_the_next_login(secured: KafkaSettings) -> None:
    password = secured.login()["sasl_plain_password"]
    before = password.encode("utf-8")
    assert secured.sasl_password_file
    secured.sasl_password_file.write_text("tweede-geheim\n")

    assert (before, password.encode("utf-8")) == (b"eerste-geheim", b"tweede-geheim")


def test_the_password_stands_in_no_text(secured: KafkaSettings) -> None:
    assert "geheim" not in f"{secured!r} {secured.login()!r} {secured.login()['sasl_plain_password']!s}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"WAAKVLAM_SECURITY": "ssl"},
        {"WAAKVLAM_SECURITY": "sasl_ssl", "WAAKVLAM_SASL_USERNAME": "politie-nn"},
        {"WAAKVLAM_SECURITY": "sasl_ssl", "WAAKVLAM_SASL_PASSWORD_FILE": "password"},
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_name(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="WAAKVLAM_SECURITY"):
        KafkaSettings.from_environment(wrong)


@pytest.mark.parametrize("content", [None, b" \n", b"\xff"])
def test_a_password_file_without_a_password_is_told_before_anything_is_tried(
    secured: KafkaSettings, content: bytes | None
) -> None:
    file = secured.sasl_password_file
    assert file
    file.unlink() if content is None else file.write_bytes(content)

    with pytest.raises(Misconfigured, match="WAAKVLAM_SASL_PASSWORD_FILE"):
        secured.login()


def test_a_password_that_is_gone_for_a_moment_is_to_a_client_a_login_that_failed(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")

    for file in (tmp_path / "nowhere", tmp_path / "empty"):
        with pytest.raises(OSError, match=file.name):
            PasswordFile(file).encode()


def test_a_certificate_file_that_is_none_is_told(secured: KafkaSettings, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    reach = KafkaSettings(
        bootstrap="k:1",
        security="sasl_ssl",
        sasl_username="politie-nn",
        sasl_password_file=secured.sasl_password_file,
        ca_file=tmp_path / "ca.pem",
    )

    with pytest.raises(Misconfigured, match="WAAKVLAM_CA_FILE"):
        reach.login()
