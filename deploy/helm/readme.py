"""Makes the chart's README: how to begin, and every value with its default, from the comments of `values.yaml`."""

import json
from collections.abc import Mapping
from typing import Any

from deploy.helm.comments import Told, leaves

BEGIN = """# Waakvlam on Kubernetes

This page is written by `make chart` from `values.yaml`. How to go about it: [install](../../../docs/how-to/install.md);
what changes between versions: [UPGRADING](UPGRADING.md).

Kubernetes 1.28 or newer, Helm 3 or 4. Bring your own Kafka and PostgreSQL. This is enough to begin:

```yaml
{minimal}```

```
helm install waakvlam deploy/helm/waakvlam --namespace waakvlam --values my-values.yaml
helm test waakvlam --namespace waakvlam
```

What is given is looked at before anything is made: an unknown name, a wrong type or a contradiction ends `helm install`
with a sentence that says which value to set. No value holds a secret; Secrets are named.

| value | what it is for | default |
| --- | --- | --- |
"""


def readme_of(values: dict[str, Any], told: Mapping[tuple[str, ...], Told], minimal: str) -> str:
    """Return the text of the README."""
    rows = [
        f"| `{'.'.join(path)}` | {one.about.replace('|', chr(92) + '|')} | {_default(value)} |"
        for path, value, one in leaves(values, dict(told))
    ]
    return BEGIN.format(minimal=minimal) + "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if value in ("", [], {}):
        return ""
    return f"`{json.dumps(value)}`" if not isinstance(value, str) else f"`{value}`"
