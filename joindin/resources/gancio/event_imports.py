"""Events read from other sites and from calendars, for people who then submit them (contract, section 6.6).

Nothing is stored. The reason of a failed request is not told: it would tell callers which addresses of the operator's
network exist.
"""

from functools import wraps

from flask import current_app

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.representations.gancio.shared_events import (
    represent_calendar_entry,
    represent_calendar_event,
    represent_page_event,
)
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.query_params import read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.datetimes import get_timezone, utc_now
from joindin.utils.http_client import FetchFailed
from joindin.utils.http_download import Download, HttpStatusError, download
from joindin.utils.shared_events.calendars import read_calendar
from joindin.utils.shared_events.h_events import read_h_events
from joindin.utils.shared_events.shared_event import UnreadableFile

MAX_BYTES = 1024 * 1024
PAGE_TYPES = ("text/html", "application/xhtml+xml")
CALENDAR_TYPE = "text/calendar"

MSG_NO_URL = "No URL provided"
MSG_NO_TEXT = "No ICS text received"
MSG_UNSUPPORTED_TYPE = "Content type not supported"
MSG_FETCH_FAILED = "Error: The page cannot be fetched from its address"

blp = StrictBlueprint("gancio_event_imports", __name__, url_prefix="/api")


@blp.get("/event/import")
def import_from_url():
    """Show the events of a page or a calendar."""
    settings = load_site_settings(reader())
    if get_caller().user is None and not settings["allow_anon_event"]:
        raise Forbidden("Forbidden")
    try:
        file = _download(read_text("URL"), f"{CALENDAR_TYPE}, text/html;q=0.9, */*;q=0.1")
        events = _read_events(file, get_timezone(settings["instance_timezone"]))
    except InvalidInput as error:
        return json_response(str(error), 400)
    return json_response(events) if events else text_response("Not Found", 404)


def answers_in_json(view):
    @wraps(view)
    def wrapped():
        try:
            events = view()
        except InvalidInput as error:
            return json_response({"success": False, "error": str(error)}, 400)
        return json_response({"success": True, "events": events})

    return wrapped


@blp.post("/ics-import")
@answers_in_json
def import_calendar_text():
    """Show the events of a calendar that is sent."""
    params = read_params()
    text = params.get("icsText")
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(MSG_NO_TEXT)
    return _calendar_entries(text, params)


@blp.post("/ics-import/url")
@answers_in_json
def import_calendar_from_url():
    """Show the events of a calendar of another site."""
    params = read_params()
    url = params.get("url")
    file = _download(url.strip() if isinstance(url, str) else None, f"{CALENDAR_TYPE}, */*;q=0.1")
    return _calendar_entries(file.body.decode("utf-8", "replace"), params)


def _download(url, accept) -> Download:
    if not url:
        raise InvalidInput(MSG_NO_URL)
    try:
        return download(
            url, max_bytes=MAX_BYTES, accept=accept, allow_private=current_app.config["ALLOW_PRIVATE_FETCHES"]
        )
    except HttpStatusError as error:
        raise InvalidInput(f"Error: Request failed with status code {error.status}") from error
    except FetchFailed as error:
        raise InvalidInput(MSG_FETCH_FAILED) from error


def _read_events(file, timezone):
    if file.media_type == CALENDAR_TYPE:
        events = read_calendar(file.body.decode("utf-8", "replace"), timezone)
        return [represent_calendar_event(event) for event in events]
    if file.media_type in PAGE_TYPES:
        return [represent_page_event(event) for event in read_h_events(file.body, file.url, timezone, file.charset)]
    raise UnreadableFile(MSG_UNSUPPORTED_TYPE)


def _calendar_entries(text, params):
    includes_past = str(params.get("includePastEvents")).lower() in ("true", "1")
    timezone = get_timezone(load_site_settings(reader())["instance_timezone"])
    now = utc_now()
    return [
        represent_calendar_entry(event)
        for event in read_calendar(text, timezone)
        if includes_past or (event.ends_at or event.starts_at or now) >= now
    ]
