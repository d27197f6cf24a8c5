"""Origin of a request behind proxies (spec 2.13)."""

import re
from ipaddress import ip_address

from flask import request

from joindin.utils.akismet import ClientOrigin

# A name with a token or a quoted string as its value (RFC 7239, 4).
PARAMETER = re.compile(r"""([\w-]+)=("(?:[^"\\]|\\.)*"|[^",;\s]*)""")
MAX_FORWARDED_LENGTH = 2000


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
