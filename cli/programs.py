"""The services of one machine as programs to keep running, in the order in which the flow passes them."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

from cli.settings import Settings, environment_for
from cli.supervisor import Program

SERVICES = ("intake", "triage", "monitoring", "board")


def programs_of(settings: Settings) -> tuple[Program, ...]:
    """Return the programs that make up Waakvlam on this machine."""
    places = settings.places()
    return tuple(
        Program(
            name=name,
            command=(sys.executable, "-m", f"services.{name}"),
            environment=environment_for(settings.places_of(name)),
            address=_address(int(places[f"WAAKVLAM_{name.upper()}_PORT"])),
        )
        for name in SERVICES
    )


def is_ready(program: Program) -> bool:
    """Tell whether a program says that it is ready; one without a port cannot be asked."""
    if not program.address:
        return True
    try:
        with urlopen(f"{program.address}/ready", timeout=2) as answer:  # noqa: S310 - our own address on this machine
            return bool(answer.status == 200)
    except (URLError, OSError, TimeoutError):
        return False


def gauges(program: Program) -> dict[str, float]:
    """Return the numbers that a program tells, see `numbers_in`; empty when it does not answer."""
    try:
        with urlopen(f"{program.address}/metrics", timeout=2) as answer:  # noqa: S310 - as above
            text = answer.read().decode()
    except (URLError, OSError, TimeoutError, ValueError):
        return {}
    return numbers_in(text)


def numbers_in(text: str) -> dict[str, float]:
    """Return the numbers of a page in Prometheus' format: by name with its labels, and summed by name alone."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            found[series] = float(value)
            if "{" in series:
                bare = series.partition("{")[0]
                found[bare] = found.get(bare, 0.0) + float(value)
    return found


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}" if port else ""
