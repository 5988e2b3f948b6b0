"""What became of the mutants of the rule book: a table by module, and each mutant that lives, with why it may.

python -m tests.mutants_told           # the table, those that live by reason, those without one, reasons without any
python -m tests.mutants_told --write   # the same list as a page: docs/explanation/mutants-that-live.md
"""

import difflib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.mutants_reasons import Living, page, read, told

MADE = Path("mutants")
LATER = "later.json"  # what tests that came after the run say of those that lived: tests/mutants_again.py
REASONS = Path("tests/mutants_reasons.toml")
PAGE = Path("docs/explanation/mutants-that-live.md")
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


def table(made: Path = MADE) -> Iterator[str]:
    """Yield the lines of a Markdown table: how many mutants each module has, and what noticed them."""
    yield f"| module | {' | '.join(COLUMNS)} | noticed | by tests, of those that pass the types |"
    yield f"| --- |{' ---: |' * (len(COLUMNS) + 2)}"
    noticed_later = Counter(one.module for one in every_living(made) if is_noticed_later(one, later(made)))
    whole: Counter[str] = Counter()
    for file in sorted(made.rglob("*.py.meta")):
        found = Counter(ENDS.get(code, "unknown") for code in _ends(file).values())
        if not found:
            continue
        source = _source(file, made)
        for _ in range(noticed_later[source]):
            found["lives" if found["lives"] else "unreached"] -= 1
            found["tests"] += 1
        whole += found
        yield _row(f"`{source}`", found)
    yield _row("all", whole)


def living(made: Path = MADE) -> list[Living]:
    """Return each mutant that lives, also after the tests that came later."""
    known = later(made)
    return [one for one in every_living(made) if not is_noticed_later(one, known)]


def every_living(made: Path = MADE) -> Iterator[Living]:
    """Yield each mutant that lived, with the lines that differ."""
    for file in sorted(made.rglob("*.py.meta")):
        source = _source(file, made)
        text = (made / source).read_text("utf-8").splitlines()
        spans = json.loads((made / f"{source}.spans").read_text("utf-8"))["spans"]
        for mutant, code in _ends(file).items():
            if ENDS.get(code, "unknown") in {"lives", "unreached"}:
                name = mutant.rpartition(".")[2]
                original = name.partition("__mutmut_")[0] + "__mutmut_orig"
                yield Living(mutant, source, ENDS[code], tuple(_difference(text, spans[original], spans[name])))


def later(made: Path) -> Mapping[str, str]:
    """Return, of mutants that tests noticed after the run, the change: with another change it is another mutant."""
    path = made / LATER
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def is_noticed_later(one: Living, known: Mapping[str, str]) -> bool:
    """Tell whether a mutant that lived was noticed by a test that came after the run."""
    return known.get(one.mutant) == one.change


def _ends(file: Path) -> dict[str, int | None]:
    return json.loads(file.read_text("utf-8"))["exit_code_by_key"]


def _source(file: Path, made: Path) -> str:
    return str(file.relative_to(made)).removesuffix(".meta")


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
            yield f"{line[0]} {line[1:].strip()}"


def main() -> None:
    """Print all of it, or write the page."""
    reasons = read(REASONS.read_text("utf-8"))
    if "--write" in sys.argv[1:]:
        every = [ENDS.get(code, "unknown") for file in MADE.rglob("*.py.meta") for code in _ends(file).values()]
        text = page(living(), reasons, mutants=len(every), not_tried=every.count("unknown"))
        PAGE.write_text(text, "utf-8")
        return
    sys.stdout.writelines(f"{line}\n" for line in (*table(), "", *told(living(), reasons)))


if __name__ == "__main__":
    main()
