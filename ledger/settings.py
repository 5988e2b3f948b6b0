"""What every service is told by its surroundings: the one door to environment variables.

Each field is an environment variable `WAAKVLAM_<NAME>` with a default and a line of help; the reference page is printed
from them. A service has a frozen class of its own that adds what only it needs:

    class Settings(ledger.settings.Settings):
        intake_port: int = Field(0, description="Port of intake's own web server; 0 for none.")
"""

import re
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.servers import Limits
from waakvlam.clock import Clock, clock_from
from waakvlam.errors import Misconfigured
from waakvlam.settings import KafkaSettings, Security


class Settings(BaseSettings):
    """The settings that services share."""

    model_config = SettingsConfigDict(
        env_prefix="WAAKVLAM_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    bootstrap: str = Field(
        "127.0.0.1:9092", description="Kafka: addresses of one or more brokers, with commas between."
    )
    security: Security = Field("plaintext", description="Kafka: plaintext, or sasl_ssl outside one's own machine.")
    sasl_username: str = Field("", description="Kafka: who logs in (SCRAM-SHA-512).")
    sasl_password_file: Path | None = Field(None, description="Kafka: file with the password, read at each login.")
    ca_file: Path | None = Field(
        None, description="Kafka: certificates that brokers are trusted by; none: the system's."
    )
    ledger: str = Field("sqlite:///var/ledger.db", description="The ledger: sqlite:///path or postgresql://….")
    keys: Path = Field(Path("var/keys.db"), description="The key store: a file, kept apart from the ledger's backups.")
    transit_url: str = Field("", description="A vault (OpenBao, HashiCorp Vault) that wraps the keys; empty: none.")
    transit_token_file: Path | None = Field(None, description="The vault: file with the token, read at each request.")
    transit_mount: str = Field("transit", description="The vault: where its transit engine is mounted.")
    transit_register: str = Field(
        "",
        description="The vault: database for the wrapped keys (sqlite:///… or postgresql://…); empty: the file of keys.",
    )
    agreements: Path = Field(Path("agreements"), description="Folder with the cooperation agreements and calendars.")
    postgres_connections_max: int = Field(
        8, ge=1, description="PostgreSQL: connections in each pool; a service has two, of the ledger and of its view."
    )
    postgres_wait_seconds: float = Field(10.0, gt=0, description="PostgreSQL: wait for a free connection of a view.")
    postgres_lock_seconds: float = Field(30.0, ge=1, description="PostgreSQL: wait for what another transaction holds.")
    postgres_statement_seconds: float = Field(
        0.0, ge=0, description="PostgreSQL: longest time for any one statement; 0 for no limit."
    )
    clock: str = Field("", description="Accelerated time (start=…;anchor=…;rate=…;until=…). Empty for real time.")
    data: Path = Field(Path("var"), description="Folder for what a service may keep between two runs.")
    health_host: str = Field(
        "127.0.0.1",
        description="Address on which /health, /ready and /metrics of a service listen; 0.0.0.0 where others must ask.",
    )
    traces: str = Field(
        "",
        validation_alias=AliasChoices("WAAKVLAM_TRACES", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Traces: address of an OpenTelemetry collector (OTLP over HTTP), such as http://collector:4318. Empty: nobody "
        "follows events.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")

    def time(self) -> Clock:
        """Return the clock that these settings name."""
        return clock_from(self.clock)

    def limits(self) -> Limits:
        """Return what this process may take of a PostgreSQL server."""
        return Limits(
            connections_max=self.postgres_connections_max,
            wait_seconds=self.postgres_wait_seconds,
            lock_seconds=self.postgres_lock_seconds,
            statement_seconds=self.postgres_statement_seconds,
        )

    def kafka(self) -> KafkaSettings:
        """Return how to reach Kafka; raises Misconfigured when a login is asked for and not whole."""
        return KafkaSettings(
            bootstrap=self.bootstrap,
            security=self.security,
            sasl_username=self.sasl_username,
            sasl_password_file=self.sasl_password_file,
            ca_file=self.ca_file,
        )

    def kafka_login(self) -> dict[str, Any]:
        """Return the arguments by which Kafka clients connect safely; raises Misconfigured."""
        return self.kafka().login()

    @field_validator("traces")
    @classmethod
    def _traces_go_somewhere(cls, address: str) -> str:
        if address and not _COLLECTOR.fullmatch(address):
            raise ValueError(
                "is no address of a collector; write http://host:4318, without a login and without /v1/traces"
            )
        return address

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        self.kafka()
        return self


_COLLECTOR = re.compile(r"https?://[^\s/@]+(/[^\s@]*)?(?<!/v1/traces)")
S = TypeVar("S", bound=Settings)


def read(kind: type[S]) -> S:
    """Return a service's settings; raises Misconfigured, with each setting that cannot be used and why."""
    try:
        return kind()
    except ValidationError as error:
        raise Misconfigured(unusable(error)) from None


def unusable(error: ValidationError) -> str:
    """Return which settings cannot be used and why, one a line; what was given is not repeated."""
    lines = [
        f"{_name(one['loc'])}{one['msg'].removeprefix('Value error, ').rstrip('.')}."
        for one in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join(
        [*lines, "Correct it in the environment, or leave it unset; docs/how-to/configure.md names all settings."]
    )


def _name(place: tuple[int | str, ...]) -> str:
    """Return the name of a setting, to stand before what is wrong with it; nothing where several do not go together."""
    name = "_".join(map(str, place)).upper()
    return f"WAAKVLAM_{name.removeprefix('WAAKVLAM_')}: " if place else ""
