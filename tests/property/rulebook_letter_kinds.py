"""The five kinds by the letter, and the rows they give: the second part of the second reading (see rulebook_letter.py)."""

from datetime import timedelta
from pathlib import Path
from runpy import run_path

LETTER = run_path(str(Path(__file__).with_name("rulebook_letter.py")))
(after, alert_id, chosen, day_after, day_in, end_of) = (
    LETTER[name] for name in ("after", "alert_id", "chosen", "day_after", "day_in", "end_of")
)
(instant, is_closed, known, local, means, open_at) = (
    LETTER[name] for name in ("instant", "is_closed", "known", "local", "means", "open_at")
)
(phase_of, place, same, text_of, why_closed, dues) = (
    LETTER[name] for name in ("phase_of", "place", "same", "text_of", "why_closed", "dues")
)
OutsideCalendarError = LETTER["OutsideCalendarError"]
OPENING, UNHEARD = LETTER["OPENING"], LETTER["UNHEARD"]
FOREVER = 3000


def may_start(rule, k, event):
    return not is_closed(k, event) or event["type"] in OPENING or rule.get("weight") == 5


def later(k, entries, start, test=lambda _: True):
    return [one for one in k if means(entries, one) and place(one) > place(start) and test(one)]


def settled(k, start, satisfying):
    closings = later(k, ["case_closed"], start)
    if satisfying and (not closings or place(satisfying[0]) <= place(closings[0])):
        return None, satisfying[0]["occurred_at"]
    return ("case_closed" if closings else None), None


def made(rule, file, start, book, *, key=None, because=None, ended=None, satisfied=None, day=None):
    original = {}
    for stage in ("warn", "breach"):
        term = rule.get(stage)
        if term == {"from_ladder": True}:
            ladder = next((one for one in file.get("ladders", []) if one["id"] == start["data"].get("ladder")), None)
            levels = ladder["levels"] if ladder else []
            level = next((one for one in levels if same(one["nr"], start["data"].get("level"))), {})
            term = level.get("warn" if stage == "warn" else "term")
        if term is None:
            original[stage] = None
            continue
        try:
            base = day() if callable(day) else day
            original[stage] = (
                after(term, start["occurred_at"], book) if base is None else end_of(day_after(term, base, book))
            )
        except OutsideCalendarError:
            if not ended and not satisfied:
                raise
            original[stage] = "cannot be counted"
    return {
        "rule": rule,
        "file": file,
        "key": key or start["id"],
        "because": because or [start["id"]],
        "original": original,
        "ended": ended,
        "satisfied": satisfied,
    }


def shares(rule, a, b):
    field = rule.get("per")
    if field is None:
        return True
    a, b = a["data"].get(field), b["data"].get(field)
    return (a is None and b is None) or (a is not None and b is not None and same(a, b))


def of_term(rule, file, k, book, **_):
    for s in k:
        if means(rule["from"], s) and may_start(rule, k, s):
            stops = [e for e in k if means(rule["until"], e) and shares(rule, s, e)]
            if rule.get("already") and any(place(e) < place(s) for e in stops):
                yield s, lambda s=s: made(rule, file, s, book, satisfied="already")
                continue
            ended, satisfied = settled(k, s, [e for e in stops if place(e) > place(s)])
            yield s, lambda s=s, e=ended, f=satisfied: made(rule, file, s, book, ended=e, satisfied=f)


def of_date(rule, file, k, book, **_):
    field = rule["due_field"]
    starts = [
        s for s in k if means(rule["from"], s) and day_in(s["data"].get(field)) is not None and may_start(rule, k, s)
    ]
    for s in starts:
        ended, satisfied = settled(k, s, later(k, rule["until"], s, lambda e, s=s: shares(rule, s, e)))
        if any(place(e) > place(s) and shares(rule, s, e) for e in starts):
            ended = "replaced"
        day = day_in(s["data"][field])
        yield s, lambda s=s, e=ended, f=satisfied, d=day: made(rule, file, s, book, ended=e, satisfied=f, day=d)


def of_moments(rule, file, k, book, *, last, **_):
    anchors = [s for s in k if means(rule["from"], s) and may_start(rule, k, s)]
    for s in anchors:
        yield s, lambda s=s: list(schedule(rule, file, k, book, s, last, replaced=s is not anchors[-1]))


def offset(rule, i):
    """The term from the day of the anchor to the day of moment i; none beyond a list that does not go on."""
    if i <= len(rule["at"]):
        return rule["at"][i - 1]
    if not rule.get("then_every"):
        return None
    every = rule["then_every"]
    [unit] = [unit for unit in every if unit != "shift"]
    return {unit: rule["at"][-1][unit] + (i - len(rule["at"])) * every[unit], "shift": every.get("shift", False)}


