"""`waakvlam looks`: who looked at which case, for an auditor without the board. To look at looks is a look, and logged first."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cli.exits import Ends, Exit
from cli.offline import instant
from cli.screen import result
from cli.settings import Settings
from ledger.database import Database, open_database
from ledger.numbers import id_beginning, number_of
from ledger.private import private_file
from ledger.staff import known_as
from services.board import looks_copy as keeping
from services.board.access.line import CONTROL, CONTROL_PURPOSE, NEN7513, ORGANISATION, Line, Look
from services.board.access.looks import LookLog, Sought
from services.board.overviews.sheet import written
from services.board.rights import OPAQUE, Action, Role
from waakvlam.clock import SystemClock, iso

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked: who asks, for which looks, in which form, and where to."""

    by: str
    case: str
    person: str
    since: str | None
    until: str | None
    ldv: bool
    csv: Path | None
    limit: int


def show_looks(settings: Settings, wish: Wish, *, as_json: bool) -> None:
    """Log that somebody looks at looks, and print those that are asked for, newest first, one for each case."""
    if not OPAQUE.match(wish.by):
        raise Ends(Exit.USAGE, "--by is your own staff number, never a name: the look is logged under it.")
    sought = Sought(
        case=_case(wish.case), person=wish.person, since=instant(wish.since, "--from"), until=instant(wish.until)
    )
    with closing(_database(settings)) as database:
        log = LookLog(database, SystemClock())
        lines = list(islice(_found(log, sought), wish.limit))
        log.add_list(_look(wish.by), {line.case_id for line in lines})
    if wish.csv is not None:
        private_file(wish.csv).write_text(_csv(lines, ldv=wish.ldv), "utf-8")
    told = [line.ldv() if wish.ldv else line.nen7513() for line in lines]
    if wish.csv is None and as_json:
        result(told, as_json=True, lines=[])
        return
    shown = [] if wish.csv else [_sentence(line, ldv=wish.ldv) for line in lines]
    where = f" They are in {wish.csv}." if wish.csv else ""
    count = "1 look" if len(lines) == 1 else f"{len(lines)} looks"
    counted = f"{count}. That you looked at them is logged.{where}"
    result({"looks": len(lines), "file": str(wish.csv)}, as_json=as_json, lines=[*shown, counted])


def check_looks(settings: Settings, *, as_json: bool) -> None:
    """Compute the chain of the whole log anew; ends with a difference when it does not hold. Names no case, so it is no look."""
    with closing(_database(settings)) as database:
        log = LookLog(database, SystemClock())
        broken, (lines, head) = log.broken_at(), log.head()
    told = {"lines": lines, "head": head, "broken_at": broken}
    if broken is None:
        result(told, as_json=as_json, lines=[f"{lines} lines; the chain holds from the first to the last."])
        return
    result(told, as_json=as_json, lines=[])
    raise Ends(
        Exit.DIFFERS,
        f"At line {broken} the chain does not hold: a line was changed, taken away or added. Tell the data protection officer, "
        "and compare with the newest backup that holds (its manifest names the last line).",
    )


def _database(settings: Settings) -> Database:
    url = settings.places()["WAAKVLAM_LOOKS"]
    if not keeping.is_kept(url):
        raise Ends(Exit.UNREACHABLE, "There is no look log there. Set WAAKVLAM_LOOKS, or --data, to that of the board.")
    return open_database(url, limits=settings.limits())


def _found(log: LookLog, sought: Sought) -> Iterator[Line]:
    before = 0
    while lines := log.find(sought=sought, before=before, limit=AT_ONCE):
        yield from log.by_case(lines, case=sought.case)
        before = lines[-1].position


def _look(by: str) -> Look:
    return Look(
        person=known_as(by),
        roles=Role.AUDITOR.value,
        behalf=ORGANISATION,
        case_id="",
        name=Action.SEE_LOOKS.value,
        activity=CONTROL,
        purpose=CONTROL_PURPOSE,
    )


def _csv(lines: list[Line], *, ldv: bool) -> str:
    if not ldv:
        return written([NEN7513, *(tuple(line.nen7513().values()) for line in lines)])
    flat = [_flat(line.ldv()) for line in lines]
    return written([tuple(flat[0]) if flat else (), *(tuple(one.values()) for one in flat)])


def _flat(line: dict[str, Any]) -> dict[str, str]:
    """Return a line of LDV as one row: its attributes and its resource under their own names."""
    nested = {"resource", "attributes"}
    found = {name: value for name, value in line.items() if name not in nested}
    found |= {"resource.name": line["resource"]["name"], **line["attributes"]}
    return {name: str(value) for name, value in found.items()}


def _sentence(line: Line, *, ldv: bool) -> str:
    if ldv:
        return json.dumps(line.ldv(), ensure_ascii=False)
    return "  ".join((iso(line.at), number_of(line.case_id), line.person, line.name, line.ground, line.purpose))


def _case(text: str) -> str:
    if not text:
        return ""
    found = id_beginning(text)
    if not found:
        raise Ends(Exit.USAGE, "--case is a case's id or its short number, as the board shows it.")
    return found
