"""The region's own choices in triage: `triage.yaml` beside the agreements, read and checked before anything starts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from waakvlam.catalogue import event_types
from waakvlam.topics import agencies, municipalities

Text = Annotated[str, Field(min_length=1)]


class PolicyError(Exception):
    """A triage file that cannot be used; the message names the file, the place and the reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)


class Queue(_Strict):
    """A work list: its Dutch name, and whether it is a fast track."""

    title: Text
    fast_track: bool = False


class Turn(_Strict):
    """Whose turn a case is: the agency that looks first in these municipalities."""

    municipalities: Annotated[list[str], Field(min_length=1)]
    to_agency: str


class When(_Strict):
    """What must all be so for a sign to count; what is left out does not matter."""

    acute: bool | None = None
    urgency: list[str] | None = None
    child_under: Annotated[int, Field(ge=1, le=18)] | None = None
    earlier_reports: Annotated[int, Field(ge=1)] | None = None
    report_class: list[str] | None = Field(default=None, alias="class")


class Sign(_Strict):
    """One rule: when it counts, how soon somebody must look (1 is first), on which list, and why, in Dutch."""

    id: Text
    when: When
    priority: Annotated[int, Field(ge=1, le=5)]
    queue: str | None = None
    reason: Text
    why: Text


class Policy(_Strict):
    """All signs. The one with the smallest priority gives priority and reason; the first that names a list gives the list."""

    triage: Text
    version: Annotated[int, Field(ge=1)]
    title: Text
    queues: dict[str, Queue]
    turns: list[Turn] = []
    signs: list[Sign]

    def whose_turn(self, municipality: str) -> str | None:
        """Return the agency that looks first in a municipality; nothing where the region named none."""
        return next((turn.to_agency for turn in self.turns if municipality in turn.municipalities), None)

    @model_validator(mode="after")
    def _agrees_with_the_catalogue(self) -> Self:
        _known("queue", self.queues, _codes("case_routed", "queue"))
        _known("reason", (sign.reason for sign in self.signs), _codes("case_routed", "reason"))
        for turn in self.turns:
            _known("turns: to_agency", [turn.to_agency], agencies())
            _known("turns: municipalities", turn.municipalities, municipalities())
        for sign in self.signs:
            _known(f"{sign.id}: queue", [sign.queue] if sign.queue else [], self.queues)
            _known(f"{sign.id}: urgency", sign.when.urgency or [], _codes("safety_assessed", "urgency"))
            _known(f"{sign.id}: class", sign.when.report_class or [], _codes("report_classified", "class"))
        return self

    @model_validator(mode="after")
    def _leaves_no_case_out(self) -> Self:
        ids = [sign.id for sign in self.signs]
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"signs: {', '.join(sorted(twice))} stands there twice")
        if not any(sign.queue and sign.when == When() for sign in self.signs):
            raise ValueError("signs: one sign without conditions must name a queue, so that every case is on a list")
        return self


def load(path: Path) -> Policy:
    """Return the policy that a file holds; raises PolicyError naming file, place and reason."""
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise PolicyError(f"{path.name}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name}: is not YAML: {error}") from error
    try:
        return Policy.model_validate(told)
    except ValidationError as error:
        reasons = [f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors()]
        raise PolicyError(f"{path.name}: {'; '.join(reasons)}") from error


def _codes(event_type: str, field: str) -> Iterable[str]:
    return next(one.codes for one in event_types()[event_type].fields if one.name == field)


def _known(place: str, told: Iterable[str], known: Iterable[str]) -> None:
    if strangers := sorted(set(told) - set(known)):
        raise ValueError(f"{place}: {', '.join(strangers)} is not one of {', '.join(sorted(known))}")
