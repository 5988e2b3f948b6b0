"""In which language a request is answered: as asked in the address, else as asked before, else as the browser says."""

from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.board.language import LANGUAGES, preferred, speaking

PARAMETER: Final = "taal"
COOKIE: Final = "waakvlam_taal"
YEAR: Final = 365 * 24 * 3600


class InLanguage:
    """Lets every answer speak the language of who asks, and remembers what somebody asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, in the right language."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked, language = _asked(scope), language_of(scope)

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["content-language"] = language
                answer.append("vary", "Accept-Language, Cookie")
                if asked in LANGUAGES:
                    secure = "; Secure" if scope["scheme"] == "https" else ""
                    kept = f"{COOKIE}={asked}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}"
                    answer.append("set-cookie", kept)
            await send(message)

        with speaking(language):
            await self.app(scope, receive, send_in_language)


def language_of(scope: Scope) -> str:
    """Return the language in which a request is answered."""
    headers = Headers(scope=scope)
    return preferred(_asked(scope), _kept(headers.get("cookie", "")), headers.get("accept-language", ""))


def _asked(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get(PARAMETER, [""])[0]


def _kept(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
