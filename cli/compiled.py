"""The engine compiled, where somebody has compiled it: the same modules of `rulebook`, half the time; else plain Python.

`make compiled` puts them in `.cache/compiled/`, in a folder named by the content of all of `rulebook` and the Python that
they are for. So a source that was changed since is never run as it was: its folder is not there. A process has all of them
or none, for compiled modules know each other's insides.
"""

import hashlib
import importlib.util
import sys
import sysconfig
from pathlib import Path

MODULES = (
    "alerts",
    "attention",
    "calendar",
    "engine",
    "event",
    "folding",
    "history",
    "instance",
    "instants",
    "replay",
    "spool",
    "terms",
    "touching",
    "values",
)
FOLDER = Path(__file__).parent.parent / ".cache" / "compiled"


def use() -> bool:
    """Take the compiled modules for all that is imported after this; tell whether there are any."""
    import rulebook  # noqa: PLC0415 - this module is imported where the rule book is not needed

    place = folder(Path(rulebook.__file__ or "").parent)
    if str(place) in sys.path:
        return True
    if not place.is_dir() or any(f"rulebook.{name}" in sys.modules for name in MODULES):
        return False
    sys.path.append(str(place))
    rulebook.__path__.insert(0, str(place / "rulebook"))
    return True


def folder(package: Path) -> Path:
    """Return where the modules compiled from these sources belong."""
    content = hashlib.blake2b(digest_size=12)
    content.update(f"{importlib.util.MAGIC_NUMBER.hex()} {sysconfig.get_config_var('EXT_SUFFIX')}".encode())
    for file in sorted(package.rglob("*.py")):
        content.update(f"\n{file.relative_to(package)}\n".encode())
        content.update(file.read_bytes())
    return FOLDER / content.hexdigest()
