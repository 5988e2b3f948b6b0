"""Topics as a whole, on a real Kafka: how far they reach, all that is between, and emptying them."""

import asyncio
from dataclasses import dataclass

import pytest

from cli.kafka_admin import apply_matrix
from ledger.streams import Place, Sender, bounds_of, empty, records_between
from waakvlam.settings import KafkaSettings
from waakvlam.topics import Topic

pytestmark = pytest.mark.real
NAME = "as-a-whole"


@dataclass
class Row:
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple = (("position", b"1"),)


async def told(kafka: str, values: list[bytes]) -> None:
    sender = Sender(kafka)
    await sender.start()
    await sender.send_all([Row(NAME, value, value) for value in values])
    await sender.stop()


async def everything(kafka: str) -> list[tuple[bytes | None, bytes]]:
    found = await records_between(kafka, await bounds_of(kafka, [NAME]))
    return sorted((one.value, dict(one.headers)["position"]) for some in found.values() for one in some)


def test_all_is_read_from_one_end_to_the_other_and_after_emptying_offsets_go_on(kafka: str) -> None:
    async def story() -> None:
        values = [str(number).encode() for number in range(500)]
        await told(kafka, values)
        before = await bounds_of(kafka, [NAME])
        assert await everything(kafka) == sorted((one, b"1") for one in values)

        assert await empty(kafka, [NAME]) == 500

        assert await everything(kafka) == []
        assert await bounds_of(kafka, [NAME]) == {place: (end, end) for place, (_, end) in before.items()}
        assert set(before) == {Place(NAME, 0), Place(NAME, 1)}
        assert await empty(kafka, [NAME]) == 0
        await told(kafka, [b"later"])
        assert await everything(kafka) == [(b"later", b"1")]

    apply_matrix(KafkaSettings(bootstrap=kafka), matrix=(Topic(NAME, "", 2, {}, (), (), ""),))
    asyncio.run(story())
