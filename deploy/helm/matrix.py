"""The matrix of topics in the words of Strimzi: what `waakvlam topics apply` makes, as KafkaTopic and KafkaUser."""

from collections import defaultdict
from typing import Any

from cli.rights import USER, Right, principals, rights_of
from waakvlam.topics import topics


def matrix() -> dict[str, Any]:
    """Return every topic, and every login with its rights."""
    return {
        "topics": [
            {"name": one.name, "partitions": one.partitions, "config": dict(sorted(one.config.items()))}
            for one in topics()
        ],
        "users": _users(),
    }


def _users() -> list[dict[str, Any]]:
    operations: dict[str, dict[tuple[str, str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for right in sorted(rights_of(topics())):
        operations[right.principal.removeprefix(USER)][_place(right)].append(right.operation.capitalize())
    return [
        {
            "name": login,
            "acls": [
                {
                    "resource": {"type": kind, "name": name, "patternType": pattern},
                    "operations": sorted(able),
                    "host": "*",
                }
                for (kind, name, pattern), able in operations[login].items()
            ],
        }
        for login in sorted(principals())
    ]


def _place(right: Right) -> tuple[str, str, str]:
    return right.resource.lower(), right.name, {"LITERAL": "literal", "PREFIXED": "prefix"}[right.pattern]
