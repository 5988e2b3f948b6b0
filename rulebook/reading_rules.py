"""Read rules: the keys of each kind, event types and fields that the catalogue knows, nothing else."""

from rulebook import kinds
from rulebook.entries import Entry
from rulebook.reading_parts import COMMON, Reader
from rulebook.rules import Due, Rule


def read_rule(entry: Entry, reader: Reader) -> Rule:
    """Return the rule that stands here. Raises AgreementError."""
    told = entry.keys()
    if "id" in told and told["id"].is_text:
        entry = entry.named(f"rules[{told['id'].text()}]")
        told = entry.keys()
    name = told["kind"].text() if "kind" in told else "term"
    if name not in kinds.KINDS:
        raise told["kind"].refuse(f"unknown kind; known are {', '.join(kinds.KINDS)}")
    kind = kinds.KINDS[name]
    found = entry.record((*COMMON, *kind.keys), required=("id", *kind.required))
    if issubclass(kind, Due) and not ({"warn", "breach"} & set(found)):
        raise entry.refuse("needs warn, breach or both")
    return kind.read(found, reader)
