"""The alert rules as they are shipped, and what tests ask of them."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "deploy" / "helm" / "waakvlam" / "rules").glob("*.yaml"))
RUNBOOKS = ROOT / "docs" / "how-to" / "runbooks"


@cache
def alerts() -> dict[str, dict[str, Any]]:
    """Return every alert rule by its name."""
    found = [
        rule for file in RULES for group in yaml.safe_load(file.read_text("utf-8"))["groups"] for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in found}) == len(found)
    return {rule["alert"]: rule for rule in found}


def file_of(alert: str) -> Path:
    """Return the file in which an alert stands."""
    return next(file for file in RULES if f"alert: {alert}\n" in file.read_text("utf-8"))
