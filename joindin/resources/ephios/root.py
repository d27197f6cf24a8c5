"""Root of the API: links to the collections (spec 5)."""

from flask import Blueprint, request

from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.responses import json_response

COLLECTIONS = ("events", "shifts", "participations", "participations-userinfo", "users", "users/me/participations")

blp = Blueprint("ephios_root", __name__)


def get_root():
    require_user()
    base = f"{request.scheme}://{request.host}/api"
    return json_response({name: f"{base}/{name}/" for name in COLLECTIONS})


add_trailing_slash_route(blp, "/api/", get_root)
