"""A ledger many times as large as one in which a region lived: each family so many times, under ids of its own.

All ids in a record are texts of one length, so a copy is the same bytes with other ids in them. Ids that are computed from what
they are about (of alerts, and of what triage answers) are computed anew, so a copy is to every view what the first was.
Copies of an event stand side by side, so instants never go backwards along the log. What it has not: receipts, seals, proofs.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from bench.intake import AGREEMENTS, UNTIL
from ledger import histories, tables
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.bulk import load
from ledger.database import open_database
from ledger.histories import Entry
from rulebook import agreements
from rulebook.alerts import alert_id
from rulebook.instants import parse_instant
from services.monitoring.rule_index import RuleIndex
from services.triage.desk import ANSWERS, answer_id
from services.triage.rules import TRIGGERS
from waakvlam.clock import FixedClock

ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ROWS = 20_000
_STEP, _MASK = 0x9E3779B1, 0xFFFFFFFF

Named = Callable[[int], bytes]


class Names:
    """What every id of the first ledger is called in a copy."""

    def __init__(self) -> None:
        self._rules = RuleIndex(agreements.load(AGREEMENTS))
        self._computed: dict[bytes, Named] = {}

    def note(self, entry: Entry) -> None:
        """Take note of the ids that are computed from what an event says."""
        record = ledger_record.decode(entry.body)
        if record.type == "alert_raised":
            self._note_alert(record.case, record.data())
        elif record.type in TRIGGERS:
            for name in ANSWERS:
                key = answer_id(record, name).encode()
                self._computed[key] = lambda number, name=name, record=record: answer_id(  # type: ignore[misc]
                    replace(record, event_id=self.renamed(record.event_id, number)), name
                ).encode()

    def renamed(self, text: str, number: int) -> str:
        """Return a text with its ids as a copy has them."""
        return self.in_copy(text.encode(), number).decode()

    def in_copy(self, body: bytes, number: int) -> bytes:
        """Return bytes with their ids as a copy has them; copy 0 is the first."""

        def name(found: re.Match[bytes]) -> bytes:
            computed = self._computed.get(found[0])
            return computed(number) if computed else _other(found[0], number)

        return ID.sub(name, body) if number else body

    def _note_alert(self, case: str, data: dict[str, object]) -> None:
        rule = self._rules.find(str(data["agreement"]), int(str(data["version"])), str(data["rule"]))
        assert rule is not None, "the agreements are those with which the region lived"
        instance, stage, due = str(data["instance"]), str(data["stage"]), parse_instant(data["due"])
        self._computed[str(data["alert"]).encode()] = lambda number: alert_id(
            self.renamed(case, number), rule, self.renamed(instance, number), stage, due
        ).encode()


def _other(name: bytes, number: int) -> bytes:
    return b"%08x" % ((int(name[:8], 16) + number * _STEP) & _MASK) + name[8:]


def multiplied(source: Path, url: str, *, times: int) -> int:
    """Fill an empty ledger at an address from the one in a folder; return how many events it then has."""
    names, clock, last = Names(), FixedClock(UNTIL), 0
    Ledger.open(url, clock=clock).close()
    with closing(Ledger.open(f"sqlite:///{source}/ledger.db", clock=clock)) as first:
        for entry in _entries(first):
            names.note(entry)
        entries = _entries(first)
        with closing(open_database(url)) as database, first.reading() as one:
            while some := list(islice(entries, max(1, ROWS // times))):
                rows = [
                    (last := last + 1, names.renamed(stream, number), version, kind, names.in_copy(body, number))
                    for _, stream, version, kind, body in some
                    for number in range(times)
                ]
                with database.transaction() as t:
                    at = "notification_id" if t.postgres else "rowid"
                    load(t, "stored_events", f"{at}, originator_id, originator_version, topic, state", rows)
            columns = "case_id, version, digest, last_at, municipality, caseless"
            heads = one.rows(f"SELECT {columns} FROM heads")
            with database.transaction() as t:
                t.execute("DELETE FROM heads")
                load(
                    t,
                    "heads",
                    columns,
                    ((names.renamed(case, k), *rest) for case, *rest in heads for k in range(times)),
                )
                tables.set_state(t, {"position": last, "recorded_at": UNTIL, "promised_at": UNTIL})
    return last


def _entries(ledger: Ledger) -> Iterator[Entry]:
    after = 0
    while True:
        with ledger.reading() as t:
            page = histories.log(t, after=after, limit=ROWS)
        if not page:
            return
        yield from page
        after = page[-1].position
