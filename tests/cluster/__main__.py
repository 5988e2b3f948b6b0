"""`make cluster`: install, upgrade, take back and uninstall the chart in a real kube-apiserver, with Helm 3 and with Helm 4.

What both render is compared first. No pod runs, for there are no controllers: what is tried is what the server takes, refuses
and keeps, and what each Helm makes of that.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import yaml
from helm_python import Config

from tests.chart.engine import CHART, GIVEN, NAMESPACE, RELEASE, chart, resources, values
from tests.chart.kubernetes import BUILT_IN
from tests.cluster.server import Server, running

HERE = Path(__file__).parent
CACHE = Path(".cache") / "cluster"
KUBERNETES = "1.34.2"
HELM_3 = "helm.sh/helm/v3/cmd/helm@v3.22.0"
VERSION = "k8s.io/component-base/version."
CHANGED = {"podLabels": {"tried": "again"}}
Resources = dict[tuple[str, str], dict[str, Any]]


def main() -> int:
    """Do all of it, and print what came of each step; 1 when anything went otherwise than it should."""
    if wanting := [one for one in ("go", "etcd", "setpriv") if not shutil.which(one)]:
        sys.stderr.write(
            f"{', '.join(wanting)}: not on PATH. Go is from go.dev, etcd from Debian: apt-get install etcd-server\n"
        )
        return 2
    server, helm = built()
    differing = [name for name in GIVEN if by_name(rendered_by_3(helm, name)) != by_name(resources(values(name)))]
    say("Helm 3 and Helm 4 render alike", f"{len(GIVEN)} files of values", wrong=differing)
    wrong = bool(differing)
    with tempfile.TemporaryDirectory() as folder, running(server, Path(folder)) as one:
        say("kube-apiserver", one.ask("/version")["gitVersion"])
        one.define([made for name in GIVEN for made in resources(values(name)) if made["apiVersion"] not in BUILT_IN])
        wrong |= bites(one)
        for name in GIVEN:
            for who, deeds in (("Helm 3", with_3(helm, one, name)), ("Helm 4", with_4(one, name))):
                wrong |= goes_round(one, who, name, deeds)
    return int(wrong)


def built() -> tuple[Path, Path]:
    """Build the server and Helm 3, from Go's module proxy, unless they are there; return where they are."""
    CACHE.mkdir(parents=True, exist_ok=True)
    server, helm = (CACHE / "kube-apiserver").resolve(), (CACHE / "helm").resolve()
    major, minor, _ = KUBERNETES.split(".")
    told = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor}
    flags = " ".join(["-s", "-w", *(f"-X {VERSION}{name}={value}" for name, value in told.items())])
    if not server.exists():
        subprocess.run(
            ["nice", "go", "build", "-trimpath", f"-ldflags={flags}", "-o", server, "."],
            cwd=HERE / "apiserver",
            check=True,
        )
    if not helm.exists():
        env = {**os.environ, "GOBIN": str(CACHE.resolve())}
        subprocess.run(["nice", "go", "install", "-trimpath", "-ldflags=-s -w", HELM_3], env=env, check=True)
    return server, helm


def rendered_by_3(helm: Path, name: str) -> list[dict[str, Any]]:
    """Return what Helm 3's own command makes of the chart."""
    words = ("template", RELEASE, CHART, "--namespace", NAMESPACE, "--kube-version", KUBERNETES)
    given = ("--values", CHART / "ci" / f"{name}-values.yaml")
    text = subprocess.run([helm, *words, *given], check=True, capture_output=True, text=True).stdout
    return [one for one in yaml.safe_load_all(text) if one]


def by_name(some: list[dict[str, Any]]) -> Resources:
    """Return resources by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in some}


def bites(server: Server) -> bool:
    """See that the server refuses what is wrong: a field that does not exist, a number that is a word."""
    deployment = next(one for one in resources(values("minimal")) if one["kind"] == "Deployment")
    refused = 0
    for change in ({"specs": {}}, {"spec": deployment["spec"] | {"replicas": "two"}}):
        try:
            place = "/apis/apps/v1/namespaces/default/deployments?dryRun=All&fieldValidation=Strict"
            server.ask(place, "POST", deployment | change | {"metadata": {"name": "wrong"}})
        except HTTPError as error:
            refused += error.code in (400, 422)
    say("what is wrong is refused", f"{refused} of 2")
    return refused != 2


def with_3(helm: Path, server: Server, name: str) -> dict[str, Any]:
    """Return what Helm 3 does, step by step."""
    env = {**os.environ, "KUBECONFIG": str(server.kubeconfig), "HOME": str(server.folder)}
    given = ("--namespace", place_of(name), "--values", str(CHART / "ci" / f"{name}-values.yaml"))

    def run(*words: str) -> None:
        done = subprocess.run([helm, *words], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return {
        "install": lambda: run("install", RELEASE, str(CHART), "--create-namespace", *given),
        "upgrade": lambda: run(
            "upgrade", RELEASE, str(CHART), *given, "--set-json", f"podLabels={json.dumps(CHANGED['podLabels'])}"
        ),
        "rollback": lambda: run("rollback", RELEASE, "1", "--namespace", place_of(name)),
        "uninstall": lambda: run("uninstall", RELEASE, "--namespace", place_of(name)),
    }


def with_4(server: Server, name: str) -> dict[str, Any]:
    """Return what Helm 4 does, step by step."""
    config, given = Config(kubeconfig_path=server.kubeconfig, namespace=place_of(name)), values(name)
    here = {"namespace": place_of(name), "timeout": 120}
    return {
        "install": lambda: config.install(chart(), RELEASE, given, create_namespace=True, **here),
        "upgrade": lambda: config.upgrade(chart(), RELEASE, given | CHANGED, **here),
        "rollback": lambda: config.rollback(RELEASE, version=1, timeout=120),
        "uninstall": lambda: config.uninstall(RELEASE, timeout=120),
    }


def place_of(name: str) -> str:
    """Return a namespace for each file of values: what is kept when a release is uninstalled stays with it."""
    return f"{NAMESPACE}-{name}"


def goes_round(server: Server, who: str, name: str, deeds: dict[str, Any]) -> bool:
    """Carry a release through its life; tell whether anything was otherwise than it should be."""
    wanted = {one["metadata"]["name"] for one in resources(values(name)) if one["kind"] == "Deployment"}
    for deed, carry_out in deeds.items():
        began, fault = time.monotonic(), ""
        try:
            carry_out()
        except Exception as error:  # noqa: BLE001 - whatever went wrong is what is told
            fault = str(error)[:400]
        there = server.ask(f"/apis/apps/v1/namespaces/{place_of(name)}/deployments")["items"]
        tried = {one["metadata"]["name"] for one in there if "tried" in one["spec"]["template"]["metadata"]["labels"]}
        is_right = (
            {one["metadata"]["name"] for one in there} == (set() if deed == "uninstall" else wanted)
            and tried == (wanted if deed == "upgrade" else set())
            and not fault
        )
        say(
            f"{who}, {name}: {deed}",
            f"{time.monotonic() - began:.1f} s",
            wrong=[] if is_right else [fault or str(sorted(tried))],
        )
        if not is_right:
            return True
    return False


def say(what: str, how: str, wrong: list[str] | None = None) -> None:
    """Print a line of the outcome."""
    print(f"{'NOT' if wrong else 'ok '} {what}: {how} {' '.join(wrong or [])}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
