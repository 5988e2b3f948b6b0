"""Whether what each part counted by itself agrees: senders, intake, ledger, relay, views and the alert channel. Pure.

Each count is kept where it is made, by whoever makes it, and none is computed from another. What must be equal once all
is at rest is compared in pairs; a difference names its two sides, and says what it may be while things move.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Counters = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two counters that are equal at rest. Where one runs behind the other by nature, `left` is the one ahead."""

    name: str
    left: str
    right: str
    says: str  # what a difference means, and what to do

    def difference(self, counters: Counters) -> int | None:
        """Return left less right; None where one of them is not known here."""
        if self.left in counters and self.right in counters:
            return counters[self.left] - counters[self.right]
        return None


PAIRS = (
    Pair(
        "sender and intake",
        "sequence_numbers_missing",
        "nothing",
        "Sequence numbers did not come: they were told to their agency on its receipts topic; ask it to send them again.",
    ),
    Pair(
        "kafka and intake",
        "records_thrown_away_unread",
        "nothing",
        "Kafka threw records away before intake had read them: ask their agencies to send those days again.",
    ),
    Pair(
        "intake and ledger",
        "intake_accepted",
        "ledger_records",
        "Intake counted other than the ledger holds: run `waakvlam fsck` and compare with a backup before anything else.",
    ),
    Pair(
        "ledger and register",
        "ledger_records",
        "register_accepted",
        "The register of ids does not match the records: something wrote beside intake. Compare with a backup.",
    ),
    Pair(
        "ledger and chains",
        "ledger_records",
        "chain_versions",
        "The heads of the cases do not match the records: something wrote beside intake. Compare with a backup.",
    ),
    Pair(
        "ledger and relay",
        "ledger_records",
        "relay_published",
        "Records are not on case-events yet. At rest this is 0: is intake running, and does Kafka answer?",
    ),
    Pair(
        "ledger and radar",
        "case_records",
        "radar_folded",
        "The radar has not folded all records of cases. At rest this is 0: look at monitoring's log and lag.",
    ),
    Pair(
        "ledger and board",
        "ledger_records",
        "board_folded",
        "The board has not folded all records. At rest this is 0: look at the board's log and lag.",
    ),
    Pair(
        "radar and triage",
        "radar_read",
        "triage_read",
        "Triage and the radar read the same topic to different ends. At rest this is 0: look at the log of who is behind.",
    ),
    Pair(
        "alerts raised and delivered",
        "alerts_raised",
        "alerts_delivered",
        "The radar raised alerts that it could not yet deliver on the topic alerts. At rest this is 0: does Kafka answer?",
    ),
    Pair(
        "alerts delivered and recorded",
        "alerts_delivered",
        "alerts_recorded",
        "Alerts were delivered but are not in the ledger. At rest this is 0: look at `waakvlam dead-letters list --agency radar`.",
    ),
    Pair(
        "alerts recorded and shown",
        "alerts_recorded",
        "alerts_shown",
        "The board does not know all alerts in the ledger. At rest this is 0: look at the board's log and lag.",
    ),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One pair with its difference."""

    pair: Pair
    left: int
    right: int

    @property
    def difference(self) -> int:
        """How much the left side has more than the right."""
        return self.left - self.right


def reconcile(counters: Counters) -> Iterator[Compared]:
    """Yield every pair of which both sides are known, in the order in which an event passes them."""
    known = {**counters, "nothing": 0}
    for pair in PAIRS:
        if pair.difference(known) is not None:
            yield Compared(pair, known[pair.left], known[pair.right])
