"""Counting of requests by the limits of ``route_limits/``.

An attempt is counted in the database, for all workers, before the route runs. The user is identified by token or browser session. A
network is an IPv4 address or an IPv6 /64. Requests of visitors to a route that needs a user are refused by the route and not counted.
"""

from flask import Flask, current_app, request

from joindin.extensions import writer
from joindin.http.request_identity import get_caller
from joindin.http.route_limits import EDIT, READ_METHODS, RouteLimit, find_route_limit
from joindin.http.sessions import session_user
from joindin.http.surface_routing import OAUTH2, WEB, current_surface
from joindin.http.token_scopes import documented_path
from joindin.operations.rate_limits import RateLimit, client_network
from joindin.operations.request_counts import count_request
from joindin.utils.datetimes import utc_now

PAGE_SURFACES = (WEB, OAUTH2)


def init_app(app: Flask) -> None:
    """Count the requests. To be called after the surfaces have registered their routes and their authentication."""
    app.extensions["route_limits"] = {
        (rule.rule, method): find_route_limit(rule, method) or EDIT
        for rule in app.url_map.iter_rules()
        for method in rule.methods - READ_METHODS
    }
    app.before_request(_count_request)


def _count_request():
    """:raises RateLimited: if the user or the network has used up the limit of the route."""
    current = request._get_current_object()
    if current.method in READ_METHODS or current.url_rule is None:
        return
    limit = current_app.extensions["route_limits"].get((current.url_rule.rule, current.method), EDIT)
    if not isinstance(limit, RouteLimit):
        return
    user, network = _identify_user(), client_network(request.remote_addr)
    route = f"{request.method} {documented_path(request.url_rule)}"
    if user is not None:
        counters = [
            (RateLimit(f"user {route}", limit.user, limit.window), user),
            (RateLimit(f"users {route}", limit.network, limit.window), network),
        ]
    elif limit.visitors:
        counters = [(RateLimit(f"visitors {limit.bucket or route}", limit.visitors, limit.window), network)]
    else:
        return
    count_request(writer(), counters, now=utc_now())


def _identify_user():
    """Return the id of the user, or the application of a token without a user; None for visitors."""
    if current_surface() in PAGE_SURFACES:
        session_user()
    caller = get_caller()
    if caller.user is not None:
        return caller.user.id
    return caller.token and f"application {caller.token.client_key}"
