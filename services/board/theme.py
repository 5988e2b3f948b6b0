"""How a region makes the board its own: a folder with a name, a logo and colours.

    theme.toml     name = "Veilig Thuis Voorbeeld"
    theme.css      :root { --blauw: #14532d; }        only custom properties, as in static/bord.css
    logo.svg       shown before the name; may be left out

A colour that could not be read on white is refused at the start, and so is a sheet that does more than name colours: the
board stays readable whatever a region likes.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from waakvlam.errors import Misconfigured

SHEET, LOGO, ABOUT = "theme.css", "logo.svg", "theme.toml"
ON_WHITE: Final = frozenset({"--inkt", "--zacht", "--blauw", "--rood", "--paars", "--oker", "--groen"})
CONTRAST_MIN: Final = 4.5  # WCAG 2.2, 1.4.3
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SHEET: Final = re.compile(r"\s*:root\s*\{(?P<body>[^{}]*)\}\s*")
_LINE: Final = re.compile(r"(--[a-z-]+)\s*:\s*(#[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Theme:
    """What the pages show of a region; the folder is served beside the board's own files."""

    name: str = "Waakvlam"
    logo: str = "waakvlam.svg"
    sheet: str = ""
    folder: Path | None = None


OWN: Final = Theme()


def theme_of(folder: Path | None) -> Theme:
    """Read a theme; none is the board's own. Raises Misconfigured with what to change."""
    if folder is None:
        return OWN
    about = folder / ABOUT
    if not about.is_file():
        raise Misconfigured(f'WAAKVLAM_THEME: zet een bestand {ABOUT} met een regel name = "…" in {folder}.')
    try:
        name = str(tomllib.loads(about.read_text("utf-8"))["name"])
    except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError):
        raise Misconfigured(f'WAAKVLAM_THEME: {ABOUT} moet een regel name = "…" hebben.') from None
    sheet = folder / SHEET
    if sheet.is_file():
        _check(sheet.read_text("utf-8"))
    return Theme(
        name=name,
        logo=LOGO if (folder / LOGO).is_file() else OWN.logo,
        sheet=SHEET if sheet.is_file() else "",
        folder=folder,
    )


def _check(sheet: str) -> None:
    """Raise Misconfigured when a sheet does more than name colours that can be read on white."""
    found = _SHEET.fullmatch(_COMMENT.sub("", sheet))
    lines = [one.strip() for one in found["body"].split(";") if one.strip()] if found else []
    if not lines:
        raise Misconfigured(f"WAAKVLAM_THEME: {SHEET} mag alleen :root {{ --naam: #rrggbb; }} bevatten.")
    for line in lines:
        colour = _LINE.fullmatch(line)
        if colour is None:
            raise Misconfigured(f"WAAKVLAM_THEME: in {SHEET} staat iets dat geen --naam: #rrggbb is: {line}")
        contrast = _contrast(colour[2])
        if colour[1] in ON_WHITE and contrast < CONTRAST_MIN:
            raise Misconfigured(
                f"WAAKVLAM_THEME: {colour[1]} {colour[2]} is op wit niet te lezen (contrast {contrast:.1f}, nodig is "
                f"{CONTRAST_MIN}). Kies een donkerder kleur."
            )


def _contrast(colour: str) -> float:
    """Return the contrast of a colour with white, as WCAG counts it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
