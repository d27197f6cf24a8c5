"""Names of cookies behind TLS (RFC 6265bis, 4.1.3).

A browser accepts a cookie with a prefix only over TLS. With ``__Host-`` it is also limited to this host, so that another host of the domain
cannot plant a session. Without TLS browsers would refuse these names.
"""

from flask import request

# The language that the user prefers, for the pages and the API of the crew.
LANGUAGE_COOKIE = "django_language"


def host_cookie_name(name: str) -> str:
    """Return the name of a cookie for all paths of this host, in this request."""
    return f"__Host-{name}" if request.is_secure else name


def path_cookie_name(name: str) -> str:
    """Return the name of a cookie for some paths of this host, in this request."""
    return f"__Secure-{name}" if request.is_secure else name
