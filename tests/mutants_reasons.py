"""Why mutants of the rule book may live: reasons by function and by what changes, for numbers of mutants shift."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

KINDS = {
    "equivalent": "The same for every input that there can be",
    "default": "What is left out is what is taken without it",
    "words": "Words for people: held by examples, not letter by letter",
    "speed": "The same answer, sooner or later",
    "never": "The case cannot come, by how it is made",
    "guard": "Only says that something else in the code is wrong",
    "edge": "Known, and left: what differs is said here",
}
CONTEXT = 24  # letters kept on either side of what changes


@dataclass(frozen=True, slots=True)
class Living:
    """One mutant that no test noticed: its name, its file, `lives` or `unreached`, and the lines that differ."""

    mutant: str
    module: str
    end: str
    lines: tuple[str, ...]

    @property
    def function(self) -> str:
        """Where it is, without mutmut's number: `calendar.Calendar.is_working_day`, `checking.check`."""
        module, _, name = self.mutant.rpartition("__mutmut_")[0].removeprefix("rulebook.").rpartition(".")
        return f"{module}.{name.removeprefix('xǁ').replace('ǁ', '.') if 'ǁ' in name else name.removeprefix('x_')}"

    @property
    def change(self) -> str:
        """What changes: the lines that go (with a minus) and those that come (with a plus)."""
        return "\n".join(self.lines)

    def in_short(self) -> str:
        """Return what changes in one line, without what stays."""
        old, new = (" ".join(one[2:] for one in self.lines if one[0] == sign) for sign in "-+")
        most = min(len(old), len(new))
        same = next((place for place in range(most) if old[place] != new[place]), most)
        most -= same
        tail = next((place for place in range(most) if old[-1 - place] != new[-1 - place]), most)
        begin, end = max(0, same - CONTEXT), max(0, tail - CONTEXT)
        parts = (f"{'…' if begin else ''}{one[begin : len(one) - end]}{'…' if end else ''}" for one in (old, new))
        return " → ".join(f"`` {one} ``" if one.strip() else "nothing" for one in parts)


@dataclass(frozen=True, slots=True)
class Cover:
    """The mutants of a function (a pattern as of file names) in whose changed lines an expression is found."""

    function: str
    change: re.Pattern[str]

    def has(self, one: Living) -> bool:
        """Tell whether a mutant is one of these."""
        return fnmatchcase(one.function, self.function) and self.change.search(one.change) is not None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the mutants that it covers may live."""

    kind: str
    why: str
    covers: tuple[Cover, ...]


def read(text: str) -> tuple[Reason, ...]:
    """Return the reasons that a text in TOML tells. Raises ValueError where a kind is not known."""
    reasons = []
    for one in tomllib.loads(text)["reason"]:
        if one["kind"] not in KINDS:
            raise ValueError(f"{one['kind']!r} is no kind of reason: one of {', '.join(KINDS)}")
        covers = (Cover(function, re.compile(change)) for function, change in one["covers"])
        reasons.append(Reason(one["kind"], one["why"], tuple(covers)))
    return tuple(reasons)


def by_reason(found: Iterable[Living], reasons: Sequence[Reason]) -> tuple[dict[int, list[Living]], list[Living]]:
    """Return the mutants that each reason covers, by its place (the first that fits), and those that none covers."""
    covered: dict[int, list[Living]] = {}
    bare = []
    for one in found:
        place = next((place for place, reason in enumerate(reasons) if any(it.has(one) for it in reason.covers)), None)
        if place is None:
            bare.append(one)
        else:
            covered.setdefault(place, []).append(one)
    return covered, bare


def idle(found: Sequence[Living], reasons: Iterable[Reason]) -> Iterator[str]:
    """Yield each part of a reason that covers nothing: its mutants are noticed by now, or its code has changed."""
    for reason in reasons:
        for cover in reason.covers:
            if not any(cover.has(one) for one in found):
                yield f"covers nothing: {reason.why}: [{cover.function!r}, {cover.change.pattern!r}]"


def told(found: Sequence[Living], reasons: Sequence[Reason]) -> Iterator[str]:
    """Yield the list for who reads a terminal: by reason, then those without one, then the reasons that are idle."""
    covered, bare = by_reason(found, reasons)
    yield f"{len(found)} live: {len(found) - len(bare)} with a reason, {len(bare)} without"
    for place, group in sorted(covered.items()):
        yield f"\n{reasons[place].kind}: {reasons[place].why} ({len(group)})"
        yield from (f"    {one.function}: {one.in_short()}" for one in group)
    yield f"\nwithout a reason ({len(bare)})"
    for one in bare:
        yield f"{one.end}: {one.mutant}"
        yield from (f"    {line}" for line in one.lines)
    yield ""
    yield from idle(found, reasons)


def page(found: Sequence[Living], reasons: Sequence[Reason], *, mutants: int, not_tried: int) -> str:
    """Return the list as a page in Markdown, of a run of so many mutants of which so many were not tried."""
    covered, bare = by_reason(found, reasons)
    lines = [
        "# The mutants that live, and why",
        "",
        "Each line is a small fault in `rulebook/` that no test of the last run noticed: the function, what stood there and what",
        "came in its place. How the run is made and what it found: [mutants](mutants.md). This page is written by",
        "`python -m tests.mutants_told --write`, from the run and from `tests/mutants_reasons.toml`.",
        "",
        f"Of {mutants} mutants {not_tried} were not tried. {len(found)} live: {len(found) - len(bare)} with a reason, {len(bare)} without.",
    ]
    for kind, said in KINDS.items():
        places = [place for place in sorted(covered) if reasons[place].kind == kind]
        if places:
            lines += ["", f"## {said} ({sum(len(covered[place]) for place in places)})"]
        for place in places:
            lines += ["", f"{reasons[place].why}", "", *map(_line, covered[place])]
    if bare:
        lines += ["", f"## No reason yet ({len(bare)})", "", *map(_line, bare)]
    return "\n".join(lines) + "\n"


def _line(one: Living) -> str:
    return f"- `{one.function}`: {one.in_short()}"
