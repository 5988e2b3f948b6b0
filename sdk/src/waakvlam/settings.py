"""How every client reaches Kafka: the same settings, under the same names, for agencies, services and operators.

    WAAKVLAM_BOOTSTRAP            addresses of one or more brokers, with commas between
    WAAKVLAM_SECURITY             plaintext, or sasl_ssl: encrypted, with a login (SCRAM-SHA-512)
    WAAKVLAM_SASL_USERNAME        who logs in: the agency's id, or the service's name
    WAAKVLAM_SASL_PASSWORD_FILE   file that holds the password and nothing else
    WAAKVLAM_CA_FILE              certificates by which brokers are trusted; empty for those of the system

The password is read from its file at every login, so a new one is taken up without a restart. It stands in no setting,
command line, log or error. This module loads no Kafka client.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from waakvlam.errors import Misconfigured

Security = Literal["plaintext", "sasl_ssl"]
MECHANISM = "SCRAM-SHA-512"
PREFIX = "WAAKVLAM_"


class PasswordFile:
    """Stands where a Kafka client wants a password: kafka-python and aiokafka both encode it anew at each login."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def encode(self, encoding: str = "utf-8") -> bytes:
        """Return the password as the file holds it now.

        Raises OSError when there is none: to a client that is a login that failed, which it tries again.
        """
        if not (found := self._path.read_text("utf-8").strip()):
            raise OSError(f"the password file {self._path} is empty")
        return found.encode(encoding)

    def __repr__(self) -> str:
        return f"PasswordFile({str(self._path)!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """How to reach Kafka. Only `bootstrap` is needed where Kafka asks for no login.

    Raises Misconfigured when a login is asked for and not whole.
    """

    bootstrap: str
    security: Security = "plaintext"
    sasl_username: str = ""
    sasl_password_file: Path | None = None
    ca_file: Path | None = None
    client_id: str = "waakvlam"
    patience_seconds: float = 10

    def __post_init__(self) -> None:
        if self.security not in get_args(Security):
            raise Misconfigured(f"WAAKVLAM_SECURITY is plaintext of sasl_ssl, niet {self.security}.")
        if self.security == "sasl_ssl" and not (self.sasl_username and self.sasl_password_file):
            raise Misconfigured(
                "Bij WAAKVLAM_SECURITY=sasl_ssl horen WAAKVLAM_SASL_USERNAME en WAAKVLAM_SASL_PASSWORD_FILE; "
                "geef ze allebei."
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Return the settings that the environment names; what is given goes before it."""
        told = {
            "bootstrap": environment.get(f"{PREFIX}BOOTSTRAP", "localhost:9092"),
            "security": environment.get(f"{PREFIX}SECURITY") or "plaintext",
            "sasl_username": environment.get(f"{PREFIX}SASL_USERNAME", ""),
            "sasl_password_file": _path(environment.get(f"{PREFIX}SASL_PASSWORD_FILE")),
            "ca_file": _path(environment.get(f"{PREFIX}CA_FILE")),
        }
        return cls(**{**told, **given})

    def login(self) -> dict[str, Any]:
        """Return the arguments by which aiokafka and kafka-python clients connect; raises Misconfigured.

        The files are looked at here, so that what is wrong with them is told before a client tries for ever.
        """
        if self.security == "plaintext":
            return {"security_protocol": "PLAINTEXT"}
        assert self.sasl_password_file is not None, "a login is whole, see __post_init__"
        return {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self._password(self.sasl_password_file),
            "ssl_context": self._trust(),
        }

    def _password(self, file: Path) -> PasswordFile:
        password = PasswordFile(file)
        try:
            password.encode()
        except (OSError, ValueError) as error:
            raise Misconfigured(
                f"Het wachtwoordbestand {file} is leeg of niet te lezen ({type(error).__name__}). "
                "Zet WAAKVLAM_SASL_PASSWORD_FILE op een bestand met alleen het wachtwoord."
            ) from error
        return password

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file and str(self.ca_file))
        except OSError as error:  # ssl.SSLError is one
            raise Misconfigured(
                f"Het certificaatbestand {self.ca_file} is niet te gebruiken ({type(error).__name__}). "
                "Zet WAAKVLAM_CA_FILE op een PEM-bestand met de certificaten van Kafka's uitgever."
            ) from error


def _path(told: str | None) -> Path | None:
    return Path(told) if told else None
