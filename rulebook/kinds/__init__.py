"""The kinds of rule, one file each: its record, its YAML, its instances and its words (`rulebook.kind` tells what is asked).

A new kind is one file here, named in the last line.
"""

from inspect import getattr_static

from rulebook.kind import Kind
from rulebook.kinds import date, moments, pattern, silence, term

KINDS: dict[str, type[Kind]] = {}
_MUST_SAY = ("kind", "called", "keys", "required", "read", "begins_with", "instances", "asks")


def register(kind: type[Kind]) -> None:
    """Make a kind known, so that agreements may have rules of it."""
    left_out = [name for name in _MUST_SAY if getattr_static(kind, name, None) is getattr_static(Kind, name, None)]
    assert not left_out, f"{kind.__name__} does not say its {', '.join(left_out)}"
    assert kind.kind not in KINDS, f"another kind is called {kind.kind!r}"
    KINDS[kind.kind] = kind


for _kind in (term.TermRule, date.DateRule, moments.MomentsRule, silence.SilenceRule, pattern.PatternRule):
    register(_kind)
