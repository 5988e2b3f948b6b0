"""The envelope: CloudEvents 1.0 in Kafka's binary mode, NL GOV profile (headers `ce_*`, `traceparent`; two of our own).

`ce_time` is the moment of sending; when it happened in the world stands in the event itself (`occurred_at`).
Nothing about a person may stand here: subject is an opaque case or file number.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waakvlam import trace
from waakvlam.clock import iso, micros_of
from waakvlam.errors import Unreadable
from waakvlam.shapes import NOT_AN_ID, is_id

PROOF_HEADER = "waakvlam_proof"
CANARY_HEADER = "waakvlam_canary"  # sent only to see whether the road is open
Headers = list[tuple[str, bytes]]
SEQUENCE_CHARACTERS_MAX = 18  # so that a number fits in 64 bits, and no long text is ever counted out


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on the outside of an event: who sends which kind of event, under which id and number."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = None
    sequence: int | None = None
    traceparent: str | None = None
    wants_proof: bool = False
    is_canary: bool = False


def to_headers(envelope: Envelope) -> Headers:
    """Return the Kafka headers of an envelope."""
    pairs: list[tuple[str, str | None]] = [
        ("ce_specversion", "1.0"),
        ("ce_id", envelope.id),
        ("ce_source", envelope.source),
        ("ce_type", envelope.type),
        ("ce_time", iso(micros_of(envelope.time))),
        ("ce_subject", envelope.subject),
        ("ce_sequence", None if envelope.sequence is None else str(envelope.sequence)),
        (trace.HEADER, envelope.traceparent),
        (PROOF_HEADER, "1" if envelope.wants_proof else None),
        (CANARY_HEADER, "1" if envelope.is_canary else None),
    ]
    return [(name, value.encode()) for name, value in pairs if value is not None]


def from_headers(headers: Iterable[tuple[str, bytes | None]], *, with_trace: bool = True) -> Envelope:
    """Return the envelope that Kafka headers hold; raises Unreadable naming the header that is missing, wrong or double.

    Who looks at the trace apart (`waakvlam.trace.of`) leaves it out here: that is worth 3 microseconds an event.
    """
    given = [(name, value) for name, value in headers if value is not None]
    found = dict(given)
    if len(found) < len(given):
        _refuse_doubles(given)
    if _text(found, "ce_specversion") != "1.0":
        raise Unreadable("ce_specversion", "De kop ce_specversion moet 1.0 zijn.")
    return Envelope(
        id=_id(found, "ce_id"),
        source=_text(found, "ce_source"),
        type=_text(found, "ce_type"),
        time=_instant(_text(found, "ce_time")),
        subject=_id(found, "ce_subject") if "ce_subject" in found else None,
        sequence=_number(_text(found, "ce_sequence")) if "ce_sequence" in found else None,
        traceparent=_traceparent(given) if with_trace and trace.HEADER in found else None,
        wants_proof=PROOF_HEADER in found,
        is_canary=CANARY_HEADER in found,
    )


def wants_proof(headers: Iterable[tuple[str, bytes | None]]) -> bool:
    """Tell whether Kafka headers ask for a proof that the event is in the ledger."""
    return any(name == PROOF_HEADER for name, value in headers if value is not None)


def _refuse_doubles(given: Headers) -> None:
    """Raise Unreadable for a header of ours that stands there twice: nobody can say which of the two is meant."""
    times = Counter(name for name, _ in given)
    for name in times:
        if times[name] > 1 and name.startswith("ce_"):
            raise Unreadable(name, f"De kop {name} staat er meer dan één keer.")


def _traceparent(given: Headers) -> str | None:
    """Return what names the trace, in our own writing; a broken one names none: nobody's event waits for it."""
    told = trace.of(given)
    return told.header if told else None


def _text(found: dict[str, bytes], name: str) -> str:
    try:
        return found[name].decode("utf-8")
    except KeyError:
        raise Unreadable(name, f"De kop {name} ontbreekt.") from None
    except UnicodeDecodeError:
        raise Unreadable(name, f"De kop {name} is geen UTF-8.") from None


def _id(found: dict[str, bytes], name: str) -> str:
    text = _text(found, name)
    if not is_id(text):
        raise Unreadable(name, NOT_AN_ID)
    return text


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        micros_of(instant)
    except ValueError:
        raise Unreadable("ce_time", "De kop ce_time is geen tijdstip met tijdzone (ISO 8601).") from None
    return instant


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > SEQUENCE_CHARACTERS_MAX:
        raise Unreadable("ce_sequence", "De kop ce_sequence is geen geheel getal van ten hoogste achttien cijfers.")
    return int(text)
