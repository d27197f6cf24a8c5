"""Where clients begin (spec 5)."""

from flask import Blueprint, request

from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.responses import json_response

PLACES = ("events", "shifts", "participations", "participations-userinfo", "users", "users/me/participations")

blp = Blueprint("ephios_root", __name__)


def show_root():
    require_user()
    here = f"{request.scheme}://{request.host}/api"
    return json_response({place: f"{here}/{place}/" for place in PLACES})


add_trailing_slash_route(blp, "/api/", show_root)
