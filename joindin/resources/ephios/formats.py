"""Formats of responses: JSON, or a page for browsers, by suffix, parameter or ``Accept`` (spec 2)."""

from functools import lru_cache

from flask import g, request
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_options_header

from joindin.errors import NotFound
from joindin.http.trailing_slash import format_suffix
from joindin.resources.ephios.context import last_argument
from joindin.resources.ephios.texts import MSG_NOT_FOUND

JSON, HTML = "json", "api"
MEDIA_TYPES = {JSON: "application/json", HTML: "text/html"}


def response_format() -> str:
    """Return the format of the response, JSON if the request names none that exists."""
    try:
        return g.get("crew_format") or negotiate_format()
    except (NotFound, NotAcceptable):
        return JSON


def negotiate_format() -> str:
    """Return the requested format.

    :raises NotFound: if the suffix or the parameter ``format`` names another one.
    :raises NotAcceptable: if ``Accept`` admits neither format.
    """
    g.crew_format = None
    named = format_suffix(request.path) or last_argument("format")
    if named and named not in MEDIA_TYPES:
        raise NotFound(MSG_NOT_FOUND)
    g.crew_format = named or _choose(request.environ.get("HTTP_ACCEPT", "*/*"))
    return g.crew_format


@lru_cache(maxsize=256)
def _choose(accept):
    accepted = [part.strip() for part in accept.split(",")]
    for precision in (3, 2, 1, 0):
        media_types = [parse_options_header(part)[0] for part in accepted if _precision(part) == precision]
        for name, media_type in MEDIA_TYPES.items():
            if any(_matches(media_type, each) for each in media_types):
                return name
    raise NotAcceptable()


def _precision(part):
    """Return how exactly a media range names a type. The contract ignores the quality."""
    media_type, options = parse_options_header(part)
    if media_type.startswith("*"):
        return 0
    if media_type.endswith("/*"):
        return 1
    return 2 if set(options) <= {"q"} else 3


def _matches(media_type, accepted):
    main_type = media_type.partition("/")[0]
    return accepted in (media_type, f"{main_type}/*", "*/*", "*")
