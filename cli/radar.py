"""`waakvlam radar`: the region at a glance, from what monitoring keeps; the cases shown are explained from the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cli.books import ledger_at, rules_in, why_missing, without_password
from cli.columns import columns
from cli.exits import Ends, Exit
from cli.looked import Looker
from cli.questions import plain, when
from cli.screen import result
from cli.sentences import STAGES, agency_names
from cli.settings import Settings
from ledger.database import Statements, open_database
from ledger.errors import Fault
from ledger.numbers import number_of
from ledger.words import moment
from rulebook.agreements import Agreements
from rulebook.overview import BANDS, LATER, MONTH, NEVER, SOON, TODAY, WEEK, OpenAlert, Overview, Standing, overview
from rulebook.rules import DANGER
from rulebook.why import Reason, why
from waakvlam.topics import municipalities

STAGE_HEAD = {"signal": "signaal", "breach": "te laat", "warn": "loopt af"}
BAND_WORDS = {
    TODAY: "binnen een dag",
    SOON: "binnen drie dagen",
    WEEK: "binnen een week",
    MONTH: "binnen een maand",
    LATER: "later",
    NEVER: "verder niets",
}
_CASES = """SELECT case_id, municipality, phase, next_due, is_open FROM radar WHERE is_open = 1
    OR EXISTS (SELECT 1 FROM alerts WHERE alerts.case_id = radar.case_id AND closed_at IS NULL)"""
_ALERTS = """SELECT case_id, alert, rule, agreement, agreement_version, stage, due, weight, why FROM alerts
    WHERE closed_at IS NULL ORDER BY case_id, alert, nr"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the radar: one municipality or all, how many cases are shown by name, and who looks at those."""

    municipality: str | None = None
    shown: int = 10
    looker: Looker = field(default_factory=Looker)


def show_radar(wish: Wish, settings: Settings, *, as_json: bool) -> None:
    """Print the open cases by risk and by time until something comes due."""
    now = settings.time().micros()
    names = municipalities()
    if wish.municipality is not None and wish.municipality not in names:
        known = ", ".join(f"{code} {name}" for code, name in names.items())
        raise Ends(Exit.USAGE, f"--municipality: there is no {wish.municipality}. There are: {known}.")
    agreements = rules_in(settings.agreements)
    standings = standings_in(settings.places()["WAAKVLAM_RADAR"], agreements)
    if wish.municipality is not None:
        standings = [one for one in standings if one.municipality == wish.municipality]
    found = overview(standings, now, shown=wish.shown)
    wish.looker.sees_list(settings, _named(found))
    coming = _coming(found, settings, agreements)
    result(_json(found, coming), as_json=as_json, lines=list(_lines(found, coming)))


def standings_in(url: str, agreements: Agreements) -> list[Standing]:
    """Return where every open case stands, as monitoring's database has it; it is only read, never made."""
    if missing := why_missing(url):
        step = "Set WAAKVLAM_RADAR or --data; `waakvlam up` fills a new one."
        raise Ends(Exit.UNREACHABLE, f"There is no radar at {without_password(url)}: {missing}. {step}")
    database = open_database(url)
    try:
        with database.reading() as t:
            return _standings(t, agreements)
    except Fault as error:
        step = "Set WAAKVLAM_RADAR to monitoring's database, and start monitoring once if it is of an older version."
        raise Ends(Exit.REFUSED, f"There is no radar in {without_password(url)}: {error}. {step}") from error
    finally:
        database.close()


def _standings(t: Statements, agreements: Agreements) -> list[Standing]:
    titles = {(one.id, one.version, rule.id): rule.title for one in agreements.files for rule in one.rules.values()}
    alerts: dict[str, list[OpenAlert]] = {}
    for case, alert, rule, agreement, version, stage, due, weight, why_text in t.rows(_ALERTS):
        title = titles.get((agreement, version, rule), "")
        alerts.setdefault(case, []).append(OpenAlert(alert, rule, title, stage, due, weight, why_text))
    return [
        Standing(case, municipality, phase, next_due, is_open == 1, tuple(alerts.get(case, ())))
        for case, municipality, phase, next_due, is_open in t.rows(_CASES)
    ]


