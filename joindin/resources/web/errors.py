"""Refusals as pages, and what is told to those who ask for something else than reading."""

import logging

from flask import Response, render_template, request
from werkzeug.exceptions import MethodNotAllowed

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.resources.web.pages import HEADERS, blp

NOT_FOUND = ("There is no such page", "It may have moved, it may not be public, or there never was one.")

log = logging.getLogger(__name__)


@blp.route("/event/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/e/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/talk/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/user/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
def refuse_to_write(below):
    raise MethodNotAllowed(["GET", "HEAD"])


def show_refusal(refused):
    db.session.rollback()
    if isinstance(refused, NotFound):
        return _page(404, *NOT_FOUND)
    return _page(400, "That did not work", str(refused))


def show_http_error(error):
    db.session.rollback()
    if error.code == 404:
        return _page(404, *NOT_FOUND)
    page = _page(error.code or 500, error.name, "Pages can only be read." if error.code == 405 else "")
    page.headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    return page


def show_failure(_failure):
    """Log the whole of it, say little."""
    db.session.rollback()
    log.exception("%s %s failed", request.method, request.path)
    return _page(500, "Something went wrong", "It is not your fault. Please try again later.")


def _page(status, title, about):
    response = Response(render_template("web/refusal.html", title=title, about=about), status, mimetype="text/html")
    response.cache_control.no_store = True
    # Also where no page's own blueprint was reached, which would add them.
    response.headers |= HEADERS
    return response
