"""Tell a small history in a few lines and read the alert rows it gives. Times are those on Dutch clocks."""

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rulebook.agreements import load
from rulebook.instants import parse_instant
from rulebook.replay import replay

ZONE = ZoneInfo("Europe/Amsterdam")
CALENDARS = Path(__file__).parents[2] / "agreements" / "calendars"
PEOPLE = {
    "default": [
        {"to": "worker"},
        {"to": "monitor", "after": {"working_days": 1}},
        {"to": "team_manager", "after": {"working_days": 3}},
    ],
    "urgent": [{"to": "worker"}, {"to": "monitor", "after": {"hours": 2}}],
}


def agreements(*files):
    """Load agreements that are written down as Python values."""
    folder = Path(tempfile.mkdtemp(prefix="story-"))
    try:
        (folder / "calendars").symlink_to(CALENDARS)
        for number, file in enumerate(files):
            (folder / f"{number}.yaml").write_text(json.dumps(file))
        return load(folder)
    finally:
        shutil.rmtree(folder)


def file(*rules, **keys):
    """One agreements file, with what a story does not care about filled in."""
    return {
        "agreement": "proef",
        "version": 1,
        "valid_from": "2019-01-01",
        "valid_to": None,
        "applies_to": "all",
        "calendar": "nl",
        "attention": PEOPLE,
        "rules": list(rules),
        **keys,
    }


def iso(text):
    """An instant on a Dutch clock, "2026-04-02 10:15", as the wire has it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat()


class Story:
    """The history of one case."""

    def __init__(self, *rules, files=None):
        self.files = files or [file(*rules)]
        self.lines = []

    def tell(self, at, name, told=None, *, id=None, agency="vt", municipality="0014", **data):  # noqa: A002 - the name on the wire
        """Tell what happened at a time; `told` is when it was recorded, where that was later."""
        self.lines.append(
            {
                "id": id or f"e{len(self.lines) + 1}",
                "type": name,
                "case": "gezin",
                "agency": agency,
                "municipality": municipality,
                "occurred_at": iso(at),
                "recorded_at": iso(told or at),
                "data": data,
            }
        )
        return self

    def json(self, until=None):
        """The rows as the offline engine prints them."""
        last = None if until is None else parse_instant(iso(until))
        return list(replay(agreements(*self.files), [json.dumps(line) for line in self.lines], last))

    def rows(self, until=None):
        """Each row as text: rule, instance, stage, due, raised, closed, outcome."""
        return [
            " ".join(
                (
                    row["instance"],
                    row["stage"],
                    f"due {clock(row['due'])}",
                    f"raised {clock(row['raised_at'])}",
                    f"closed {clock(row['closed_at'])} {row['outcome']}" if row["closed_at"] else "open",
                )
            )
            for row in self.json(until)
        ]

    def ends(self, until=None):
        """Only how each alert ended: instance, stage, outcome."""
        return [f"{row['instance']} {row['stage']} {row['outcome']}" for row in self.json(until)]

    def told(self, until=None):
        """Only who was told of each alert, and when."""
        return [[f"{step['to']} {clock(step['at'])}" for step in row["attention"]] for row in self.json(until)]


def clock(text):
    """An instant of the wire on a Dutch clock; seconds only where there are any."""
    local = datetime.fromisoformat(text).astimezone(ZONE)
    if local.microsecond:
        return local.strftime("%Y-%m-%d %H:%M:%S.%f")
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
