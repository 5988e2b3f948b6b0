"""`waakvlam erase`: what is told about people in a case made unreadable, by two; and the proof that it is.

`waakvlam retention`: which closed cases have been kept long enough; with --run as the timed job, set down in the ledger.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.follow import records
from cli.look import history_of
from cli.looked import Looker
from cli.screen import result
from cli.settings import Settings
from cli.telling import tell
from ledger import decisions, errors, retention
from ledger.application import Ledger
from ledger.erasing import CONFIRMED, PROPOSED
from ledger.keys import open_keys
from ledger.model import Decision
from ledger.record import Record
from ledger.sealing import KeyStore
from rulebook.instants import date_of, local_day
from waakvlam.clock import iso
from waakvlam.messages import ErasureConfirmed, ErasureProposed

TERM_IS_OVER = "bewaartermijn-verlopen"
ERASING = "wissen"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which case, who asks, and whether to propose (a ground) or to confirm (a proposal)."""

    case: str
    by: str
    ground: str | None
    proposal: str | None


def erase(wish: Wish, settings: Settings, *, as_json: bool) -> None:
    """Propose an erasure, or confirm one and prove it."""
    if (wish.ground is None) == (wish.proposal is None):
        raise Ends(Exit.USAGE, "Give --ground to propose an erasure, or --confirm with its id to confirm one.")
    case = history_of(settings, wish.case, Looker(wish.by, ERASING))[0]
    shared = _shared(case, wish.by, settings)
    if wish.ground is not None:
        receipt = tell(settings, ErasureProposed(**shared, ground=wish.ground))
        line = f"Proposed. Another person confirms it with: waakvlam erase {case.case} --confirm {receipt.id} --by …"
        result({"case": case.case, "proposal": receipt.id}, as_json=as_json, lines=[line])
        return
    tell(settings, ErasureConfirmed(**shared, proposal_id=wish.proposal))
    show_proof(settings, case.case, as_json=as_json)


def prove(settings: Settings, case: str, by: str, *, as_json: bool) -> None:
    """Show the proof of an erasure to somebody, once their look is logged."""
    show_proof(settings, history_of(settings, case, Looker(by, ERASING))[0].case, as_json=as_json)


def show_proof(settings: Settings, case: str, *, as_json: bool) -> None:
    """Show, without content, that nothing told before the erasure can be read; ends with DIFFERS when something can."""
    with _opened(settings) as (ledger, keys):
        history = ledger.history(case)
        confirmations = [one for one in history if one.type == CONFIRMED]
        if not confirmations:
            raise Ends(
                Exit.REFUSED, f"Case {case} was never erased. `waakvlam erase {case} --ground … --by …` proposes it."
            )
        last = confirmations[-1]
        before = [one for one in history if one.version < last.version and one.sealed]
        readable = [one.version for one in before if _opens(ledger, one)]
        findings = [one.reason for one in ledger.verify(case)]
        told = {
            "case": case,
            "confirmation": last.event_id,
            "confirmed_at": iso(last.recorded_at),
            "version": last.version,
            "sealed_before": len(before),
            "readable_before": readable,
            "keys": keys.newest(case),
            "chain": findings or "in order",
        }
    line = f"{len(before)} sealed records before {told['confirmed_at']}: {len(readable)} can be read. Chain: {told['chain']}."
    result(told, as_json=as_json, lines=[line])
    if readable or findings:
        raise Ends(Exit.DIFFERS, "The erasure is not whole. See that intake runs, then: waakvlam erase --again")


def erase_again(settings: Settings, *, as_json: bool) -> None:
    """Destroy again the keys of all that was ever erased: after a key store or a vault came back from a backup."""
    with _opened(settings) as (ledger, _):
        ledger.finish_erasures()
        keys = ledger.erase_again()
    result({"keys": keys}, as_json=as_json, lines=[f"{keys} keys that had come back were destroyed again."])


