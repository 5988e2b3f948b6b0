"""The cast: which agency of `topics.toml` plays which part in the simulated region.

The region is made of the agencies that the deployment really has, so a new agency joins the demonstration by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waakvlam.topics import Agency


@dataclass(frozen=True, slots=True)
class Cast:
    """Agency ids by part, and the CBS codes of the municipalities where families live."""

    veilig_thuis: str
    police: tuple[str, ...]
    teams: tuple[str, ...]
    reporters: tuple[str, ...]
    municipal: tuple[str, ...]
    justice: tuple[str, ...]
    shelters: tuple[str, ...]
    specialists: tuple[str, ...]
    municipalities: tuple[str, ...]

    def team_of(self, municipality: str) -> str:
        """Return the local team that works in a municipality."""
        return self.teams[self.municipalities.index(municipality) % len(self.teams)]

    def another_team(self, team: str) -> str:
        """Return a team that is not this one, where there is one."""
        return self.teams[(self.teams.index(team) + 1) % len(self.teams)]

    def everyone(self) -> tuple[str, ...]:
        """Return all agencies that have a part."""
        parts = (self.police, self.teams, self.reporters, self.municipal, self.justice, self.shelters, self.specialists)
        return (self.veilig_thuis, *(one for part in parts for one in part))


def cast_of(agencies: Iterable[Agency], municipalities: Mapping[str, str]) -> Cast:
    """Return the cast that these agencies make; raises ValueError when a part cannot be filled."""
    known = sorted(agencies, key=lambda one: one.id)

    def all_of(kind: str) -> tuple[str, ...]:
        found = tuple(one.id for one in known if one.kind == kind)
        if not found:
            raise ValueError(f"topics.toml has no agency of kind {kind}, so the region cannot be played.")
        return found

    return Cast(
        veilig_thuis=all_of("V")[0],
        police=all_of("P"),
        teams=all_of("T"),
        reporters=all_of("R"),
        municipal=all_of("M"),
        justice=all_of("J"),
        shelters=all_of("S"),
        specialists=all_of("X"),
        municipalities=tuple(sorted(municipalities)),
    )
