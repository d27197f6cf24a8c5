"""Where clients begin (spec 5)."""

from flask import Blueprint, request

from joindin.http.trailing_slash import add_slashed
from joindin.resources.ephios.authentication import caller
from joindin.resources.ephios.responses import answer

PLACES = ("events", "shifts", "participations", "participations-userinfo", "users", "users/me/participations")

blp = Blueprint("ephios_root", __name__)


def show_root():
    caller()
    here = f"{request.scheme}://{request.host}/api"
    return answer({place: f"{here}/{place}/" for place in PLACES})


add_slashed(blp, "/api/", show_root)
