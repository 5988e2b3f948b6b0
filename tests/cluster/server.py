"""A real kube-apiserver on an etcd of its own: it takes, refuses and keeps resources as a cluster does; no pod ever runs."""

import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cli.broker import free_port
from waakvlam.clock import SystemClock

TOKEN = "test-token"
READY_WITHIN_SECONDS = 120.0
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@dataclass
class Server:
    """The server, and what is asked of it."""

    url: str
    folder: Path
    finishing: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str, method: str = "GET", body: Any = None, kind: str = "application/json") -> Any:
        """Ask, as one who may do everything; raises HTTPError when it is refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        context = ssl._create_unverified_context()  # its certificate was made a second ago, on this machine
        request = Request(f"{self.url}{path}", data, headers, method=method)
        with urlopen(request, timeout=30, context=context) as answer:
            return json.load(answer)

    @property
    def kubeconfig(self) -> Path:
        """The file by which tools reach it."""
        file = self.folder / "kubeconfig"
        cluster = {"server": self.url, "insecure-skip-tls-verify": True}
        told = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin", "namespace": "region"}}],
        }
        file.write_text(json.dumps(told))
        return file

    def define(self, resources: list[dict[str, Any]]) -> None:
        """Define the kinds of others that these resources are of, with whatever fields they have."""
        for version, kind in sorted({(one["apiVersion"], one["kind"]) for one in resources}):
            group, _, of = version.partition("/")
            names = {"kind": kind, "plural": f"{kind.lower()}s", "singular": kind.lower()}
            schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
            spec = {
                "group": group,
                "names": names,
                "scope": "Namespaced",
                "versions": [{"name": of, "served": True, "storage": True, "schema": schema}],
            }
            named = {
                "name": f"{names['plural']}.{group}",
                "annotations": {"api-approved.kubernetes.io": "unapproved, a test"},
            }
            body = {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": named,
                "spec": spec,
            }
            self.ask(CRDS, "POST", body)
            until(lambda place=f"/apis/{version}", name=names["plural"]: self._serves(place, name))

    def _serves(self, place: str, name: str) -> bool:
        with suppress(HTTPError):
            return name in [one["name"] for one in self.ask(place)["resources"]]
        return False

    def finish_jobs(self) -> None:
        """Play the controller of jobs: each is done as soon as it is there."""
        while not self.finishing.wait(0.3):
            with suppress(URLError, OSError):
                for one in self.ask("/apis/batch/v1/jobs")["items"]:
                    if not one["status"].get("completionTime"):
                        self._finish(one)

    def _finish(self, job: dict[str, Any]) -> None:
        now = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"
        done = [
            {"type": one, "status": "True", "lastTransitionTime": now} for one in ("SuccessCriteriaMet", "Complete")
        ]
        status = {
            "startTime": now,
            "completionTime": now,
            "succeeded": 1,
            "conditions": done,
            "uncountedTerminatedPods": {},
        }
        place = f"/apis/batch/v1/namespaces/{job['metadata']['namespace']}/jobs/{job['metadata']['name']}/status"
        self.ask(place, "PATCH", {"status": status}, "application/merge-patch+json")


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so; fails after a while."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def running(binary: Path, folder: Path) -> Iterator[Server]:
    """Run etcd and the server until the end; both are gone then."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "account.key").write_bytes(key.private_bytes(*form))
    (folder / "tokens.csv").write_text(f"{TOKEN},admin,1,system:masters\n")
    etcd, peer, port = free_port(), free_port(), free_port()
    at = f"http://127.0.0.1:{etcd}"
    started = [
        _start(folder, "etcd", "etcd", "--data-dir", str(folder / "etcd"), "--listen-client-urls", at, "--advertise-client-urls", at,
               "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--unsafe-no-fsync"),
        _start(folder, "apiserver", str(binary), "--etcd-servers", at, "--bind-address=127.0.0.1", f"--secure-port={port}",
               f"--cert-dir={folder / 'certificates'}", "--service-cluster-ip-range=10.0.0.0/24",
               "--service-account-issuer=https://local", f"--service-account-key-file={folder / 'account.key'}",
               f"--service-account-signing-key-file={folder / 'account.key'}", f"--token-auth-file={folder / 'tokens.csv'}",
               "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount"),
    ]  # fmt: skip
    server = Server(f"https://127.0.0.1:{port}", folder)
    beside = threading.Thread(target=server.finish_jobs, daemon=True)
    try:
        _wait(server, started)
        beside.start()
        yield server
    finally:
        server.finishing.set()
        for one in reversed(started):
            one.terminate()
            one.wait(30)


def _start(folder: Path, name: str, *command: str) -> "subprocess.Popen[bytes]":
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdout=log, stderr=log)


def _wait(server: Server, started: "list[subprocess.Popen[bytes]]") -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        with suppress(URLError, OSError, json.JSONDecodeError):
            server.ask("/api/v1/namespaces/default")
            return
        assert time.monotonic() < deadline, f"it is not ready; its logs are in {server.folder}"
        assert all(one.poll() is None for one in started), f"it ended; its logs are in {server.folder}"
        time.sleep(0.2)
