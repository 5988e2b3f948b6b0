"""What became of the mutants of the rule book: a table by module, and each mutant that lives with what it changes."""

import difflib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

MADE = Path("mutants")
# By the exit code of the process that ran the tests for a mutant (mutmut's own, and those of pytest).
ENDS = {
    37: "types",
    1: "tests",
    3: "tests",
    36: "endless",
    24: "endless",
    -24: "endless",
    0: "lives",
    33: "unreached",
    5: "unreached",
}
COLUMNS = ("mutants", "types", "tests", "endless", "lives", "unreached", "unknown")


def table() -> Iterator[str]:
    """Yield the lines of a Markdown table: how many mutants each module has, and what noticed them."""
    yield f"| module | {' | '.join(COLUMNS)} | noticed | by tests, of those that pass the types |"
    yield f"| --- |{' ---: |' * (len(COLUMNS) + 2)}"
    whole: Counter[str] = Counter()
    for file in sorted(MADE.rglob("*.py.meta")):
        found = Counter(ENDS.get(code, "unknown") for code in _ends(file).values())
        if found:
            whole += found
            yield _row(f"`{_source(file)}`", found)
    yield _row("all", whole)


def living() -> Iterator[str]:
    """Yield each mutant that lives, and the lines that differ."""
    for file in sorted(MADE.rglob("*.py.meta")):
        text = (MADE / _source(file)).read_text("utf-8").splitlines()
        spans = json.loads((MADE / f"{_source(file)}.spans").read_text("utf-8"))["spans"]
        for mutant, code in _ends(file).items():
            if ENDS.get(code, "unknown") in {"lives", "unreached"}:
                name = mutant.rpartition(".")[2]
                original = name.partition("__mutmut_")[0] + "__mutmut_orig"
                yield f"{ENDS[code]}: {mutant}"
                yield from _difference(text, spans[original], spans[name])


def _ends(file: Path) -> dict[str, int | None]:
    return json.loads(file.read_text("utf-8"))["exit_code_by_key"]


def _source(file: Path) -> str:
    return str(file.relative_to(MADE)).removesuffix(".meta")


def _row(name: str, found: Counter[str]) -> str:
    number = found.total()
    noticed = found["types"] + found["tests"] + found["endless"]
    passing = number - found["types"]
    told = [
        number,
        *(found[one] for one in COLUMNS[1:]),
        _share(noticed, number),
        _share(noticed - found["types"], passing),
    ]
    return f"| {name} | {' | '.join(map(str, told))} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _difference(text: list[str], original: list[int], mutant: list[int]) -> Iterator[str]:
    before, after = (text[first - 1 : last] for first, last in (original, mutant))
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if line[:3] not in {"---", "+++"} and line[0] in "-+" and "__mutmut_" not in line:
            yield f"    {line[0]} {line[1:].strip()}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in (*table(), "", *living()))
