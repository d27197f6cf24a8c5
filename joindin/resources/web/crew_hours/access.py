"""Access to working hours and the filter of the address, for all pages of working hours."""

import datetime as dt

from flask import request

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.sessions import require_user
from joindin.models import User
from joindin.queries.crew.people.profile_rights import ProfileRights, load_profile_rights, sees_profiles
from joindin.queries.crew.people.working_hours import HoursFilter
from joindin.resources.web.crew.common import MSG_FORBIDDEN, crew_dates, crew_viewer, find_person
from joindin.resources.web.crew.fields import parse_day
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id

OVERVIEW_PATH, OWN_PATH = "/workinghours/", "/workinghours/own/"


def require_overview() -> None:
    if not sees_profiles(db.session, crew_viewer()):
        raise Forbidden(MSG_FORBIDDEN)


def find_visible_person(user_id: int) -> tuple[User, ProfileRights]:
    """Return the user and the viewer's rights. Without the right the response is the same for users that do not exist."""
    rights = load_profile_rights(db.session, require_user(), user_id)
    if not rights.may_view:
        raise Forbidden(MSG_FORBIDDEN)
    return find_person(user_id), rights


def read_filter(default: HoursFilter) -> HoursFilter:
    """Return the requested filter, the default if the request names none.

    :raises InvalidInput: if a day is not one.
    """
    if not any(name in request.args for name in ("start", "end", "type")):
        return default
    first_on, last_on = (_read_day(name) for name in ("start", "end"))
    return HoursFilter(first_on, last_on, parse_id(request.args.get("type", "")))


def this_year() -> HoursFilter:
    year = crew_dates().local(utc_now()).year
    return HoursFilter(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _read_day(name):
    text = request.args.get(name, "").strip()
    try:
        return parse_day(text) if text else None
    except ValueError:
        raise InvalidInput("Enter a day, like 2027-07-09.") from None
