"""Registration of routes with what the contract says about other methods than reading them (spec 2).

The contract checks the permission for a method before it says that the method does not exist.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from flask import Blueprint, current_app, request
from werkzeug.exceptions import HTTPException

from joindin.http.trailing_slash import (
    REDIRECT_ENDPOINT_SUFFIX,
    REDIRECTED_METHODS,
    add_trailing_slash_route,
    redirect_to_slash,
)
from joindin.resources.ephios.authentication import crew_viewer

MODEL_PERMISSIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class RouteInfo(NamedTuple):
    """``title`` is the name that OPTIONS returns. ``model`` is that of the permissions for writing; None needs none."""

    title: str
    model: str | None = None


_ROUTES: dict[str, RouteInfo] = {}


def add_route(
    blp: Blueprint,
    rule: str,
    view: Callable,
    title: str,
    *,
    model: str | None = None,
    redirected_methods: Collection[str] = REDIRECTED_METHODS,
) -> None:
    """Add a route for reading. ``redirected_methods`` are those that are redirected from the address without the slash:
    Gancio's API has the others.
    """
    add_trailing_slash_route(blp, rule, view, redirects=False)
    if redirected_methods:
        blp.add_url_rule(
            rule.rstrip("/"),
            f"{view.__name__}{REDIRECT_ENDPOINT_SUFFIX}",
            redirect_to_slash,
            strict_slashes=True,
            methods=redirected_methods,
        )
    _ROUTES[f"{blp.name}.{view.__name__}"] = RouteInfo(title, model)


def add_write_route(blp: Blueprint, rule: str, views: dict[str, Callable]) -> None:
    """Add a route of ours, which the contract does not have, with a view for each method."""
    for method, view in views.items():
        blp.add_url_rule(rule, view.__name__, view, methods=[method], strict_slashes=True)


def route_for_reading():
    """Return the rule that the requested address has for GET, and its info; None if there is none."""
    rule = _requested_rule("GET")
    info = rule and _ROUTES.get(rule.endpoint)
    return info and (rule, info)


def view_title(methods: Collection[str]) -> str:
    """Return the name of the view that the requested address has for one of the methods, in words."""
    return _requested_rule(min(methods)).endpoint.rpartition(".")[2].replace("_", " ").title()


def _requested_rule(method):
    try:
        return current_app.create_url_adapter(request).match(method=method, return_rule=True)[0]
    except HTTPException:
        return None


def may_use_method(info: RouteInfo, method: str) -> bool:
    """Return whether the caller has the permission over everything that the method needs."""
    action = MODEL_PERMISSIONS.get(method)
    if info.model is None or action is None:
        return True
    viewer = crew_viewer()
    return viewer.rights.is_admin or viewer.viewer.has_permission(f"{action}_{info.model}")
