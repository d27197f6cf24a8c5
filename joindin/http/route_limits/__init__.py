"""Tables of the rate limits of routes: how often one user, and one network, may call a route that changes or sends something.

The tables in ``table.py`` and ``crew.py`` have an entry for every route with another method than ``GET``. ``request_limits.py`` counts the requests. Guesses of passwords
and codes, and mails to one address, have limits of their own in ``operations/rate_limits.py``.
"""

from collections.abc import Mapping

from werkzeug.routing import Rule

from joindin.http.route_limits.crew import CREW_LIMITS
from joindin.http.route_limits.kinds import EDIT, PUBLIC_FORM, REGISTER_CLIENT, RouteLimit, Unlimited
from joindin.http.route_limits.table import SITE_LIMITS
from joindin.http.token_scopes import documented_path
from joindin.http.trailing_slash import REDIRECT_ENDPOINT_SUFFIX

__all__ = [
    "EDIT",
    "LIMITS",
    "PUBLIC_FORM",
    "READ_METHODS",
    "REGISTER_CLIENT",
    "RouteLimit",
    "Unlimited",
    "find_route_limit",
]

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LIMITS = {**SITE_LIMITS, **CREW_LIMITS}


def find_route_limit(rule: Rule, method: str) -> RouteLimit | Unlimited | None:
    """Return the limit of a route; None if the table does not have it."""
    if method in READ_METHODS:
        return Unlimited("reads")
    if rule.endpoint.endswith(REDIRECT_ENDPOINT_SUFFIX):
        return Unlimited("redirects to the address with a slash")
    entry = LIMITS.get(documented_path(rule))
    return entry.get(method) if isinstance(entry, Mapping) else entry
