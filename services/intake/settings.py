"""What intake is told by its surroundings."""

from pydantic import Field

from ledger.settings import Settings


class IntakeSettings(Settings):
    """The settings of intake."""

    intake_port: int = Field(
        0, ge=0, le=65535, description="Intake: port for /health, /ready and /metrics; 0 for none."
    )
    intake_parked_days: int = Field(
        5, ge=1, description="Intake: days that an event may wait for its case before people must look at it."
    )
    intake_clock_seconds: float = Field(
        0.5, gt=0, description="Intake: real seconds between two strokes of the ledger's clock."
    )
