"""A password is changed while its owner sends and intake reads: nothing lost, nothing twice, and the old one is out.

A login lasts three seconds here, so within the test everybody must log in again several times, with what is then in force.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kafka as kafka_python
import pytest
from kafka.errors import KafkaError

from cli.broker import free_port
from cli.credentials import OPERATOR, rotate
from cli.kafka_admin import apply_matrix
from cli.programs import is_ready, programs_of
from cli.secured_broker import SecuredBroker
from cli.settings import AGREEMENTS, Settings
from cli.supervisor import Supervisor
from ledger.application import Ledger
from waakvlam.clock import SystemClock
from waakvlam.kafka import KafkaTransport, Receipts, client_options
from waakvlam.messages import ReportedPerson, ReportReceived
from waakvlam.publisher import Publisher

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

AGENCY = "veilig-thuis-groningen"
LOGIN_SECONDS = 3.0
WITHIN_SECONDS = 90.0


@dataclass(slots=True)
class Site:
    """A secured Kafka with intake on it, and an agency that sends."""

    broker: SecuredBroker
    settings: Settings
    publisher: Publisher
    reader: Receipts
    supervisor: Supervisor
    sent: list[str] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def send(self) -> None:
        """Send one report, and take in the receipts that have come."""
        self.sent.append(self.publisher.publish(report(len(self.sent))).id)
        self.publisher.flush(WITHIN_SECONDS)
        self.hear()

    def hear(self) -> None:
        self.verdicts.update((one.id, one.verdict) for one in self.reader.read(0.05))
        self.supervisor.look()

    def send_over(self, logins: int) -> None:
        """Send for so long that everybody has had to log in again so many times."""
        end = time.monotonic() + logins * LOGIN_SECONDS
        while time.monotonic() < end:
            self.send()

    def everything_answered(self) -> bool:
        self.hear()
        return {one for one, _ in self.verdicts} == set(self.sent)


def report(number: int) -> ReportReceived:
    return ReportReceived(
        occurred_at=datetime(2026, 4, 2, 8, 15, tzinfo=UTC),
        municipality="0014",
        reference=f"zaak-{number}",
        report_id=f"r-{number}",
        channel="phone",
        reporter_capacity="school",
        violence_kinds=("child_neglect",),
        acute=False,
        persons=(ReportedPerson(person=f"psn-{number}", role="child", child=True),),
    )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        broker = SecuredBroker(tmp_path / "kafka", login_seconds=LOGIN_SECONDS)
        stack.callback(broker.stop)
        broker.start()
        operator = broker.login(OPERATOR)
        apply_matrix(operator)
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("ledger", "radar", "triage", "board")}
        settings = Settings(
            data=tmp_path, keys=tmp_path / "keys.db", agreements=AGREEMENTS, intake_port=free_port(), **urls
        ).at(operator, broker.credentials.folder)
        [intake] = [one for one in programs_of(settings) if one.name == "intake"]
        supervisor = Supervisor([intake], tmp_path / "logs", lambda _: None)
        stack.callback(supervisor.stop)
        supervisor.start()
        until(lambda: is_ready(intake), supervisor)
        login = replace(broker.login(AGENCY), patience_seconds=30)
        reader = stack.enter_context(Receipts(AGENCY, login, start="now"))
        publisher = stack.enter_context(Publisher(AGENCY, KafkaTransport(login)))
        yield Site(broker, settings, publisher, reader, supervisor)


def until(true: Any, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in time; {supervisor.last_words('intake')}"
        time.sleep(0.05)


def test_passwords_are_changed_under_way_and_nothing_is_lost_and_nothing_counts_twice(site: Site) -> None:
    operator, before = site.broker.login(OPERATOR), site.supervisor.pids()
    old = site.broker.credentials.beside("kept", site.broker.credentials.read(AGENCY))
    who_keeps_the_old_one = kafka_python.KafkaAdminClient(
        **client_options(replace(site.broker.login(AGENCY), sasl_password_file=old))
    )
    site.send_over(logins=1)

    for who in (AGENCY, "intake", AGENCY, "intake"):
        rotate(operator, site.broker.credentials, who)
        site.send_over(logins=1)
    rotate(operator, site.broker.credentials, OPERATOR)
    site.send_over(logins=2)
    until(site.everything_answered, site.supervisor)

    assert site.verdicts == Counter((one, "accepted") for one in site.sent)
    with closing(Ledger.open(site.settings.ledger_url, clock=SystemClock())) as ledger:
        assert ledger.counts().events == len(site.sent)
    assert site.supervisor.pids() == before, "intake went on; it was not started again"
    with pytest.raises(KafkaError):
        who_keeps_the_old_one.list_topics()
    who_keeps_the_old_one.close()
