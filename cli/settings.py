"""What the commands can be told from outside: the same `WAAKVLAM_…` names as the services, with a folder as default.

This is the command line's one door to the environment. With nothing set, everything is kept in `.data` (or `--data DIR`).
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from pydantic import Field

from cli.broker import PROJECT
from cli.exits import Ends, Exit
from ledger.private import private_file
from ledger.settings import Settings as SharedSettings
from waakvlam.clock import Clock
from waakvlam.settings import KafkaSettings

AGREEMENTS = PROJECT / "agreements"
NOWHERE = Path()
WORD_LEFT = "waakvlam.env"


class Settings(SharedSettings):
    """Where things are; what is empty lies in `data`."""

    data: Path = Field(Path(".data"), description="Folder for everything that has no address of its own.")
    ledger: str = Field("", description="The ledger: sqlite:///path or postgresql://user:password@host:port/name.")
    keys: Path = Field(NOWHERE, description="File with the keys of the sealed parts.")
    checkpoint_key: Path = Field(NOWHERE, description="File with the private keys that sign checkpoints.")
    credentials: Path = Field(NOWHERE, description="Folder with a file for each login at Kafka, its password in it.")
    radar: str = Field("", description="Monitoring's database.")
    triage: str = Field("", description="Triage's database.")
    board: str = Field("", description="The board's database.")
    looks: str = Field("", description="The look log's database.")
    board_organisation: str = Field("Veilig Thuis", description="On whose behalf is looked, as the look log says.")
    agreements: Path = Field(AGREEMENTS, description="Folder of the cooperation agreements.")
    intake_port: int = Field(8701, description="Port of intake's health and metrics; 0 for none.")
    triage_port: int = Field(8702, description="Port of triage's health and metrics; 0 for none.")
    monitoring_port: int = Field(8703, description="Port of monitoring's health and metrics; 0 for none.")
    board_port: int = Field(8700, description="Port of the board's pages.")
    watch_port: int = Field(8704, description="Port of the watch's health and metrics; 0 for none.")

    def places(self) -> dict[str, str]:
        """Return where everything is, defaults filled in, under the names of the environment."""
        folder = self.data.resolve()
        return {
            "WAAKVLAM_BOOTSTRAP": self.bootstrap,
            "WAAKVLAM_SECURITY": self.security,
            "WAAKVLAM_SASL_USERNAME": self.sasl_username,
            "WAAKVLAM_SASL_PASSWORD_FILE": _told(self.sasl_password_file),
            "WAAKVLAM_CA_FILE": _told(self.ca_file),
            "WAAKVLAM_CREDENTIALS": str(self.credentials_folder),
            "WAAKVLAM_DATA": str(folder),
            "WAAKVLAM_LEDGER": self.ledger or f"sqlite:///{folder}/ledger.db",
            "WAAKVLAM_KEYS": str(folder / "keys.db" if self.keys == NOWHERE else self.keys),
            "WAAKVLAM_CHECKPOINT_KEY": str(
                folder / "checkpoint.key" if self.checkpoint_key == NOWHERE else self.checkpoint_key
            ),
            "WAAKVLAM_RADAR": self.radar or f"sqlite:///{folder}/radar.db",
            "WAAKVLAM_TRIAGE": self.triage or f"sqlite:///{folder}/triage.db",
            "WAAKVLAM_BOARD": self.board or f"sqlite:///{folder}/board.db",
            "WAAKVLAM_LOOKS": self.looks or f"sqlite:///{folder}/looks.db",
            "WAAKVLAM_AGREEMENTS": str(self.agreements.resolve()),
            "WAAKVLAM_CLOCK": self.clock,
            "WAAKVLAM_INTAKE_PORT": str(self.intake_port),
            "WAAKVLAM_TRIAGE_PORT": str(self.triage_port),
            "WAAKVLAM_MONITORING_PORT": str(self.monitoring_port),
            "WAAKVLAM_BOARD_PORT": str(self.board_port),
            "WAAKVLAM_WATCH_PORT": str(self.watch_port),
        }

    def time(self) -> Clock:
        """Return the clock that these settings name; ends with what to do when they name none."""
        try:
            return super().time()
        except ValueError as error:
            raise Ends(Exit.USAGE, str(error)) from error

    @property
    def credentials_folder(self) -> Path:
        """Where the passwords of the logins are."""
        return self.data.resolve() / "credentials" if self.credentials == NOWHERE else self.credentials

    def kafka_of(self, who: str) -> KafkaSettings:
        """Return how somebody else reaches this Kafka: under its own name where we have its password, else as we do."""
        file = self.credentials_folder / who
        if self.security == "plaintext" or not file.exists():
            return self.kafka()
        return replace(self.kafka(), sasl_username=who, sasl_password_file=file)

    def places_of(self, service: str) -> dict[str, str]:
        """Return the places for a service, with its own login."""
        kafka = self.kafka_of(service)
        login = {
            "WAAKVLAM_SASL_USERNAME": kafka.sasl_username,
            "WAAKVLAM_SASL_PASSWORD_FILE": _told(kafka.sasl_password_file),
        }
        return {**self.places(), **login}

    def at(self, kafka: KafkaSettings, credentials: Path) -> Self:
        """Return these settings for another Kafka, with the folder of its passwords."""
        reach = {
            "bootstrap": kafka.bootstrap,
            "security": kafka.security,
            "sasl_username": kafka.sasl_username,
            "sasl_password_file": kafka.sasl_password_file,
            "ca_file": kafka.ca_file,
        }
        return self.model_copy(update={**reach, "credentials": credentials})

    @property
    def ledger_url(self) -> str:
        """Where the ledger is."""
        return self.places()["WAAKVLAM_LEDGER"]

    @property
    def board_address(self) -> str:
        """Where the board's pages are."""
        return f"http://127.0.0.1:{self.board_port}/"


def read_settings(data: Path | None = None) -> Settings:
    """Return the settings of this process; a folder that is given goes before WAAKVLAM_DATA.

    What `leave_word` wrote in that folder counts where the environment says nothing.
    """
    return Settings() if data is None else Settings(_env_file=data / WORD_LEFT, data=data)


def leave_word(settings: Settings) -> None:
    """Write in the data folder where everything is, so that `--data` alone finds what runs here."""
    lines = [f"{name}={value}" for name, value in settings.places().items()]
    private_file(settings.data / WORD_LEFT).write_text("\n".join(lines) + "\n", "utf-8")


def _told(file: Path | None) -> str:
    return str(file.resolve()) if file else ""


def environment_for(places: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service: ours, with these places."""
    return {**os.environ, **places}


def given() -> dict[str, str]:
    """Return every `WAAKVLAM_…` variable of this process as it was given; secrets among them."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith("WAAKVLAM_")}
