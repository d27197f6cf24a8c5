"""Rules for redirect URIs of OAuth applications (RFC 6749 section 3.1.2, RFC 8252, RFC 9700)."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_URI_LENGTH = 2000
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "[::1]", "localhost")

# Schemes that browsers handle themselves.
UNSAFE_SCHEMES = (
    "javascript", "data", "vbscript", "file", "about", "blob", "ws", "wss", "ftp", "mailto", "view-source"
)  # fmt: skip


def redirect_uri_error(uri: str, is_public: bool = True) -> str | None:
    """Return the reason why this URI cannot be registered, with a placeholder for it, or None if it can.

    Allowed are ``https``, and private schemes of native applications, which contain a dot like reversed domain names.
    ``http`` is allowed on the loopback interface; elsewhere only for confidential applications, because an intercepted
    code is worthless without their secret.
    """
    if not uri or len(uri) > MAX_URI_LENGTH or re.search(r"[^\x21-\x7e]|[\\\"<>^`{|}]", uri):
        return "%(uri)s: It must be a complete address without spaces or accents"
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises ValueError for an invalid port
    except ValueError:
        return "%(uri)s: It must be a complete address"
    if "#" in uri:
        return "%(uri)s: It must not have a fragment"
    if parts.scheme in ("http", "https"):
        if not parts.hostname or "@" in parts.netloc or "*" in parts.netloc:
            return "%(uri)s: It must name one host"
        if parts.scheme == "http" and is_public and parts.hostname not in LOOPBACK_HOSTS:
            return "%(uri)s: It must begin with https://, unless it is on the same machine"
        return None
    if not parts.scheme or parts.scheme in UNSAFE_SCHEMES or "." not in parts.scheme:
        return "%(uri)s: It must begin with https://, or with a scheme of your own with a dot in it"
    return None


def is_registered(uri: str, registered: Iterable[str], is_public: bool = True) -> bool:
    """Whether the URI equals a registered one. On the loopback interface the port may differ (RFC 8252 section 7.3)."""
    if redirect_uri_error(uri, is_public) is not None:
        return False
    return any(uri == other or _differs_only_in_port(uri, other) for other in registered)


def csp_source(uri: str) -> str:
    """Return the source expression that allows a form to redirect to this URI (Content-Security-Policy)."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _differs_only_in_port(uri, registered):
    parts, other = urlsplit(uri), urlsplit(registered)
    # Names can resolve to other hosts, therefore only IP addresses count as loopback (RFC 8252 section 8.3).
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "::1"):
        return False
    return (other.scheme, other.hostname, other.path, other.query) == (
        parts.scheme,
        parts.hostname,
        parts.path,
        parts.query,
    )
