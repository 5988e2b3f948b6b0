"""`waakvlam up`: all services on what is configured, kept running until somebody stops them."""

import time
from contextlib import ExitStack

from cli.books import rules_in
from cli.exits import Ends, Exit
from cli.machine import LOOK_EVERY_SECONDS, broker_in, services_on, stopping_on_signals, topics_on, wait_until_ready
from cli.screen import progress, result
from cli.settings import Settings


def keep_up(settings: Settings, *, local_kafka: bool, as_json: bool) -> Exit:
    """Run the services until Ctrl-C or SIGTERM; with `local_kafka` also a broker, its data kept beside theirs."""
    with ExitStack() as stack:
        stack.enter_context(stopping_on_signals())
        try:
            settings.time()
            rules_in(settings.agreements)
            if local_kafka:
                broker = stack.enter_context(broker_in(settings.data.resolve() / "kafka", _port(settings.bootstrap)))
                settings = settings.model_copy(update={"bootstrap": broker.bootstrap})
                progress(f"Kafka is at {broker.bootstrap}")
            made = topics_on(settings)
            progress(f"{len(made)} topics made." if made else "All topics are there.")
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


def _port(bootstrap: str) -> int:
    port = bootstrap.rpartition(":")[2]
    if not port.isdigit():
        raise Ends(Exit.USAGE, f"{bootstrap} has no port. Set WAAKVLAM_BOOTSTRAP to an address such as 127.0.0.1:9092.")
    return int(port)
