"""What would settle a thing that must still happen, in Dutch: the events that end it, and whose."""

from rulebook import kind
from rulebook.instance import Instance


def remedy(instance: Instance) -> str:
    """Return what would settle an instance that lives, as one sentence or two."""
    return kind.of(instance.rule).remedy(instance)
