"""Root of the API: links to the collections (spec 5)."""

from flask import Blueprint, request

from joindin.http.trailing_slash import format_suffix
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.responses import json_response
from joindin.resources.ephios.routes import add_route

COLLECTIONS = ("events", "shifts", "participations", "participations-userinfo", "users", "users/me/participations")

blp = Blueprint("ephios_root", __name__)


def get_root():
    require_user()
    base, suffix = f"{request.scheme}://{request.host}/api", format_suffix(request.path)
    end = f".{suffix}" if suffix else "/"
    return json_response({name: f"{base}/{name}{end}" for name in COLLECTIONS})


add_route(blp, "/api/", get_root, "Api Root")
