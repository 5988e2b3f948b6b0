"""A part of the list of alerts in words: its name, and its lines for a spreadsheet."""

from collections.abc import Iterator, Sequence

from ledger.numbers import number_of
from services.board import morning, views
from services.board.language import listed, role, say, spoken
from services.board.sifting import NOBODY
from services.board.store import AlertRow
from waakvlam.topics import agencies, municipalities

HEAD = ("casus", "gemeente", "regel", "waarover", "stap", "zwaarte", "sinds", "aan zet", "stand")
VEILIG_THUIS = "Veilig Thuis"


def agencies_asked() -> list[tuple[str, str]]:
    """Return who can have sight of safety, by name; Veilig Thuis first."""
    teams = ((one.id, one.name) for one in agencies().values() if one.kind == "T")
    return [(NOBODY, VEILIG_THUIS), *sorted(teams, key=lambda one: one[1])]


def name_of(part: morning.Asked) -> str:
    """Return what a part of the list asks for, in a few words."""
    sieve, names = part.sieve, dict(agencies_asked())
    words = [
        {"nieuw": say("Nieuw"), "opgepakt": say("Opgepakt")}.get(part.shown, ""),
        say("Van mij") if part.whose == morning.MINE else "",
        municipalities().get(part.place, part.place),
        sieve.rule,
        names.get(sieve.agency, sieve.agency),
        say("zwaarte {weight} en hoger", weight=sieve.weight) if sieve.weight else "",
    ]
    return " · ".join(one for one in words if one) or say("Alle alarmen")


def in_part(rows: Sequence[AlertRow], shown: str, *, now: int) -> list[AlertRow]:
    """Return the alerts of a part of the list, the worst first: all, what is new, or what was picked up."""
    today = views.today(now).isoformat()
    return [
        row
        for row in sorted(rows, key=views.urgency)
        if shown == morning.PARTS[0] or (shown == "opgepakt") == views.is_picked_up(row, today)
    ]


def as_lines(rows: Sequence[AlertRow], *, now: int) -> Iterator[Sequence[str]]:
    """Yield alerts as lines of a file."""
    yield [say(word) for word in HEAD]
    for row in rows:
        yield (
            number_of(row.case_id),
            municipalities().get(row.municipality, row.municipality),
            row.rule,
            row.title,
            say(views.STAGES.get(row.stage, ("", row.stage))[1]),
            str(row.weight),
            spoken(row.due),
            listed([role(one) for one in row.turn.split(",")]),
            views.state_of(row, now=now)[1],
        )
