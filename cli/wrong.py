"""What is wrong first, with the next step: the alert rules of the chart, asked of the numbers as they are now.

Each line names an alert rule, with its metric and its limit; `tests/contract/test_status_and_alert_rules.py` holds that the
rule says the same. How long a rule waits before it calls is left out here: who looks at a screen wants to know now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.readings import Reading, Readings

DAY = 24 * 3600.0
RUNBOOK = "docs/how-to/runbooks/{}.md"


class Kind(StrEnum):
    """How a number is compared with a limit."""

    OVER = "over"
    UNDER = "under"
    IS = "is"
    AGE = "age over"
    LEFT = "left under"


@dataclass(frozen=True, slots=True)
class Sign:
    """A number by which something is seen to be wrong; `by` are the labels that say whose. Instants are seconds since 1970."""

    alert: str
    metric: str
    kind: Kind
    limit: float
    says: str
    step: str
    by: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    on_service_clock: bool = False

    def shows(self, one: Reading, now: float) -> bool:
        """Tell whether a reading is wrong; an instant that is 0 was never told."""
        match self.kind:
            case Kind.OVER:
                return one.value > self.limit
            case Kind.UNDER:
                return one.value < self.limit
            case Kind.IS:
                return one.value == self.limit
            case Kind.AGE:
                return one.value > 0 and now - one.value > self.limit
            case Kind.LEFT:
                return one.value - now < self.limit


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong: what, whose, what to do, and which alert's runbook says more."""

    alert: str
    says: str
    who: tuple[str, ...]
    step: str

    def as_json(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return {
            "alert": self.alert,
            "says": self.says,
            "who": list(self.who),
            "step": self.step,
            "runbook": self.runbook,
        }

    @property
    def runbook(self) -> str:
        """Where the first three steps stand."""
        return RUNBOOK.format(self.alert)

    def lines(self, number: int) -> list[str]:
        """Return it as lines for people."""
        who = f": {', '.join(self.who)}" if self.who else ""
        return [f"{number:2}. {self.says}{who}.", f"    -> {self.step} ({self.runbook})"]


UNREACHABLE = frozenset({"WaakvlamKafkaUnreachable", "WaakvlamLedgerUnreachable", "WaakvlamServiceDown"})
DOWN = ("WaakvlamServiceDown", "A part does not answer", "`waakvlam up` starts the parts; read its log first.")
GROUND = (
    Sign("WaakvlamKafkaUnreachable", "waakvlam_watch_reachable_state", Kind.IS, 0, "Kafka does not answer",
         "Start it, or set WAAKVLAM_BOOTSTRAP; `waakvlam doctor` tells a wrong login from a broker that is down.",
         only=(("what", "kafka"),)),
    Sign("WaakvlamLedgerUnreachable", "waakvlam_watch_reachable_state", Kind.IS, 0, "The ledger's database does not answer",
         "Look whether the server runs and WAAKVLAM_LEDGER is right; `waakvlam doctor` says more.",
         only=(("what", "ledger"),)),
    Sign("WaakvlamLedgerChanged", "waakvlam_checkpoint_refused_state", Kind.IS, 1, "The ledger is not what was signed before",
         "Change nothing; make a whole export now: `waakvlam export --whole FILE`."),
    Sign("WaakvlamDiskNearlyFull", "waakvlam_watch_disk_free_ratio", Kind.UNDER, 0.1, "The disk is nearly full",
         "Make room; services stop rather than lose an event."),
    Sign("WaakvlamDiskNearlyFull", "waakvlam_watch_disk_free_bytes", Kind.UNDER, 1073741824, "The disk is nearly full",
         "Make room; services stop rather than lose an event."),
)  # fmt: skip
MOVING = (
    Sign("WaakvlamWatchStale", "waakvlam_watch_looked_timestamp_seconds", Kind.AGE, 120, "The watch stands still",
         "Start `waakvlam watch` anew."),
    Sign("WaakvlamReaderStuck", "waakvlam_watch_no_progress_seconds", Kind.OVER, 60, "A reader stands still",
         "Read its log: a lock, a fence, a record? Then start it anew.", by=("reader", "topic")),
    Sign("WaakvlamRelayStopped", "waakvlam_watch_relay_behind_seconds", Kind.OVER, 60, "Events are recorded but not passed on",
         "Read intake's log; start intake anew."),
    Sign("WaakvlamDeadlineBroken", "waakvlam_radar_open_cases_without_deadline", Kind.OVER, 0, "Open cases have no deadline",
         "Ask the radar to compare itself: `waakvlam rebuild radar --compare-only`."),
    Sign("WaakvlamCaseBroken", "waakvlam_radar_cases_broken", Kind.OVER, 0, "Of some cases the rules cannot be computed",
         "Read monitoring's log for their ids; call the developers."),
    Sign("WaakvlamCaseBroken", "waakvlam_radar_cases_without_agreement", Kind.OVER, 0, "Some cases fall under no agreement",
         "`waakvlam agreements check` says for which municipality there is none."),
    Sign("WaakvlamHeartbeatStopped", "waakvlam_radar_heartbeat_timestamp_seconds", Kind.AGE, 90, "The radar's heart does not beat",
         "Read monitoring's log: it says what the auditor found."),
    Sign("WaakvlamRadarBehind", "waakvlam_radar_horizon_timestamp_seconds", Kind.AGE, 60, "The radar does not know the last minute",
         "Look at what is before it: intake, the relay, Kafka.", on_service_clock=True),
    Sign("WaakvlamAlertsUndelivered", "waakvlam_radar_unconfirmed_oldest_seconds", Kind.OVER, 300,
         "An alert does not come back from the ledger", "Look whether intake reads `alerts`; read its log.",
        on_service_clock=True),
    Sign("WaakvlamReaderSlow", "waakvlam_watch_lag_seconds", Kind.OVER, 300, "A reader is more than five minutes behind",
         "Look at load and database; more workers share the partitions.", by=("reader", "topic")),
)  # fmt: skip
LATER = (
    Sign("WaakvlamAgencyStopped", "waakvlam_intake_agency_stopped_state", Kind.IS, 1, "An agency is not read on purpose",
         "`waakvlam dead-letters list`, then `waakvlam fuse list`; call the agency.", by=("agency",)),
    Sign("WaakvlamSetAsideOverdue", "waakvlam_intake_set_aside_overdue_events", Kind.OVER, 0,
         "Nobody decided in time on what was set aside",
         "`waakvlam dead-letters list` and `waakvlam parked list`.", by=("kind", "agency")),
    Sign("WaakvlamEventsMissing", "waakvlam_intake_sequence_missing", Kind.OVER, 0, "Numbered events never came",
         "Ask the agency to send them again.", by=("agency",)),
    Sign("WaakvlamAgencySilent", "waakvlam_intake_agency_silent_seconds", Kind.OVER, 0, "An agency is silent for too long",
         "Call the agency.", by=("agency",)),
    Sign("WaakvlamCanaryLate", "waakvlam_intake_canary_timestamp_seconds", Kind.AGE, 1800, "A canary did not come through",
         "Ask the agency whether its job for the canary runs; `waakvlam-agency canary` there tries its whole road.", by=("agency",)),
    Sign("WaakvlamAlertUnseen", "waakvlam_board_oldest_unseen_seconds", Kind.OVER, 7 * DAY, "An alert waits for more than a week",
         "Tell the team: it stands at the top of the board."),
    Sign("WaakvlamBackupTooOld", "waakvlam_watch_backup_made_timestamp_seconds", Kind.AGE, 2 * DAY, "The last backup is too old",
         "`waakvlam backup --to DIR --keys-to DIR` makes one.", on_service_clock=True),
    Sign("WaakvlamCheckpointMissing", "waakvlam_checkpoint_proven_timestamp_seconds", Kind.AGE, 2 * DAY,
         "For two days nothing was signed", "Read intake's log for what the notary says.", on_service_clock=True),
    Sign("WaakvlamExpiresSoon", "waakvlam_watch_expires_timestamp_seconds", Kind.LEFT, 30 * DAY, "Something ends within a month",
         "`waakvlam credentials rotate WHO`, or renew the certificate.", by=("what",)),
)  # fmt: skip
NOT_HERE = {
    "WaakvlamClockWrong": "Prometheus asks on its own clock; from here both would be this machine's",
    "WaakvlamCountsDiffer": "while events flow one side is ahead for a moment: only a quarter of an hour of it says something",
    "WaakvlamWatchdog": "it says that alerting works",
}
SIGNS = (*GROUND, *MOVING, *LATER)


def wrong(found: Readings, missing: tuple[str, ...], *, now: float, service_now: float | None) -> Iterator[Wrong]:
    """Yield what is wrong, what goes first at the head; `missing` are the parts that do not answer.

    Moments are seconds: real, and on the services' clock. That is None when it runs faster, for a demonstration: then its
    ages say nothing.
    """
    told: set[str] = set()
    for place, sign in enumerate(SIGNS):
        if place == len(GROUND) and missing:
            yield Wrong(DOWN[0], DOWN[1], missing, DOWN[2])
        at = service_now if sign.on_service_clock else now
        if at is None or sign.says in told:
            continue
        if bad := [one for one in found.of(sign.metric, **dict(sign.only)) if sign.shows(one, at)]:
            told.add(sign.says)
            who = dict.fromkeys(one.who(*sign.by) for one in bad)
            yield Wrong(sign.alert, sign.says, tuple(filter(None, who)), sign.step)
