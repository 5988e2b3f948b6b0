"""The published schemas of Kubernetes, in the strict form: a field that does not exist is a fault.

They come with `kubernetes-validate`, whose own function reads them anew for each resource; here each is read once.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema.validators import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema"
BUILT_IN = ("v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1")


def faults(resource: dict[str, Any], version: str) -> list[str]:
    """Return what a version of Kubernetes (`1.34`) finds wrong in a resource, each with its place."""
    validator = _validator(version, resource["kind"], resource["apiVersion"])
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(resource)]


@cache
def _validator(version: str, kind: str, api: str) -> Draft202012Validator:
    group, _, name = api.rpartition("/")
    file = "-".join(filter(None, (kind.lower(), group.partition(".")[0], name)))
    return Draft202012Validator(_read(version, file), registry=_registry(version))


@cache
def _registry(version: str) -> Registry[Any]:
    definitions: Resource[Any] = Resource.from_contents(_read(version, "_definitions"))
    return (definitions @ Registry()).crawl()


@cache
def _read(version: str, file: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"v{version}.0-local-strict" / f"{file}.json").read_text("utf-8"))
