"""What an action is: which event it becomes, to what it can be done, what its form asks, and what cannot be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rulebook.event import Event
from services.board.doing.fields import Asked
from services.board.doing.scene import Scene
from services.board.language import say
from services.board.rights import Action as Right

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is done to. `id` stands in the address, `key` in the events about it, `label` is for people.

    A label that is what an agreement says is `quoted`: it stays Dutch in every language.
    """

    id: str
    label: str
    key: str = ""
    quoted: bool = False

    @property
    def about(self) -> str:
        """What events about it carry."""
        return self.key or self.id


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not right in a form: the field, empty for the form as a whole, and a sentence.

    What the door would say is `quoted`: it stays Dutch in every language.
    """

    field: str
    sentence: str
    quoted: bool = False


def no_problem(_: Scene, __: Subject, ___: Values) -> Problem | None:
    """Find nothing wrong."""
    return None


def nothing_more(_: Scene, __: Subject, values: Values) -> Values:
    """Add nothing to what was filled in."""
    return values


def whole_case(_: Event) -> str:
    """Say that events of this kind are about the case as a whole."""
    return ""


THE_CASE = Subject("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that people do at the board. All its functions are pure; what they say, they say in the reader's language.

    `title`, `button` and `intro` are Dutch: pages look them up (`language.say`).
    """

    id: str  # in the address
    right: Right
    title: str
    button: str
    intro: str
    event: str
    lock: str  # actions with the same lock cannot be done to the same subject at the same time
    counted: frozenset[str]  # the events that say that somebody was there before
    subjects: Callable[[Scene], Sequence[Subject]]
    fields: Callable[[Scene, Subject], Sequence[Asked]]
    about: Callable[[Event], str] = whole_case
    fill: Callable[[Scene, Subject, Values], Values] = nothing_more
    refuse: Callable[[Scene, Subject, Values], Problem | None] = no_problem
    why_not: Callable[[Scene, str], str] = lambda _, __: say("Dit kan nu niet bij deze casus.")

    def subject(self, scene: Scene, asked: str) -> Subject | None:
        """Return what this can be done to now, by its id; None when it cannot."""
        return next((one for one in self.subjects(scene) if one.id == asked), None)

    def turn(self, scene: Scene, subject: Subject) -> int:
        """Return how often something was done to this subject before: it changes as soon as somebody did."""
        return sum(one.type in self.counted and self.about(one) == subject.about for one in scene.events)
