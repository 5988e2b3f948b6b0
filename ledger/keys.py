"""Where keys are kept: in a file on one machine, or wrapped by a vault that can destroy them everywhere (decision 28).

A vault is a server that speaks HashiCorp's transit protocol (OpenBao, Vault). Each key of a case has a wrapping key of
its own there, which never leaves it; what we keep is useless without. Destroying the wrapping key makes every copy of
ours useless too: in backups, on replicas, on an old disk.
"""

import base64
import re
from functools import lru_cache
from pathlib import Path

import hvac
import requests
from hvac import exceptions as refused

from ledger import errors
from ledger.database import open_database
from ledger.sealing import FileKeyStore, KeyRegister, KeyStore
from ledger.settings import Settings
from waakvlam.clock import Clock

SECONDS_MAX = 10
REMEMBERED_MAX = 4096
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")


def open_keys(settings: Settings, clock: Clock) -> KeyStore:
    """Return the key store that the settings name; raises Unavailable when it cannot be reached."""
    if not settings.transit_url:
        return FileKeyStore(settings.keys, clock=clock)
    if settings.transit_token_file is None:
        raise errors.Fault(
            "WAAKVLAM_TRANSIT_URL is set; set WAAKVLAM_TRANSIT_TOKEN_FILE to the file with its token too."
        )
    vault = TransitVault(settings.transit_url, settings.transit_token_file, mount=settings.transit_mount)
    vault.check()
    register = settings.transit_register or f"sqlite:///{settings.keys}"
    return KeyRegister(open_database(register, limits=settings.limits()), vault, clock=clock)


class TransitVault:
    """Wraps secrets in a vault. The token's file is read at each request, so that an agent may renew it."""

    def __init__(self, url: str, token_file: Path, *, mount: str) -> None:
        self._client = hvac.Client(url=url, timeout=SECONDS_MAX)
        self._url, self._token_file, self._mount = url, token_file, mount
        # What was opened is remembered, in memory only: the register says which key is in force, so this saves work alone.
        self._opened = lru_cache(maxsize=REMEMBERED_MAX)(self._open)

    def check(self) -> None:
        """Raise Unavailable when the vault cannot be reached, is sealed or does not know us."""
        self._asked("auth/token/lookup-self", {}, method="GET")

    def wrap(self, name: str, secret: bytes) -> bytes:
        """Return the secret wrapped by a new key of the vault with this name."""
        place = self._key(name)
        self._asked(f"keys/{place}", {})
        self._asked(f"keys/{place}/config", {"deletion_allowed": True})
        wrapped = self._asked(f"encrypt/{place}", {"plaintext": base64.b64encode(secret).decode()})
        return str(wrapped["ciphertext"]).encode()

    def unwrap(self, name: str, kept: bytes) -> bytes:
        """Return the secret; raises Erased when the vault has no such key any more."""
        return self._opened(name, kept)

    def _open(self, name: str, kept: bytes) -> bytes:
        opened = self._asked(f"decrypt/{self._key(name)}", {"ciphertext": kept.decode()}, gone=name)
        return base64.b64decode(str(opened["plaintext"]))

    def destroy(self, name: str) -> None:
        """Destroy the key of this name; one that is not there is destroyed already."""
        self._asked(f"keys/{self._key(name)}", {}, method="DELETE", gone=None)
        self._opened.cache_clear()

    def _key(self, name: str) -> str:
        return _UNFIT.sub("-", name)

    def _asked(
        self, path: str, body: dict[str, object], *, method: str = "POST", gone: str | None = ""
    ) -> dict[str, object]:
        """Ask the vault; `gone` names the key that may have been destroyed, None one that may well be."""
        whole = path if path.startswith("auth/") else f"{self._mount}/{path}"
        try:
            self._client.token = self._token_file.read_text("utf-8").strip()
            answer = self._client.adapter.request(method, f"/v1/{whole}", json=body or None)
        except (requests.RequestException, OSError) as error:
            raise self._unavailable(type(error).__name__) from None
        except (refused.InvalidPath, refused.InvalidRequest) as error:
            if gone is None:
                return {}
            if gone and "not found" in str(error):
                raise errors.Erased(f"the vault no longer has key {gone}: it was destroyed") from None
            raise self._unavailable(type(error).__name__) from None
        except refused.VaultError as error:
            raise self._unavailable(type(error).__name__) from None
        data = answer.get("data") if isinstance(answer, dict) else None
        return data if isinstance(data, dict) else {}

    def _unavailable(self, why: str) -> errors.Unavailable:
        return errors.Unavailable(
            f"the vault at {self._url} did not do what was asked ({why}). Look whether it runs and is unsealed, whether the "
            f"token in {self._token_file} is valid, and whether its policy allows {self._mount}/keys, encrypt and decrypt."
        )
