"""The kinds of rule, one file each: its record, its YAML, its instances and its words (`rulebook.kind` tells what is asked).

A new kind is one file here, named in `KINDS`.
"""

from rulebook.kind import Kind
from rulebook.kinds import date, moments, pattern, silence, term

KINDS: dict[str, type[Kind]] = {}


def register(kind: type[Kind]) -> None:
    """Make a kind known, so that agreements may have rules of it."""
    assert kind.kind not in KINDS, f"another kind is called {kind.kind!r}"
    KINDS[kind.kind] = kind


for _kind in (term.TermRule, date.DateRule, moments.MomentsRule, silence.SilenceRule, pattern.PatternRule):
    register(_kind)
