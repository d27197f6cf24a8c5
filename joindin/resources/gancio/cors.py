"""Addresses of the Gancio API that scripts of other sites may read (contract, section 2)."""

import re

from flask import Flask, request

from joindin.http.surface_routing import GANCIO, current_surface

OPEN_METHODS = ("GET", "HEAD", "OPTIONS")
OPEN_PATHS = re.compile(
    r"/(?:api/(?:events\Z|event/detail/|(?:export|place|tag)(?:/|\Z)|collections/)|(?:feed|\.well-known)/)"
)


def init_app(app: Flask) -> None:
    app.after_request(_allow_other_origins)


def _allow_other_origins(response):
    current = request._get_current_object()
    if current_surface() == GANCIO and current.method in OPEN_METHODS and OPEN_PATHS.match(current.path):
        response.headers["Access-Control-Allow-Origin"] = "*"
        if current.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    return response
