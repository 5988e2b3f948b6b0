"""`make compiled`: the engine of the rule book, and what reads events for it, as machine code, by mypyc; `cli.compiled` tells who takes it.

Needs a C compiler. Nothing else does: where there is none, everything runs as it is written.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from cli.compiled import FOLDER, MODULES, PACKAGES, folder, sources

ROOT = Path(__file__).resolve().parent.parent
MYPY = """[mypy]
strict = true
explicit_package_bases = true
namespace_packages = true
mypy_path = {root}/sdk/src
"""


def main() -> None:
    """Compile what is not compiled yet, and throw away what was compiled from earlier sources."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        sys.exit(f"There is no C compiler ({compiler}) here. Install one (Debian: gcc), or leave it: all runs without.")
    place = folder(ROOT)
    if place.is_dir():
        sys.stdout.write(f"compiled already: {place.name}\n")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as work:
        made = _compiled(Path(work))
        made.rename(place)
    sys.stdout.write(f"compiled: {len(MODULES)} modules\n")


def _compiled(work: Path) -> Path:
    """Compile a copy of the sources; return the folder with nothing but the results."""
    for file in [*sources(ROOT), *(ROOT / name / "__init__.py" for name in PACKAGES)]:
        copy = work / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    (work / "mypy.ini").write_text(MYPY.format(root=ROOT), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypyc", *(f"{name.replace('.', '/')}.py" for name in MODULES)],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}\nThe engine could not be compiled; it runs as it is written.")
    made = work / "made"
    for place in (".", *PACKAGES):
        (made / place).mkdir(exist_ok=True)
        for file in (work / place).glob("*.so"):
            file.rename(made / place / file.name)
    return made


if __name__ == "__main__":
    main()
