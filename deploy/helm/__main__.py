"""`make chart`: writes what is made of other files in the chart. `python -m deploy.helm --check` only compares."""

import json
import sys
from pathlib import Path

import yaml

from deploy.helm.comments import told_in
from deploy.helm.matrix import matrix
from deploy.helm.readme import readme_of
from deploy.helm.schema import schema_of
from deploy.helm.settings import read_by

CHART = Path(__file__).parent / "waakvlam"


def written() -> dict[str, str]:
    """Return every file that is made, by its path in the chart."""
    text = (CHART / "values.yaml").read_text("utf-8")
    values, told = yaml.safe_load(text), told_in(text)
    minimal = (CHART / "ci" / "minimal-values.yaml").read_text("utf-8")
    return {
        "values.schema.json": _json(schema_of(values, told)),
        "README.md": readme_of(values, told, minimal),
        "files/topics.json": _json(matrix()),
        "files/settings.json": _json(read_by()),
    }


def different() -> list[str]:
    """Return the files that are not as they would be made now."""
    return [name for name, text in written().items() if _now(name) != text]


def _now(name: str) -> str:
    path = CHART / name
    return path.read_text("utf-8") if path.exists() else ""


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the files; with --check, end with 1 when any is different."""
    if "--check" in sys.argv:
        return 1 if different() else 0
    for name, text in written().items():
        path = CHART / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
