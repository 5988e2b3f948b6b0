"""The engine compiled, and what reads events for it, where somebody has compiled them: the same modules, half the time.

`make compiled` puts them in `.cache/compiled/`, in a folder named by the content of all of `rulebook`, of the other modules and
of the Python that they are for. So a source that was changed since is never run as it was: its folder is not there. A process
has all of them or none, for compiled modules know each other's insides.
"""

import hashlib
import importlib
import importlib.util
import sys
import sysconfig
from pathlib import Path

MODULES = (
    "ledger.avro",
    "ledger.record_fields",
    "rulebook.alerts",
    "rulebook.attention",
    "rulebook.calendar",
    "rulebook.engine",
    "rulebook.event",
    "rulebook.folding",
    "rulebook.history",
    "rulebook.instance",
    "rulebook.instants",
    "rulebook.matcher",
    "rulebook.plan",
    "rulebook.replay",
    "rulebook.spool",
    "rulebook.terms",
    "rulebook.touching",
    "rulebook.values",
)
PACKAGES = ("ledger", "rulebook")
ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".cache" / "compiled"


def use() -> bool:
    """Take the compiled modules for all that is imported after this; tell whether there are any."""
    packages = [importlib.import_module(name) for name in PACKAGES]
    place = folder(Path(packages[0].__file__ or "").parent.parent)
    if all(str(place / package.__name__) in package.__path__ for package in packages):
        return True
    if not place.is_dir() or any(name in sys.modules for name in MODULES):
        return False
    if str(place) not in sys.path:  # a process that another begins has that one's path
        sys.path.append(str(place))
    for package in packages:
        package.__path__.insert(0, str(place / package.__name__))
    return True


def sources(root: Path) -> list[Path]:
    """Return the files whose content decides: where one of them differs, what was compiled is not taken."""
    others = (root / f"{name.replace('.', '/')}.py" for name in MODULES if not name.startswith("rulebook."))
    return sorted({*(root / "rulebook").rglob("*.py"), *others})


def folder(root: Path) -> Path:
    """Return where the modules compiled from the sources under `root` belong."""
    content = hashlib.blake2b(digest_size=12)
    content.update(
        f"{importlib.util.MAGIC_NUMBER.hex()} {sysconfig.get_config_var('EXT_SUFFIX')} {' '.join(MODULES)}".encode()
    )
    for file in sources(root):
        content.update(f"\n{file.relative_to(root)}\n".encode())
        content.update(file.read_bytes())
    return FOLDER / content.hexdigest()
