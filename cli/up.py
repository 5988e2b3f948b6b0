"""`waakvlam up`: all services on what is configured, kept running until somebody stops them."""

import time
from contextlib import ExitStack

from cli.books import rules_in
from cli.credentials import OPERATOR
from cli.exits import Ends, Exit
from cli.machine import LOOK_EVERY_SECONDS, broker_in, services_on, stopping_on_signals, topics_on, wait_until_ready
from cli.screen import progress, result
from cli.settings import Settings, leave_word


def keep_up(settings: Settings, *, local_kafka: bool, as_json: bool) -> Exit:
    """Run the services until Ctrl-C or SIGTERM; with `local_kafka` also a broker, its data kept beside theirs."""
    with ExitStack() as stack:
        stack.enter_context(stopping_on_signals())
        try:
            settings.time()
            rules_in(settings.agreements)
            if local_kafka:
                broker = stack.enter_context(broker_in(settings.data.resolve() / "kafka", _port(settings.bootstrap)))
                settings = settings.at(broker.login(OPERATOR), broker.credentials.folder)
                leave_word(settings)
                progress(f"Kafka is at {broker.bootstrap}; logins and passwords: {broker.credentials.folder}")
            _prepare(settings, is_ours=local_kafka)
            supervisor = stack.enter_context(services_on(settings, progress))
            if late := wait_until_ready(supervisor):
                progress(f"Not ready yet: {', '.join(late)}. Their logs: {settings.data / 'logs'}")
            places = {"board": settings.board_address, "bootstrap": settings.bootstrap, "pids": supervisor.pids()}
            result(places, as_json=as_json, lines=[f"The board is at {settings.board_address}"])
            progress("Ctrl-C stops everything.")
            while True:
                supervisor.look()
                time.sleep(LOOK_EVERY_SECONDS)
        except KeyboardInterrupt:
            progress("Stopping…")
    return Exit.OK


def _prepare(settings: Settings, *, is_ours: bool) -> None:
    """Make topics and rights, where that is ours to do: on a Kafka with logins it is the operator's."""
    if is_ours or settings.security == "plaintext":
        done = topics_on(settings)
        progress(f"{done} topics and rights made." if done else "All topics are there.")


def _port(bootstrap: str) -> int:
    port = bootstrap.rpartition(":")[2]
    if not port.isdigit():
        raise Ends(Exit.USAGE, f"{bootstrap} has no port. Set WAAKVLAM_BOOTSTRAP to an address such as 127.0.0.1:9092.")
    return int(port)
