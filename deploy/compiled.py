"""`make compiled`: the engine of the rule book as machine code, by mypyc; `cli.compiled` tells who takes it and when.

Needs a C compiler. Nothing else does: where there is none, everything runs as it is written.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from cli.compiled import FOLDER, MODULES, folder

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
    place = folder(ROOT / "rulebook")
    if place.is_dir():
        sys.stdout.write(f"compiled already: {place.name}\n")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as work:
        made = _compiled(Path(work))
        made.rename(place)
    sys.stdout.write(f"compiled: {len(MODULES)} modules of rulebook\n")


def _compiled(work: Path) -> Path:
    """Compile a copy of the sources; return the folder with nothing but the results."""
    shutil.copytree(ROOT / "rulebook", work / "rulebook", ignore=shutil.ignore_patterns("__pycache__"))
    (work / "mypy.ini").write_text(MYPY.format(root=ROOT), "utf-8")
    sources = [f"rulebook/{name}.py" for name in MODULES]
    done = subprocess.run(
        [sys.executable, "-m", "mypyc", *sources],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}\nThe engine could not be compiled; it runs as it is written.")
    made = work / "made"
    (made / "rulebook").mkdir(parents=True)
    for file in work.glob("*.so"):
        file.rename(made / file.name)
    for file in (work / "rulebook").glob("*.so"):
        file.rename(made / "rulebook" / file.name)
    return made


if __name__ == "__main__":
    main()
