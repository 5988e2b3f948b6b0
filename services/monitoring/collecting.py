"""How often Python looks for objects that only hold each other."""

import gc

COLLECT_AFTER = (50_000, 20, 50)


def collect_rarely() -> None:
    """Let Python look for cycles less often: watches make none, and there are many of them (a sixth of the time, measured)."""
    gc.set_threshold(*COLLECT_AFTER)
