"""Users (spec 8)."""

from flask import Blueprint

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.queries.crew.users import find_crew_user, find_crew_user_by_email, list_crew_users
from joindin.representations.ephios.users import represent_qualifications, represent_user
from joindin.resources.ephios.authentication import offer_to_token, require_profile_rights, require_user
from joindin.resources.ephios.context import require_row_id
from joindin.resources.ephios.filters import FilterSet
from joindin.resources.ephios.paging import page_response
from joindin.resources.ephios.responses import json_response
from joindin.resources.ephios.routes import add_route
from joindin.utils.datetimes import utc_now
from joindin.utils.text import strip_control_chars

MSG_NO_USER = "No UserProfile matches the given query."
FILTERS = FilterSet(has_times=False, has_search=True)

blp = Blueprint("ephios_users", __name__, url_prefix="/api/users")


def list_users():
    require_profile_rights()
    page = list_crew_users(reader(), _read_filters(), utc_now())
    return page_response(_represent_users(page), page.total)


def get_user(pk):
    """The search applies here too."""
    require_profile_rights()
    user_id = require_row_id(pk)
    return _user_response(list_crew_users(reader(), _read_filters(user_id), utc_now()))


def get_user_by_email(email):
    require_profile_rights()
    if email != strip_control_chars(email):
        raise NotFound(MSG_NO_USER)
    return _user_response(find_crew_user_by_email(reader(), email, utc_now()))


def get_own_user():
    return _user_response(find_crew_user(reader(), require_user().id, utc_now()))


def _read_filters(user_id=None):
    return FILTERS.read(lambda _name, _ids: set(), user_id)


def _user_response(page):
    users = _represent_users(page)
    if not users:
        raise NotFound(MSG_NO_USER)
    return json_response(users[0])


def _represent_users(page):
    offer_to_token(page.expires_at)
    return [
        represent_user(user, represent_qualifications(page.catalogue, page.qualification_ids.get(user.id, ())))
        for user in page.items
    ]


add_route(blp, "/", list_users, "User List", model="userprofile", redirected_methods=())
add_route(blp, "/<pk>/", get_user, "User Instance", model="userprofile")
add_route(blp, "/me/", get_own_user, "User Profile Me")
add_route(blp, "/by_email/<email>/", get_user_by_email, "User By Mail", model="userprofile")
