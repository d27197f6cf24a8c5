"""The path of a request as the client sent it, for redirects: escaped characters must stay escaped."""

from urllib.parse import quote, unquote

from flask import request

# Characters that are not escaped in the path of a redirect.
UNESCAPED_PATH_CHARS = "/!$&'()*+,:;=@~"


def sent_path() -> str:
    """Return the escaped path. It begins with one slash and never names a host.

    Servers that do not provide the original have decoded it; then every other character than ``UNESCAPED_PATH_CHARS`` is escaped.
    """
    path = request.environ.get("REQUEST_URI", "").partition("?")[0]
    if unquote(path) == request.path:
        return path
    # WSGI has each byte of the path as one character.
    return quote(f"/{request.environ['PATH_INFO'].lstrip('/')}", safe=UNESCAPED_PATH_CHARS, encoding="latin-1")
