"""What guards the pages: headers on every answer, the hosts that may be asked for, and a signature on every form.

Without a login the board listens on this machine only, and answers only to this machine's own names: a page elsewhere
that makes a browser ask `127.0.0.1` under another name gets nothing. With a login it answers to its own address as well.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "waakvlam_formulier"
FIELD: Final = "handtekening"
OWN_HOSTS: Final = ["127.0.0.1", "localhost", "[::1]"]
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SafeHeaders:
    """Puts the headers on every answer; pages are never kept by a browser or a proxy, static files are checked anew."""

    def __init__(self, app: ASGIApp, form_to: str = "") -> None:
        self.app = app
        policy = HEADERS["content-security-policy"]
        if form_to:  # logging out ends at the provider of identities
            policy = policy.replace("form-action 'self'", f"form-action 'self' {form_to}")
        self.headers = {**HEADERS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
                headers["cache-control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
                if scope["scheme"] == "https":
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class FormSigner:
    """Signs forms by the browser's cookie (signed double submit), so that only our own pages can send them."""

    def __init__(self, secret: str | None) -> None:
        self._key = secret.encode() if secret else secrets.token_bytes(32)

    def prepare(self, request: Request) -> tuple[str, str]:
        """Return the browser's own mark, new when it has none, and the signature that belongs in its forms."""
        mark = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
        return mark, self._signature(mark)

    def keep(self, response: Response, mark: str, *, secure: bool) -> None:
        """Give the browser its mark; scripts cannot read it and other sites cannot make it travel."""
        response.set_cookie(COOKIE, mark, httponly=True, samesite="strict", secure=secure, path="/")

    def is_ours(self, request: Request, signature: str) -> bool:
        """Tell whether a form came from a page of ours."""
        mark = request.cookies.get(COOKIE, "")
        site = request.headers.get("sec-fetch-site", "same-origin")
        expected = self._signature(mark)
        return bool(mark) and site == "same-origin" and hmac.compare_digest(expected.encode(), signature.encode())

    def _signature(self, mark: str) -> str:
        return hmac.new(self._key, mark.encode(), sha256).hexdigest()
