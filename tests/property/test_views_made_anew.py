"""A view that is made anew is the live one, on drawn histories: closed and opened again, corrected, withdrawn, moved to another case.

The live views are filled as services fill them: in batches, with looks in between, repeats, and starts of new processes.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import record as ledger_record
from ledger.database import Database, open_database
from ledger.histories import Entry
from ledger.record import Record
from services.board import counting, marks
from services.board.agents import Fact, Reader
from services.board.anew import Builder
from services.board.folding import FOLDED
from services.board.store import ALERT, Store
from services.board.stretches import NEEDED, sifted
from services.monitoring import alert_view, anew_view
from services.monitoring import records as radar_records
from services.monitoring.anew import anew
from services.monitoring.view import RadarView
from tests.property.radar_world import DAY, NATIONAL_AND_REGION, Station, World, partition_of
from tests.property.test_radar_equals_replay import one_turn
from waakvlam.catalogue import event_types
from waakvlam.codec import decode

ALERTS = ("alert-1", "alert-2", "alert-3")
OFFERS = ("offer-1", "offer-2")


def moved(world: World) -> None:
    """Withdraw an event where it stands and tell it again in another case, as a repair does."""
    told = [one for one in world.ledger if one.type not in ("event_withdrawn", "event_corrected")]
    if not told:
        return
    one = world.chance.choice(told)
    to = f"00000000-0000-5000-8000-{world.chance.randrange(world.cases):012}"
    world.now = max(
        world.now, world.promised + 1
    )  # nothing is recorded at an instant of which all was said to be there
    world.add(one.case, "event_withdrawn", event_id=one.event_id)
    world.add(to, one.type, occurred_at=one.occurred_at, **_own_fields(one))


def _own_fields(one: Record) -> dict[str, Any]:
    event_type, fields = decode(one.payload)
    return {field.name: fields[field.name] for field in event_type.data_fields}


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), turns=st.integers(5, 150), memory=st.sampled_from([1, 100]))
@example(seed=127, turns=30, memory=1)
def test_a_radar_made_anew_from_the_bytes_of_the_ledger_is_the_live_one(seed: int, turns: int, memory: int) -> None:
    chance = random.Random(seed)
    world = World(chance)
    with TemporaryDirectory() as folder:
        station = Station(world, Path(folder), memory=memory)
        for _ in range(turns):
            if chance.random() < 0.1:
                moved(world)
            else:
                one_turn(world, station, chance)
        until = world.now + chance.choice([0, DAY, 100 * DAY])
        station.finish(until)
        made = radar_made_anew(world, Path(folder), until)

        assert radar_of(made, world) == radar_of(station.view, world)


def radar_made_anew(world: World, folder: Path, until: int) -> RadarView:
    database = open_database(f"sqlite:///{folder}/anew.db")
    anew_view.prepare(database)
    made = []
    for case, told in world.histories.items():
        read = [ledger_record.event(ledger_record.encode(one)) for one in told]
        facts = [radar_records.Fact(version, event) for version, event in read]
        made.append(anew(NATIONAL_AND_REGION, case, partition_of(case), facts, known_to=until))
    with database.transaction() as t:
        anew_view.write(t, made, now=until)
    return RadarView(database)


def radar_of(view: RadarView, world: World) -> tuple[Any, ...]:
    """Return what a radar holds of the cases; up to when each was looked at says nothing."""
    cases = [*world.histories]
    with view.reading() as t:
        rows = {case: replace(row, advanced_to=0) for case, row in view.cases(t, cases).items()}
        facts = t.rows("SELECT case_id, version, body FROM facts ORDER BY case_id, version")
        alerts = alert_view.of_cases(t, cases)
        turns = {case: set(some) for case, some in alert_view.turns_of_cases(t, cases).items() if some}
    return rows, facts, {case: some for case, some in alerts.items() if some}, turns


# The board.


def told(world: World) -> None:
    """Record an event of any type; what it says of alerts and handovers finds what was said before."""
    chance = world.chance
    world.now += chance.choice([0, 1, DAY // 2, 9 * DAY])
    kinds = [*NEEDED - {"radar_was_blind"}] * 4 + [*event_types()]
    name = chance.choice([one for one in kinds if not event_types()[one].without_case])
    case = f"00000000-0000-5000-8000-{chance.randrange(world.cases):012}"
    fields = {one.name for one in event_types()[name].data_fields}
    about = {"alert": chance.choice(ALERTS), "handover_id": chance.choice(OFFERS), "due": "2026-03-02T08:00:00Z"}
    if name == "event_withdrawn" and world.history(case):
        about["event_id"] = chance.choice(world.history(case)).event_id
    late = chance.choice([0, 1, 3 * DAY // 24, 2 * DAY, 20 * DAY])
    world.add(case, name, occurred_at=world.now - late, **{key: value for key, value in about.items() if key in fields})


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), events=st.integers(1, 120))
def test_a_board_made_anew_in_any_stretches_is_the_live_one(seed: int, events: int) -> None:
    chance = random.Random(seed)
    world = World(chance)
    for _ in range(events):
        told(world)
    with TemporaryDirectory() as folder:
        live = Store(open_database(f"sqlite:///{folder}/live.db"))
        reader = Reader(live, cast("Any", None), changed=lambda: None)
        for some in cut(chance, world.ledger):
            facts = [Fact(one.case, one.version, one.type, ledger_record.encode(one)) for one in some]
            with live.database.transaction() as t:
                reader._fold(t, facts, {})
        made = open_database(f"sqlite:///{folder}/anew.db")
        builder, after = Builder(made), 0
        for some in cut(chance, world.ledger):
            builder.take(sifted([entry(after + nr, one) for nr, one in enumerate(some, 1)]))
            after += len(some)
            if chance.random() < 0.2:
                builder.store()
        builder.store()

        assert board_of(made) == board_of(live.database)


def cut(chance: random.Random, told: Sequence[Record]) -> list[list[Record]]:
    """Return what was told in stretches of any length."""
    places = sorted({0, len(told), *(chance.randrange(len(told) + 1) for _ in range(chance.randrange(6)))})
    return [list(told[begin:end]) for begin, end in pairwise(places)]


def entry(position: int, one: Record) -> Entry:
    return Entry(position, one.case, one.version, one.type, ledger_record.encode(one))


def board_of(database: Database) -> dict[str, list[Any]]:
    tables = dict.fromkeys((*counting.NAMES, *marks.NAMES, "board_cases", "board_stand"), "*")
    tables["board_alerts"] = f"{ALERT}, closed_at, outcome"
    with database.reading() as t:
        return {name: sorted(t.rows(f"SELECT {what} FROM {name}"), key=repr) for name, what in tables.items()}


def test_what_the_board_folds_one_after_the_other_is_what_it_folds_live() -> None:
    assert NEEDED == FOLDED | counting.KEPT | marks.NOTED
    assert set(event_types()) > NEEDED
