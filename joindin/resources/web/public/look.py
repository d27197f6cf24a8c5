"""The visitor's choice of language, colours, time zone and clock, kept in cookies (site 2.2)."""

from flask import redirect, request

from joindin.errors import InvalidInput
from joindin.http.pages.csrf import csrf
from joindin.http.sessions import is_safe_redirect_path
from joindin.performance.caching.visitor_preferences import (
    CLOCK_COOKIE,
    CLOCKS,
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    ZONE_COOKIE,
)
from joindin.resources.web.public.pages import blp
from joindin.utils.timezones import find_timezone_name
from joindin.utils.translations import LANGUAGES

MAX_AGE_S = 400 * 86_400
CHOICES = {LANGUAGE_COOKIE: LANGUAGES, THEME_COOKIE: THEMES, CLOCK_COOKIE: CLOCKS}


@blp.post("/look/")
# Pages of visitors are cached and contain no token. The origin is checked all the same.
@csrf.exempt
def choose_look():
    page = request.form.get("page", "")
    response = redirect(page if is_safe_redirect_path(page) else "/", 303)
    for name, choices in CHOICES.items():
        value = request.form.get(name)
        if value is not None and value not in choices:
            raise InvalidInput(f"{name} must be one of {', '.join(choices)}")
        if value is not None:
            _set_cookie(response, name, value)
    if (zone := request.form.get(ZONE_COOKIE)) is not None:
        _set_cookie(response, ZONE_COOKIE, _parse_zone(zone))
    return response


def _parse_zone(text):
    """Return the name of a zone, or the empty text, which forgets the choice."""
    zone = find_timezone_name(text)
    if text and zone is None:
        raise InvalidInput("zone must be the name of a time zone")
    return zone or ""


def _set_cookie(response, name, value):
    """Set a cookie, or with an empty value remove it."""
    response.set_cookie(
        name,
        value,
        max_age=MAX_AGE_S if value else 0,
        secure=request.is_secure,
        samesite="Lax",
        httponly=True,
    )
