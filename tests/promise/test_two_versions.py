"""Two versions on one ledger: the older goes on where the newer says that it can, and reads what it did not come with."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger import learned, library, tables
from ledger.application import Ledger
from ledger.database import open_database
from ledger.errors import Fault
from ledger.model import OutboxRow
from services.monitoring import view
from services.monitoring.view import RadarView
from waakvlam import catalogue, codec
from waakvlam.catalogue import EventType, event_type_of, event_types
from waakvlam.clock import instant_of
from waakvlam.errors import Unreadable

AT = 1_764_000_000_000_000
NEXT = tables.LAYOUT + 1
A_COLUMN_MORE = "ALTER TABLE outbox ADD COLUMN more text"


@pytest.fixture
def made_by_the_next_version(
    url: str, clock, keys, drafts, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], list[int]]:
    """Brings the ledger to the next layout, of which it says from where versions go on."""

    def made(goes_on_from: int) -> list[int]:
        with closing(Ledger.open(url, clock=clock, keys=keys)) as ledger, ledger.writing() as w:
            positions = list(w.append(drafts.many(3)))
        with closing(open_database(url)) as database, database.transaction() as t:
            t.execute(A_COLUMN_MORE)
            t.execute("UPDATE state SET value = ? WHERE name = 'layout'", (NEXT,))
            t.execute("UPDATE state SET value = ? WHERE name = 'goes_on_from'", (goes_on_from,))
        return positions

    return made


def test_an_older_version_goes_on_with_a_layout_that_says_it_can(
    made_by_the_next_version, url, clock, keys, drafts
) -> None:
    made_by_the_next_version(tables.LAYOUT)

    with closing(Ledger.open(url, clock=clock, keys=keys)) as ledger:
        with ledger.writing() as w:
            assert list(w.append(drafts.many(2))) == [4, 5]
            w.outbox([OutboxRow(topic="receipts.politie-nn", key=None, value=b"letter")])
        assert len(ledger.receipts_pending()) == 1
        assert list(ledger.verify_all()) == []
        with ledger.reading() as t:
            assert tables.state(t)["layout"] == NEXT


def test_an_older_version_leaves_a_layout_alone_that_it_cannot_go_on_with(
    made_by_the_next_version, url, clock, keys
) -> None:
    made_by_the_next_version(NEXT)

    with pytest.raises(Fault, match=f"layout {NEXT}.*install the version that made it"):
        Ledger.open(url, clock=clock, keys=keys)


@pytest.mark.parametrize(("goes_on_from", "code"), [(tables.LAYOUT, Exit.OK), (NEXT, Exit.REFUSED)])
def test_migrate_of_an_older_version_says_whether_it_can_go_on(
    made_by_the_next_version, url, goes_on_from, code, monkeypatch
) -> None:
    made_by_the_next_version(goes_on_from)
    monkeypatch.setenv("WAAKVLAM_LEDGER", url)

    told = CliRunner().invoke(app, ["migrate", "--json"])

    assert told.exit_code == code
    assert code or json.loads(told.stdout)["layout"] == NEXT


# Schemas.


@dataclass(frozen=True)
class Tomorrow:
    """What the next version has: its event type, and how it is to be that version."""

    event_type: EventType
    schemas: tuple[EventType, ...]


@pytest.fixture
def tomorrow() -> Tomorrow:
    """The next version's `family_contacted`, with a field more."""
    today = event_types()["family_contacted"]
    more = {"name": "weather", "type": ["null", "string"], "default": None, "doc": "Het weer.", "codes": ["sun"]}
    schema = {**today.schema, "fields": [*today.schema["fields"], more]}
    one = event_type_of(today.chapter, today.name, today.version + 1, schema)
    return Tomorrow(one, (*catalogue.all_versions(), one))


@pytest.fixture(autouse=True)
def _nothing_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "_learned", {})
    monkeypatch.setattr(learned, "_readers", {})


def payload_of(one: EventType, **more: Any) -> bytes:
    example: Mapping[str, Any] = {field["name"]: None for field in one.schema["fields"]}
    told = {"occurred_at": instant_of(AT), "municipality": "0014", "reference": "d-1", **more}
    return codec.encode(one, {**example, **told})


@pytest.fixture
def in_the_ledger(ledger: Ledger, drafts, tomorrow: Tomorrow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger in which the next version set its schemas down, and an event by them."""
    with monkeypatch.context() as then:
        then.setattr(library, "all_versions", lambda: tomorrow.schemas)
        assert ledger.set_schemas_down() == len(tomorrow.schemas)
        assert ledger.set_schemas_down() == 0
    with ledger.writing() as w:
        payload = payload_of(tomorrow.event_type, weather="sun")
        w.append([drafts.one(type="family_contacted", payload=payload)])
    return ledger


def test_an_event_of_a_schema_that_a_newer_version_set_down_is_read_whole(in_the_ledger: Ledger) -> None:
    (found,) = in_the_ledger.history("case-a")

    assert found.data()["weather"] == "sun"
    assert found.event().data["weather"] == "sun"


def test_the_door_takes_nothing_in_by_a_schema_that_it_did_not_come_with(in_the_ledger: Ledger, tomorrow) -> None:
    assert learned.known(tomorrow.event_type.fingerprint) is not None

    with pytest.raises(Unreadable, match="geen schema dat wij kennen"):
        codec.decode(payload_of(tomorrow.event_type))


def test_a_schema_that_nobody_set_down_is_not_guessed(ledger: Ledger, drafts, tomorrow) -> None:
    with ledger.writing() as w:
        w.append([drafts.one(type="family_contacted", payload=payload_of(tomorrow.event_type))])

    with pytest.raises(Unreadable, match="geen schema dat wij kennen"):
        ledger.history("case-a")[0].data()


def test_a_ledger_that_is_closed_is_not_asked(in_the_ledger: Ledger, tomorrow) -> None:
    in_the_ledger.close()

    assert learned.known(tomorrow.event_type.fingerprint) is None


# Views.


def test_a_radar_of_a_newer_version_is_left_alone_unless_one_goes_back_for_good(url, monkeypatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(view, "SHAPE", view.SHAPE + 1)
        RadarView(open_database(url)).close()
    with closing(open_database(url)) as database, database.transaction() as t:
        t.execute("INSERT INTO positions VALUES ('case-events', 0, 7)")

    with closing(open_database(url)) as database, pytest.raises(Fault, match=r"of a newer version.*rebuild radar"):
        RadarView(database)
    with closing(open_database(url)) as database, database.reading() as t:
        assert t.value("SELECT count(*) FROM positions") == 1
    with closing(RadarView(open_database(url), goes_back=True)) as back, back.reading() as t:
        assert t.value("SELECT count(*) FROM positions") == 0


def test_a_radar_of_an_older_version_is_filled_again(url, monkeypatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(view, "SHAPE", view.SHAPE - 1)
        RadarView(open_database(url)).close()

    with closing(RadarView(open_database(url))) as again, again.reading() as t:
        assert t.value("SELECT shape FROM radar_shape") == view.SHAPE