def _named(found: Overview) -> frozenset[str]:
    """Return the cases that are shown by name."""
    return frozenset(one.case for one in (*found.worst, *found.soonest))


def _coming(found: Overview, settings: Settings, agreements: Agreements) -> Mapping[str, Reason]:
    """Return what comes due next in each case that is shown; nothing where the ledger is not here to ask."""
    if why_missing(settings.ledger_url):
        return {}
    coming: dict[str, Reason] = {}
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        for case in _named(found):
            facts = [one.event() for one in ledger.history(case)]
            answer = why(agreements, case, facts, found.at, agencies=agency_names())
            if answer.next:
                coming[case] = answer.next[0]
    return coming


def _lines(found: Overview, coming: Mapping[str, Reason]) -> Iterator[str]:
    yield f"Radar op {moment(found.at)}: {_cases(found.cases, 'open ')}, {_cases(found.with_alert)} met een open alarm"
    if found.forgotten:
        yield f"LET OP: {_cases(found.forgotten, 'open ')} zonder alarm en zonder termijn. Dat mag niet voorkomen."
    yield ""
    rows = [(_weight(weight), *(str(some[stage]) for stage in STAGE_HEAD)) for weight, some in found.open.items()]
    yield from columns(("zwaarte", *STAGE_HEAD.values()), rows)
    yield ""
    yield from columns(("komt eraan", "casussen"), [(BAND_WORDS[band], str(found.coming[band])) for band in BANDS])
    yield ""
    head = ("gemeente", "casussen", "met alarm", *STAGE_HEAD.values())
    rows_of_places = [
        (_place(code), str(one.cases), str(one.with_alert), *(str(one.open[stage]) for stage in STAGE_HEAD))
        for code, one in found.places.items()
    ]
    yield from columns(head, rows_of_places)
    yield ""
    yield "Ergste eerst:"
    yield from _worst(found)
    yield "Eerst aan de beurt:"
    yield from _soonest(found, coming)


def _worst(found: Overview) -> Iterator[str]:
    if not found.worst:
        yield "  niets"
    for one in found.worst:
        alert = one.worst
        assert alert is not None, "these have one"
        more = f" (en nog {len(one.alerts) - 1})" if len(one.alerts) > 1 else ""
        state = f"{STAGES.get(alert.stage, alert.stage)} {when(alert.due, found.at)}"
        yield f"  {_case(one)} · zwaarte {alert.weight} · {state} · {alert.rule} {alert.title}{more}"
        yield f"    {alert.sentence}"


def _soonest(found: Overview, coming: Mapping[str, Reason]) -> Iterator[str]:
    if not found.soonest:
        yield "  niets"
    for one in found.soonest:
        reason = coming.get(one.case)
        if reason is None:
            yield f"  {_case(one)} · {when(one.next_due or found.at, found.at)}"
        else:
            state = f"{STAGES[reason.stage]} {when(reason.due, found.at)}"
            yield f"  {_case(one)} · zwaarte {reason.weight} · {state} · {reason.rule} {reason.title}"


def _cases(count: int, how: str = "") -> str:
    return f"{count} {how}{'casus' if count == 1 else 'casussen'}"


def _case(standing: Standing) -> str:
    return f"{number_of(standing.case)} · {_place(standing.municipality)}"


def _place(code: str) -> str:
    return municipalities().get(code, f"gemeente {code}")


def _weight(weight: int) -> str:
    return f"{weight} (gevaar)" if weight == DANGER else str(weight)


def _json(found: Overview, coming: Mapping[str, Reason]) -> dict[str, Any]:
    told = plain(asdict(found))
    next_up = {case: plain(asdict(reason)) for case, reason in sorted(coming.items())}
    return {**told, "open": {str(weight): some for weight, some in found.open.items()}, "next": next_up}
