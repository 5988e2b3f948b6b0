"""Why a file is refused, in Dutch: the reasons of the readers as a policy officer can use them.

Every reason of the readers has its sentence here, or with the one kind that gives it (tests/unit/test_agreement_check.py
looks at each); one that has none is shown as it is.
"""

import re

from rulebook import kinds

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"is missing", "dit ontbreekt"),
    (r"is empty", "hier staat niets in"),
    (r"stands here twice", "dit staat hier twee keer"),
    (r"unknown key; known are (.+)", r"dit woord is hier niet bekend; wel bekend zijn: \1"),
    (r"unknown kind; known are (.+)", r"deze soort regel bestaat niet; wel bestaan: \1"),
    (r"unknown event type (.+)", r"de gebeurtenis \1 bestaat niet"),
    (r"(\S+) has no field (\S+)", r"de gebeurtenis \1 heeft geen gegeven \2"),
    (r"must be a mapping of keys to values", "hier horen woorden met elk een waarde te staan"),
    (r"a key must be a single word", "hier hoort één woord te staan"),
    (r"must be a list", "hier hoort een lijst te staan"),
    (r"must be text .*", "hier hoort tekst te staan (met aanhalingstekens als het op iets anders lijkt)"),
    (r"must be a whole number", "hier hoort een heel getal te staan"),
    (r"must be true or false", "hier hoort true of false te staan"),
    (r"must be a day that exists.*", "hier hoort een dag te staan die bestaat, als JJJJ-MM-DD"),
    (r"must be a single value.*", "hier hoort één waarde te staan: tekst, een getal, true of false"),
    (r"not YAML: (.+)", r"dit bestand kan niet als YAML worden gelezen (\1)"),
    (r"cannot be read: (.+)", r"dit bestand kan niet worden gelezen (\1)"),
    (r"is nested more than (.+) deep", r"dit bestand is meer dan \1 lagen diep"),
    (r"holds no agreements", "in deze map staan geen afspraken"),
    (r"the file is named (.+), so this must be (.+)", r"het bestand heet \1, dus hier hoort \2 te staan"),
    (r"lies before `(.+)`", r"dit ligt vóór `\1`"),
    (r"version (.+) of agreement (.+) stands in (.+) already", r"versie \1 van afspraak \2 staat al in \3"),
    (r"rule (.+) stands in this file twice", r"regel \1 staat twee keer in dit bestand"),
    (r"ladder (.+) stands in this file twice", r"ladder \1 staat twee keer in dit bestand"),
    (r"level (.+) stands in this ladder twice", r"niveau \1 staat twee keer in deze ladder"),
    (r"there is no file (.+) beside the agreements", r"er is geen bestand \1 naast de afspraken"),
    (r"must be all, or a list of municipalities", "hier hoort all te staan, of een lijst van gemeenten"),
    (
        r"must be a CBS code of four digits, in quotes",
        "hier hoort een CBS-nummer van vier cijfers, tussen aanhalingstekens",
    ),
    (r"must be one of (.+)", r"hier hoort één van deze woorden: \1"),
    (r"needs warn, breach or both", "deze regel heeft een waarschuwing (warn) of een termijn (breach) nodig"),
    (r"must be 1, 2, 3, 4 or 5", "hier hoort 1, 2, 3, 4 of 5 te staan"),
    (r"must be has_child", "hier hoort has_child te staan"),
    (r"there is no list (.+) under attention", r"er is geen lijst \1 onder attention"),
    (r"names no event type", "hier hoort minstens één gebeurtenis te staan"),
    (r"allows no value", "hier hoort minstens één waarde te staan"),
    (r"must be at least 1", "dit hoort minstens 1 te zijn"),
    (r"a term has exactly one of (.+)", r"een termijn heeft precies één van: \1"),
    (r"(\S+) take no shift", r"bij \1 kan geen shift staan"),
    (r"(\S+) cannot be counted from a day", r"\1 kunnen niet vanaf een dag worden geteld"),
    (r"only a rule of kind term takes its terms from a ladder", "alleen een regel van de soort term kan dit"),
    (r"must be true, or give a term instead", "hier hoort true te staan, of een termijn"),
    (
        r"the first of an attention list is told at once",
        "de eerste van de lijst hoort het meteen; hier past geen after",
    ),
    (r"somebody must be told", "er hoort iemand in de lijst te staan"),
)


def in_dutch(reason: str) -> str:
    """Return a reason of the readers in Dutch, or as it is."""
    for pattern, sentence in (*_SENTENCES, *(row for one in kinds.KINDS.values() for row in one.refusals)):
        found = re.fullmatch(pattern, reason, re.DOTALL)
        if found:
            return found.expand(sentence) + "."
    return reason
