"""Every request that a broker offers, made from Kafka's own definitions: so that no kind of request is forgotten.

The definitions ship in Kafka's jar. What kafka-python has no class for gets one here. Each request is filled in by the
names of its fields, all of them about one topic and one group.
"""

import importlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from kafka import KafkaAdminClient
from kafka.protocol import admin, consumer, metadata, producer, sasl
from kafka.protocol.api_message import ApiMessage
from kafka.record.memory_records import MemoryRecordsBuilder

from cli.broker import home

OFFERED_BY_NAME = {"Produce": 12, "Fetch": 12, "OffsetCommit": 9, "OffsetFetch": 9}  # later ones name topics by id
NUMBERS = {  # where nought would be refused for what it is, and not for who asks
    "resource_type": 2,
    "resource_type_filter": 2,
    "resource_types": 2,
    "resource_pattern_type": 3,
    "pattern_type": 3,
    "pattern_type_filter": 3,
    "operation": 3,
    "permission_type": 3,
    "mechanism": 2,
    "iterations": 4096,
    "num_partitions": 1,
    "replication_factor": 1,
    "count": 9,
    "acks": -1,
    "replica_id": -1,
    "broker_id": 1,
    "broker_ids": 1,
    "replicas": 1,
    "timeout_ms": 5_000,
    "session_timeout_ms": 6_000,
    "rebalance_timeout_ms": 6_000,
    "transaction_timeout_ms": 6_000,
    "max_bytes": 1_000,
    "partition_max_bytes": 1_000,
    "response_partition_limit": 10,
    "max_version_level": 1,
    "upgrade_type": 1,
    "endpoint_type": 1,
    "timestamp": -1,
}
WORDS = {"entity_type": "user", "protocol_type": "consumer", "key": "consumer_byte_rate", "path": "/tmp"}


def one_record() -> bytes:
    """Return a batch with one record, as Kafka's brokers want it."""
    batch = MemoryRecordsBuilder(2, 0, 16_384)
    batch.append(None, b"sleutel", b"waarde")
    batch.close()
    return bytes(batch.buffer())


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about."""

    topic: str
    group: str


class Requests:
    """Makes requests of every kind that a broker offers."""

    def __init__(self, folder: Path) -> None:
        self._classes = {
            one.API_KEY: one
            for module in (admin, consumer, metadata, producer, sasl)
            for name, one in vars(module).items()
            if name.endswith("Request") and hasattr(one, "API_KEY")
        }
        self._own = _unpacked(folder)

    def kinds(self, client: KafkaAdminClient) -> dict[int, str]:
        """Return the number and the name of every kind that the broker offers."""
        offered = client._manager.broker_version_data.api_versions
        names = {int(one["apiKey"]): one["name"].removesuffix("Request") for one in _definitions(self._own)}
        return {int(key): names[int(key)] for key in offered}

    def make(self, key: int, name: str, target: Target) -> ApiMessage:
        """Return a request of a kind about this topic, this group, and a transaction called as the topic."""
        kind = self._classes.setdefault(key, None) or self._made(key, name)
        values = {field.name: _value(field, target) for field in kind._struct._fields if field._tag is None}
        return kind(max_version=OFFERED_BY_NAME.get(name), **values)

    def _made(self, key: int, name: str) -> type[ApiMessage]:
        for part in ("Request", "Response"):
            made = type(ApiMessage)(f"{name}{part}", (ApiMessage,), {}, load_json=self._own)
            self._classes[key if part == "Request" else -key - 1] = made  # kept: kafka-python holds it only weakly
        return self._classes[key]


def codes(told: Any) -> Iterator[int]:
    """Yield every error code in an answer, wherever it stands."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name == "error_code":
                yield value
            else:
                yield from codes(value)
    elif isinstance(told, list):
        for one in told:
            yield from codes(one)


def _unpacked(folder: Path) -> ModuleType:
    """Return Kafka's definitions as a package of files, as kafka-python reads them."""
    place = folder / "kafka_definitions"
    place.mkdir()
    (place / "__init__.py").touch()
    [jar] = (home() / "libs").glob("kafka-clients-*.jar")
    with zipfile.ZipFile(jar) as opened:
        for one in opened.namelist():
            if one.startswith("common/message/") and one.endswith(".json"):
                (place / Path(one).name).write_bytes(opened.read(one))
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("kafka_definitions")
    finally:
        sys.path.remove(str(folder))


def _definitions(own: ModuleType) -> Iterator[dict[str, Any]]:
    for file in Path(own.__file__ or "").parent.glob("*Request.json"):
        yield json.loads(re.sub(r"(?m)^\s*//.*$", "", file.read_text("utf-8")))


def _value(field: Any, target: Target) -> Any:
    """Return a value for a field of a request: about the target where the field is a name."""
    if field.is_struct_array():
        return [_filled(field, target)]
    if field.is_struct():
        return None if field.nullable_for_version_q(0) or field.default is None else _filled(field, target)
    if field.name == "records":
        return one_record()
    kind = field.type_str
    if kind.startswith("[]"):
        return [_plain(kind.removeprefix("[]"), field.name, target)]
    return _plain(kind, field.name, target)


def _filled(field: Any, target: Target) -> Any:
    values = {one.name: _value(one, target) for one in field._fields}
    return SimpleNamespace(**values, tags=None, unknown_tags=None)


def _plain(kind: str, name: str, target: Target) -> Any:
    if kind == "string":
        return WORDS.get(name) or (target.group if "group" in name or name == "coordinator_keys" else target.topic)
    if kind in ("bytes", "records"):
        return b"0123456789abcdef"
    if kind == "bool":
        return False
    if kind == "uuid":
        return None
    return NUMBERS.get(name, 0)
