"""Where people may be sent back to (RFC 6749 section 3.1.2, RFC 8252, RFC 9700)."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_URI_LENGTH = 2000
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "[::1]", "localhost")

# Schemes that browsers act upon themselves.
UNSAFE_SCHEMES = (
    "javascript",
    "data",
    "vbscript",
    "file",
    "about",
    "blob",
    "ws",
    "wss",
    "ftp",
    "mailto",
    "view-source",
)


def redirect_uri_error(uri: str, is_public: bool = True) -> str | None:
    """Why this address cannot be registered; None if it can.

    ``https`` anywhere, and a scheme of a native application's own, which has to have a dot in it, as
    reversed domain names do. ``http`` on the loopback interface; elsewhere only for applications with
    a secret, without which a code that was overheard is good for nothing.
    """
    if not uri or len(uri) > MAX_URI_LENGTH or re.search(r"[^\x21-\x7e]|[\\\"<>^`{|}]", uri):
        return "It must be a whole address without spaces or accents"
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises ValueError for a port that is no port
    except ValueError:
        return "It must be a whole address"
    if "#" in uri:
        return "It must not have a fragment"
    if parts.scheme in ("http", "https"):
        if not parts.hostname or "@" in parts.netloc or "*" in parts.netloc:
            return "It must name one host"
        if parts.scheme == "http" and is_public and parts.hostname not in LOOPBACK_HOSTS:
            return "It must begin with https://, unless it leads to the same machine"
        return None
    if not parts.scheme or parts.scheme in UNSAFE_SCHEMES or "." not in parts.scheme:
        return "It must begin with https://, or with a scheme of your own with a dot in it"
    return None


def is_registered(uri: str, registered: Iterable[str], is_public: bool = True) -> bool:
    """Whether it is, letter by letter, one of these; on the loopback interface, the port may be another."""
    if redirect_uri_error(uri, is_public) is not None:
        return False
    return any(uri == one or _differs_in_port(uri, one) for one in registered)


def csp_source(uri: str) -> str:
    """What a page's policy has to allow for a form to lead there."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _differs_in_port(uri, registered):
    shown, known = urlsplit(uri), urlsplit(registered)
    # Names may lead elsewhere, so only addresses are loopback for sure (RFC 8252 section 8.3).
    if shown.scheme != "http" or shown.hostname not in ("127.0.0.1", "::1"):
        return False
    return (shown.scheme, shown.hostname, shown.path, shown.query) == (
        known.scheme,
        known.hostname,
        known.path,
        known.query,
    )
