"""Which scope a token must have, route by route: the one table of it.

It is shown in the documentation, and an application with a route that is missing here does not
start. Two columns: reading (``GET`` and ``HEAD``), and everything else; a mapping where the methods
differ. Surfaces without a token of their own (pages, media, the documentation) are named as a whole.

A role shows through a token only with the confidential scopes: an admin's token without them is an
ordinary person's.
"""

import re
from collections.abc import Mapping

from flask import Flask, request
from werkzeug.routing import Rule

from joindin.errors import InsufficientScope
from joindin.http.surface_routing import DOCS, MEDIA, OAUTH2, WEB, surface_for_path
from joindin.http.trailing_slash import REDIRECT_ENDPOINT_SUFFIX
from joindin.security.scopes import (
    CONFIDENTIAL_READ,
    CONFIDENTIAL_WRITE,
    ME_READ,
    ME_WRITE,
    PUBLIC_READ,
    PUBLIC_WRITE,
    SCOPES,
)

TOKENLESS_SURFACES = (WEB, DOCS, MEDIA, OAUTH2)

READ_METHODS = frozenset({"GET", "HEAD"})
PUBLIC = (PUBLIC_READ, PUBLIC_WRITE)
OWN_DATA = (ME_READ, ME_WRITE)
CONFIDENTIAL = (CONFIDENTIAL_READ, CONFIDENTIAL_WRITE)

# Whoever is somebody.
ANY_SCOPE = ("any", "any")

ROUTES = {
    "/": PUBLIC,
    "/api/": ANY_SCOPE,
    "/api/client": PUBLIC,
    "/api/client/{client_id}": OWN_DATA,
    "/api/clients": OWN_DATA,
    "/api/users/me/": OWN_DATA,
    "/v2.1": PUBLIC,
    "/v2.1/accounts": CONFIDENTIAL,
    "/v2.1/applications": CONFIDENTIAL,
    "/v2.1/applications/{client_id}": CONFIDENTIAL,
    "/v2.1/audit": CONFIDENTIAL,
    "/v2.1/claims": CONFIDENTIAL,
    "/v2.1/contact": PUBLIC,
    "/v2.1/emails/reminders/password": OWN_DATA,
    "/v2.1/emails/reminders/username": OWN_DATA,
    "/v2.1/emails/verifications": OWN_DATA,
    "/v2.1/event_comments": PUBLIC,
    "/v2.1/event_comments/reported": CONFIDENTIAL,
    "/v2.1/event_comments/{comment_id}": PUBLIC,
    "/v2.1/event_comments/{comment_id}/reported": {"POST": PUBLIC_WRITE, "PUT": CONFIDENTIAL_WRITE},
    "/v2.1/events": PUBLIC,
    "/v2.1/events/{event_id}": PUBLIC,
    "/v2.1/events/{event_id}/approval": CONFIDENTIAL,
    "/v2.1/events/{event_id}/attendees": PUBLIC,
    "/v2.1/events/{event_id}/attending": OWN_DATA,
    "/v2.1/events/{event_id}/claims": CONFIDENTIAL,
    "/v2.1/events/{event_id}/comments": PUBLIC,
    "/v2.1/events/{event_id}/comments/reported": CONFIDENTIAL,
    "/v2.1/events/{event_id}/hosts": PUBLIC,
    "/v2.1/events/{event_id}/hosts/{user_id}": PUBLIC,
    "/v2.1/events/{event_id}/images": PUBLIC,
    "/v2.1/events/{event_id}/submission": PUBLIC,
    "/v2.1/events/{event_id}/talk_comments": PUBLIC,
    "/v2.1/events/{event_id}/talk_comments/reported": CONFIDENTIAL,
    "/v2.1/events/{event_id}/talks": PUBLIC,
    "/v2.1/events/{event_id}/tracks": PUBLIC,
    "/v2.1/events/{rest}": PUBLIC,
    "/v2.1/facebook/token": OWN_DATA,
    "/v2.1/groups": CONFIDENTIAL,
    "/v2.1/groups/{group_id}": CONFIDENTIAL,
    "/v2.1/groups/{group_id}/members": CONFIDENTIAL,
    "/v2.1/groups/{group_id}/members/{user_id}": CONFIDENTIAL,
    "/v2.1/groups/{group_id}/permissions": CONFIDENTIAL,
    "/v2.1/groups/{group_id}/presets": CONFIDENTIAL,
    "/v2.1/languages": PUBLIC,
    "/v2.1/languages/{language_id}": PUBLIC,
    "/v2.1/permissions/{permission_id}": CONFIDENTIAL,
    "/v2.1/rejection_reasons": CONFIDENTIAL,
    "/v2.1/rejection_reasons/{reason_id}": CONFIDENTIAL,
    "/v2.1/personal_tokens": OWN_DATA,
    "/v2.1/personal_tokens/{token_id}": OWN_DATA,
    "/v2.1/talk_comments": PUBLIC,
    "/v2.1/talk_comments/reported": CONFIDENTIAL,
    "/v2.1/talk_comments/{comment_id}": PUBLIC,
    "/v2.1/talk_comments/{comment_id}/reported": {"POST": PUBLIC_WRITE, "PUT": CONFIDENTIAL_WRITE},
    "/v2.1/talk_types": PUBLIC,
    "/v2.1/talk_types/{type_id}": PUBLIC,
    "/v2.1/talks": PUBLIC,
    "/v2.1/talks/{rest}": PUBLIC,
    "/v2.1/talks/{talk_id}": PUBLIC,
    "/v2.1/talks/{talk_id}/comments": PUBLIC,
    "/v2.1/talks/{talk_id}/links": PUBLIC,
    "/v2.1/talks/{talk_id}/links/{link_id}": PUBLIC,
    "/v2.1/talks/{talk_id}/speakers": PUBLIC,
    "/v2.1/talks/{talk_id}/speakers/{user_id}": PUBLIC,
    "/v2.1/talks/{talk_id}/starred": OWN_DATA,
    "/v2.1/talks/{talk_id}/tracks": PUBLIC,
    "/v2.1/talks/{talk_id}/tracks/{track_id}": PUBLIC,
    "/v2.1/talks/{talk_id}/{below}": PUBLIC,
    "/v2.1/token": OWN_DATA,
    "/v2.1/token/{token_id}": OWN_DATA,
    "/v2.1/tracks": PUBLIC,
    "/v2.1/tracks/{track_id}": PUBLIC,
    "/v2.1/twitter/request_token": OWN_DATA,
    "/v2.1/twitter/token": OWN_DATA,
    "/v2.1/users": {"GET": PUBLIC_READ, "POST": ME_WRITE},
    "/v2.1/users/passwords": OWN_DATA,
    "/v2.1/users/verifications": OWN_DATA,
    "/v2.1/users/{rest}": PUBLIC,
    "/v2.1/users/{user_id}": {"GET": PUBLIC_READ, "PUT": ME_WRITE, "DELETE": CONFIDENTIAL_WRITE},
    "/v2.1/users/{user_id}/attended": PUBLIC,
    "/v2.1/users/{user_id}/hosted": PUBLIC,
    "/v2.1/users/{user_id}/permissions": CONFIDENTIAL,
    "/v2.1/users/{user_id}/roles": CONFIDENTIAL,
    "/v2.1/users/{user_id}/talk_comments": {"GET": PUBLIC_READ, "DELETE": CONFIDENTIAL_WRITE},
    "/v2.1/users/{user_id}/talks": PUBLIC,
    "/v2.1/users/{user_id}/trusted": CONFIDENTIAL,
}


