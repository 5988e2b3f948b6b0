"""Read a folder of agreements and the calendars beside them. Whatever is wrong is refused with file, line, field and reason."""

from collections.abc import Mapping
from pathlib import Path

from rulebook.calendar import Calendar
from rulebook.entries import Entry, optional_text, read, texts
from rulebook.errors import AgreementError
from rulebook.instants import parse_day
from rulebook.reading_parts import Reader
from rulebook.reading_rules import read_rule
from rulebook.reading_terms import read_steps, read_term
from rulebook.rules import Agreement, Ladder, Level, Rule, Source, Step
from rulebook.terms import Term

# A file of the folder that belongs to triage; every other one is an agreement.
NOT_AGREEMENTS = frozenset({"triage.yaml"})

_FILE_KEYS = (
    "agreement",
    "version",
    "title",
    "valid_from",
    "valid_to",
    "applies_to",
    "calendar",
    "attention",
    "ladders",
    "rules",
)
_FILE_REQUIRED = ("agreement", "version", "valid_from", "applies_to", "calendar", "rules")
_LEVEL_KEYS = ("nr", "name", "participants", "direction", "term", "warn", "may_skip", "information")
_LADDER_KEYS = ("id", "title", "levels", "reasons", "skip_reasons")
_INFORMATION = ("none", "minimal", "case")


def agreement_files(folder: Path) -> list[Path]:
    """Return the files of a folder that should hold an agreement each, by name."""
    names = (one.name for one in folder.glob("*.y*ml") if one.suffix in {".yaml", ".yml"})
    return [folder / name for name in sorted(names) if name not in NOT_AGREEMENTS]


def read_folder(folder: Path, *, fields: Mapping[str, frozenset[str]] | None) -> list[Agreement]:
    """Return every agreement of a folder. Raises AgreementError."""
    known = known_fields() if fields is None else fields
    calendars: dict[str, Calendar] = {}
    agreements: dict[tuple[str, int], Agreement] = {}
    for path in agreement_files(folder):
        entry = read(path)
        one = read_agreement(entry, folder=folder, calendars=calendars, known=known)
        same = agreements.setdefault((one.id, one.version), one)
        if same is not one:
            raise entry.keys()["version"].refuse(
                f"version {one.version} of agreement {one.id} stands in {same.source.file} already"
            )
    if not agreements:
        raise AgreementError(file=str(folder), line=1, field="folder", reason="holds no agreements")
    return list(agreements.values())


def read_file(path: Path, *, folder: Path, fields: Mapping[str, frozenset[str]] | None = None) -> Agreement:
    """Return the agreement that one file holds; its calendar lies in a folder. Raises AgreementError."""
    known = known_fields() if fields is None else fields
    return read_agreement(read(path), folder=folder, calendars={}, known=known)


def known_fields() -> Mapping[str, frozenset[str]]:
    """Return the `data` fields of each event type, as the catalogue's schemas tell."""
    from waakvlam.catalogue import event_types  # noqa: PLC0415 - only readers of files need the schemas

    return {name: frozenset(field.data_name for field in one.data_fields) for name, one in event_types().items()}


def read_calendar(path: Path, name: str) -> Calendar:
    """Return the calendar that a file holds. Raises AgreementError."""
    found = read(path).record(("calendar", "from", "to", "days_off"), required=("calendar", "from", "to", "days_off"))
    if found["calendar"].text() != name:
        raise found["calendar"].refuse(f"the file is named {path.name}, so this must be {name}")
    first, last = found["from"].day(), found["to"].day()
    if last < first:
        raise found["to"].refuse("lies before `from`")
    days_off: dict[int, str] = {}
    for key, value in found["days_off"].keys().items():
        day = parse_day(key)
        if day is None:
            raise value.refuse("must be a day that exists, written YYYY-MM-DD")
        days_off[day] = value.text()
    return Calendar(name, first=first, last=last, days_off=days_off)


