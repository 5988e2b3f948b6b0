"""What every service is told by its surroundings: the one door to environment variables.

Each field is an environment variable `WAAKVLAM_<NAME>` with a default and a line of help; the reference page is printed
from them. A service has a frozen class of its own that adds what only it needs:

    class Settings(ledger.settings.Settings):
        intake_port: int = Field(0, description="Port of intake's own web server; 0 for none.")
"""

import ssl
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from waakvlam.clock import Clock, clock_from


class Settings(BaseSettings):
    """The settings that services share."""

    model_config = SettingsConfigDict(env_prefix="WAAKVLAM_", frozen=True, extra="ignore", hide_input_in_errors=True)

    bootstrap: str = Field(
        "127.0.0.1:9092", description="Kafka: addresses of one or more brokers, with commas between."
    )
    kafka_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Kafka: how to connect. SASL_SSL outside one's own machine."
    )
    kafka_user: str = Field("", description="Kafka: user name (SCRAM-SHA-512).")
    kafka_password: SecretStr = Field(SecretStr(""), description="Kafka: password of that user.")
    kafka_ca: Path | None = Field(None, description="Kafka: file with the certificates that brokers are trusted by.")
    ledger: str = Field("sqlite:///var/ledger.db", description="The ledger: sqlite:///path or postgresql://….")
    keys: Path = Field(Path("var/keys.db"), description="The key store: a file, kept apart from the ledger's backups.")
    agreements: Path = Field(Path("agreements"), description="Folder with the cooperation agreements and calendars.")
    clock: str = Field("", description="Accelerated time (start=…;anchor=…;rate=…;until=…). Empty for real time.")
    data: Path = Field(Path("var"), description="Folder for what a service may keep between two runs.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")

    def time(self) -> Clock:
        """Return the clock that these settings name."""
        return clock_from(self.clock)

    def kafka_security(self) -> dict[str, Any]:
        """Return the arguments by which aiokafka and kafka-python clients connect safely."""
        arguments: dict[str, Any] = {"security_protocol": self.kafka_protocol}
        if self.kafka_protocol.startswith("SASL"):
            arguments |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.kafka_user,
                "sasl_plain_password": self.kafka_password.get_secret_value(),
            }
        if self.kafka_protocol.endswith("SSL"):
            arguments["ssl_context"] = ssl.create_default_context(cafile=self.kafka_ca and str(self.kafka_ca))
        return arguments
