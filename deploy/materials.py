"""What the product is made of: `make sbom` writes it as CycloneDX, and `docs/reference/licences.md` for people.

Names and versions are those of requirements.txt, licences those that each package tells of itself; where one tells too
little, somebody looked it up (LOOKED_UP). What lies in the repository itself is named here (VENDORED).
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import metadata, requires
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
WORD = re.compile(r"[A-Za-z0-9.+-]+")
OPERATORS = frozenset({"AND", "OR", "WITH"})
OWN = "EUPL-1.2"

# What may be part of the product. LGPL: used as a library, unchanged, and replaceable by whoever wants to.
ALLOWED = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "EUPL-1.2",
        "ISC",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LicenseRef-Repoze",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "OFL-1.1",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
    ]
)
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
}
LOOKED_UP = {
    "faust-streaming": "BSD-3-Clause",  # its LICENSE has the three clauses
    "jinja2": "BSD-3-Clause",  # its LICENSE.txt has the three clauses
    "mode-streaming": "BSD-3-Clause",  # its LICENSE has the three clauses
    "protobuf": "BSD-3-Clause",  # its LICENSE has the three clauses
    "venusian": "LicenseRef-Repoze",  # BSD, with a clause on names and one on marking changes
}


@dataclass(frozen=True, slots=True)
class Material:
    """A part that others made: its name, version, licence (SPDX) and where it comes from."""

    name: str
    version: str
    licence: str
    place: str = "PyPI"


# Static files of the board, each with its licence beside it.
VENDORED = (
    Material("htmx", "4.0.1", "0BSD", "services/board/static/htmx"),
    Material("manon", "icore-open", "EUPL-1.2", "services/board/static/manon"),
    Material("IBM Plex", "icore-open", "OFL-1.1", "services/board/static/manon"),
    Material("Tabler Icons", "icore-open", "MIT", "services/board/static/manon"),
)


def materials() -> Iterator[Material]:
    """Yield every part of the product, in order of name."""
    pins = PIN.findall((ROOT / "requirements.txt").read_text("utf-8"))
    yield from (Material(name, version, licence_of(name)) for name, version in sorted(pins))
    yield from VENDORED


def licence_of(name: str) -> str:
    """Return the licence of an installed package as SPDX names it; raises LookupError when it does not say."""
    if looked_up := LOOKED_UP.get(name):
        return looked_up
    told = metadata(name)
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    known = [CLASSIFIERS[one] for one in classifiers if one in CLASSIFIERS]
    for one in (told.get("License-Expression"), *known, told.get("License")):
        if one and is_known(one):
            return str(one)
    raise LookupError(f"{name} does not say its licence in words we know: look it up, and add it to LOOKED_UP")


def is_known(expression: str) -> bool:
    """Tell whether every licence of an SPDX expression may be part of the product."""
    return all(word in ALLOWED | OPERATORS for word in WORD.findall(expression))


def bill() -> Bom:
    """Return the bill of materials, with what needs what."""
    bom, licences = Bom(), LicenseFactory()
    parts: dict[str, Component] = {}
    for one in materials():
        url = PackageURL("pypi", None, canonicalize_name(one.name), one.version) if one.place == "PyPI" else None
        parts[canonicalize_name(one.name)] = Component(
            name=one.name,
            version=one.version,
            type=ComponentType.LIBRARY,
            licenses=[licences.make_from_string(one.licence)],
            purl=url,
            bom_ref=f"{one.name}@{one.version}",
        )
    whole = Component(
        name="waakvlam",
        version=version(),
        type=ComponentType.APPLICATION,
        licenses=[licences.make_from_string(OWN)],
        bom_ref="waakvlam",
    )
    bom.metadata.component = whole
    bom.components.update(parts.values())
    bom.register_dependency(whole, parts.values())
    for name, part in parts.items():
        bom.register_dependency(part, [parts[other] for other in _needs(name) if other in parts])
    return bom


def version() -> str:
    """Return the version of the product, as pyproject.toml has it."""
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert found, "pyproject.toml has a version"
    return found[1]


def written() -> str:
    """Return the bill as CycloneDX 1.6 in JSON, without a time or a number of its own."""
    told = json.loads(JsonV1Dot6(bill()).output_as_string())
    told.pop("serialNumber", None)
    told["metadata"].pop("timestamp", None)
    return json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def page() -> str:
    """Return the page for people."""
    rows = "\n".join(f"| {one.name} | {one.version} | {one.licence} | {one.place} |" for one in materials())
    return (
        "# Licences\n\n"
        f"Waakvlam itself is under the [{OWN}](../../LICENSE). It is made with the parts below; this page is written by "
        "`make sbom`, which also\nwrites them as CycloneDX (`dist/waakvlam.cdx.json`). A test refuses a part under another "
        "licence than those in\n`deploy/materials.py`. What is used for building and testing alone is in `requirements-dev.txt` "
        "and is not passed on.\n\n| part | version | licence | from |\n| --- | --- | --- | --- |\n" + rows + "\n"
    )


def _needs(name: str) -> Iterator[str]:
    try:
        told = requires(name) or []
    except ModuleNotFoundError:  # lies in the repository
        return
    for one in map(Requirement, told):
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield canonicalize_name(one.name)


def main() -> int:
    """Write both."""
    (ROOT / "dist").mkdir(exist_ok=True)
    (ROOT / "dist" / "waakvlam.cdx.json").write_text(written(), "utf-8")
    (ROOT / "docs" / "reference" / "licences.md").write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