def read_agreement(
    entry: Entry, *, folder: Path, calendars: dict[str, Calendar], known: Mapping[str, frozenset[str]]
) -> Agreement:
    """Return the agreement that an entry tells; a calendar not among `calendars` is read from the folder."""
    found = entry.record(_FILE_KEYS, required=_FILE_REQUIRED)
    source = Source(
        agreement=found["agreement"].text(),
        version=found["version"].whole(),
        title=optional_text(found, "title"),
        calendar=_calendar(found["calendar"], folder, calendars),
        ladders=_read_ladders(found["ladders"]) if "ladders" in found else {},
        file=entry.file,
    )
    valid_from = found["valid_from"].day()
    valid_to = None
    if "valid_to" in found and not found["valid_to"].is_null:
        valid_to = found["valid_to"].day()
        if valid_to < valid_from:
            raise found["valid_to"].refuse("lies before `valid_from`")
    reader = Reader(source=source, attention=_read_attention(found.get("attention")), fields=known)
    return Agreement(
        source=source,
        valid_from=valid_from,
        valid_to=valid_to,
        municipalities=_read_municipalities(found["applies_to"]),
        rules=_read_rules(found["rules"], reader),
    )


def _read_rules(entry: Entry, reader: Reader) -> Mapping[str, Rule]:
    rules: dict[str, Rule] = {}
    for one in entry.items():
        rule = read_rule(one, reader)
        if rule.id in rules:
            raise one.keys()["id"].refuse(f"rule {rule.id} stands in this file twice")
        rules[rule.id] = rule
    return rules


def _calendar(entry: Entry, folder: Path, calendars: dict[str, Calendar]) -> Calendar:
    name = entry.text()
    if name not in calendars:
        path = folder / "calendars" / f"{name}.yaml"
        if "/" in name or "\\" in name or not path.is_file():
            raise entry.refuse(f"there is no file calendars/{name}.yaml beside the agreements")
        calendars[name] = read_calendar(path, name)
    return calendars[name]


def _read_municipalities(entry: Entry) -> frozenset[str] | None:
    if entry.is_text:
        if entry.text() != "all":
            raise entry.refuse("must be all, or a list of municipalities")
        return None
    codes = entry.record(("municipalities",), required=("municipalities",))["municipalities"]
    for one in codes.items():
        code = one.text()
        if len(code) != 4 or not (code.isascii() and code.isdigit()):
            raise one.refuse("must be a CBS code of four digits, in quotes")
    return frozenset(texts(codes))


def _read_attention(entry: Entry | None) -> Mapping[str, tuple[Step, ...]]:
    return {} if entry is None else {name: read_steps(one) for name, one in entry.keys().items()}


def _read_ladders(entry: Entry) -> Mapping[str, Ladder]:
    ladders: dict[str, Ladder] = {}
    for one in entry.items():
        found = one.record(_LADDER_KEYS, required=("id", "levels"))
        ladder = Ladder(
            id=found["id"].text(),
            levels=_read_levels(found["levels"]),
            reasons=texts(found["reasons"]) if "reasons" in found else (),
            skip_reasons=texts(found["skip_reasons"]) if "skip_reasons" in found else (),
            title=optional_text(found, "title"),
        )
        if ladder.id in ladders:
            raise found["id"].refuse(f"ladder {ladder.id} stands in this file twice")
        ladders[ladder.id] = ladder
    return ladders


def _read_levels(entry: Entry) -> tuple[Level, ...]:
    levels: dict[int, Level] = {}
    for one in entry.items():
        found = one.record(_LEVEL_KEYS, required=("nr",))
        information = optional_text(found, "information") or "none"
        if information not in _INFORMATION:
            raise found["information"].refuse(f"must be one of {', '.join(_INFORMATION)}")
        level = Level(
            nr=found["nr"].whole(),
            name=optional_text(found, "name"),
            term=_optional_term(found, "term"),
            warn=_optional_term(found, "warn"),
            may_skip=found["may_skip"].flag() if "may_skip" in found else False,
            information=information,
            direction=optional_text(found, "direction"),
            participants=texts(found["participants"]) if "participants" in found else (),
        )
        if level.nr in levels:
            raise found["nr"].refuse(f"level {level.nr} stands in this ladder twice")
        levels[level.nr] = level
    return tuple(levels.values())


def _optional_term(found: Mapping[str, Entry], key: str) -> Term | None:
    return read_term(found[key]) if key in found and not found[key].is_null else None
