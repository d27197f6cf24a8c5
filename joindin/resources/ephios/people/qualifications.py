"""Qualifications of people, for those who may change their profile: an addition to the contract."""

from flask import Blueprint

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db, reader
from joindin.models import User
from joindin.operations.crew.qualification_grants import MSG_NO_USER, grant_qualification, withdraw_qualification
from joindin.operations.crew.qualifications import MSG_NO_QUALIFICATION
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.crew.people.qualification_grants import find_qualification_id, list_qualification_grants
from joindin.representations.ephios.qualification_grants import represent_grant
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.bodies import read_body
from joindin.resources.ephios.context import crew_links, parse_row_id
from joindin.resources.ephios.paging import page_response, read_limit, read_offset
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route
from joindin.resources.ephios.texts import MSG_NO_PERMISSION
from joindin.utils.datetimes import utc_now
from joindin.utils.text import strip_control_chars

blp = Blueprint("ephios_qualifications", __name__, url_prefix="/api/planning/users")


def list_grants(pk):
    """List what the user has, expired qualifications included."""
    grants, start = _represent_grants(_find_user(pk)), read_offset()
    return page_response(grants[start : start + read_limit()], len(grants))


def put_grant(pk, uuid):
    """Grant a qualification until ``expires``, or without end; replace the expiry of one that the user has."""
    user_id, qualification_id, expires_at = _find_user(pk), _find_qualification(uuid), read_body().time("expires", None)
    grant_qualification(db.session, user_id, qualification_id, expires_at=expires_at, actor=require_user())
    db.session.commit()
    (grant,) = (each for each in _represent_grants(user_id) if each["uuid"] == uuid)
    return allowing(json_response(grant), "PUT, DELETE")


def delete_grant(pk, uuid):
    user_id = _find_user(pk)
    withdraw_qualification(db.session, user_id, _find_qualification(uuid), actor=require_user())
    db.session.commit()
    return allowing(json_response({}), "PUT, DELETE")


def _represent_grants(user_id):
    options = {"now": utc_now(), "timezone": crew_links().timezone}
    return [represent_grant(row, **options) for row in list_qualification_grants(db.session, user_id)]


def _find_user(pk):
    """:raises Forbidden: if the caller may not change the profile, whether or not there is such a user."""
    user_id = parse_row_id(pk) or 0
    viewer = load_permissions(reader(), require_user(), users=[user_id])
    if not viewer.has_permission("change_userprofile", user_id):
        raise Forbidden(MSG_NO_PERMISSION)
    if db.session.get(User, user_id) is None:
        raise NotFound(MSG_NO_USER)
    return user_id


def _find_qualification(uuid):
    is_clean = uuid == strip_control_chars(uuid)
    qualification_id = find_qualification_id(reader(), uuid) if is_clean else None
    if qualification_id is None:
        raise NotFound(MSG_NO_QUALIFICATION)
    return qualification_id


add_write_route(blp, "/<pk>/qualifications/", {"GET": list_grants})
add_write_route(blp, "/<pk>/qualifications/<uuid>/", {"PUT": put_grant, "DELETE": delete_grant})
