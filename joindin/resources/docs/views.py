"""Endpoints of the documentation."""

from flask import Blueprint, Response, current_app, request
from markupsafe import escape

from joindin.http.conditional import revalidate
from joindin.resources.docs.openapi_document import EXAMPLE_BASE

blp = Blueprint("docs", __name__, url_prefix="/docs")


@blp.get("")
def documentation_page():
    base = f"{request.scheme}://{request.host}"
    page = _documentation().page.replace(EXAMPLE_BASE, str(escape(base)))
    return _respond(page.encode(), "text/html; charset=utf-8")


@blp.get("/openapi.json")
def get_document():
    return _respond(_documentation().json, "application/json", [("Access-Control-Allow-Origin", "*")])


def _documentation():
    return current_app.extensions["documentation"]


def _respond(body, content_type, headers=()):
    is_current, validators = revalidate(request, body)
    response = Response(b"" if is_current else body, 304 if is_current else 200, content_type=content_type)
    response.headers.update([*headers, *validators, ("Cache-Control", "no-cache")])
    return response
