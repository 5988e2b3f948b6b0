"""No promise is kept by a pause, by trying for ever, or by something remembered that can be forgotten.

Each place where the product pauses, goes round without an end of its own, or remembers across calls stands here with why no
promise leans on it. Whoever adds one writes why, or finds another way: ask the truth in the database, with a deadline.
"""

from fnmatch import fnmatch

import pytest

from tests.contract.waiting import found_in, in_the_product

PACE = "the pace of looking again; each look asks the database or the broker anew, and a look that never comes is seen from outside"
DEADLINE = "ends at a deadline of its own, with what to do"
COMES_TO_ITS_END = (
    "ends by itself: each turn takes something away from what there is, or goes on to a place that there is"
)
UNTIL_TOLD = (
    "the life of a process or a stream: it ends when it is told to, and what it does each turn may be done at any time"
)
SHIPPED = "follows from files that ship with this version; the same for as long as the process lives"
ALLOWED: dict[tuple[str, str], str] = {
    # Services and ledger.
    ("sleep", "ledger/database.py::begin_writing"): DEADLINE + " (30 seconds for SQLite's lock)",
    ("loop", "ledger/database.py::begin_writing"): DEADLINE + " (30 seconds for SQLite's lock)",
    ("loop", "ledger/database.py::SQLiteDatabase.close"): COMES_TO_ITS_END,
    ("loop", "ledger/avro.py::_listed.read"): "ends at a count of 0, or raises where the body ends",
    ("loop", "ledger/streams/loop.py::Loop._run"): UNTIL_TOLD + "; Kafka's faults are tried again, a database that is away for five minutes, all others end the process",
    ("*", "ledger/streams/pump.py::Pump._run"): UNTIL_TOLD + "; a database that is away is waited for, five minutes at most; any other fault ends the process",
    ("*", "ledger/streams/pump.py::Pump._tell_lag"): "tells a number; nothing is decided by it",
    ("*", "ledger/streams/pump.py::Pump._hint_now_and_then"): "tells Kafka a position for tools that show lag; nothing is read by it",
    ("*", "ledger/streams/tail.py::Tail._run"): UNTIL_TOLD + "; while the clock is not heard no horizon moves, and that is an alert",
    ("loop", "ledger/streams/tail.py::Tail._follow"): UNTIL_TOLD,
    ("loop", "ledger/timeline.py::_History._standing"): COMES_TO_ITS_END,
    ("loop", "rulebook/engine.py::CaseWatch._pass_time"): COMES_TO_ITS_END,
    ("loop", "rulebook/kinds/moments.py::_Schedule.living"): "ends at the first moment after the horizon",
    ("*", "services/board/rounds.py::Rounds._go_round"): PACE,
    ("*", "services/board/feed.py::KafkaFeed._follow"): "the board stays up while Kafka is away, and each page says since when it is behind",
    ("*", "services/board/live.py::Hub.beats"): PACE + "; a message that is lost is made good by the next",
    ("loop", "services/board/access/looks.py::LookLog._with_cases"): COMES_TO_ITS_END,
    ("loop", "services/board/anew.py::rows_of"): COMES_TO_ITS_END,
    ("loop", "sdk/src/waakvlam/kafka.py::Reader.__iter__"): "an agency's own loop over its receipts; positions are the agency's",
    ("loop", "sdk/src/waakvlam/merkle.py::*"): COMES_TO_ITS_END,
    # The command line and the simulated region.
    ("*", "cli/credentials.py::_wait_until_known"): DEADLINE,
    ("sleep", "cli/broker.py::Broker.wait_until_it_accepts"): DEADLINE,
    ("sleep", "cli/kafka_admin.py::apply_matrix"): DEADLINE,
    ("sleep", "cli/machine.py::wait_until_ready"): DEADLINE,
    ("*", "cli/demo.py::Demo.*"): DEADLINE + ", or goes on until Ctrl-C; the pace of a simulation",
    ("*", "cli/up.py::keep_up"): UNTIL_TOLD,
    ("loop", "cli/watching.py::_watch"): UNTIL_TOLD,
    ("loop", "cli/rebuild.py::*"): COMES_TO_ITS_END,
    ("loop", "cli/rebuilding.py::cases_in"): COMES_TO_ITS_END,
    ("loop", "cli/doctor.py::disk"): COMES_TO_ITS_END,
    ("loop", "cli/surroundings.py::Surroundings._look_at_disk"): COMES_TO_ITS_END,
    ("loop", "region/*"): "a family that does not exist, and those who tell of it",
    # What is remembered.
    ("memory", "cli/redact.py::*"): SHIPPED,
    ("memory", "cli/questions.py::NO_TRACES"): "empty, and of a kind that cannot grow",
    ("memory", "ledger/keys.py::TransitVault.__init__"): "opened keys, to ask a vault less; the register says which is in force, and a destroyed key drops all",
    ("memory", "ledger/learned.py::*"): "schemas by their fingerprint, which names one schema wherever it stands; what is not known is asked for",
    ("memory", "ledger/logs.py::_names"): SHIPPED,
    ("memory", "ledger/relay.py::NO_TRACES"): "empty, and of a kind that cannot grow",
    ("memory", "ledger/tracing.py::_NOTHING"): "empty, and of a kind that cannot grow",
    ("memory", "ledger/words.py::labels_of"): SHIPPED,
    ("memory", "ledger/writing.py::"): "a name computed from an agency's id, the same each time",
    ("memory", "rulebook/instants.py::*"): "computed from what is asked, the same each time",
    ("memory", "rulebook/kinds/__init__.py::KINDS"): SHIPPED,
    ("memory", "sdk/src/waakvlam/*"): SHIPPED,
    ("memory", "services/board/doing/*"): "for one request: made from the history that it read, and gone with it",
    ("memory", "services/board/language.py::catalogue"): SHIPPED,
    ("memory", "services/intake/*"): SHIPPED,
}  # fmt: skip


