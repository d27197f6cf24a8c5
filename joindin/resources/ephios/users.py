"""Users (spec 8)."""

from flask import Blueprint

from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.representations.ephios.users import represent_user
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.responses import json_response

blp = Blueprint("ephios_users", __name__, url_prefix="/api/users")


def get_own_user():
    return json_response(represent_user(require_user()))


add_trailing_slash_route(blp, "/me/", get_own_user)
