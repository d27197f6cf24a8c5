"""Authentication of v2.1 (spec 2.11), and the client's address behind proxies (spec 2.13)."""

import re
from ipaddress import ip_address

from flask import Flask, current_app, g, request

from joindin.errors import InvalidInput, Unauthenticated
from joindin.http.authentication import authenticate_token, read_authorization
from joindin.http.request_identity import get_caller
from joindin.http.surface_routing import V2_1, before_surface_request
from joindin.representations.links import Links
from joindin.utils.akismet import ClientOrigin
from joindin.viewer import UserSnapshot

AUTH_SCHEMES = ("bearer", "oauth")

# A name with a token or a quoted string as its value (RFC 7239, 4).
PARAMETER = re.compile(r"""([\w-]+)=("(?:[^"\\]|\\.)*"|[^",;\s]*)""")
MAX_FORWARDED_LENGTH = 2000


def init_app(app: Flask) -> None:
    before_surface_request(app, V2_1, _authenticate)


def comment_source() -> str:
    """Return the name of the application that a comment of this request is attributed to."""
    token = get_caller().token
    return (token.client_name if token else None) or "joind.in"


def require_user(refusal: str) -> UserSnapshot:
    """Return the user of the request; :raises Unauthenticated: with the message ``refusal`` if there is none."""
    user = get_caller().user
    if user is None:
        raise Unauthenticated(refusal)
    return user


def base_url() -> str:
    """Return scheme and host of the request."""
    return links().base


def links() -> Links:
    context = g._get_current_object()
    if "links" not in context:
        context.links = Links(f"{request.scheme}://{request.host}", current_app.config["WEBSITE_URL"])
    return context.links


def client_origin() -> ClientOrigin:
    """Return IP address and user agent of the person behind the client, for the spam check.

    ``Forwarded`` takes precedence over ``X-Forwarded-For`` (spec 2.13). Both are claims of the client.
    """
    forwarded = _forwarded(request.headers.get("Forwarded", ""))
    first_hop = request.headers.get("X-Forwarded-For", "").partition(",")[0]
    address = _address(forwarded.get("for", "")) or _address(first_hop) or request.remote_addr
    return ClientOrigin(address, forwarded.get("user-agent") or request.headers.get("User-Agent"))


def _forwarded(header):
    """Return the parameters of a ``Forwarded`` header; of each name the first, which is nearest to the person."""
    parameters = {}
    for name, value in PARAMETER.findall(header[:MAX_FORWARDED_LENGTH]):
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parameters.setdefault(name.lower(), value)
    return parameters


def _address(hop):
    """Return the IP address of a hop without its port; None for ``unknown`` and obfuscated identifiers."""
    bare = hop.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def _authenticate():
    """Check the form of the header and authenticate, before routing errors are answered.

    An unknown token leaves the request anonymous: the Android application sends ``OAuth null`` and expects an answer.

    :raises InvalidInput: for a header of another form or scheme.
    """
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return
    if header.count(" ") != 1:
        raise InvalidInput("Invalid Authorization Header")
    credential = read_authorization(AUTH_SCHEMES)
    if credential is None:
        raise InvalidInput("Unknown Authorization Header Received")
    authenticate_token(credential)
