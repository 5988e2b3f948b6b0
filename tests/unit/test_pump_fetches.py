"""What the pump takes into a batch: of topics that stand behind others a little at a time, however many wait."""

import asyncio
from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition

from ledger.streams import Place, Pump
from ledger.streams.pump import RECORDS_BEHIND_MAX, RECORDS_PER_BATCH_MAX
from services.intake import app
from waakvlam.topics import agencies

REPORTS, ALERTS = "agency.politie-nn", "alerts"


class Consumer:
    """A consumer that holds so many records of each topic, the alerts first."""

    def __init__(self, **waiting: int) -> None:
        self.waiting = {"alerts": waiting.pop("alerts", 0), REPORTS: waiting.pop("reports", 0)}
        self.waits = 0

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int) -> dict[TopicPartition, list[int]]:
        self.waits += timeout_ms > 0
        found: dict[TopicPartition, list[int]] = {}
        for topic, count in self.waiting.items():
            place = TopicPartition(topic, 0)
            if (not partitions or place in partitions) and (taken := min(count, max_records)):
                self.waiting[topic] -= taken
                max_records -= taken
                found[place] = list(range(taken))
        return found


def pump(behind: Collection[str], consumer: Consumer) -> Pump:
    made = Pump("", "g", [REPORTS, ALERTS], positions=lambda _: {}, handle=lambda _: None, behind=behind)
    made._next = {Place(REPORTS, 0): 0, Place(ALERTS, 0): 0}
    return made


def batches(behind: Collection[str], **waiting: int) -> tuple[list[tuple[int, int]], Consumer]:
    """Return how many reports and alerts each batch holds, until nothing is left."""

    async def fetched() -> list[tuple[int, int]]:
        one, sizes = pump(behind, consumer), []
        while found := await one._waiting(consumer):
            sizes.append(tuple(len(found.get(TopicPartition(topic, 0), ())) for topic in (REPORTS, ALERTS)))
        return sizes

    consumer = Consumer(**waiting)
    return asyncio.run(fetched()), consumer


def test_a_thousand_alerts_keep_no_report_waiting() -> None:
    sizes, _ = batches([ALERTS], alerts=1_000, reports=30)

    assert sizes[0] == (30, RECORDS_BEHIND_MAX)
    assert sizes[1:] == [(0, RECORDS_BEHIND_MAX)] * 4


def test_nor_do_reports_without_end_keep_the_alerts_waiting() -> None:
    sizes, _ = batches([ALERTS], alerts=500, reports=3 * RECORDS_PER_BATCH_MAX)

    assert [alerts for _, alerts in sizes] == [RECORDS_BEHIND_MAX, RECORDS_BEHIND_MAX, 500 - 2 * RECORDS_BEHIND_MAX]


def test_while_something_is_there_nobody_waits_for_more() -> None:
    _, consumer = batches([ALERTS], alerts=1_000, reports=30)

    assert consumer.waits == 1, "only at the end, when nothing was left"


def test_where_nothing_stands_behind_whatever_came_first_goes_first() -> None:
    sizes, _ = batches([], alerts=RECORDS_PER_BATCH_MAX, reports=30)

    assert sizes == [(0, RECORDS_PER_BATCH_MAX), (30, 0)]


def test_intake_reads_the_alerts_behind_what_agencies_tell() -> None:
    assert agencies()["radar"].topic == ALERTS
    assert app.BEHIND == [ALERTS]
