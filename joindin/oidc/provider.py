"""The provider: its word on itself, its keys, the code flow with PKCE, and the ID token at its end."""

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from joindin.oidc.http_session import get_json, open_session
from joindin.utils.http_client import FetchFailed

# Signatures only the provider can make: no shared secrets, and never none at all.
SIGNATURE_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)

# Seconds: how far clocks may be apart, how long the provider's word is kept, how often new keys may be looked for.
CLOCK_LEEWAY_S = 60
CACHE_TTL_S = 3600
KEY_REFRESH_INTERVAL_S = 60

MAX_SUBJECT_LENGTH = 255


class ProviderFailed(Exception):
    """The provider did not prove anybody to us. The text is for logs, it may quote the provider."""


@dataclass(frozen=True)
class Identity:
    """Somebody, by the provider's signed word. ``email`` is only set if the provider vouches for it."""

    issuer: str
    subject: str
    email: str | None = None
    username: str | None = None
    full_name: str | None = None
    authenticated_at: float | None = None


@dataclass
class Provider:
    """The provider of the settings. One for each process: what it says of itself is kept for an hour."""

    issuer: str
    client_id: str
    client_secret: str | None
    scope: str
    allow_private: bool
    _metadata: dict = field(default_factory=dict)
    _metadata_at: float = -CACHE_TTL_S
    _keys: KeySet | None = None
    _keys_at: float = -CACHE_TTL_S
    _lock: Lock = field(default_factory=Lock)

    def authorization_url(
        self, *, redirect_uri: str, state: str, nonce: str, code_verifier: str, force_login: bool = False
    ) -> str:
        """Where to send somebody; ``anew`` has them show there that it is them, signed in or not.

        :raises ProviderFailed: if the provider is not to be reached, or not itself.
        """
        more = {"prompt": "login", "max_age": "0"} if force_login else {}
        address, _ = self._client(redirect_uri).create_authorization_url(
            self._endpoint("authorization_endpoint"), state=state, nonce=nonce, code_verifier=code_verifier, **more
        )
        return address

    def has_issuer_mismatch(self, issuer: str | None) -> bool:
        """Whether an answer is not of this provider (RFC 9207), for a mix-up of providers."""
        if issuer is None:
            return self._described().get("authorization_response_iss_parameter_supported") is True
        return issuer != self.issuer

    def identify(self, code: str, *, redirect_uri: str, nonce: str, code_verifier: str) -> Identity:
        """Whoever the code stands for.

        :raises ProviderFailed: if the provider does not know the code, or anything about its ID token is wrong.
        """
        try:
            token = self._client(redirect_uri).fetch_token(
                self._endpoint("token_endpoint"),
                code=code,
                grant_type="authorization_code",
                code_verifier=code_verifier,
            )
            claims = self._checked(token, nonce)
        except (FetchFailed, AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as why:
            raise ProviderFailed(f"{type(why).__name__}: {why}") from None
        return self._identity(claims | self._more_about(claims, token))

    def _client(self, redirect_uri):
        return OAuth2Client(
            open_session(self.allow_private),
            client_id=self.client_id,
            client_secret=self.client_secret,
            token_endpoint_auth_method=self._auth_method(),
            scope=self.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _auth_method(self):
        if not self.client_secret:
            return "none"
        methods = self._described().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"

    def _checked(self, token, nonce) -> dict[str, Any]:
        """The claims of the ID token: signed by the provider, for us, for this sign-in, in time."""
        if not isinstance(token.get("id_token"), str):
            raise ProviderFailed("there is no ID token in its answer")
        decoded = self._decoded(token["id_token"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}},
            {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=CLOCK_LEEWAY_S)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
            raise ProviderFailed("its name for the person is none")
        return dict(claims)

    def _decoded(self, id_token):
        offered = self._described().get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [name for name in SIGNATURE_ALGORITHMS if name in offered]
        if not algorithms:
            raise ProviderFailed("it signs in no way that only it can")
        try:
            return jwt.decode(id_token, self._known_keys(), algorithms)
        except (InvalidKeyIdError, BadSignatureError):
            # It may have new keys.
            if not self._forget_keys():
                raise
            return jwt.decode(id_token, self._known_keys(), algorithms)

    def _more_about(self, claims, token):
        """What the provider only tells when asked: some keep the address out of the ID token."""
        address = self._described().get("userinfo_endpoint")
        if "email" in claims or not address or not isinstance(token.get("access_token"), str):
            return {}
        try:
            told = self._ask(address, {"Authorization": f"Bearer {token['access_token']}"})
        except ProviderFailed:
            return {}
        # It could be about somebody else (OpenID Connect 5.3.2).
        return told if told.get("sub") == claims["sub"] else {}

    def _identity(self, claims):
        vouched = claims.get("email_verified") is True
        return Identity(
            self.issuer,
            claims["sub"],
            email=_text(claims.get("email")) if vouched else None,
            username=_text(claims.get("preferred_username")) or _text(claims.get("nickname")),
            full_name=_text(claims.get("name")),
            authenticated_at=claims.get("auth_time"),
        )

    def _described(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._metadata_at < CACHE_TTL_S:
                return self._metadata
            described = self._ask(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if described.get("issuer") != self.issuer:
                raise ProviderFailed(f"it calls itself {described.get('issuer')!r}")
            self._metadata, self._metadata_at = described, time.monotonic()
            return described

    def _endpoint(self, name):
        return self._secure(self._described().get(name), name)

    def _secure(self, address, name):
        """In the clear only where the provider itself is, which the settings allow for intranets and tests alone."""
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise ProviderFailed(f"it has no {name}")
        if address.startswith("http://") and not self.issuer.startswith("http://"):
            raise ProviderFailed(f"its {name} is in the clear")
        return address

    def _known_keys(self):
        address = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or time.monotonic() - self._keys_at >= CACHE_TTL_S:
                self._keys, self._keys_at = KeySet.import_key_set(self._ask(address)), time.monotonic()
            return self._keys

    def _forget_keys(self):
        """Whether it is time to look for new ones; a stream of forged tokens must not make us ask for each."""
        with self._lock:
            if time.monotonic() - self._keys_at < KEY_REFRESH_INTERVAL_S:
                return False
            self._keys = None
            return True

    def _ask(self, address, headers=None):
        if address.startswith("http://") and not self.allow_private:
            raise ProviderFailed(f"{address} is in the clear")
        try:
            return get_json(address, headers, self.allow_private)
        except FetchFailed as why:
            raise ProviderFailed(f"{address}: {why}") from None


def _text(value):
    return value.strip() or None if isinstance(value, str) else None
