"""What the commands can be told from outside: the same `WAAKVLAM_…` names as the services, with a folder as default.

This is the command line's one door to the environment. With nothing set, everything is kept in `.data` (or `--data DIR`).
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from cli.broker import PROJECT
from cli.exits import Ends, Exit
from ledger.private import private_file
from ledger.settings import Settings as SharedSettings
from waakvlam.clock import Clock

AGREEMENTS = PROJECT / "agreements"
NOWHERE = Path()
WORD_LEFT = "waakvlam.env"


class Settings(SharedSettings):
    """Where things are; what is empty lies in `data`."""

    data: Path = Field(Path(".data"), description="Folder for everything that has no address of its own.")
    ledger: str = Field("", description="The ledger: sqlite:///path or postgresql://user:password@host:port/name.")
    keys: Path = Field(NOWHERE, description="File with the keys of the sealed parts.")
    checkpoint_key: Path = Field(NOWHERE, description="File with the private keys that sign checkpoints.")
    radar: str = Field("", description="Monitoring's database.")
    triage: str = Field("", description="Triage's database.")
    board: str = Field("", description="The board's database.")
    agreements: Path = Field(AGREEMENTS, description="Folder of the cooperation agreements.")
    intake_port: int = Field(8701, description="Port of intake's health and metrics; 0 for none.")
    triage_port: int = Field(8702, description="Port of triage's health and metrics; 0 for none.")
    monitoring_port: int = Field(8703, description="Port of monitoring's health and metrics; 0 for none.")
    board_port: int = Field(8700, description="Port of the board's pages.")

    def places(self) -> dict[str, str]:
        """Return where everything is, defaults filled in, under the names of the environment."""
        folder = self.data.resolve()
        return {
            "WAAKVLAM_BOOTSTRAP": self.bootstrap,
            "WAAKVLAM_DATA": str(folder),
            "WAAKVLAM_LEDGER": self.ledger or f"sqlite:///{folder}/ledger.db",
            "WAAKVLAM_KEYS": str(folder / "keys.db" if self.keys == NOWHERE else self.keys),
            "WAAKVLAM_CHECKPOINT_KEY": str(
                folder / "checkpoint.key" if self.checkpoint_key == NOWHERE else self.checkpoint_key
            ),
            "WAAKVLAM_RADAR": self.radar or f"sqlite:///{folder}/radar.db",
            "WAAKVLAM_TRIAGE": self.triage or f"sqlite:///{folder}/triage.db",
            "WAAKVLAM_BOARD": self.board or f"sqlite:///{folder}/board.db",
            "WAAKVLAM_AGREEMENTS": str(self.agreements.resolve()),
            "WAAKVLAM_CLOCK": self.clock,
            "WAAKVLAM_INTAKE_PORT": str(self.intake_port),
            "WAAKVLAM_TRIAGE_PORT": str(self.triage_port),
            "WAAKVLAM_MONITORING_PORT": str(self.monitoring_port),
            "WAAKVLAM_BOARD_PORT": str(self.board_port),
        }

    def time(self) -> Clock:
        """Return the clock that these settings name; ends with what to do when they name none."""
        try:
            return super().time()
        except ValueError as error:
            raise Ends(Exit.USAGE, str(error)) from error

    @property
    def ledger_url(self) -> str:
        """Where the ledger is."""
        return self.places()["WAAKVLAM_LEDGER"]

    @property
    def board_address(self) -> str:
        """Where the board's pages are."""
        return f"http://127.0.0.1:{self.board_port}/"


def read_settings(data: Path | None = None) -> Settings:
    """Return the settings of this process; a folder that is given goes before WAAKVLAM_DATA.

    What `leave_word` wrote in that folder counts where the environment says nothing.
    """
    return Settings() if data is None else Settings(_env_file=data / WORD_LEFT, data=data)


def leave_word(settings: Settings) -> None:
    """Write in the data folder where everything is, so that `--data` alone finds what runs here."""
    lines = [f"{name}={value}" for name, value in settings.places().items()]
    private_file(settings.data / WORD_LEFT).write_text("\n".join(lines) + "\n", "utf-8")


def environment_for(places: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service: ours, with these places."""
    return {**os.environ, **places}
