"""People (spec 8)."""

from flask import Blueprint

from joindin.http.trailing_slash import add_slashed
from joindin.representations.ephios.users import represent_user
from joindin.resources.ephios.authentication import caller
from joindin.resources.ephios.responses import answer

blp = Blueprint("ephios_users", __name__, url_prefix="/api/users")


def show_me():
    return answer(represent_user(caller()))


add_slashed(blp, "/me/", show_me)
