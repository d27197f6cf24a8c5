"""Who is calling: by a token in the header, and nowhere else.

Gancio itself also looks in the query, the form and a cookie. A token in an address ends up in logs
(RFC 9700), and one in a cookie would need a guard against forms of other sites; no client needs either.
"""

from flask import Flask, current_app, g, request

from joindin.errors import Unauthenticated
from joindin.extensions import reader, token_usage_recorder
from joindin.http.surface_routing import GANCIO, before_surface_request
from joindin.http.token_scopes import check_scope
from joindin.queries.accounts.api_tokens import TokenIdentity, get_valid_token
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot


def init_app(app: Flask) -> None:
    before_surface_request(app, GANCIO, _identify)


def current_token() -> TokenIdentity | None:
    return g.get("gancio_token")


def require_user() -> UserSnapshot:
    """:raises Unauthenticated: if nobody is."""
    known = current_token()
    if known is None or known.user is None:
        raise Unauthenticated("Forbidden")
    return known.user


def _identify():
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    if current_app.config["TOKENS_NEED_TLS"] and not request.is_secure:
        return
    now = utc_now()
    known = get_valid_token(reader(), value.strip(), now)
    if known is None:
        return
    check_scope(current_app, known.scopes)
    g.gancio_token = known
    token_usage_recorder().record(known, now)
