"""The provider of identities (OpenID Connect): where it is, how somebody logs in there, and what it says of them.

Code flow with PKCE (S256), state and nonce. What it says is checked by signature, issuer, audience, time and nonce, and
made into a `Person`: an opaque id, roles and municipalities. A name or an address of mail is never taken.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ledger.staff import known_as
from services.board.access.sessions import Begun
from services.board.rights import OPAQUE, Person, Role

SCOPE: Final = "openid"
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
SECONDS: Final = 10


FAILED: Final = "Het aanmelden is niet gelukt. Probeer het opnieuw."
OTHER_NAME: Final = "De inlogdienst noemt zichzelf anders dan WAAKVLAM_OIDC_ISSUER. Meld dit bij beheer."
SILENT: Final = "De inlogdienst antwoordt niet. Probeer het over een minuut opnieuw."
NOT_OPAQUE: Final = "De inlogdienst geeft geen bruikbaar personeelsnummer: een naam of mailadres wordt niet aangenomen. Meld dit bij beheer."


class NotLetIn(Exception):
    """A login that did not come off; its text is a sentence for who tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """In which claims the provider says who somebody is; a dot leads into a claim (`realm_access.roles`)."""

    person: str = "sub"
    roles: str = "roles"
    municipalities: str = "municipalities"
    team: str = "team"


class Provider:
    """One provider and our registration there."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, claims: Claims) -> None:
        self._issuer, self._client_id, self._client_secret = issuer.rstrip("/"), client_id, client_secret
        self._claims = claims
        self._told: dict[str, Any] = {}
        self._keys: KeySet | None = None

    def begin(self, *, back: str, towards: str) -> tuple[str, Begun]:
        """Return the address to log in at, and what must be kept until somebody comes back from there."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._client(back) as client:
            address, state = client.create_authorization_url(
                self._endpoint("authorization_endpoint"), nonce=nonce, code_verifier=verifier
            )
        return address, Begun(state=state, nonce=nonce, verifier=verifier, towards=towards)

    def finish(self, begun: Begun, *, back: str, code: str) -> tuple[Person, str]:
        """Return who logged in, and the provider's own token for them; raises NotLetIn."""
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    code=code,
                    code_verifier=begun.verifier,
                    grant_type="authorization_code",
                )
            id_token = str(token["id_token"])
            return person_of(self._checked(id_token, begun.nonce), self._claims), id_token
        except (OAuthError, JoseError, KeyError, ValueError, httpx.HTTPError) as error:
            raise NotLetIn(FAILED) from error

    def leave(self, id_token: str, *, back: str) -> str | None:
        """Return the address at which somebody logs out at the provider too; None when it has none or does not answer."""
        try:
            end = self._metadata().get("end_session_endpoint")
        except (httpx.HTTPError, ValueError, NotLetIn):
            return None
        if not end:
            return None
        asked = {"id_token_hint": id_token, "client_id": self._client_id, "post_logout_redirect_uri": back}
        return f"{end}?{urlencode(asked)}"

    def origin(self) -> str:
        """Return the scheme and host of the provider, for the policy that says where our pages may send a form."""
        url = httpx.URL(self._issuer)
        port = f":{url.port}" if url.port else ""
        return f"{url.scheme}://{url.host}{port}"

    def _checked(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """Return the claims of a token that was signed for us, for this login, and lasts."""
        try:
            token = jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS)
        except (ValueError, JoseError):  # signed by a key that came after ours were fetched, perhaps
            self._keys = None
            token = jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": self._metadata()["issuer"]},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
        ).validate(token.claims)
        return token.claims

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self._client_id,
            self._client_secret,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    def _metadata(self) -> dict[str, Any]:
        if not self._told:
            told = httpx.get(f"{self._issuer}/.well-known/openid-configuration", timeout=SECONDS)
            told.raise_for_status()
            said = told.json()
            if str(said.get("issuer", "")).rstrip("/") != self._issuer:
                raise NotLetIn(OTHER_NAME)
            self._told = said
        return self._told

    def _endpoint(self, name: str) -> str:
        try:
            return str(self._metadata()[name])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise NotLetIn(SILENT) from error

    def _key_set(self) -> KeySet:
        if self._keys is None:
            found = httpx.get(str(self._metadata()["jwks_uri"]), timeout=SECONDS)
            found.raise_for_status()
            self._keys = KeySet.import_key_set(found.json())
        return self._keys


def person_of(claims: Mapping[str, Any], names: Claims) -> Person:
    """Return the person that claims speak of; raises NotLetIn when they name nobody we can know."""
    person = _claim(claims, names.person)
    if not isinstance(person, str) or not OPAQUE.match(person):
        raise NotLetIn(NOT_OPAQUE)
    said = {one.replace("-", "_").removeprefix("waakvlam_") for one in _many(_claim(claims, names.roles))}
    team = _claim(claims, names.team)
    return Person(
        id=known_as(person),
        roles=frozenset(role for role in Role if role in said),
        municipalities=frozenset(_many(_claim(claims, names.municipalities))),
        team=team if isinstance(team, str) else None,
    )


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _many(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
