"""What a process of a crew says of itself: from which file it has a module."""

import importlib


class Worker:
    """Tells where modules come from; `make` for `cli.crew.worked`."""

    def __init__(self, _: object) -> None:
        pass

    def build(self, name: str, /) -> str:
        """Return the file of a module."""
        return importlib.import_module(name).__file__ or ""

    def close(self) -> None:
        """Hold nothing."""
