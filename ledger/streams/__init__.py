"""Kafka, for services: the pump that reads in batches, the sender that awaits delivery, the Faust host around them.

    run(hosting, build)          one service as a Faust app, with health, readiness, metrics and a clean stop
    Pump(...)                    a topic's records in batches to a function that commits effect and positions itself
    Sender(bootstrap)            records to Kafka; returns when all brokers have them
    Loop(...)                    a step again and again, woken when there is work

Why the pump and not Faust's own agents: those lose events in four ordinary situations and cost 60-140 microseconds an
event; the measurements stand in the decision record on streams. This is the only place that knows Faust and aiokafka.
"""

from ledger.streams.admin import bounds_of, empty, missing_topics, records_between
from ledger.streams.host import Hosting, Parts, run
from ledger.streams.loop import Loop
from ledger.streams.pump import Pump
from ledger.streams.records import Arrived, Batch, Outgoing, Place
from ledger.streams.sender import Delivered, Sender

__all__ = [
    "Arrived",
    "Batch",
    "Delivered",
    "Hosting",
    "Loop",
    "Outgoing",
    "Parts",
    "Place",
    "Pump",
    "Sender",
    "bounds_of",
    "empty",
    "missing_topics",
    "records_between",
    "run",
]
