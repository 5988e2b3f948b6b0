"""`make image-proof`: carries out the Dockerfile in clean root file systems, and tries what came of it.

There is no container engine here; so each stage gets a Debian of its own (mmdebstrap), with nothing in it that the recipe
did not put there, and its instructions are carried out in it by chroot. As root, some minutes, some hundred megabytes.
What this proves and what not stands in docs/adr/0039.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.image.recipe import Stage, Step, let_through, stages_of
from deploy.image.trials import try_out

ROOT = Path(__file__).resolve().parents[2]
# What the base image has: Python with venv, and the certificates of the world.
PACKAGES = "python3,python3-venv,ca-certificates"
SUITE = "bookworm"
# How this machine reaches package registries is no part of the recipe.
SURROUNDINGS = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "NO_PROXY")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def main() -> int:
    """Build twice, compare, try; print what was found."""
    if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
        sys.stderr.write("Run this as root, with mmdebstrap installed: apt-get install mmdebstrap\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="waakvlam-image-") as folder:
        work = Path(folder)
        base = work / "base.tar"
        began = time.monotonic()
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, base], check=True)
        told(f"base: {time.monotonic() - began:.0f} s, {base.stat().st_size / 1e6:.0f} MB")
        first, image = built(work / "one", base)
        second, _ = built(work / "two", base)
        different = [name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]
        told(f"two builds: {len(first)} files, {len(different)} different {different[:5]}")
        faults = try_out(image, told)
        return 1 if different or faults else 0


def told(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def built(work: Path, base: Path) -> tuple[dict[str, str], Path]:
    """Carry out the recipe; return the digests of what it put into the image, and the root of the image."""
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True)
    stages = stages_of((ROOT / "Dockerfile").read_text("utf-8"), {"SOURCE_DATE_EPOCH": commit.stdout.strip()})
    roots: dict[str, Path] = {}
    for number, stage in enumerate(stages):
        began = time.monotonic()
        root = roots[stage.name or "image"] = work / str(number)
        root.mkdir(parents=True)
        subprocess.run(["tar", "-xf", base, "-C", root], check=True)
        python = root / "usr/local/bin/python"  # the base image calls it so
        python.symlink_to("/usr/bin/python3")
        with surroundings(root):
            carry_out(stage, root, roots)
        told(f"stage {stage.name or 'image'}: {len(stage.steps)} steps, {time.monotonic() - began:.0f} s")
    return digests(roots["image"] / "opt/waakvlam"), roots["image"]


@contextmanager
def surroundings(root: Path) -> Iterator[None]:
    """Give a root file system what an engine gives it: /proc, /dev, name servers; and the certificates of this network."""
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    mounts = [("proc", root / "proc", ["-t", "proc"]), ("/dev", root / "dev", ["--rbind"])]
    for source, place, how in mounts:
        subprocess.run(["mount", *how, source, place], check=True)
    try:
        yield
    finally:
        for _, place, _ in reversed(mounts):
            subprocess.run(["umount", "--lazy", "--recursive", place], check=True)


def carry_out(stage: Stage, root: Path, roots: dict[str, Path]) -> None:
    """Do what each instruction says, as an engine would."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"} | stage.arguments
    environment |= {name: os.environ[name] for name in SURROUNDINGS if name in os.environ}
    folder = "/"
    for step in stage.steps:
        if step.word == "ENV":
            environment |= dict(one.split("=", 1) for one in step.words())
        elif step.word == "WORKDIR":
            folder = step.told
            (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif step.word == "COPY":
            copy(step, root, root / folder.lstrip("/"), roots)
        elif step.word == "RUN":
            command = f"cd {folder} && {step.told}"
            subprocess.run(["chroot", root, "/bin/sh", "-c", command], env=environment, check=True)


def copy(step: Step, root: Path, folder: Path, roots: dict[str, Path]) -> None:
    """Copy from another stage, or from what .dockerignore lets through."""
    words = step.words()
    if words[0].startswith("--from="):
        source, place = words[1:]
        origin = roots[words[0].removeprefix("--from=")] / source.lstrip("/")
        shutil.copytree(origin, root / place.lstrip("/"), symlinks=True)
        return
    *sources, _ = words
    for path in let_through((ROOT / ".dockerignore").read_text("utf-8"), ROOT):
        inside = path.relative_to(ROOT)
        if "." in sources or str(inside) in sources:
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / inside, follow_symlinks=False)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file, and where every link leads."""
    return {
        str(path.relative_to(folder)): (
            f"-> {path.readlink()}" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


if __name__ == "__main__":
    sys.exit(main())
