"""One rule in Dutch words: as sentences that a work group can read, and as aspects that can be compared one by one."""

from collections.abc import Mapping

from rulebook import wording
from rulebook.rules import DANGER, DateRule, Due, MomentsRule, PatternRule, Rule, SilenceRule, TermRule
from rulebook.wording import Words, listed

KINDS = {
    "term": "termijn na een gebeurtenis",
    "date": "dag die een gebeurtenis noemt",
    "moments": "reeks momenten",
    "silence": "stilte",
    "pattern": "patroon van signalen",
}
ONLY_WITH_CHILD = "Alleen als er in de melding een kind staat."


def in_words(rule: Rule, words: Words) -> str:
    """Return what a rule asks, as sentences."""
    match rule:
        case TermRule():
            text = _term(rule)
        case DateRule():
            text = _date(rule)
        case MomentsRule():
            text = _moments(rule)
        case SilenceRule():
            text = _silence(rule, words)
        case PatternRule():
            text = _pattern(rule)
        case _:
            raise AssertionError(f"{type(rule).__name__} is of no kind that is known")
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
        "de soort regel": KINDS[rule.kind],
        **_own_aspects(rule, words),
        "wie het hoort": wording.told(rule.steps, words),
        "de zwaarte": str(rule.weight),
        "de status": "wettelijke termijn" if rule.legal else "afspraak",
        "voor wie": "alleen gezinnen met een kind" if rule.if_case else "alle gezinnen",
        "de uitleg": rule.why,
        "de bron": rule.basis,
    }


def _term(rule: TermRule) -> str:
    start, until = wording.matched(rule.start), wording.matched(rule.until)
    parts = [f"Na een {start} hoort {wording.within(rule.breach)} een {until} te volgen.", *_warning(rule)]
    if rule.already:
        parts.append("Was dat er al, dan is het goed.")
    return " ".join([*parts, *_per(rule.per)])


def _date(rule: DateRule) -> str:
    start, until = wording.matched(rule.start), wording.matched(rule.until)
    parts = [f"Een {start} noemt een dag (`{rule.due_field}`)."]
    parts.append(f"Uiterlijk {wording.around(rule.breach)} hoort er een {until} te zijn.")
    if rule.warn is not None:
        parts.append(f"Waarschuwing {wording.around(rule.warn)}.")
    parts.append("Wordt er later een andere dag genoemd, dan geldt die.")
    return " ".join([*parts, *_per(rule.per)])


def _moments(rule: MomentsRule) -> str:
    parts = [f"Na een {wording.matched(rule.start)} hoort er steeds een {wording.matched(rule.until)} te zijn:"]
    parts.append(f"{schedule(rule)}.")
    parts.append(f"Te laat is het {wording.around(rule.breach)}.")
    if rule.warn is not None:
        parts.append(f"Waarschuwing {wording.around(rule.warn)}.")
    if rule.ends.by_type:
        parts.append(f"De reeks stopt bij een {wording.matched(rule.ends)}.")
    return " ".join(parts)


def schedule(rule: MomentsRule) -> str:
    """Return the moments of a schedule: na drie, twaalf en achttien maanden, daarna elke zes maanden."""
    text = listed([wording.after(one) for one in rule.at], "en")
    if rule.then_every is not None:
        text += f", daarna elke {wording.length(rule.then_every)}"
    return text


def _silence(rule: SilenceRule, words: Words) -> str:
    phases = listed([words.phase(one) for one in _phases(rule)], "of")
    parts = [f"In de fase {phases} hoort er {wording.within(rule.breach)} weer iets over het gezin te horen te zijn."]
    if rule.warn is not None:
        parts.append(f"Waarschuwing {wording.after(rule.warn)} stilte.")
    if rule.ignore:
        parts.append(f"Niet als teken van leven telt: {wording.events(sorted(rule.ignore))}.")
    return " ".join(parts)


def _pattern(rule: PatternRule) -> str:
    times = f"{wording.number(rule.count)} keer" if rule.count > 1 else ""
    parts = ["Er komt meteen een signaal bij", times, f"een {wording.matched(rule.of)}"]
    if rule.count > 1:
        parts.append(f"binnen {wording.window(rule.window)}")
    if rule.agencies > 1:
        parts.append(f"van minstens {wording.number(rule.agencies)} organisaties")
    if rule.after is not None:
        parts.append(f"{wording.within(rule.within)} na een {wording.matched(rule.after)}")
    return " ".join(part for part in parts if part) + "."


def _warning(rule: Due) -> list[str]:
    return [] if rule.warn is None else [f"Waarschuwing {wording.after(rule.warn)}."]


def _per(name: str | None) -> list[str]:
    return [] if name is None else [f"Dit telt per {wording.counted_by(name)}."]


def _phases(rule: SilenceRule) -> list[str]:
    return [one for one in _PHASES if one in rule.phases]


_PHASES = ("assessment", "direct_safety", "stable_safety", "recovery", "pilot_light", "closed")


def _own_aspects(rule: Rule, words: Words) -> dict[str, str]:
    match rule:
        case PatternRule():
            return {
                "de signalen": wording.matched(rule.of),
                "het aantal signalen": wording.number(rule.count),
                "het aantal organisaties": wording.number(rule.agencies),
                "de periode": wording.window(rule.window),
                "wat eraan voorafging": "niets"
                if rule.after is None
                else f"{wording.matched(rule.after)}, {wording.within(rule.within)}",
            }
        case SilenceRule():
            own = {
                "de fasen": listed([words.phase(one) for one in _phases(rule)], "en"),
                "wat niet telt": wording.events(sorted(rule.ignore)) or "alles telt",
            }
        case MomentsRule():
            own = {
                **_ends_of(rule),
                "de momenten": schedule(rule),
                "waar de reeks stopt": wording.matched(rule.ends) or "nergens",
            }
        case DateRule():
            own = {**_ends_of(rule), "de dag": f"`{rule.due_field}`", "wat apart telt": wording.counted_by(rule.per)}
        case TermRule():
            own = {
                **_ends_of(rule),
                "wat apart telt": wording.counted_by(rule.per),
                "een eerder vervolg": "telt ook" if rule.already else "telt niet",
            }
        case _:
            own = {}
    return {**own, **_stages(rule)}


def _ends_of(rule: TermRule | DateRule | MomentsRule) -> dict[str, str]:
    return {"het begin": wording.matched(rule.start), "het vervolg": wording.matched(rule.until)}


def _stages(rule: Rule) -> dict[str, str]:
    if not isinstance(rule, Due):
        return {}
    say = wording.around if isinstance(rule, DateRule | MomentsRule) else wording.after
    return {"de termijn": say(rule.breach), "de waarschuwing": say(rule.warn)}
