"""Scope that a route requires of a token.

Each surface that accepts tokens declares a table ``ROUTES`` in its ``scopes.py``: the path as the documentation writes it, and the
scopes for reading (``GET`` and ``HEAD``) and for every other method, or a mapping by method. The tables are merged when the
application starts. It does not start if a route is missing, is declared twice, or does not exist.

A role counts only with the confidential scopes: without them, the token of an administrator is an ordinary user's.
"""

import re
from collections.abc import Iterable, Mapping

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

# A valid token is enough.
ANY_SCOPE = ("any", "any")

RouteScopes = Mapping[str, tuple[str, str] | Mapping[str, str]]


def init_app(app: Flask, tables: Iterable[RouteScopes]) -> None:
    """Merge and check the tables of the surfaces. To be called when all routes are registered.

    :raises LookupError: if a route has no scope, has two, or does not exist.
    """
    app.extensions["route_scopes"] = merged = _merge(tables)
    rules = [rule for rule in app.url_map.iter_rules() if accepts_tokens(rule)]
    app.extensions["scopes"] = {
        (rule.rule, method): required_scope(merged, rule, method)
        for rule in rules
        for method in rule.methods
        if method != "OPTIONS"
    }
    if unknown := sorted(merged.keys() - {documented_path(rule) for rule in rules}):
        raise LookupError(f"There is no route {unknown[0]}: remove its scope")


def accepts_tokens(rule: Rule) -> bool:
    """Return whether requests to the rule are authenticated by token. Redirects to the trailing slash are not."""
    return surface_for_path(rule.rule) not in TOKENLESS_SURFACES and not rule.endpoint.endswith(
        REDIRECT_ENDPOINT_SUFFIX
    )


def required_scope(routes: RouteScopes, rule: Rule, method: str) -> str:
    """:raises LookupError: if the table has no scope for the rule and the method."""
    scope = scope_for_path(routes, documented_path(rule), method)
    if scope not in (*SCOPES, "any"):
        raise LookupError(f"{method} {rule.rule} has no scope: add it to the scopes.py of its surface")
    return scope


def scope_for_path(routes: RouteScopes, path: str, method: str) -> str | None:
    """Return the scope for a path as the documentation writes it; None if there is no such route."""
    entry = routes.get(path)
    if isinstance(entry, Mapping):
        return entry.get("GET" if method == "HEAD" else method)
    return entry and entry[method not in READ_METHODS]


def check_scope(app: Flask, scopes: frozenset[str]) -> None:
    """:raises InsufficientScope: if the requested route requires a scope that is not among these."""
    current = request._get_current_object()
    if current.url_rule is None:
        return
    scope = app.extensions["scopes"].get((current.url_rule.rule, current.method))
    if scope not in (None, "any") and scope not in scopes:
        raise InsufficientScope(f"This token does not have the scope {scope}", scope)


def includes_roles(scopes: frozenset[str], method: str) -> bool:
    """Return whether a token with these scopes carries its owner's roles in a request of that method."""
    return CONFIDENTIAL[method not in READ_METHODS] in scopes


def _merge(tables):
    merged = {}
    for table in tables:
        if twice := sorted(merged.keys() & table.keys()):
            raise LookupError(f"{twice[0]} is declared twice")
        merged |= table
    return merged


def documented_path(rule):
    """Return the path of the rule as the documentation writes it: ``/events/{event_id}``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
