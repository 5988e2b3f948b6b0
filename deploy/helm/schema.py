"""Makes `values.schema.json`: strict, from the defaults and comments of `values.yaml` and from the services' own settings."""

from collections.abc import Mapping
from typing import Any

from deploy.helm.comments import Told
from deploy.helm.settings import given

QUANTITY = {"type": ["string", "number"], "pattern": "^[0-9.]+(m|Ki|Mi|Gi|Ti|k|M|G|T)?$"}
AMOUNTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"cpu": QUANTITY, "memory": QUANTITY, "ephemeral-storage": QUANTITY},
}
# Memory always has a limit: what leaks is ended before it takes its neighbours along. A limit of CPU is yours to choose.
RESOURCES = {
    "type": "object",
    "additionalProperties": False,
    "required": ["requests", "limits"],
    "properties": {"requests": AMOUNTS, "limits": {**AMOUNTS, "required": ["memory"]}},
}
PEERS = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "ipBlock": {"type": "object"},
            "namespaceSelector": {"type": "object"},
            "podSelector": {"type": "object"},
        },
    },
}
FROM_SECRET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["secret", "key"],
    "properties": {"secret": {"type": "string", "minLength": 1}, "key": {"type": "string", "minLength": 1}},
}
TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
KEPT = ("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern", "enum", "description")


def schema_of(values: Mapping[str, Any], told: Mapping[tuple[str, ...], Told]) -> dict[str, Any]:
    """Return the schema of all values."""
    whole = _of(values, (), told)
    whole["properties"]["global"] = {
        "type": "object",
        "description": "What Helm adds when this chart is part of another.",
    }
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Waakvlam", **whole}


def _of(value: Any, path: tuple[str, ...], told: Mapping[tuple[str, ...], Told]) -> dict[str, Any]:
    one = told.get(path, Told())
    about = {"description": one.about} if one.about else {}
    if one.shape:
        return {**_shape(one.shape), **about}
    if isinstance(value, dict) and value:
        properties = {name: _of(inner, (*path, name), told) for name, inner in value.items()}
        return {"type": "object", "additionalProperties": False, **about, "properties": properties}
    return {"type": TYPES[type(value)], **about, **one.keywords}


def _shape(name: str) -> dict[str, Any]:
    if name == "settings":
        properties = {setting: _kept(schema) for setting, schema in given(secret=False).items()}
        return {"type": "object", "additionalProperties": False, "properties": properties}
    if name == "secretSettings":
        properties = {
            setting: {**FROM_SECRET, "description": schema["description"]}
            for setting, schema in given(secret=True).items()
        }
        return {"type": "object", "additionalProperties": False, "properties": properties}
    return {"resources": RESOURCES, "peers": PEERS}[name]


def _kept(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what matters of the schema that pydantic gives for a setting."""
    return {name: schema[name] for name in KEPT if name in schema}