def moment(rule, k, s, i, ends, *, replaced):
    """How moment i ended, and when it was satisfied."""
    stops = later(k, rule["until"], s, lambda e: same(e["data"].get("moment"), i))
    ended, satisfied = settled(k, s, stops)
    if replaced:
        return "replaced", satisfied
    if ends and not (stops and place(stops[0]) < place(ends[0])):
        return "ended", satisfied
    return ended, satisfied


def schedule(rule, file, k, book, s, last, *, replaced):
    ends = later(k, rule.get("ends", []), s)
    is_past = False
    for i in range(1, FOREVER):
        term = offset(rule, i)
        if term is None:
            return
        ended, satisfied = moment(rule, k, s, i, ends, replaced=replaced)
        day = lambda term=term: day_after(term, local(s["occurred_at"]), book)  # noqa: E731 - counted where it is needed
        try:
            one = made(
                rule, file, s, book, key=f"{s['id']}#{i}", because=[s["id"]], ended=ended, satisfied=satisfied, day=day
            )
        except OutsideCalendarError:
            if is_past:
                continue
            raise
        yield one
        counted = [due for due in one["original"].values() if due is not None]
        if "cannot be counted" in counted:
            if ended and i > len(rule["at"]):
                return
        elif all(due > last for due in counted):
            is_past = True
            if i > len(rule["at"]):
                return


def of_silence(rule, file, k, book, *, files, **_):
    def version(e):
        return chosen(files, k, rule["id"], e)

    def heard(e):
        if e["type"] in UNHEARD or e["type"].startswith("alert_"):
            return False
        own = version(e)
        mine = next((one for one in own["rules"] if one["id"] == rule["id"]), {}) if own else {}
        return e["type"] not in mine.get("ignore", [])

    listened = [e for e in k if heard(e)]
    for s, following in zip(listened, [*listened[1:], None][: len(listened)], strict=True):
        if is_closed(k, s) and s["type"] not in OPENING:
            continue
        if following is not None:
            yield s, lambda s=s, f=following: made(rule, file, s, book, satisfied=f["occurred_at"])
        elif not is_closed(k) and phase_of(k) in rule["phases"]:
            yield s, lambda s=s: made(rule, file, s, book)


def of_pattern(rule, file, k, book, *, files, case, **_):
    matching = [e for e in k if means(rule["of"], e)]
    width = timedelta(**rule["window"])
    acks = [e for e in k if e["type"] == "alert_acknowledged"]
    running = None
    for e in matching:
        if chosen(files, k, rule["id"], e) is not file:
            continue
        window = [o for o in matching if e["occurred_at"] - width < o["occurred_at"] <= e["occurred_at"]]
        holds = len(window) >= rule["count"] and len({o["agency"] for o in window}) >= rule.get("agencies", 1)
        if holds and rule.get("after"):
            before = [o for o in k if means(rule["after"]["types"], o) and place(o) < place(e)]
            holds = bool(before) and e["occurred_at"] < after(rule["after"]["within"], before[-1]["occurred_at"], book)
        if running is not None:
            name = alert_id(case, rule["id"], file, running["id"], "signal", running["occurred_at"])
            stopped = any(place(o) < place(e) for o in later(k, ["case_closed"], running))
            stopped = stopped or any(a["data"].get("alert") == name and place(a) < place(e) for a in acks)
            if stopped or not holds:
                running = None
        if running is None and holds and may_start(rule, k, e):
            running = e
            name = alert_id(case, rule["id"], file, e["id"], "signal", e["occurred_at"])
            ended, _ = settled(k, e, [])
            if any(a["data"].get("alert") == name for a in acks):
                ended = "acknowledged"
            found = {"key": e["id"], "because": [o["id"] for o in window], "original": {"signal": e["occurred_at"]}}
            yield (
                e,
                lambda found=found, ended=ended: {
                    "rule": rule,
                    "file": file,
                    "ended": ended,
                    "satisfied": None,
                    **found,
                },
            )


KINDS = {"term": of_term, "date": of_date, "moments": of_moments, "silence": of_silence, "pattern": of_pattern}


def instances(files, books, case, k, last):
    found = {}
    for file in files:
        for rule in file["rules"]:
            if rule.get("if_case") and not any(has_child(e) for e in k):
                continue
            book = books[file["calendar"]]
            kind = KINDS[rule.get("kind", "term")]
            for s, make in kind(rule, file, k, book, files=files, case=case, last=last):
                if chosen(files, k, rule["id"], s) is file:
                    made_here = make()
                    for one in made_here if isinstance(made_here, list) else [made_here]:
                        found[rule["id"], file["agreement"], file["version"], one["key"]] = one
    return found


def has_child(e):
    return e["type"] == "report_received" and any(one.get("child") is True for one in e["data"].get("persons") or [])
