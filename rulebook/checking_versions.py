"""Whether the versions of an agreement follow each other, and whether one is about to end (rule ST-35)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rulebook.dutch import day_in_words
from rulebook.finding import NOTE, WARNING, Finding, Places
from rulebook.instants import add_months, date_of
from rulebook.rules import Agreement
from rulebook.wording import Words

ENDLESS = 10**9


def versions(files: Sequence[Agreement], on: int, places: Mapping[str, Places], words: Words) -> Iterator[Finding]:
    """Yield overlaps and gaps between the versions of each agreement, and what ends within a month."""
    by_id: dict[str, list[Agreement]] = {}
    for one in sorted(files, key=lambda one: one.version):
        by_id.setdefault(one.id, []).append(one)
    for same in by_id.values():
        yield from _overlaps(same, places)
        yield from _gaps(same, places, words)
        yield from _ends(same, on, places)


def _overlaps(same: Sequence[Agreement], places: Mapping[str, Places]) -> Iterator[Finding]:
    for place, low in enumerate(same):
        for high in same[place + 1 :]:
            if not _shares_place(low, high) or low.valid_from > _end(high) or high.valid_from > _end(low):
                continue
            name = f"Versie {low.version}"
            if low.valid_from >= high.valid_from:
                until = "" if high.valid_to is None else f" tot en met {_said(high.valid_to)}"
                sentence = (
                    f"{name} telt niet: versie {high.version} geldt in dezelfde tijd{until} en heeft een hoger nummer."
                )
                yield places[low.source.file].finding(WARNING, "geldigheid", "valid_from", sentence)
            elif _end(low) > _end(high) and not any(_follows(high, one) for one in same):
                sentence = f"Na {_said(_end(high))} geldt versie {low.version} weer. Is dat de bedoeling?"
                yield places[high.source.file].finding(WARNING, "geldigheid", "valid_to", sentence)
            elif low.valid_to is not None:
                sentence = (
                    f"{name} zou tot en met {_said(low.valid_to)} gelden, maar versie {high.version} neemt het al over "
                    f"vanaf {_said(high.valid_from)}."
                )
                yield places[high.source.file].finding(NOTE, "geldigheid", "valid_from", sentence)


def _gaps(same: Sequence[Agreement], places: Mapping[str, Places], words: Words) -> Iterator[Finding]:
    found: dict[tuple[int, int, str], set[str]] = {}
    everywhere = {code for one in same for code in one.municipalities or ("",)}
    for code in sorted(everywhere):
        files = [one for one in same if one.municipalities is None or code in one.municipalities]
        reach = None
        for one in sorted(files, key=lambda one: one.valid_from):
            if reach is not None and one.valid_from > reach + 1:
                found.setdefault((reach + 1, one.valid_from - 1, one.source.file), set()).add(code)
            reach = _end(one) if reach is None else max(reach, _end(one))
    for (first, last, file), codes in found.items():
        where = words.places(codes)
        if "" in codes:  # a version for all: also for those that no version lists
            spared = everywhere - codes
            where = f"alle gemeenten behalve {words.places(spared)}" if spared else "alle gemeenten"
        sentence = f"Vanaf {_said(first)} tot en met {_said(last)} geldt er geen versie voor {where}."
        yield places[file].finding(WARNING, "geldigheid", "valid_from", sentence)


def _ends(same: Sequence[Agreement], on: int, places: Mapping[str, Places]) -> Iterator[Finding]:
    valid = [one for one in same if one.is_valid_on(on)]
    if not valid:
        newest = same[-1]
        if newest.valid_from > on:
            sentence, level = f"De afspraak geldt pas vanaf {_said(newest.valid_from)}.", NOTE
        else:
            sentence, level = f"ST-35: de afspraak is verlopen op {_said(_end(newest))} en er is geen nieuwe.", WARNING
        yield places[newest.source.file].finding(level, "geldigheid", "valid_to", sentence)
        return
    last = max(valid, key=lambda one: one.version)
    if (
        last.valid_to is not None
        and last.valid_to <= add_months(on, 1)
        and not any(_follows(last, one) for one in same)
    ):
        sentence = f"ST-35: de afspraak loopt af op {_said(last.valid_to)} en er is nog geen nieuwe."
        yield places[last.source.file].finding(WARNING, "geldigheid", "valid_to", sentence)


def _follows(before: Agreement, one: Agreement) -> bool:
    return one.version > before.version and one.is_valid_on(_end(before) + 1)


def _shares_place(one: Agreement, other: Agreement) -> bool:
    if one.municipalities is None or other.municipalities is None:
        return True
    return bool(one.municipalities & other.municipalities)


def _end(one: Agreement) -> int:
    return ENDLESS if one.valid_to is None else one.valid_to


def current(files: Iterable[Agreement], on: int) -> Mapping[str, Agreement]:
    """Return the version of each agreement that holds on a day."""
    found: dict[str, Agreement] = {}
    for one in sorted(files, key=lambda one: one.version):
        if one.is_valid_on(on):
            found[one.id] = one
    return found


def _said(day: int) -> str:
    return day_in_words(date_of(day))
