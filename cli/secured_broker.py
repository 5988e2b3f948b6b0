"""A local Kafka as it must be elsewhere: encrypted, a login for everybody, and nothing allowed by default.

It makes its own certificates and, at its first start, a password for each login of the matrix. Those stand in files
beside its data; rights are given by `cli.kafka_admin`. Only the operator may do everything.
"""

from pathlib import Path
from typing import Self

from cli.broker import RECIPE, Broker
from cli.certificates import Certificates
from cli.credentials import OPERATOR, Credentials, new_password
from cli.kafka_admin import Admin
from cli.rights import principals
from ledger.private import private_file, private_folder
from waakvlam.clock import SystemClock
from waakvlam.settings import MECHANISM, KafkaSettings

NODE = "broker"  # the node itself logs in at its own listener, and shows this name at the controller's
LOGIN_SECONDS = 900


class SecuredBroker(Broker):
    """A broker that asks for a login; `login_seconds` is how long one lasts before it is asked for again."""

    def __init__(
        self, folder: Path, port: int = 0, *, options: tuple[str, ...] = (), login_seconds: float = LOGIN_SECONDS
    ) -> None:
        super().__init__(folder, port, options=options)
        self.credentials = Credentials(folder / "credentials")
        self._certificates = Certificates(folder / "certificates")
        self._login_milliseconds = round(login_seconds * 1000)

    def login(self, who: str) -> KafkaSettings:
        """Return how somebody of the matrix, or the operator, reaches this broker."""
        return KafkaSettings(
            bootstrap=self.bootstrap,
            security="sasl_ssl",
            sasl_username=who,
            sasl_password_file=self.credentials.file(who),
            ca_file=self._certificates.issuer,
        )

    def start(self) -> Self:
        """Start, and let everybody of the matrix log in; raises BrokerFault with the next step when it does not start."""
        private_folder(self.folder)
        self._certificates.make_unless_valid(NODE, SystemClock().now())
        for who in self.credentials.missing([NODE, OPERATOR]):
            self.credentials.write(who, new_password())
        super().start()
        if new := {who: new_password() for who in self.credentials.missing(principals())}:
            with Admin(self.login(OPERATOR)) as admin:
                admin.set_passwords(new)
            for who, password in new.items():
                self.credentials.write(who, password)
        return self

    def properties(self) -> str:
        """Return what Kafka is told about itself: what is secured goes before what is not."""
        secured = self.filled(
            (RECIPE / "secured.properties").read_text("utf-8"),
            broker_password=self.credentials.read(NODE),
            node_certificate=self._certificates.node,
            issuer_certificate=self._certificates.issuer,
            login_milliseconds=self._login_milliseconds,
        )
        replaced = {_name(line) for line in secured.splitlines()}
        kept = [line for line in super().properties().splitlines() if _name(line) not in replaced]
        return "\n".join([*kept, secured])

    def format(self, properties: Path, *words: str) -> None:
        """Prepare the data folder with the first two logins. Their passwords go by a file: a command line is seen by all."""
        lines = [
            line
            for who in (NODE, OPERATOR)
            for line in ("--add-scram", f"{MECHANISM}=[name={who},password={self.credentials.read(who)}]")
        ]
        arguments = private_file(self.folder / "format.arguments")
        try:
            arguments.write_text("\n".join([*lines, ""]), "utf-8")
            super().format(properties, f"@{arguments}", *words)
        finally:
            arguments.unlink()


def _name(line: str) -> str:
    """Return what a line of properties sets; a comment sets nothing, and each is a thing of its own."""
    return line if line.startswith("#") else line.partition("=")[0]
