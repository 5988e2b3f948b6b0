"""The cast: which agency of `topics.toml` plays which part in the simulated region.

The region is made of the agencies that the deployment really has, so a new agency joins the demonstration by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waakvlam.topics import Agency

FRISIAN = ("Leeuwarden",)  # families there belong to the Veilig Thuis organisation of Fryslân
FRYSLAN = "fryslan"


@dataclass(frozen=True, slots=True)
class Cast:
    """Agency ids by part, and for each municipality (CBS code) where families live its Veilig Thuis and its team."""

    veilig_thuis: Mapping[str, str]
    team: Mapping[str, str]
    police: tuple[str, ...]
    teams: tuple[str, ...]
    reporters: tuple[str, ...]
    municipal: tuple[str, ...]
    justice: tuple[str, ...]
    shelters: tuple[str, ...]
    specialists: tuple[str, ...]

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities where families live, in a fixed order."""
        return tuple(self.team)

    @property
    def home(self) -> str:
        """The municipality where most families live, and all those with a name of their own."""
        return min(self.team)

    def another_team(self, team: str, municipality: str) -> str:
        """Return the next team within the same Veilig Thuis region; the same one where there is no other."""
        region = self.veilig_thuis[municipality]
        teams = sorted({self.team[code] for code, organisation in self.veilig_thuis.items() if organisation == region})
        return teams[(teams.index(team) + 1) % len(teams)]

    def everyone(self) -> tuple[str, ...]:
        """Return all agencies that have a part."""
        regions = tuple(dict.fromkeys(self.veilig_thuis.values()))
        parts = (self.police, self.teams, self.reporters, self.municipal, self.justice, self.shelters, self.specialists)
        return (*regions, *(one for part in parts for one in part))


def cast_of(agencies: Iterable[Agency], municipalities: Mapping[str, str]) -> Cast:
    """Return the cast that these agencies make; raises ValueError when a part cannot be filled.

    Families live where a local team is named for the municipality.
    """
    known = sorted(agencies, key=lambda one: one.id)

    def all_of(kind: str) -> tuple[str, ...]:
        found = tuple(one.id for one in known if one.kind == kind)
        if not found:
            raise ValueError(f"topics.toml has no agency of kind {kind}, so the region cannot be played.")
        return found

    teams = [one for one in known if one.kind == "T"]
    homes = {code: one.id for one in teams for code, name in municipalities.items() if one.name.endswith(f" {name}")}
    if not homes:
        raise ValueError("No local team in topics.toml is named for a municipality, so families have nowhere to live.")
    return Cast(
        veilig_thuis={code: _veilig_thuis(all_of("V"), municipalities[code]) for code in homes},
        team=homes,
        police=all_of("P"),
        teams=all_of("T"),
        reporters=all_of("R"),
        municipal=all_of("M"),
        justice=all_of("J"),
        shelters=all_of("S"),
        specialists=all_of("X"),
    )


def _veilig_thuis(known: tuple[str, ...], municipality: str) -> str:
    is_frisian = municipality in FRISIAN
    return next((one for one in known if one.endswith(FRYSLAN) == is_frisian), known[0])
