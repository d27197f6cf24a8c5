"""Responses of the OAuth endpoints. They contain secrets and must not be stored (RFC 6749, 5.1)."""

import orjson
from flask import Response, current_app, request

from joindin.errors import Forbidden

NO_STORE_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}
BASIC_CHALLENGE = 'Basic realm="OAuth"'


def issuer() -> str:
    """Return the issuer identifier of this server (RFC 8414): scheme and host of the request."""
    return f"{request.scheme}://{request.host}"


def json_response(status: int, body: dict, headers=()) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json", headers=NO_STORE_HEADERS)
    response.headers.update(headers)
    return response


def text_response(status: int, body: str, headers=()) -> Response:
    response = Response(body, status, content_type="text/plain; charset=utf-8", headers=NO_STORE_HEADERS)
    response.headers.update(headers)
    return response


def has_basic_credentials() -> bool:
    """Return whether the client has sent HTTP Basic credentials, valid or not."""
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "basic"


def client_challenge(other: str) -> dict[str, str]:
    """Return the challenge after a failed client authentication: Basic if the client used it, else ``other``.

    RFC 6749, 5.2 requires the scheme that the client used.
    """
    return {"WWW-Authenticate": BASIC_CHALLENGE if has_basic_credentials() else other}


def require_tls() -> None:
    """:raises Forbidden: if the request is not encrypted and ``TOKENS_NEED_TLS`` is set."""
    if current_app.config["TOKENS_NEED_TLS"] and not request.is_secure:
        raise Forbidden("OAuth requests need https")
