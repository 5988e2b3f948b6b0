"""What the board can be told from outside, all as `WAAKVLAM_…` in the environment. Read once, in `__main__`."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from ledger.settings import Settings


class BoardSettings(Settings):
    """The board's settings; each has a default that fits one machine."""

    board: str = Field("sqlite:///var/board.db", description="The board's own view; it may be thrown away.")
    board_host: str = Field("127.0.0.1", description="Address to listen on; without a login only this machine.")
    board_port: int = Field(8700, ge=0, le=65535, description="Port of the pages; 0 lets the system choose one.")
    board_health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of /health, /ready and /metrics for other machines; 0: beside the pages only.",
    )
    board_staff: str = Field(
        "demo-medewerker",
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="Opaque id of who works at this board (demonstration: there is no login yet).",
    )
    board_secret: SecretStr | None = Field(None, description="Signs forms; give all boards of one site the same.")
    theme: Path | None = Field(None, description="Folder with the region's own name, logo and colours.")

    @model_validator(mode="after")
    def _only_here_without_login(self) -> Self:
        if not _is_this_machine(self.board_host):
            raise ValueError(
                "Het bord heeft nog geen inlog en luistert daarom alleen op deze machine: "
                f"zet WAAKVLAM_BOARD_HOST op 127.0.0.1 (nu: {self.board_host})."
            )
        return self


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
