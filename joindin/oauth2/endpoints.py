"""Token revocation (RFC 7009) and introspection (RFC 7662)."""

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from joindin.oauth2.grants import ALL_METHODS, CONFIDENTIAL_METHODS
from joindin.operations.accounts.oauth_grants import revoke_client_token
from joindin.queries.accounts.api_tokens import TokenInfo, get_token_info
from joindin.security.scopes import ME_READ
from joindin.utils.datetimes import utc_now


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ALL_METHODS

    def create_endpoint_response(self, request):
        """Revoke the token. The response does not reveal whether it exists (RFC 7009, 2.2)."""
        client = self.authenticate_endpoint_client(request)
        if not request.form.get("token"):
            raise InvalidRequestError("Missing token parameter.")
        revoke_client_token(self.server.session, request.form["token"], client_id=client.row.id, now=utc_now())
        return 200, "", []


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def create_endpoint_response(self, request):
        """Describe the token of a ``POST`` or, as in ephios, of a ``GET``. The client's secret is not read from the address."""
        client = self.authenticate_endpoint_client(request)
        value = request.payload.data.get("token")
        if not value:
            raise InvalidRequestError("Missing token parameter.")
        token = get_token_info(self.server.session, value, utc_now())
        is_visible = token is not None and _can_introspect(client.row, token)
        return 200, _represent(token) if is_visible else {"active": False}, []


def _can_introspect(client, token: TokenInfo):
    """Applications may introspect their own tokens; services of the operator, all tokens."""
    return token.client_id == client.id or (client.is_service and client.is_first_party)


def _represent(token):
    body = {"active": True, "scope": token.scopes}
    if token.expires_at is not None:
        body["exp"] = int(token.expires_at.timestamp())
    if token.client_key is not None:
        body["client_id"] = token.client_key
    if token.username is not None:
        # The original sends the address, which is the user's own data.
        may_read_email = ME_READ in token.scopes.split() and token.user_email
        body["username"] = token.user_email if may_read_email else token.username
    return body