def init_app(app: Flask) -> None:
    """To be called when all routes are there.

    :raises LookupError: if the table lacks one of them.
    """
    app.extensions["scopes"] = {
        (rule.rule, method): required_scope(rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods
        if accepts_tokens(rule) and method != "OPTIONS"
    }


def accepts_tokens(rule: Rule) -> bool:
    """Whether it looks at them: pages do not, nor does what only leads on to the same address with a slash."""
    return surface_for_path(rule.rule) not in TOKENLESS_SURFACES and not rule.endpoint.endswith(
        REDIRECT_ENDPOINT_SUFFIX
    )


def required_scope(rule: Rule, method: str) -> str:
    scope = scope_for_path(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
    if scope not in (*SCOPES, "any"):
        raise LookupError(f"{method} {rule.rule} has no scope: add it to joindin/http/token_scopes.py")
    return scope


def scope_for_path(path: str, method: str) -> str | None:
    """The scope by the path as the documentation writes it; None if there is no such route."""
    entry = ROUTES.get(path)
    if isinstance(entry, Mapping):
        return entry.get("GET" if method == "HEAD" else method)
    return entry and entry[method not in READ_METHODS]


def check_scope(app: Flask, scopes: frozenset[str]) -> None:
    """:raises InsufficientScope: if the route that was asked wants a scope that is not among these."""
    asked = request._get_current_object()
    if asked.url_rule is None:
        return
    needed = app.extensions["scopes"].get((asked.url_rule.rule, asked.method))
    if needed not in (None, "any") and needed not in scopes:
        raise InsufficientScope(f"This token is not good for that: it lacks the scope {needed}", needed)


def includes_roles(scopes: frozenset[str], method: str) -> bool:
    """Whether a token with these scopes has its owner's role, in a request of that method."""
    return CONFIDENTIAL[method not in READ_METHODS] in scopes
