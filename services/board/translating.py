"""Templates in another language: one environment a language, in which the Dutch between the tags is looked up.

Looked up is the text between tags, and the attributes that people see or hear; a piece of text that is broken by a value
is looked up piece by piece, so a sentence with a value in it is better a call of `say`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from services.board.language import DUTCH, LANGUAGES, catalogue, say

ATTRIBUTE: Final = re.compile(r'\b(placeholder|aria-label|title|alt)="([^"<>]*)"')
_PIECE: Final = re.compile(r"[<>]|[^<>]+")
_LETTER: Final = re.compile(r"[A-Za-zÀ-ÿ]")
Lookup = Callable[[str], str]


class Page:
    """Walks through the pieces of a template, and knows whether it is inside a tag."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._in_tag = False

    def pieces(self, data: str) -> str:
        """Return a piece of a template with what people read looked up."""
        return "".join(self._piece(one) for one in _PIECE.findall(data))

    def _piece(self, piece: str) -> str:
        if piece in {"<", ">"}:
            self._in_tag = piece == "<"
            return piece
        if self._in_tag:
            return ATTRIBUTE.sub(lambda found: f'{found[1]}="{self._text(found[2])}"', piece)
        return self._text(piece)

    def _text(self, text: str) -> str:
        bare = text.strip()
        if not bare or not _LETTER.search(re.sub(r"&\w+;", "", bare)):
            return text
        begin = text[: len(text) - len(text.lstrip())]
        return begin + self._lookup(" ".join(bare.split())) + text[len(text.rstrip()) :]


class Translating(Extension):
    """Looks up what stands between the tags of a template while it is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, its texts in the language of this environment."""
        known: Mapping[str, str] = catalogue(self.environment.globals["taal"])
        page = Page(lambda dutch: known.get(dutch, dutch))
        for token in stream:
            yield Token(token.lineno, token.type, page.pieces(token.value)) if token.type == "data" else token


def environments(folder: Path, **shared: Any) -> dict[str, Environment]:
    """Return the templates of a folder in each language; `shared` is known to all of them."""
    return {language: _environment(folder, language, shared) for language in LANGUAGES}


def _environment(folder: Path, language: str, shared: Mapping[str, Any]) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    quoted = Markup("") if language == DUTCH else Markup(' lang="nl"')
    made.globals |= {"taal": language, "talen": LANGUAGES, "say": say, "in_het_nederlands": quoted, **shared}
    if language != DUTCH:
        made.add_extension(Translating)
    return made
