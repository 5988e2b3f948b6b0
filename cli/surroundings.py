"""What the watch sees of the machine and of what must be renewed in time: room, backups, certificates, passwords."""

import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from cli.backup import last_backup
from cli.settings import Settings
from ledger import logs
from ledger.metrics import Meters
from waakvlam.clock import micros_of

log = logs.logger(__name__)

PASSWORD_SECONDS = 365 * 24 * 3_600.0
HANDSHAKE_SECONDS = 3.0


class Surroundings:
    """Sets the gauges of what no service looks at."""

    def __init__(self, settings: Settings, meters: Meters) -> None:
        self._settings = settings
        self._meters = meters

    def look(self, *, first_event_at: float | None) -> None:
        """Look at everything once; `first_event_at` is when the ledger got its first event, in seconds since 1970."""
        self._look_at_disk()
        self._look_at_backup(first_event_at)
        for what, ends in self._ends():
            self._meters.gauge("waakvlam_watch_expires_timestamp_seconds").labels(what=what).set(ends)

    def _look_at_disk(self) -> None:
        folder = self._settings.data.resolve()
        while not folder.exists():
            folder = folder.parent
        usage = shutil.disk_usage(folder)
        self._meters.gauge("waakvlam_watch_disk_free_bytes").set(usage.free)
        self._meters.gauge("waakvlam_watch_disk_free_ratio").set(usage.free / usage.total if usage.total else 0.0)

    def _look_at_backup(self, first_event_at: float | None) -> None:
        made = last_backup(self._settings)
        at = micros_of(made) / 1e6 if made else first_event_at
        if at is not None:
            self._meters.gauge("waakvlam_watch_backup_made_timestamp_seconds").set(at)

    def _ends(self) -> Iterator[tuple[str, float]]:
        """Yield what ends and when: certificates by what stands in them, passwords a year after they were written."""
        kafka = self._settings.kafka_of("watch")
        if kafka.ca_file and (ends := _end_of_file(kafka.ca_file)) is not None:
            yield "ca", ends
        if kafka.security != "plaintext" and (ends := _end_shown_at(kafka.bootstrap.split(",")[0])) is not None:
            yield "broker", ends
        folder = self._settings.credentials_folder
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            if file.is_file():
                yield f"login-{file.name}", file.stat().st_mtime + PASSWORD_SECONDS


def _end_of_file(file: Path) -> float | None:
    """Return when the first of the certificates in a file ends; None where none can be read."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        log.warning("certificates_unreadable", file=str(file))
        return None
    return min(one.not_valid_after_utc.timestamp() for one in found)


def _end_shown_at(address: str) -> float | None:
    """Return when the certificate ends that a server shows; None when it does not answer."""
    host, _, port = address.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # its end is read also when it has ended already
    try:
        with (
            socket.create_connection((host, int(port)), timeout=HANDSHAKE_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return None
    return x509.load_der_x509_certificate(shown).not_valid_after_utc.timestamp() if shown else None
