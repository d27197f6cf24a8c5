"""Giving tokens back (RFC 7009), and asking what they are good for (RFC 7662)."""

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from joindin.oauth2.grants import ALL_METHODS, CONFIDENTIAL_METHODS
from joindin.operations.accounts.oauth_grants import revoke_client_token
from joindin.queries.accounts.api_tokens import TokenInfo, get_token_info
from joindin.utils.datetimes import utc_now


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ALL_METHODS

    def create_endpoint_response(self, request):
        """Whether there was such a token, and whose, is told to nobody."""
        client = self.authenticate_endpoint_client(request)
        if not request.form.get("token"):
            raise InvalidRequestError("Missing token parameter.")
        revoke_client_token(self.server.session, request.form["token"], client_id=client.row.id, now=utc_now())
        return 200, "", []


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def create_endpoint_response(self, request):
        client = self.authenticate_endpoint_client(request)
        if not request.form.get("token"):
            raise InvalidRequestError("Missing token parameter.")
        found = get_token_info(self.server.session, request.form["token"], utc_now())
        shown = _shown(found) if found and _may_know(client.row, found) else {"active": False}
        return 200, shown, []


def _may_know(client, found: TokenInfo):
    """An application asks about its own tokens; a service that the operator made, about all."""
    return found.client_id == client.id or (client.is_service and client.owner_id is None)


def _shown(found):
    shown = {"active": True, "scope": found.scopes}
    if found.expires_at is not None:
        shown["exp"] = int(found.expires_at.timestamp())
    if found.client_key is not None:
        shown["client_id"] = found.client_key
    if found.user_email is not None:
        shown["username"] = found.user_email
    return shown
