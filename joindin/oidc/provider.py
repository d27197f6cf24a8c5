"""The OpenID provider: discovery document, keys, the code flow with PKCE, and the check of the ID token.

Every sign-in has one deadline for all requests to the provider. The discovery document and the keys are cached in
each process for an hour. No lock is held during a request: sign-ins that find an expired cache fetch the document
themselves, and a slow response delays no other sign-in.
"""

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from joindin.oidc.http_session import FetchSession
from joindin.utils.http_client import Deadline, FetchFailed

# Asymmetric algorithms only: with a shared secret, or without a signature, others could make the token too.
SIGNATURE_ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"
)  # fmt: skip

CLOCK_LEEWAY_S = 60
CACHE_TTL_S = 3600
KEY_REFRESH_INTERVAL_S = 60

MAX_SUBJECT_LENGTH = 255


class ProviderFailed(Exception):
    """The provider did not identify the user. The text is for logs, it may quote the provider."""


@dataclass(frozen=True)
class Identity:
    """A user as the signed ID token describes them. ``email`` is None unless the provider has verified it."""

    issuer: str
    subject: str
    email: str | None = None
    username: str | None = None
    full_name: str | None = None
    authenticated_at: float | None = None


class _Cached(NamedTuple):
    """A value with the ``time.monotonic()`` at which it was fetched."""

    value: Any
    fetched_at: float

    def is_fresh(self) -> bool:
        return time.monotonic() - self.fetched_at < CACHE_TTL_S


