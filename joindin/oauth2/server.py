"""Authorization server: client authentication, and the creation and storage of tokens."""

from collections.abc import Callable

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Request,
    UnauthorizedClientError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Response

from joindin.models import Client, User
from joindin.oauth2.clients import OAuthClient
from joindin.oauth2.endpoints import Introspection, Revocation
from joindin.oauth2.grants import (
    JoindinAuthorizationCodeGrant,
    JoindinClientCredentialsGrant,
    JoindinRefreshTokenGrant,
    PasswordGrant,
    PkceChallenge,
)
from joindin.oauth2.policies import TokenPolicy
from joindin.operations.accounts.oauth_grants import create_grant, store_tokens
from joindin.queries.accounts.clients import get_client_by_key
from joindin.security.scopes import SCOPES
from joindin.security.tokens import (
    ACCESS_TOKEN_PREFIX,
    REFRESH_TOKEN_PREFIX,
    derive_renewed_token,
    new_prefixed_token,
)
from joindin.utils.datetimes import utc_now


class OAuth2Server(AuthorizationServer):
    """Authlib's server with this platform's storage, for one API.

    ``verify_password`` returns the user with a name and password. ``translate_error`` adapts an error before it is sent, and
    ``to_response`` makes a response of status, body and headers.
    """

    def __init__(
        self,
        session,
        policy: TokenPolicy,
        *,
        secret_key: str,
        issuer: Callable[[], str],
        verify_password: Callable[[str, str], User | None],
        translate_error: Callable[[OAuth2Error], None],
        to_response: Callable[[int, dict | str, list], Response],
    ):
        super().__init__(scopes_supported=SCOPES)
        self.session = session
        self.policy = policy
        self.verify_password = verify_password
        self._secret_key = secret_key
        self._translate_error = translate_error
        self._to_response = to_response
        self.register_token_generator("default", _generator(policy))
        self.register_grant(JoindinAuthorizationCodeGrant, [PkceChallenge(required=True)])
        for grant in (JoindinRefreshTokenGrant, PasswordGrant, JoindinClientCredentialsGrant):
            self.register_grant(grant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)
        self._issuer = issuer
        self.register_extension(IssuerExtension(issuer))

    def query_client(self, client_id):
        row = get_client_by_key(self.session, client_id, kind=self.policy.client_kind)
        return OAuthClient(row) if row and row.is_active else None

    def derive_renewed_tokens(self, refresh_token):
        """Return the tokens that this refresh token is exchanged for; a repeated request gets the same again."""
        prefixes = {"access_token": ACCESS_TOKEN_PREFIX, "refresh_token": REFRESH_TOKEN_PREFIX}
        return {
            name: derive_renewed_token(self._secret_key, refresh_token, prefix, self.policy.token_length)
            for name, prefix in prefixes.items()
        }

    def authenticate_client(self, request, methods, endpoint="token"):
        """Return the client, authenticated by exactly one method (RFC 6749, 2.3); a public client by its key alone."""
        in_header, key, secret = _credentials(request)
        client = self.query_client(key) if key else None
        if client is None:
            raise InvalidClientError(status_code=401)
        method = "none" if secret is None else "client_secret_basic" if in_header else "client_secret_post"
        if method not in methods or not client.check_endpoint_auth_method(method, endpoint):
            raise InvalidClientError(status_code=401)
        if secret is not None and not client.check_client_secret(secret):
            raise InvalidClientError(status_code=401)
        request.auth_method = method
        return client

    def save_token(self, token, request):
        policy, now = self.policy, utc_now()
        redeemed = request.authorization_code or request.refresh_token
        grant = redeemed.grant if redeemed else request.credential
        store_tokens(
            self.session,
            kind=policy.kind,
            scopes=token["scope"],
            client_id=request.client.row.id,
            user_id=request.user.id if request.user else None,
            grant_id=grant.id if grant else None,
            access_token=token["access_token"],
            access_expires_at=policy.access_token_ttl and now + policy.access_token_ttl,
            refresh_token=token.get("refresh_token"),
            refresh_expires_at=policy.refresh_token_ttl and now + policy.refresh_token_ttl,
            now=now,
        )

    def get_authorization_grant(self, request):
        """Return the grant for ``response_type=code``; redirect errors to the application if its redirect URI is valid."""
        if request.payload.response_type == "code":
            return super().get_authorization_grant(request)
        client = self.query_client(request.payload.client_id or "")
        redirect_uri = client and (request.payload.redirect_uri or client.get_default_redirect_uri())
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The application or its redirect_uri is unknown.")
        if not request.payload.response_type:
            raise InvalidRequestError("Missing response_type parameter.", redirect_uri=redirect_uri)
        if request.payload.response_type != "token":
            raise UnsupportedResponseTypeError(request.payload.response_type, redirect_uri=redirect_uri)
        raise UnauthorizedClientError(redirect_uri=redirect_uri)

    def deny_authorization(self, request, error):
        """Redirect an error to the application. Only for errors that have a valid redirect URI."""
        error.state = request.payload.state
        response = self.handle_error_response(request, error)
        response.location = add_params_to_uri(response.location, [("iss", self._issuer())])
        return response

    def issue_tokens(self, user: User, client: Client) -> dict:
        """Issue tokens with all scopes of the application, for a user who was authenticated by password."""
        client, request = OAuthClient(client), OAuth2Request("POST", "https://localhost/")
        request.client, request.user = client, user
        request.credential = create_grant(
            self.session,
            user_id=user.id,
            client_id=client.row.id,
            kind=self.policy.kind,
            scopes=client.row.scopes,
            now=utc_now(),
        )
        token = self.generate_token("password", client, user=user)
        self.save_token(token, request)
        return token

    def handle_error_response(self, request, error):
        self._translate_error(error)
        return super().handle_error_response(request, error)

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        return self._to_response(status, body, headers)

    def send_signal(self, name, *args, **kwargs):
        """Authlib's signals are not used."""


class IssuerExtension(IssuerParameter):
    def __init__(self, issuer: Callable[[], str]):
        self.get_issuer = issuer

    def __call__(self, server):
        server.register_hook("after_create_authorization_response", self.add_issuer_parameter)

    def add_issuer_parameter(self, _server, response):
        if response.location:
            response.location = add_params_to_uri(response.location, [("iss", self.get_issuer())])


def _generator(policy):
    return BearerTokenGenerator(
        lambda **_: new_prefixed_token(ACCESS_TOKEN_PREFIX, policy.token_length),
        lambda **_: new_prefixed_token(REFRESH_TOKEN_PREFIX, policy.token_length),
        lambda _client, _grant_type: int(policy.access_token_ttl.total_seconds()) if policy.access_token_ttl else 0,
    )


def _credentials(request):
    """Return whether the credentials are in the header, key and secret; None for a missing one."""
    key, secret = request.form.get("client_id"), request.form.get("client_secret") or None
    if not request.headers.get("Authorization", "").lower().startswith("basic "):
        return False, key, secret
    try:
        header_key, header_secret = extract_basic_authorization(request.headers)
    except UnicodeDecodeError:
        raise InvalidClientError(status_code=401) from None
    if secret is not None or (key is not None and key != header_key):
        raise InvalidClientError(status_code=401)
    return True, header_key, header_secret or None
