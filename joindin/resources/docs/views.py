"""Endpoints of the documentation."""

from flask import Blueprint, current_app, request
from markupsafe import escape

from joindin.http.constant_content import constant_response
from joindin.resources.docs.openapi_document import EXAMPLE_BASE

blp = Blueprint("docs", __name__, url_prefix="/docs")

NO_CACHE = {"Cache-Control": "no-cache"}


@blp.get("")
def documentation_page():
    base = f"{request.scheme}://{request.host}"
    page = _documentation().page.replace(EXAMPLE_BASE, str(escape(base)))
    return constant_response(page.encode(), "text/html; charset=utf-8", NO_CACHE)


@blp.get("/openapi.json")
def get_document():
    headers = {"Access-Control-Allow-Origin": "*", **NO_CACHE}
    return constant_response(_documentation().json, "application/json", headers)


def _documentation():
    return current_app.extensions["documentation"]
