"""Answers in the dialect: JSON with the headers that ephios sends (spec 2)."""

import orjson
from flask import Response, request

LANGUAGE_COOKIE = "django_language"
LANGUAGES = ("de", "en")
HEADERS = {
    "Allow": "GET, HEAD, OPTIONS",
    "Vary": "Accept, Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def json_response(shown, status: int = 200) -> Response:
    response = Response(orjson.dumps(shown), status, content_type="application/json", headers=HEADERS)
    response.headers["Content-Language"] = response_language()
    return response


def response_language() -> str:
    """By cookie, else by ``Accept-Language``, else German, as in the original."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, "de")
