"""Run by `test_wheel_alone.py` in an environment that holds the wheel and nothing of this project: prints what it did."""

import json
import sys
from importlib.util import find_spec

from waakvlam import Message, Outbox, Publisher, codec
from waakvlam.catalogue import event_types
from waakvlam.messages import message_classes


def main() -> None:
    """Write and read every example, send one message to an outbox, and print the outcome as JSON."""
    encoded: dict[str, str] = {}
    for name in message_classes():
        for number, example in enumerate(event_types()[name].examples):
            message = Message.of(name, example)
            value = codec.encode(message.event_type(), message.record())
            event_type, record = codec.decode(value)
            assert type(message).from_record(record) == message
            assert event_type.name == name
            encoded[f"{name}/{number}"] = value.hex()
    outbox = Outbox()
    sent = Publisher("politie-nn", outbox).publish(
        Message.of("report_received", event_types()["report_received"].examples[0])
    )
    found = [
        name
        for name in ("fastavro", "crc32c", "faust", "opentelemetry", "ledger", "rulebook", "services")
        if find_spec(name)
    ]
    loaded_kafka = "kafka" in sys.modules
    told = {"encoded": encoded, "sent": sent.topic, "found": found, "loaded_kafka": loaded_kafka, "fast": codec.FAST}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
