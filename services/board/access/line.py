"""A line of the look log: a look at one case, or at a list that shows many, with its place in the chain.

A line has the fields of LDV, the standard of Logius for logs of data processing; who looked is kept beside it and joined by
trace and span, so that a line can be handed on without a member of staff in it. `nen7513` is the same line in the words of
NEN 7513. A list is one line in the log, and one line for each of its cases when it is handed on (`for_case`), as LDV asks.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from waakvlam.clock import iso

ACTIVITY: Final = "urn:nld:waakvlam:verwerkingsactiviteit:"
STATUS_OK: Final = "STATUS_CODE_OK"
CONTROL: Final = "controleren"
CONTROL_PURPOSE: Final = "Nagaan wie in welke casus keek, en of dat mocht"
ORGANISATION: Final = "Veilig Thuis"
ADMINISTRATION: Final = "beheer"
"""The activity of whoever looks from the command line, and why when they say nothing else."""
OPERATOR: Final = "operator"
"""What stands for the role of whoever looks from the command line, which asks for none."""
NEN7513: Final = ("gebeurtenis", "tijdstip", "dossier", "gebruiker", "rol", "namens", "grondslag", "doel", "verwerking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looks: an opaque id, their roles, for whom, at what, and for what.

    `case_id` is empty for a list; then `shown` says how many cases stood in it and `digest` which.
    """

    person: str
    roles: str
    behalf: str
    case_id: str
    name: str
    activity: str
    purpose: str
    emergency: str = ""
    shown: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Look):
    """A look as it stands in the log, with its place, its instant (micros) and its chain."""

    position: int
    at: int
    trace_id: str
    span_id: str
    previous: str
    hash: str

    def for_case(self, case: str) -> "Line":
        """Return what a list says of one of its cases, with a span of its own that follows from both."""
        span = hashlib.sha256(f"{self.span_id}|{case}".encode()).hexdigest()[:16]
        return replace(self, case_id=case, span_id=span)

    def ldv(self) -> dict[str, Any]:
        """Return the line as LDV has it: the processing and the data subject, not who looked."""
        return {
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "status_code": STATUS_OK,
            "name": self.name,
            "start_time": self.at // 1000,
            "end_time": self.at // 1000,
            "resource": {"name": "waakvlam-opdrachtregel" if self.roles == OPERATOR else "waakvlam-bord"},
            "attributes": {
                "dpl.core.processing_activity_id": ACTIVITY + self.activity,
                "dpl.core.data_subject_id": self.case_id,
                "dpl.core.data_subject_id_type": "waakvlam-casus",
            },
        }

    def nen7513(self) -> dict[str, str]:
        """Return the line in the words of NEN 7513: event, moment, whose file, who, on whose behalf, and why."""
        values = (
            self.name,
            iso(self.at),
            self.case_id,
            self.person,
            self.roles,
            self.behalf,
            self.ground,
            self.purpose,
            f"{self.trace_id}-{self.span_id}",
        )
        return dict(zip(NEN7513, values, strict=True))

    @property
    def ground(self) -> str:
        """On what ground somebody could look."""
        if self.activity == CONTROL:
            return "controle"
        if self.activity == ADMINISTRATION:
            return "beheer van het systeem"
        return "noodtoegang" if self.emergency else "toegewezen taak of werkgebied"


NAMES: Final = tuple(one.name for one in fields(Line))


def chained(look: Look, *, position: int, at: int, trace: str, previous: str) -> Line:
    """Return a look as the line that follows another, whose hash is `previous`."""
    line = Line(
        **asdict(look),
        position=position,
        at=at,
        trace_id=trace,
        span_id=secrets.token_hex(8),
        previous=previous,
        hash="",
    )
    return replace(line, hash=hash_of(line))


def hash_of(line: Line) -> str:
    """Return SHA-256 over all of a line but its own hash, as JSON with sorted keys.

    A look at one case has nothing to say of a list; so lines of before there were lists keep their hash.
    """
    left_out = {"hash"} if line.shown else {"hash", "shown", "digest"}
    values = {name: value for name, value in asdict(line).items() if name not in left_out}
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_of(cases: Iterable[str]) -> str:
    """Return SHA-256 over the cases of a list, sorted, one a line."""
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()
