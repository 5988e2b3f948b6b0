"""What the board can be told from outside, all as `WAAKVLAM_…` in the environment. Read once, in `__main__`."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from ledger.settings import Settings
from services.board.access.provider import Claims, Provider
from waakvlam.errors import Misconfigured


class BoardSettings(Settings):
    """The board's settings; each has a default that fits one machine."""

    board: str = Field("sqlite:///var/board.db", description="The board's own view; it may be thrown away.")
    looks: str = Field(
        "", description="Look log, sessions and emergency access, never thrown away; empty: a file in the data folder."
    )
    board_host: str = Field("127.0.0.1", description="Address to listen on; without a login only this machine.")
    board_port: int = Field(8700, ge=0, le=65535, description="Port of the pages; 0 lets the system choose one.")
    board_health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of /health, /ready and /metrics for other machines; 0: beside the pages only.",
    )
    board_address: str = Field("", description="The board's whole address in a browser; needed with a login.")
    board_organisation: str = Field("Veilig Thuis", description="On whose behalf staff look, as the look log says.")
    board_staff: str = Field(
        "demo-medewerker",
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="Opaque id of who works at this board while there is no login (demonstration).",
    )
    board_secret: SecretStr | None = Field(None, description="Signs forms; give all boards of one site the same.")
    theme: Path | None = Field(None, description="Folder with the region's own name, logo and colours.")
    board_idle_minutes: int = Field(30, ge=1, le=480, description="A login ends after so long without doing anything.")
    board_session_minutes: int = Field(600, ge=5, le=1440, description="A login ends after so long at most.")
    oidc_issuer: str = Field("", description="Provider of identities (OpenID Connect); empty: no login.")
    oidc_client_id: str = Field("waakvlam", description="Our id at the provider.")
    oidc_client_secret_file: Path | None = Field(None, description="File with our secret at the provider.")
    oidc_person_claim: str = Field("sub", description="Claim with somebody's opaque id.")
    oidc_roles_claim: str = Field("roles", description="Claim with somebody's roles; a dot leads into a claim.")
    oidc_municipalities_claim: str = Field("municipalities", description="Claim with CBS codes, or * for all.")
    oidc_team_claim: str = Field("team", description="Claim with somebody's team.")

    @model_validator(mode="after")
    def _only_here_without_login(self) -> Self:
        if not self.oidc_issuer and not _is_this_machine(self.board_host):
            raise ValueError(
                "Het bord heeft geen inlog en luistert daarom alleen op deze machine: zet WAAKVLAM_BOARD_HOST op "
                f"127.0.0.1 (nu: {self.board_host}), of koppel een inlogdienst met WAAKVLAM_OIDC_ISSUER."
            )
        return self

    @model_validator(mode="after")
    def _a_login_is_whole_and_encrypted(self) -> Self:
        if not self.oidc_issuer:
            return self
        if self.oidc_client_secret_file is None or not self.board_address:
            raise ValueError(
                "Bij WAAKVLAM_OIDC_ISSUER horen WAAKVLAM_OIDC_CLIENT_SECRET_FILE en WAAKVLAM_BOARD_ADDRESS "
                "(het hele adres van het bord in een browser, zoals https://bord.example.nl)."
            )
        for name, address in (("OIDC_ISSUER", self.oidc_issuer), ("BOARD_ADDRESS", self.board_address)):
            parts = urlsplit(address)
            if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname or "")):
                raise ValueError(f"WAAKVLAM_{name} begint met https://; alleen op deze machine zelf mag http.")
        return self

    def form_secret(self) -> str | None:
        """Return what forms are signed with; None to make it up at every start."""
        return self.board_secret.get_secret_value() if self.board_secret else None

    def looks_place(self) -> str:
        """Return where looks are kept."""
        return self.looks or f"sqlite:///{self.data / 'looks.db'}"

    def provider(self) -> Provider | None:
        """Return the provider of identities; None when there is no login. Raises Misconfigured."""
        if not self.oidc_issuer or self.oidc_client_secret_file is None:
            return None
        try:
            secret = self.oidc_client_secret_file.read_text("utf-8").strip()
        except OSError as error:
            raise Misconfigured(
                f"WAAKVLAM_OIDC_CLIENT_SECRET_FILE kan niet worden gelezen: {error.strerror}."
            ) from error
        claims = Claims(
            person=self.oidc_person_claim,
            roles=self.oidc_roles_claim,
            municipalities=self.oidc_municipalities_claim,
            team=self.oidc_team_claim,
        )
        return Provider(self.oidc_issuer, self.oidc_client_id, secret, claims)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
