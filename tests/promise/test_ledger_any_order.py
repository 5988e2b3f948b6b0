"""Whatever order transactions are held, committed and rolled back in, a reader sees every committed event once, in order.

A machine of Hypothesis holds a transaction open while readers read, lets it end either way, restarts the ledger, moves
the clock, promises times and erases; a plain model in Python says what must be there.
"""

from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger import errors, record
from ledger.application import Ledger
from ledger.model import Draft
from ledger.sealing import FileKeyStore
from ledger.writing import Writing
from tests.erasing import erase
from waakvlam.clock import FixedClock

CASES = st.sampled_from(["case-a", "case-b", "case-c"])


class Undo(Exception):
    """Ends a transaction without keeping it."""


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = FixedClock(1_764_000_000_000_000)
        self.keys = FileKeyStore(Path(self.folder.name) / "keys.db", clock=self.clock)
        self.url = f"sqlite:///{self.folder.name}/ledger.db"
        self.ledger = self.opened()
        self.held: tuple[AbstractContextManager[Writing], Writing, list[tuple[str, str]]] | None = None
        self.committed: list[tuple[str, str]] = []
        self.followed: list[str] = []
        self.at = 0
        self.promised = 0
        self.made = 0

    def opened(self) -> Ledger:
        return Ledger.open(self.url, clock=self.clock, keys=self.keys)

    @precondition(lambda self: self.held is None)
    @rule()
    def begin(self) -> None:
        context = self.ledger.writing()
        self.held = (context, context.__enter__(), [])

    @precondition(lambda self: self.held is not None)
    @rule(cases=st.lists(CASES, min_size=1, max_size=4), sealed=st.booleans(), flushed=st.booleans())
    def append(self, cases: list[str], sealed: bool, flushed: bool) -> None:
        _, writing, added = self.held
        drafts = [self.draft(case, sealed=sealed) for case in cases]
        positions = writing.append(drafts)
        added += [(draft.event_id, draft.case) for draft in drafts]

        last = len(self.committed) + len(added)
        assert positions == list(range(last - len(drafts) + 1, last + 1))
        assert writing.now > self.promised
        if flushed:
            writing.flush()

    def draft(self, case: str, *, sealed: bool) -> Draft:
        self.made += 1
        return Draft(
            event_id=f"e-{self.made}",
            source="urn:x",
            content=bytes(32),
            case=case,
            type="incident_recorded",
            agency="politie-nn",
            municipality="0014",
            reference=None,
            occurred_at=0,
            recorded_by=None,
            payload=b"clear",
            personal={"note": "fictief"} if sealed else {},
        )

    @precondition(lambda self: self.held is not None)
    @rule()
    def commit(self) -> None:
        context, _, added = self.held
        context.__exit__(None, None, None)
        self.committed += added
        self.held = None

    @precondition(lambda self: self.held is not None)
    @rule()
    def roll_back(self) -> None:
        context, _, _ = self.held
        with suppress(Undo):
            context.__exit__(Undo, Undo(), None)
        self.held = None

    @precondition(lambda self: self.held is None and self.committed)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        event_id, _ = data.draw(st.sampled_from(self.committed))
        again = self.draft("case-a", sealed=False)
        try:
            with self.ledger.writing() as w:
                w.append([Draft(**{name: getattr(again, name) for name in Draft.__slots__} | {"event_id": event_id})])
        except errors.AlreadyRecorded:
            return
        raise AssertionError("it counted twice")

    @rule(limit=st.integers(1, 5))
    def follow(self, limit: int) -> None:
        for each in self.ledger.notifications(after=self.at, limit=limit):
            self.at = each.position
            self.followed.append(record.decode(each.body).event_id)

    @precondition(lambda self: self.held is None)
    @rule()
    def promise(self) -> None:
        promise = self.ledger.promise_time()

        assert promise.time >= self.promised
        assert promise.position == len(self.committed)
        self.promised = promise.time

    @precondition(lambda self: self.held is None)
    @rule(case=CASES)
    def erase(self, case: str) -> None:
        erase(self.ledger, case)

    @precondition(lambda self: self.held is None)
    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.opened()

    @rule(by=st.integers(-(10**9), 10**9))
    def move_the_clock(self, by: int) -> None:
        self.clock.at += by

    @invariant()
    def a_reader_has_a_prefix_of_what_was_committed(self) -> None:
        assert self.followed == [event_id for event_id, _ in self.committed[: len(self.followed)]]

    def teardown(self) -> None:
        if self.held:
            self.commit()
        while len(self.followed) < len(self.committed):
            self.follow(5)
        assert self.followed == [event_id for event_id, _ in self.committed]
        assert list(self.ledger.verify_all()) == []
        times = [record.decode(each.body).recorded_at for each in self.ledger.notifications(after=0, limit=10**6)]
        assert times == sorted(times)
        self.ledger.close()
        self.keys.close()
        self.folder.cleanup()


AnyOrder.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_any_order = AnyOrder.TestCase
