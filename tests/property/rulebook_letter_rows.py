"""The rows that the second reading gives, and who is told of each (see rulebook_letter.py)."""

from datetime import timedelta
from pathlib import Path
from runpy import run_path

KINDS = run_path(str(Path(__file__).with_name("rulebook_letter_kinds.py")))
LETTER = KINDS["LETTER"]
after, alert_id, day_in, dues, end_of = (LETTER[name] for name in ("after", "alert_id", "day_in", "dues", "end_of"))
instant, known, open_at, text_of = (LETTER[name] for name in ("instant", "known", "open_at", "text_of"))
why_closed, instances = LETTER["why_closed"], KINDS["instances"]
OutsideCalendarError = LETTER["OutsideCalendarError"]


def rows(files, books, lines, until=None):
    """The rows of a history, in the form and order of section 9."""
    told = {line["id"]: {**line, "data": dict(line.get("data") or {})} for line in lines}
    for one in told.values():
        one["occurred_at"], one["recorded_at"] = instant(one["occurred_at"]), instant(one["recorded_at"])
    last = instant(until) if until else max(one["recorded_at"] for one in told.values())
    cases = {one["case"] for one in told.values() if one.get("case") is not None}
    result = [
        row
        for case in cases
        for row in of_case(files, books, case, [o for o in told.values() if o.get("case") == case], last)
    ]
    result.sort(key=lambda row: (row["raised"], row["case"], row["rule"], row["instance"], row["stage"]))
    for row in result:
        del row["raised"], row["shut"]
    return result


def of_case(files, books, case, told, last):
    turns = sorted({one["recorded_at"] for one in told if one["recorded_at"] <= last})
    result, running, was = [], {}, {}
    for turn, following in zip(turns, [*turns[1:], last + timedelta(microseconds=1)][: len(turns)], strict=True):
        k = known(told, turn)
        now = instances(files, books, case, k, last)
        instants = {turn} | {
            due
            for one in now.values()
            if not one["ended"] and not one["satisfied"]
            for due in dues(one, k).values()
            if due is not None and turn < due < following
        }
        for at in sorted(instants):
            opened = {open_at(one, k, at): one for one in now.values()}
            for identity in [one for one in running if one not in opened]:
                row = running.pop(identity)
                row["shut"], row["closed_at"] = at, text_of(at)
                row["outcome"] = why_closed(identity, was[identity[:4]], now.get(identity[:4]), k)
            for identity, one in opened.items():
                if identity is not None and identity not in running:
                    running[identity] = row_of(case, identity, one, at)
                    result.append(running[identity])
            was = now
    for row, one in [(row, row.pop("of")) for row in result]:
        row["attention"] = list(steps(row, one, books, told, last))
    return result


def row_of(case, identity, one, at):
    rule_id, agreement, version, key, stage, due = identity
    return {
        "alert": alert_id(case, rule_id, one["file"], key, stage, due),
        "case": case,
        "rule": rule_id,
        "agreement": agreement,
        "version": version,
        "instance": key,
        "stage": stage,
        "due": text_of(due),
        "raised_at": text_of(at),
        "closed_at": None,
        "outcome": None,
        "because": one["because"],
        "raised": at,
        "shut": None,
        "of": one,
    }


def steps(row, one, books, told, last):
    names = one["rule"].get("to", "default")
    people = one["file"]["attention"][names] if isinstance(names, str) else names
    for number, person in enumerate(people):
        if number == 0:
            yield {"step": 0, "to": person["to"], "at": row["raised_at"]}
            continue
        if row["stage"] == "warn":
            return
        by_clock = {"minutes", "hours"} & set(person["after"])
        base = row["raised"] if by_clock else row["raised"] - timedelta(microseconds=1)
        try:
            at = after(person["after"], base, books[one["file"]["calendar"]])
        except OutsideCalendarError:
            continue
        if row["raised"] <= at <= last and (row["shut"] is None or at < row["shut"]) and not is_taken(row, told, at):
            yield {"step": number, "to": person["to"], "at": text_of(at)}


def is_taken(row, told, at):
    for ack in known(told, at):
        if ack["type"] == "alert_acknowledged" and ack["data"].get("alert") == row["alert"]:
            is_mine = row["raised"] <= ack["recorded_at"] and (row["shut"] is None or ack["recorded_at"] < row["shut"])
            until = day_in(ack["data"].get("next_step_on"))
            if is_mine and (until is None or at < end_of(until)):
                return True
    return False
