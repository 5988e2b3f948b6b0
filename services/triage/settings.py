"""What triage is told by its surroundings."""

from pydantic import Field

from ledger.settings import Settings


class TriageSettings(Settings):
    """The settings of triage."""

    triage: str = Field(
        "sqlite:///var/triage.db",
        description="Triage: database for its read positions, sqlite:///path or postgresql://….",
    )
    triage_port: int = Field(0, description="Triage: port for /health, /ready and /metrics; 0 for none.")