@dataclass
class Provider:
    """The provider that the settings name; one object a process, which holds the caches.

    The public methods share ``deadline`` if the caller passes one; otherwise each has a deadline of its own. They raise
    ProviderFailed if the provider does not respond in time or its response is not valid.
    """

    issuer: str
    client_id: str
    client_secret: str | None
    scope: str
    allow_private: bool
    _metadata: _Cached | None = None
    _keys: _Cached | None = None
    _keys_requested_at: float = -CACHE_TTL_S
    _lock: Lock = field(default_factory=Lock)

    def authorization_url(
        self,
        *,
        redirect_uri: str,
        state: str,
        nonce: str,
        code_verifier: str,
        force_login: bool = False,
        deadline: Deadline | None = None,
    ) -> str:
        """Return the URL to redirect the browser to; ``force_login`` makes the user authenticate there again."""
        http = self._session(deadline)
        options = {"prompt": "login", "max_age": "0"} if force_login else {}
        url, _ = self._client(http, redirect_uri).create_authorization_url(
            self._endpoint(http, "authorization_endpoint"),
            state=state,
            nonce=nonce,
            code_verifier=code_verifier,
            **options,
        )
        return url

    def has_issuer_mismatch(self, issuer: str | None, *, deadline: Deadline | None = None) -> bool:
        """Whether the ``iss`` parameter of a callback names another provider (RFC 9207, mix-up attack)."""
        if issuer is None:
            metadata = self._discovery_document(self._session(deadline))
            return metadata.get("authorization_response_iss_parameter_supported") is True
        return issuer != self.issuer

    def identify(
        self, code: str, *, redirect_uri: str, nonce: str, code_verifier: str, deadline: Deadline | None = None
    ) -> Identity:
        """Redeem the authorization code and return the identity that the ID token proves."""
        http = self._session(deadline)
        try:
            token = self._client(http, redirect_uri).fetch_token(
                self._endpoint(http, "token_endpoint"),
                code=code,
                grant_type="authorization_code",
                code_verifier=code_verifier,
            )
            claims = self._verified_claims(http, token, nonce)
        except (FetchFailed, AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderFailed(f"{type(error).__name__}: {error}") from None
        return self._to_identity(claims | self._userinfo(http, claims, token))

    def _session(self, deadline):
        return FetchSession(self.allow_private, deadline or Deadline())

    def _client(self, http, redirect_uri):
        return OAuth2Client(
            http,
            client_id=self.client_id,
            client_secret=self.client_secret,
            token_endpoint_auth_method=self._auth_method(http),
            scope=self.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _auth_method(self, http):
        if not self.client_secret:
            return "none"
        methods = self._discovery_document(http).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"

    def _verified_claims(self, http, token, nonce) -> dict[str, Any]:
        """Return the claims of the ID token: signed by the provider, for this client and sign-in, not expired."""
        if not isinstance(token.get("id_token"), str):
            raise ProviderFailed("the token response contains no ID token")
        decoded = self._decode(http, token["id_token"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}},
            {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=CLOCK_LEEWAY_S)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
            raise ProviderFailed("the subject of the ID token is not valid")
        return dict(claims)

    def _decode(self, http, id_token):
        supported = self._discovery_document(http).get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [name for name in SIGNATURE_ALGORITHMS if name in supported]
        if not algorithms:
            raise ProviderFailed("it supports no asymmetric signature algorithm")
        try:
            return jwt.decode(id_token, self._key_set(http), algorithms)
        except (InvalidKeyIdError, BadSignatureError):
            # The provider may have new keys.
            if not self._may_refresh_keys():
                raise
            return jwt.decode(id_token, self._fetch_keys(http), algorithms)

    def _userinfo(self, http, claims, token):
        """Return further claims: some providers leave the address out of the ID token."""
        url = self._discovery_document(http).get("userinfo_endpoint")
        if "email" in claims or not url or not isinstance(token.get("access_token"), str):
            return {}
        try:
            userinfo = self._get_json(http, url, {"Authorization": f"Bearer {token['access_token']}"})
        except ProviderFailed:
            return {}
        # The response may describe another user (OpenID Connect Core 5.3.2).
        return userinfo if userinfo.get("sub") == claims["sub"] else {}

    def _to_identity(self, claims):
        is_verified = claims.get("email_verified") is True
        return Identity(
            self.issuer,
            claims["sub"],
            email=_text(claims.get("email")) if is_verified else None,
            username=_text(claims.get("preferred_username")) or _text(claims.get("nickname")),
            full_name=_text(claims.get("name")),
            authenticated_at=claims.get("auth_time"),
        )

    def _discovery_document(self, http) -> dict[str, Any]:
        cached = self._metadata
        if cached is None or not cached.is_fresh():
            document = self._get_json(http, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.issuer:
                raise ProviderFailed(f"its discovery document names another issuer: {document.get('issuer')!r}")
            cached = self._metadata = _Cached(document, time.monotonic())
        return cached.value

    def _endpoint(self, http, name):
        return self._require_https(self._discovery_document(http).get(name), name)

    def _require_https(self, url, name):
        """Return ``url``. Plain HTTP is accepted only if the issuer uses it too, which the settings must allow."""
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise ProviderFailed(f"its discovery document has no {name}")
        if url.startswith("http://") and not self.issuer.startswith("http://"):
            raise ProviderFailed(f"its {name} does not use TLS")
        return url

    def _key_set(self, http):
        cached = self._keys
        return cached.value if cached is not None and cached.is_fresh() else self._fetch_keys(http)

    def _fetch_keys(self, http):
        url = self._endpoint(http, "jwks_uri")
        self._keys_requested_at = time.monotonic()
        keys = KeySet.import_key_set(self._get_json(http, url))
        self._keys = _Cached(keys, time.monotonic())
        return keys

    def _may_refresh_keys(self):
        """Whether enough time has passed since the last request: not every forged token may cause one."""
        with self._lock:
            now = time.monotonic()
            if now - self._keys_requested_at < KEY_REFRESH_INTERVAL_S:
                return False
            self._keys_requested_at = now
            return True

    def _get_json(self, http, url, headers=None):
        if url.startswith("http://") and not self.allow_private:
            raise ProviderFailed(f"{url} does not use TLS")
        try:
            return http.get_json(url, headers)
        except FetchFailed as error:
            raise ProviderFailed(f"{url}: {error}") from None


def _text(value):
    return value.strip() or None if isinstance(value, str) else None
