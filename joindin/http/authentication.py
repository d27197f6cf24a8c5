"""Authentication by token, shared by all surfaces.

A surface decides in which header schemes it accepts a token, and how it refuses. Everything else is the same everywhere:
tokens over plain HTTP are ignored if ``TOKENS_NEED_TLS`` is set, the token must have the scope of the route, a role counts
only with the confidential scopes, and the last use is recorded. Unknown, expired and revoked tokens, and those of deactivated
accounts, leave the request anonymous.
"""

from collections.abc import Callable, Collection

from flask import current_app, request

from joindin.extensions import reader, token_usage_recorder
from joindin.http.request_identity import ANONYMOUS, Caller, set_caller
from joindin.http.token_scopes import check_scope, includes_roles
from joindin.queries.accounts.api_tokens import TokenIdentity, get_valid_token
from joindin.utils.datetimes import utc_now


def read_authorization(schemes: Collection[str]) -> str | None:
    """Return the credential of the ``Authorization`` header; None if there is none or its scheme is another.

    ``schemes`` are in lower case; the case of the header does not matter (RFC 9110, 11.1).
    """
    scheme, _, credential = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credential.strip() if scheme.lower() in schemes else None


def authenticate_token(
    credential: str | None, get_token: Callable[..., TokenIdentity | None] = get_valid_token
) -> Caller:
    """Set and return the identity that the token gives to this request.

    ``get_token(connection, token, now)`` returns the valid token.

    :raises InsufficientScope: if the token lacks the scope of the requested route.
    """
    app = current_app._get_current_object()
    if credential is None or (app.config["TOKENS_NEED_TLS"] and not request.is_secure):
        return ANONYMOUS
    now = utc_now()
    token = get_token(reader(), credential, now)
    if token is None:
        return ANONYMOUS
    if token.user is not None and not includes_roles(token.scopes, request.method):
        token = token._replace(user=token.user._replace(is_admin=False, is_editor=False))
    caller = Caller(token.user, token)
    set_caller(caller)
    check_scope(app, token.scopes)
    token_usage_recorder().record(token, now)
    return caller
