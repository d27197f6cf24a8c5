"""Responses of the ephios API: JSON with the headers of the original (spec 2)."""

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


def json_response(body, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json", headers=HEADERS)
    response.headers["Content-Language"] = response_language()
    return response


def response_language() -> str:
    """Return the language of the cookie, else of ``Accept-Language``, else German, as in the original."""
    language = request.cookies.get(LANGUAGE_COOKIE)
    if language in LANGUAGES:
        return language
    return request.accept_languages.best_match(LANGUAGES, "de")
