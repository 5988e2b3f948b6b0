"""A real Apache Kafka on this machine: one node, KRaft, from the Maven artefacts that `make setup` brought.

The jars stand in `.cache/kafka` of the project (or in WAAKVLAM_KAFKA_HOME). No container, nothing outside its folder,
free ports picked; its data is kept in the folder it is given, which the caller keeps or throws away. Ends with the
process that started it.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from ledger.private import private_file, private_folder

PROJECT = Path(__file__).resolve().parent.parent
RECIPE = PROJECT / "deploy" / "local"
CLUSTER_ID = "waakvlam-local-kafka-1"  # 22 characters, as Kafka wants them
STARTED_WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 20


class BrokerFault(Exception):
    """The broker could not be started; the message says what to do."""


def home() -> Path:
    """Return the folder that holds the jars."""
    return Path(os.environ.get("WAAKVLAM_KAFKA_HOME", PROJECT / ".cache" / "kafka"))


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Broker:
    """One broker with its data in `folder`; `port` 0 picks a free one and keeps it over restarts."""

    def __init__(self, folder: Path, port: int = 0, *, options: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.options = options
        self.port = port or free_port()
        self.controller_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def has_ended(self) -> bool:
        """Tell whether it ended by itself; it was started, and not stopped."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> Self:
        """Start and wait until it accepts; raises BrokerFault with the next step when it does not."""
        self.launch()
        self.wait_until_it_accepts()
        return self

    def launch(self) -> None:
        """Start it and do not wait: of several nodes none accepts before most of them run."""
        if not any((home() / "libs").glob("kafka_2.13-*.jar")):
            raise BrokerFault(f"Kafka's jars are not in {home() / 'libs'}. Run: make setup")
        private_folder(self.folder)
        properties = private_file(self.folder / "server.properties")
        properties.write_text(self.properties(), "utf-8")
        if not (self.folder / "log" / "meta.properties").exists():
            self.format(properties)
        self._process = subprocess.Popen(
            [*_with_us(), *self._java("kafka.Kafka", *self.options), str(properties)],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr.log").open("ab"),
            start_new_session=True,
        )

    def properties(self) -> str:
        """Return what Kafka is told about itself."""
        return self.filled((RECIPE / "server.properties").read_text("utf-8"))

    def filled(self, text: str, **more: object) -> str:
        """Return a recipe with its places in braces filled in."""
        places = {"port": self.port, "controller_port": self.controller_port, "folder": self.folder, **more}
        for place, value in places.items():
            text = text.replace(f"{{{place}}}", str(value))
        return text

    def format(self, properties: Path, *words: str) -> None:
        """Prepare the data folder, once; `words` are more arguments for Kafka's own tool."""
        command = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties), *words]
        self._run_to_end(*command)

    def stop(self) -> None:
        """Stop it in order; its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop it as a power cut would (SIGKILL); its data stays."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _java(self, main: str, *options: str) -> list[str]:
        archive = home() / "kafka.jsa"
        return [
            "java",
            *["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
            *([f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"] if archive.exists() else []),
            f"-Dlog4j2.configurationFile={RECIPE / 'log4j2.properties'}",
            f"-Dkafka.logs.dir={self.folder}",
            *options,
            *["-cp", f"{home() / 'libs'}/*", main],
        ]

    def _run_to_end(self, *command: str) -> None:
        done = subprocess.run([*self._java(command[0]), *command[1:]], capture_output=True, text=True, check=False)
        if done.returncode:
            raise BrokerFault(f"Kafka's {command[0]} failed: {done.stderr.strip()[-400:]}")

    def wait_until_it_accepts(self) -> None:
        """Return when it accepts; raises BrokerFault when it ends or takes too long."""
        assert self._process is not None
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.kill()
        raise BrokerFault(
            f"Kafka did not start. Look at {self.folder / 'server.log'} and {self.folder / 'stderr.log'}."
        )


def make_archive() -> None:
    """Run the broker once and keep its loaded classes, so that later starts take two seconds instead of five."""
    folder = home() / "first-run"
    Broker(folder, options=(f"-XX:ArchiveClassesAtExit={home() / 'kafka.jsa'}",)).start().stop()
    shutil.rmtree(folder)


def _with_us() -> list[str]:
    """Return the prefix that lets a child end with its parent, where the system has one."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


if __name__ == "__main__":
    make_archive()
