"""A case as an action sees it: its history, its open alerts, who stands there, the ladders and dangers in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ledger.case import Case, case_of
from ledger.dangers import Dangers, dangers_of, no_dangers
from ledger.ladders import Ladders, ladders_of, municipality_of, no_ladders
from ledger.record import Record
from ledger.staff import is_same
from ledger.words import local
from rulebook.agreements import Agreements
from rulebook.event import Event
from rulebook.history import effective
from rulebook.instants import day_of
from rulebook.rules import DANGER, Ladder
from services.board.store import AlertRow


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the agreements say of escalations and of danger."""

    ladders: Ladders = no_ladders
    dangers: Dangers = no_dangers

    @classmethod
    def by(cls, agreements: Agreements) -> "Agreed":
        """Return what these agreements say."""
        return cls(ladders_of(agreements), dangers_of(agreements))


NOTHING_AGREED = Agreed()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A case at an instant (`now`, micros), for one person (opaque id)."""

    case: str
    municipality: str
    records: tuple[Record, ...]  # all of the case, in version order
    alerts: tuple[AlertRow, ...]  # those that are open
    person: str
    now: int
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    dangers: frozenset[str] = frozenset()
    colleagues: Mapping[str, str] = field(default_factory=dict)  # id: how people know them; empty when nobody is known

    @property
    def today(self) -> date:
        """The day in the Netherlands."""
        return local(self.now).date()

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All that was told, as it was told."""
        return tuple(record.event() for record in self.records)

    @cached_property
    def known(self) -> tuple[Event, ...]:
        """What is known now: corrections and withdrawals applied, in the order of the world."""
        return tuple(effective(self.events))

    @cached_property
    def state(self) -> Case:
        """What the case is now."""
        return case_of(self.events)

    @cached_property
    def recorded_by(self) -> Mapping[str, str | None]:
        """Who recorded each event, by its id."""
        return {record.event_id: record.recorded_by for record in self.records}

    def standing(self, *types: str) -> list[Event]:
        """Return what is known of these types, in order."""
        return [one for one in self.known if one.type in types]

    def alert(self, raised: str) -> AlertRow | None:
        """Return the open alert that this event raised."""
        return next((one for one in self.alerts if one.raised == raised), None)

    def is_danger(self, alert: AlertRow) -> bool:
        """Tell whether nobody decides about this alert alone."""
        return alert.weight == DANGER or alert.rule in self.dangers

    def is_me(self, person: str | None) -> bool:
        """Tell whether a worker's id is that of who stands here; other capitals are no other person."""
        return is_same(person, self.person)


def scene_of(
    records: Sequence[Record],
    alerts: Sequence[AlertRow],
    agreed: Agreed,
    *,
    person: str,
    now: int,
    colleagues: Mapping[str, str] | None = None,
) -> Scene:
    """Return the case of these records as it stands for a person now (micros)."""
    events = [record.event() for record in records]
    places = {one.municipality for one in events if one.type == "report_received"}
    return Scene(
        case=records[0].case,
        municipality=municipality_of(events) or records[0].municipality,
        records=tuple(records),
        alerts=tuple(alerts),
        person=person,
        now=now,
        ladders=agreed.ladders(municipality_of(events), day_of(local(now).date())),
        dangers=agreed.dangers(places),
        colleagues=colleagues or {},
    )
