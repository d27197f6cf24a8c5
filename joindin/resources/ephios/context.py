"""Values that responses of this request need: links, time zone, the day, parameters of the query."""

import datetime as dt

from flask import current_app, request

from joindin.errors import NotFound
from joindin.representations.ephios.links import CrewLinks
from joindin.resources.ephios.texts import MSG_NOT_FOUND
from joindin.utils.datetimes import get_timezone, utc_now


def crew_links() -> CrewLinks:
    return CrewLinks(current_app.config["WEBSITE_URL"].rstrip("/"), current_app.config["CREW_TIMEZONE"])


def last_argument(name: str) -> str | None:
    """Return a parameter of the query, None without it. The last one of several counts, as in Django."""
    values = request.args.getlist(name)
    return values[-1] if values else None


def local_today() -> dt.date:
    """Return the day in the crew's time zone."""
    return utc_now().astimezone(get_timezone(current_app.config["CREW_TIMEZONE"])).date()


def local_midnight_after(day: dt.date) -> dt.datetime:
    """Return the end of a day in the crew's time zone."""
    timezone = get_timezone(current_app.config["CREW_TIMEZONE"])
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), timezone)


def require_row_id(text: str) -> int:
    """Return the id in an address, as :func:`parse_row_id`; :raises NotFound: if it is no number."""
    row_id = parse_row_id(text)
    if row_id is None:
        raise NotFound(MSG_NOT_FOUND)
    return row_id


def parse_row_id(text: str) -> int | None:
    """Return the id in an address, 0 for a number that no row has; None if it is no number."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if 0 < number < 2**31 else 0
