"""A throw-away PostgreSQL on this machine, for tests and trials: `Postgres(folder)`.

It listens on loopback only, at a free port, and keeps its data in the folder it is given. PostgreSQL refuses to run as
root; then the cluster runs as the system's user `postgres`, and where that user cannot reach the folder, in a temporary
one of its own. It ends with the process that started it.
"""

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from cli.broker import free_port

_BINARIES = Path("/usr/lib/postgresql")
_USER = "postgres"


class PostgresMissing(Exception):
    """There is no PostgreSQL server on this machine."""


class Postgres:
    """One cluster. `durable=True` keeps fsync on, for tests that end it without warning.

    `made_with` are more words for initdb, `options` settings of the server, `log` a file for what it says.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = False,
        made_with: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
        log: Path | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._made_with = made_with
        self._options = (f"fsync={'on' if durable else 'off'}", *options)
        self._log = log
        self._numbers = itertools.count(1)
        self._runs = False
        self.port = 0
        if os.geteuid() == 0 and not _reachable(self._folder):
            self._folder = Path(tempfile.mkdtemp(prefix="waakvlam-postgres-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        atexit.register(self.stop, at_once=True)

    def start(self) -> "Postgres":
        """Make the cluster when its folder is new, and start it; it answers when this returns."""
        if not (self._folder / "PG_VERSION").exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(self._folder, _USER, _USER)
            if os.geteuid() == 0 and self._log:
                self._log.touch()
                shutil.chown(self._log, _USER, _USER)
            how = ("-A", "trust", "-U", _USER, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
            self._run("initdb", *how, *self._made_with, "-D", str(self._folder))
        self.port = self.port or free_port()
        options = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", *self._options)
        words = " ".join(f"-c {one}" for one in options)
        self._run(
            "pg_ctl", "-w", "-D", str(self._folder), "-l", str(self.log), "-o", f"-p {self.port} {words}", "start"
        )
        self._runs = True
        return self

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; `at_once` as if the power went. A second time changes nothing."""
        is_over = not self._runs or self.has_ended()
        self._runs = False
        if is_over:
            return
        self._run("pg_ctl", "-D", str(self._folder), "-m", "immediate" if at_once else "fast", "stop")

    @property
    def log(self) -> Path:
        """The file that holds what the server says."""
        return self._log or self._folder / "server.log"

    def has_ended(self) -> bool:
        """Tell whether the server ended by itself; it is not running, and was not stopped."""
        return self._runs and not (self._folder / "postmaster.pid").exists()

    def fresh_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"fresh_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the URL of a database in this cluster."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        found = sorted(_BINARIES.glob(f"*/bin/{program}"))
        path = str(found[-1]) if found else shutil.which(program)
        if path is None:
            raise PostgresMissing(f"{program} is not here: install the package postgresql")
        as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*as_user, path, *arguments],
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout or 'see server.log'}")


def _reachable(folder: Path) -> bool:
    """Tell whether another user can pass through all folders above this one."""
    return all(above.stat().st_mode & 0o001 for above in folder.parents if above.exists())
