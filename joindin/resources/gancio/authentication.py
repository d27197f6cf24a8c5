"""Who is calling: by a token in the header, and nowhere else.

Gancio itself also looks in the query, the form and a cookie. A token in an address ends up in logs
(RFC 9700), and one in a cookie would need a guard against forms of other sites; no client needs either.
"""

from flask import Flask, current_app, g, request

from joindin.errors import NotSignedIn
from joindin.extensions import reader, token_uses
from joindin.http.surface_routing import GANCIO, when_asked
from joindin.http.token_scopes import check_scope
from joindin.queries.accounts.api_tokens import ShownToken, token_shown
from joindin.utils.datetimes import utc_now
from joindin.viewer import Person


def mount(app: Flask) -> None:
    when_asked(app, GANCIO, _identify)


def token() -> ShownToken | None:
    return g.get("gancio_token")


def signed_in() -> Person:
    """:raises NotSignedIn: if nobody is."""
    known = token()
    if known is None or known.user is None:
        raise NotSignedIn("Forbidden")
    return known.user


def _identify():
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    if current_app.config["TOKENS_NEED_TLS"] and not request.is_secure:
        return
    now = utc_now()
    known = token_shown(reader(), value.strip(), now)
    if known is None:
        return
    check_scope(current_app, known.scopes)
    g.gancio_token = known
    token_uses().note(known, now)
