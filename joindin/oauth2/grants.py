"""Grant types of the authorization server (RFC 6749, section 4), and PKCE (RFC 7636)."""

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    ResourceOwnerPasswordCredentialsGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge

from joindin.models import Grant, User
from joindin.operations.accounts.oauth_grants import create_grant, redeem_code, store_code
from joindin.operations.accounts.refresh_tokens import consume_refresh_token, get_issued_token, lock_refresh_token
from joindin.security.scopes import parse_scopes
from joindin.security.tokens import AUTHORIZATION_CODE_PREFIX, new_prefixed_token
from joindin.utils.datetimes import utc_now

CODE_LENGTH = 30
CONFIDENTIAL_METHODS = ["client_secret_basic", "client_secret_post"]
ALL_METHODS = [*CONFIDENTIAL_METHODS, "none"]


class RedeemedCode:
    """A grant whose code or refresh token was just consumed, with the interface of Authlib."""

    def __init__(self, grant: Grant, redirect_uri: str | None = None):
        self.grant = grant
        self.code_challenge = grant.code_challenge
        self.code_challenge_method = "S256"
        self.redirect_uri = redirect_uri

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.grant.scopes

    def check_client(self, client):
        return self.grant.client_id == client.row.id


class JoindinAuthorizationCodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS

    @staticmethod
    def validate_authorization_redirect_uri(request, client):
        redirect_uri = request.payload.redirect_uri or client.get_default_redirect_uri()
        # The address is not repeated: it may contain characters that a description must not (RFC 6749, 5.2).
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect_uri is not registered for this application.")
        return redirect_uri

    def validate_requested_scope(self):
        check_scope(self.request)

    def generate_authorization_code(self):
        return new_prefixed_token(AUTHORIZATION_CODE_PREFIX, CODE_LENGTH)

    def save_authorization_code(self, code, request):
        store_code(
            self.server.session,
            code,
            user_id=request.user.id,
            client_id=request.client.row.id,
            kind=self.server.policy.kind,
            scopes=request.scope,
            redirect_uri=request.payload.redirect_uri,
            code_challenge=request.payload.data.get("code_challenge"),
            lifetime=self.server.policy.code_ttl,
            now=utc_now(),
        )

    def query_authorization_code(self, code, client):
        kind = self.server.policy.kind
        grant = redeem_code(self.server.session, code, client_id=client.row.id, kind=kind, now=utc_now())
        if grant is None:
            return None
        # The client of ephios leaves out the only URI of its application. OAuth 2.1 needs none with PKCE.
        may_leave_out = not self.server.policy.requires_redirect_uri or (
            grant.redirect_uri == client.get_default_redirect_uri()
        )
        must_match = self.request.payload.redirect_uri or not may_leave_out
        return RedeemedCode(grant, grant.redirect_uri if must_match else None)

    def delete_authorization_code(self, authorization_code):
        """Do nothing: :meth:`query_authorization_code` has consumed the code."""

    def authenticate_user(self, authorization_code):
        return get_active_user(self.server.session, authorization_code.grant)


class JoindinRefreshTokenGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        check_scope(self.request)
        session = self.server.session
        self._renewed = self.server.derive_renewed_tokens(refresh_token)
        self._refresh_token = lock_refresh_token(
            session,
            refresh_token,
            successor=self._renewed["refresh_token"],
            client_id=self.client.row.id,
            kind=self.server.policy.kind,
            now=utc_now(),
        )
        return RedeemedCode(session.get_one(Grant, self._refresh_token.grant_id)) if self._refresh_token else None

    def create_token_response(self):
        if self._refresh_token.used_at is None:
            return super().create_token_response()
        return 200, self._repeat_tokens(self.request.refresh_token), self.TOKEN_RESPONSE_HEADER

    def authenticate_user(self, refresh_token):
        return get_active_user(self.server.session, refresh_token.grant)

    def issue_token(self, user, refresh_token):
        # Not earlier: a request for scopes that were not granted must not consume the token.
        consume_refresh_token(self.server.session, self._refresh_token, now=utc_now())
        return super().issue_token(user, refresh_token) | self._renewed

    def revoke_old_credential(self, refresh_token):
        """Do nothing: :meth:`issue_token` has consumed the token before it created the new one."""

    def _repeat_tokens(self, refresh_token):
        """Return the tokens that the first request with this refresh token got.

        :raises InvalidGrantError: if they were revoked meanwhile.
        :raises InvalidScopeError: if other scopes are requested now.
        """
        self.request.user = user = self.authenticate_user(refresh_token)
        issued = get_issued_token(
            self.server.session, self._renewed["access_token"], grant_id=refresh_token.grant.id, now=utc_now()
        )
        if issued is None:
            raise InvalidGrantError()
        requested = self.request.payload.scope or refresh_token.get_scope()
        if set(requested.split()) != set(issued.scopes.split()):
            raise InvalidScopeError()
        return super().issue_token(user, refresh_token) | self._renewed


class PasswordGrant(ResourceOwnerPasswordCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def validate_requested_scope(self):
        check_scope(self.request)

    def authenticate_user(self, username, password):
        user = self.server.verify_password(username, password)
        if user is None or not user.is_verified:
            raise InvalidGrantError()
        return user

    def create_token_response(self):
        scopes = self.client.get_allowed_scope(self.request.payload.scope)
        if scopes is None:
            raise InvalidScopeError()
        self.request.credential = create_grant(
            self.server.session,
            user_id=self.request.user.id,
            client_id=self.client.row.id,
            kind=self.server.policy.kind,
            scopes=scopes,
            now=utc_now(),
        )
        return super().create_token_response()


class JoindinClientCredentialsGrant(ClientCredentialsGrant):
    """Tokens without a user, for services."""

    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def validate_requested_scope(self):
        check_scope(self.request)


class PkceChallenge(CodeChallenge):
    """PKCE with S256 only. Applications with ``needs_pkce`` False are exempt where the policy allows it."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant, redirect_uri):
        params = grant.request.payload.data
        if not params.get("code_challenge"):
            is_required = grant.server.policy.requires_pkce or grant.request.client.row.needs_pkce
            if is_required or params.get("code_challenge_method"):
                raise InvalidRequestError("Code challenge required.")
            return
        if params.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The code challenge method must be S256.")
        super().validate_code_challenge(grant, redirect_uri)


def check_scope(request):
    """:raises InvalidScopeError: for unknown scopes, before a code or token is consumed."""
    try:
        parse_scopes(request.payload.scope)
    except ValueError:
        raise InvalidScopeError() from None


def get_active_user(session, grant: Grant) -> User:
    """Return the user of the grant; :raises InvalidGrantError: if the account may not sign in or is deleted."""
    user = session.get(User, grant.user_id)
    if user is None or not (user.is_active and user.is_verified):
        raise InvalidGrantError()
    return user
