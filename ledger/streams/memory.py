"""Memory: Python's search for cycles is made rarer, for a service makes many records and hardly any cycles.

With the default the search runs every 700 new objects, hundreds of times in one batch, and finds nothing; on intake it
cost a seventh of all time. What is there when a service starts stays, so it is not searched at all.
"""

import gc

NEW_OBJECTS = 50_000


def spare_the_collector() -> None:
    """Look for cycles every 50,000 new objects, and never among what is there now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
