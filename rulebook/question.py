"""One question about one rule in one case: what is asked about, and the words that every answer to it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from rulebook import wording
from rulebook.dutch import day_in_words, instant_in_words
from rulebook.event import Event
from rulebook.history import History
from rulebook.instants import date_of
from rulebook.plan import Agreements, Plan
from rulebook.rules import Rule
from rulebook.wording import Words

NO_AGREEMENT, NO_START = "no_agreement", "no_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """One reason why a rule does not alert."""

    code: str
    sentence: str
    event: str | None = None  # what could have begun something
    by: str | None = None  # the event that made it so
    until: int | None = None  # when the rule alerts if nothing comes
    agreement: str | None = None
    version: int | None = None
    file: str | None = None  # by its name alone
    line: int | None = None
    since: int | None = None  # when that event happened


@dataclass(frozen=True, slots=True)
class Names:
    """Who is called what: agencies by id, and the words for roles, phases and municipalities."""

    agencies: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    def told(self, event: Event) -> str:
        """Return an event in words: which, by whom, when."""
        who = self.agencies.get(event.agency, event.agency)
        return f"{wording.event(event.type)} ({who}, {instant_in_words(event.occurred_at)})"


class Question:
    """Why a rule does not alert in a case, as it was known at an instant."""

    def __init__(self, agreements: Agreements, case: str, history: History, at: int, rule: str, names: Names) -> None:
        self.case = case
        self.at = at
        self.id = rule
        self.history = history
        self.plan: Plan = agreements.plan(history.municipality)
        self.names = names
        self.files = tuple(one for one in agreements.files if rule in one.rules)
        self.versions = tuple(one for one in self.plan.rules if one.id == rule)

    def told(self, event: Event) -> str:
        """Return an event in words: which, by whom, when."""
        return self.names.told(event)

    def chosen(self, event: Event) -> Rule | None:
        """Return the version of the rule that an event takes; nothing where no agreement held one that day."""
        return self.plan.choose(event.day).get(self.id)

    def could_start(self, event: Event) -> bool:
        """Tell whether some version of the rule can begin with an event."""
        return any(rule.begins_with().matches(event) for rule in self.versions)

    def silent(
        self,
        code: str,
        sentence: str,
        rule: Rule,
        event: Event | None = None,
        *,
        by: str | None = None,
        until: int | None = None,
    ) -> Silent:
        """Return a reason that lies in a version of the rule, with the line where it stands."""
        source = rule.source
        return Silent(
            code=code,
            sentence=sentence,
            event=None if event is None else event.id,
            since=None if event is None else event.occurred_at,
            by=by,
            until=until,
            agreement=source.agreement,
            version=source.version,
            file=PurePath(source.file).name,
            line=rule.line,
        )

    def where(self) -> str:
        """Return in which municipality the case lies."""
        municipality = self.history.municipality
        if municipality is None:
            return "in een casus zonder melding, want die heeft nog geen gemeente"
        return f"in {self.names.words.places([municipality])}"

    def holders(self) -> str:
        """Return which agreements hold the rule, where and when."""
        found = [
            f"{one.id} versie {one.version} ({wording.period(one.valid_from, one.valid_to)}, voor "
            f"{self.names.words.places(one.municipalities)})"
            for one in self.files
        ]
        return f"De regel staat in {wording.listed(found, 'en')}."

    def no_agreement(self, code: str, event: Event) -> Silent:
        """Return that no agreement held the rule on the day of an event."""
        day = day_in_words(date_of(event.day))
        text = f"Na {self.told(event)} begint niets: op {day} gold deze regel niet {self.where()}. {self.holders()}"
        return Silent(code=code, sentence=text, event=event.id, since=event.occurred_at)
