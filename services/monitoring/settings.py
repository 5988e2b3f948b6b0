"""What monitoring is told by its surroundings."""

from pydantic import Field, SecretStr, field_validator

from ledger.settings import Settings


class MonitoringSettings(Settings):
    """The settings of monitoring."""

    radar: str = Field(
        "sqlite:///var/radar.db", description="Radar: database of the radar view, sqlite:///path or postgresql://…."
    )
    monitoring_port: int = Field(0, description="Monitoring: port for /health, /ready and /metrics; 0 for none.")
    monitoring_patience_seconds: float = Field(
        20.0,
        description="Monitoring: real seconds without the ledger's clock after which alerts are raised all the same.",
    )
    monitoring_scan_seconds: float = Field(
        0.25, description="Monitoring: real seconds between two looks at what is due."
    )
    monitoring_cases_in_memory: int = Field(
        50_000, description="Monitoring: cases kept in memory; the others are built anew."
    )
    heartbeat_url: SecretStr = Field(
        SecretStr(""),
        description="Monitoring: address of a dead man's switch outside, called while the heart beats. Empty for none.",
    )

    @field_validator("heartbeat_url")
    @classmethod
    def _is_an_address(cls, url: SecretStr) -> SecretStr:
        address = url.get_secret_value()
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("give the address as https://…, as the dead man's switch names it, or leave it empty")
        return url
