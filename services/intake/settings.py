"""What intake is told by its surroundings."""

from pathlib import Path

from pydantic import Field

from ledger.log_keys import LogKeys
from ledger.settings import Settings


class IntakeSettings(Settings):
    """The settings of intake."""

    intake_port: int = Field(
        0, ge=0, le=65535, description="Intake: port for /health, /ready and /metrics; 0 for none."
    )
    intake_parked_days: int = Field(
        5, ge=1, description="Intake: days that an event may wait for its case before people must look at it."
    )
    intake_missing_minutes: float = Field(
        5,
        gt=0,
        description="Intake: real minutes after which a sequence number that did not come is told to be missing.",
    )
    intake_clock_seconds: float = Field(
        0.5, gt=0, description="Intake: real seconds between two strokes of the ledger's clock."
    )
    checkpoint_key: Path | None = Field(
        None,
        description="Intake: file with the private keys that sign checkpoints, one a line; made when missing. Not given: "
        "checkpoint.key in the data folder.",
    )
    ledger_name: str = Field(
        "waakvlam.example/grootboek",
        pattern=r"^[^\s+]+$",
        description="Intake: the name under which this ledger signs, one of its own for each region; for a new key only.",
    )

    def log_keys(self) -> LogKeys:
        """Return the keys that sign checkpoints, made when missing; raises Damaged when their file holds something else."""
        return LogKeys.at(self.checkpoint_key or self.data / "checkpoint.key", self.ledger_name)
