"""Who is calling, by the token they show (spec 2.11)."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from flask import Flask, current_app, g, request

from joindin.errors import InvalidInput, Unauthenticated
from joindin.extensions import reader, token_usage_recorder
from joindin.http.surface_routing import V2_1, before_surface_request
from joindin.http.token_scopes import check_scope, includes_roles
from joindin.queries.accounts.api_tokens import TokenIdentity, get_valid_token
from joindin.representations.links import Links
from joindin.utils.akismet import ClientOrigin
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

AUTH_SCHEMES = ("bearer", "oauth")

# A name with a plain or a quoted value; in quotes, commas and semicolons part nothing.
PARAMETER = re.compile(r"""([\w-]+)=("(?:[^"\\]|\\.)*"|[^",;\s]*)""")
MAX_FORWARDED_LENGTH = 2000


@dataclass(frozen=True)
class Caller:
    """Nobody, or somebody with the token they came with."""

    token: TokenIdentity | None = None

    @property
    def user(self) -> UserSnapshot | None:
        return self.token.user if self.token else None

    @property
    def source(self) -> str:
        """What comments made through this caller's client are said to come from."""
        return (self.token.client_name if self.token else None) or "joind.in"

    @property
    def client_is_trusted(self) -> bool:
        return self.token is not None and self.token.client_is_trusted


ANONYMOUS = Caller()


def init_app(app: Flask) -> None:
    before_surface_request(app, V2_1, _identify)


def get_caller() -> Caller:
    return g._get_current_object().get("caller", ANONYMOUS)


def require_user(refusal: str) -> UserSnapshot:
    """The caller's user; :raises Unauthenticated: with ``refusal`` for anybody else."""
    user = get_caller().user
    if user is None:
        raise Unauthenticated(refusal)
    return user


def base_url() -> str:
    """Scheme and host as the caller named them."""
    return links().base


def links() -> Links:
    known = g._get_current_object()
    if "links" not in known:
        known.links = Links(f"{request.scheme}://{request.host}", current_app.config["WEBSITE_URL"])
    return known.links


def client_origin() -> ClientOrigin:
    """Address and browser of the person behind the caller: ``Forwarded`` wins over ``X-Forwarded-For`` (spec 2.13)."""
    forwarded = _forwarded(request.headers.get("Forwarded", ""))
    first_hop = request.headers.get("X-Forwarded-For", "").partition(",")[0]
    address = _address(forwarded.get("for", "")) or _address(first_hop) or request.remote_addr
    return ClientOrigin(address, forwarded.get("user-agent") or request.headers.get("User-Agent"))


def _forwarded(header):
    """The parameters of a ``Forwarded`` header, of each name the first, which is nearest to the person."""
    parameters = {}
    for name, value in PARAMETER.findall(header[:MAX_FORWARDED_LENGTH]):
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parameters.setdefault(name.lower(), value)
    return parameters


def _address(hop):
    """The IP address of a hop, without its port; None for ``unknown`` and invented names."""
    bare = hop.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def _without_roles(token):
    return token._replace(user=token.user and token.user._replace(is_admin=False, is_editor=False))


def _identify():
    """Recognise the token before anything else happens, also where there is no such address.

    An unknown token is nobody's: Android sends ``OAuth null`` at times and expects an answer.
    """
    asked = request._get_current_object()
    header = asked.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return
    parts = header.split(" ")
    if len(parts) != 2:
        raise InvalidInput("Invalid Authorization Header")
    if parts[0].lower() not in AUTH_SCHEMES:
        raise InvalidInput("Unknown Authorization Header Received")
    app = current_app._get_current_object()
    if app.config["TOKENS_NEED_TLS"] and not asked.is_secure:
        return
    now = utc_now()
    token = get_valid_token(reader(), parts[1], now)
    if token is not None:
        check_scope(app, token.scopes)
        g.caller = Caller(token if includes_roles(token.scopes, asked.method) else _without_roles(token))
        token_usage_recorder().record(token, now)