def reasons_for(kind: str, place: str) -> list[str]:
    return [
        why
        for (which, where), why in ALLOWED.items()
        if which in {"*", kind} and (where == place or fnmatch(place, where))
    ]


def test_each_pause_endless_loop_and_memory_has_its_reason():
    assert [one for one in sorted(in_the_product()) if not reasons_for(*one)] == []


def test_no_reason_is_for_what_is_no_longer_there():
    found = in_the_product()

    idle = [
        (kind, where)
        for kind, where in ALLOWED
        if not any(kind in {"*", which} and fnmatch(place, where) for which, place in found)
    ]
    assert idle == []


BITES = {
    "import time\ndef wait():\n    time.sleep(1)": ("sleep", "wait"),
    "class A:\n    async def b(self):\n        await self.sleep(2)": ("sleep", "A.b"),
    "def again():\n    while True:\n        pass": ("loop", "again"),
    "def again(self):\n    while self.is_on and not self.is_over:\n        pass": ("loop", "again"),
    "from functools import cache\n@cache\ndef cases(): ...": ("memory", "cases"),
    "class A:\n    @functools.lru_cache(maxsize=9)\n    def b(self): ...": ("memory", "A.b"),
    "_seen: dict[str, int] = {}": ("memory", "_seen"),
    "SEEN = set()": ("memory", "SEEN"),
}


@pytest.mark.parametrize("source", BITES)
def test_each_of_these_is_noticed(source):
    (found,) = found_in(source)

    assert found == BITES[source]
    assert reasons_for(found[0], f"services/monitoring/somewhere.py::{found[1]}") == []


@pytest.mark.parametrize(
    "source",
    ["def f():\n    while queue:\n        queue.pop()", "KINDS = {'a': 1}", "def f():\n    seen = set()", "sleepy(1)"],
)
def test_and_these_are_not(source):
    assert list(found_in(source)) == []
