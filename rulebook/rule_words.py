"""One rule in Dutch words: as sentences that a work group can read, and as aspects that can be compared one by one."""

from collections.abc import Mapping

from rulebook import kind, wording
from rulebook.rules import DANGER, Due, Rule
from rulebook.wording import Words

ONLY_WITH_CHILD = "Alleen als er in de melding een kind staat."


def in_words(rule: Rule, words: Words) -> str:
    """Return what a rule asks, as sentences."""
    text = kind.of(rule).asks(words)
    return f"{text} {ONLY_WITH_CHILD}" if rule.if_case else text


def standing(rule: Rule) -> str:
    """Return how heavy a rule weighs, and what that means."""
    parts = [f"zwaarte {rule.weight} van 5"]
    if rule.weight == DANGER:
        parts.append("gevaar, telt ook in een gesloten casus")
    if rule.legal:
        parts.append("wettelijke termijn, uitstel is niet mogelijk")
    return "; ".join(parts)


def aspects(rule: Rule, words: Words) -> Mapping[str, str]:
    """Return everything that a rule says, by the name of the aspect; equal rules have equal aspects."""
    return {
        "de titel": rule.title,
        "de soort regel": kind.of(rule).called,
        **kind.of(rule).own_aspects(words),
        **_stages(rule),
        "wie het hoort": wording.told(rule.steps, words),
        "de zwaarte": str(rule.weight),
        "de status": "wettelijke termijn" if rule.legal else "afspraak",
        "voor wie": "alleen gezinnen met een kind" if rule.if_case else "alle gezinnen",
        "de uitleg": rule.why,
        "de bron": rule.basis,
    }


def _stages(rule: Rule) -> dict[str, str]:
    if not isinstance(rule, Due):
        return {}
    say = wording.around if rule.is_around_day else wording.after
    return {"de termijn": say(rule.breach), "de waarschuwing": say(rule.warn)}
