"""The screen of `waakvlam status`: its JSON values as lines for people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.wrong import Wrong

UNKNOWN = "not known"
ELSEWHERE = "none was made here"
SINCE = "{} since the last one, or since the first event when there is none"
EXPIRING_SHOWN = 3
GIB = 1024**3
STEPS = ((172_800.0, 86_400.0, "days"), (7_200.0, 3_600.0, "hours"), (120.0, 60.0, "minutes"), (0.0, 1.0, "seconds"))


def screen(told: Mapping[str, Any]) -> list[str]:
    """Return the lines: what is wrong first, then how everything is."""
    return [f"Waakvlam {told['version']}, {told['at']}", "", *_wrong(told["wrong"]), "", *_table(told)]


def span(seconds: float | None) -> str:
    """Return a length of time in words of one unit."""
    if seconds is None:
        return UNKNOWN
    _, unit, name = next(step for step in STEPS if seconds >= step[0])
    return f"{seconds / unit:.0f} {name}"


def _wrong(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    some = [Wrong(one["alert"], one["says"], tuple(one["who"]), one["step"]) for one in found]
    yield f"{len(some)} wrong; begin with the first:" if some else "Nothing is wrong."
    for number, one in enumerate(some, 1):
        yield from one.lines(number)


def _table(told: Mapping[str, Any]) -> Iterator[str]:
    for name, words in (
        ("parts", _parts(told["parts"])),
        ("reachable", [f"{what}: {'yes' if is_so else 'NO'}" for what, is_so in told["reachable"].items()]),
        ("ledger", _ledger(told["ledger"])),
        ("relay", [_behind(told["relay"]["behind"], told["relay"])]),
        ("readers", _readers(told["readers"])),
        ("radar", _radar(told["radar"])),
        ("alerts", _alerts(told["alerts"])),
        ("set aside", _aside(told["set_aside"])),
        ("backup", [_backup(told["backup_seconds"])]),
        ("checkpoint", [_checkpoint(told["checkpoint"])]),
        ("expires", _expires(told["expires"])),
        ("disk", [UNKNOWN if told["disk_free_bytes"] is None else f"{told['disk_free_bytes'] / GIB:.1f} GiB free"]),
    ):
        yield f"{name:<11}{'; '.join(words) or UNKNOWN}"


def _parts(parts: Mapping[str, Any]) -> Iterator[str]:
    for name, one in parts.items():
        if one["answers"]:
            last = one["last_progress_seconds"]
            yield f"{name} up" + ("" if last is None else f", moved {span(last)} ago")
        else:
            yield "watch not there: looked from here, once" if name == "watch" else f"{name} DOWN"


def _ledger(one: Mapping[str, Any]) -> list[str]:
    return [
        f"{_number(one['events'])} events",
        f"{_number(one['cases'])} cases",
        f"{_number(one['events_in_the_last_hour'])} events in the last hour of its clock",
    ]


def _readers(readers: Mapping[str, Any]) -> Iterator[str]:
    for name, one in readers.items():
        yield f"{name} {_behind(one['records'], one)}"


def _behind(count: float | None, one: Mapping[str, Any]) -> str:
    if not count:
        return UNKNOWN if count is None else "0 behind"
    still = f", stands still for {span(one['no_progress_seconds'])}" if one.get("no_progress_seconds") else ""
    return f"{count:,.0f} behind, {span(one['seconds'])}{still}"


def _radar(one: Mapping[str, Any]) -> list[str]:
    return [
        f"{_number(one['open_cases'])} open cases, without a deadline {_number(one['without_deadline'])}",
        f"heart beat {_ago(one['heartbeat_seconds'])}",
        f"knows all until {one['knows_until'] or UNKNOWN}",
    ]


def _alerts(one: Mapping[str, Any]) -> list[str]:
    return [f"{_number(one['open'])} on the board", f"oldest unseen {span(one['oldest_unseen_seconds'])}"]


def _aside(found: Mapping[str, Any]) -> Iterator[str]:
    for kind, one in found.items():
        oldest = f", oldest {span(one['oldest_seconds'])}" if one["events"] else ""
        overdue = f", {_number(one['overdue'])} past their deadline" if one["overdue"] else ""
        yield f"{kind.replace('_', ' ')} {_number(one['events'])}{oldest}{overdue}"


def _checkpoint(one: Mapping[str, Any]) -> str:
    if one["events"] is None:
        return UNKNOWN
    return f"chain proven up to event {one['events']:,}, {one['until']}" if one["events"] else "nothing is signed yet"


def _expires(found: Mapping[str, str]) -> list[str]:
    shown = [f"{what} {at[:10]}" for what, at in list(found.items())[:EXPIRING_SHOWN]]
    return [*shown, *([f"{len(found) - EXPIRING_SHOWN} more later"] if len(found) > EXPIRING_SHOWN else [])]


def _ago(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{span(seconds)} ago"


def _backup(seconds: float | None) -> str:
    return ELSEWHERE if seconds is None else SINCE.format(span(seconds))


def _number(one: float | None) -> str:
    return UNKNOWN if one is None else f"{one:,.0f}"