def show_retention(
    settings: Settings, until: int | None, proposer: str | None, *, run: bool, as_json: bool, by: str = ""
) -> None:
    """Show which closed cases have been kept long enough; with a proposer, propose to erase those that nobody proposed yet.

    A `run` is set down in the ledger's record of decisions, with counts and the terms that it went by, also when it breaks
    off. It is a timed job of which nobody reads along, so it names no case; else the look at those cases is logged first.
    """
    terms = retention.load(settings.agreements)
    if not terms:
        where = settings.agreements / retention.FOLDER
        raise Ends(
            Exit.USAGE, f"No file in {where} has a term of kind {retention.CASE}: nothing would ever be due. Write one."
        )
    last = local_day(settings.time().micros()) if until is None else until
    with _opened(settings) as (ledger, _):
        ends = {case: end for case, end in _ends(ledger, terms) if end is not None and end < last}
        waiting = {case for case in ends if _waits_for_confirmation(ledger.history(case))}
        proposed: set[str] = set()
        try:
            for case in ends.keys() - waiting if proposer else ():
                tell(
                    settings,
                    ErasureProposed(**_shared(ledger.history(case)[0], proposer, settings), ground=TERM_IS_OVER),
                )
                proposed.add(case)
        finally:
            if run:
                counts = {"due": len(ends), "proposed": len(proposed), "waiting": len(waiting)}
                _set_down(ledger, last, proposer, counts, terms)
    if not run:
        Looker(by or proposer or "", TERM_IS_OVER).sees_list(settings, ends.keys())
    told = [
        {"case": case, "kept_until": str(date_of(end)), "proposed": case in proposed, "waiting": case in waiting}
        for case, end in ends.items()
    ]
    state = {True: "  proposed before, waits for another person", False: ""}
    lines = [f"{one['case']}  kept until {one['kept_until']}{state[one['waiting'] is True]}" for one in told]
    total = f"{len(told)} closed cases have been kept long enough; {len(proposed)} proposed now, {len(waiting)} before."
    if run:
        told, lines = [{name: value for name, value in one.items() if name != "case"} for one in told], []
    result(told, as_json=as_json, lines=[*lines, total])


def _set_down(
    ledger: Ledger, day: int, proposer: str | None, counts: Mapping[str, int], terms: Sequence[retention.Term]
) -> None:
    rules = [
        {"valid_from": str(date_of(one.valid_from)), "years": one.years, "from_youngest_age": one.from_youngest_age}
        for one in terms
    ]
    said = json.dumps({"kind": retention.CASE, **counts, "terms": rules})
    with ledger.writing() as w:
        one = Decision(
            f"retention/{date_of(day)}", decisions.RETAIN, decisions.DONE, proposer or decisions.SYSTEM, said, w.now
        )
        decisions.record(w.statements, one)


def _waits_for_confirmation(history: Sequence[Record]) -> bool:
    """Tell whether an erasure was proposed since the case was closed, and nobody has confirmed it."""
    for one in reversed(history):
        if one.type in (CONFIRMED, "case_closed"):
            return False
        if one.type == PROPOSED:
            return True
    return False


def _shared(first: Record, by: str | None, settings: Settings) -> dict[str, Any]:
    """Return what every event has, for a case with this first record."""
    return {
        "occurred_at": settings.time().now(),
        "case": first.case,
        "municipality": first.municipality,
        "recorded_by": by or None,
    }


def _ends(ledger: Ledger, terms: tuple[retention.Term, ...]) -> Iterator[tuple[str, int | None]]:
    """Yield the closed cases that still can be read, each with the last day on which it is kept."""
    for case in sorted({one.case for _, one in records(ledger) if one.type == "case_closed"}):
        history = ledger.history(case)
        closed = retention.closed_on(one.event() for one in history)
        if closed is not None and any(_opens(ledger, one) for one in history if one.sealed):
            yield case, retention.ends_on(terms, closed, _birth_years(ledger, history))


def _birth_years(ledger: Ledger, history: list[Record]) -> Iterator[int]:
    """Yield the years of birth of the children of a case; one that is not known is taken to be born when it was told."""
    for one in history:
        if one.type != "report_received":
            continue
        personal = ledger.unseal(one) if _opens(ledger, one) else {}
        for number, person in enumerate(one.data()["persons"]):
            if person.get("child"):
                yield personal.get(f"persons.{number}.birth_year") or date_of(local_day(one.occurred_at)).year


def _opens(ledger: Ledger, one: Record) -> bool:
    try:
        ledger.unseal(one)
    except errors.Erased:
        return False
    return True


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Ledger, KeyStore]]:
    """Open the ledger with its keys; ends when there is none."""
    clock = settings.time()
    with ledger_at(settings.ledger_url, clock):
        pass  # it is there
    keys_file = Path(settings.places()["WAAKVLAM_KEYS"])
    with (
        closing(open_keys(settings.model_copy(update={"keys": keys_file}), clock)) as keys,
        closing(Ledger.open(settings.ledger_url, clock=clock, keys=keys)) as ledger,
    ):
        yield ledger, keys
