"""A real Prometheus and a real Alertmanager beside a stack, and who is called: a web hook that keeps what it heard and when."""

import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from cli.broker import PROJECT, free_port

LOCAL = PROJECT / "deploy" / "local"
RULES = PROJECT / "deploy" / "helm" / "waakvlam" / "rules"
HOOKS = "http://127.0.0.1:9099/"
WITHIN_SECONDS = 30.0


@dataclass(frozen=True)
class Call:
    """One call: when, to whom (page, ticket or alive), about which alert, and whether it is over."""

    at: float
    to: str
    alert: str
    is_over: bool


@dataclass
class Hook:
    """Who is called."""

    calls: list[Call] = field(default_factory=list)
    port: int = 0

    def about(self, since: float = 0.0, *, to: Iterable[str] = ("page", "ticket")) -> dict[str, float]:
        """Return the alerts that people were called about since a moment, each with the moment of its first call."""
        first: dict[str, float] = {}
        for one in self.calls:
            if one.at >= since and one.to in to and not one.is_over:
                first.setdefault(one.alert, one.at)
        return first

    def note(self, to: str, body: bytes) -> None:
        """Take note of a call."""
        at = time.monotonic()
        for one in json.loads(body)["alerts"]:
            self.calls.append(Call(at, to, one["labels"]["alertname"], one["status"] == "resolved"))


@dataclass(frozen=True)
class Alerting:
    """Both of them, and the hook."""

    hook: Hook
    prometheus: str

    def firing(self) -> set[str]:
        """Return the alerts that are so now and may hold others back, or are held back themselves."""
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/alerts", timeout=10) as answer:
            told = [one for one in json.load(answer)["data"]["alerts"] if one["state"] == "firing"]
        return {one["labels"]["alertname"] for one in told if one["labels"]["layer"] not in ("truth", "agency")}


@contextmanager
def alerting_on(
    folder: Path, ports: Iterable[int], *, changed: Callable[[str], str] = lambda text: text
) -> Iterator[Alerting]:
    """Run both on the files that are shipped; `changed` may alter them, for a test that has no minutes to wait."""
    with _hook() as hook:
        prometheus, manager = free_port(), free_port()
        text = (LOCAL / "alertmanager.yml").read_text("utf-8").replace(HOOKS, f"http://127.0.0.1:{hook.port}/")
        (folder / "alertmanager.yml").write_text(changed(text), "utf-8")
        config = yaml.safe_load((LOCAL / "prometheus.yml").read_text("utf-8"))
        config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{port}" for port in ports]
        config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{manager}"]
        config["rule_files"] = []
        for file in sorted(RULES.glob("*.yaml")):
            (folder / file.name).write_text(changed(file.read_text("utf-8")), "utf-8")
            config["rule_files"].append(str(folder / file.name))
        (folder / "prometheus.yml").write_text(changed(yaml.safe_dump(config)), "utf-8")
        programs = (
            ["prometheus-alertmanager", f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alerts'}",
             f"--web.listen-address=127.0.0.1:{manager}", "--cluster.listen-address="],
            ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'series'}",
             f"--web.listen-address=127.0.0.1:{prometheus}"],
        )  # fmt: skip
        with _running(programs, folder):
            for port in (manager, prometheus):
                _until_ready(f"http://127.0.0.1:{port}/-/ready")
            yield Alerting(hook, f"http://127.0.0.1:{prometheus}")


@contextmanager
def _hook() -> Iterator[Hook]:
    hook = Hook()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.note(self.path.strip("/"), self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    hook.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _running(programs: Iterable[list[str]], folder: Path) -> Iterator[None]:
    running = []
    try:
        for command in programs:
            assert shutil.which(command[0]), f"{command[0]} is not here: make setup installs it"
            with (folder / f"{command[0]}.log").open("ab") as log:
                running.append(subprocess.Popen(command, stdout=log, stderr=log))
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(20)


def _until_ready(address: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.05)
