"""Shared code of the public pages: the blueprint, the redirect to the web site's host, and conditional responses."""

import datetime as dt
import re
from collections.abc import Callable
from functools import wraps
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, current_app, redirect, request

from joindin.errors import NotFound
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import send_language, set_page_language
from joindin.http.sent_path import UNESCAPED_PATH_CHARS, sent_path
from joindin.http.sessions import session_user
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.queries.paging import Paging
from joindin.representations.links import Links
from joindin.utils.text import strip_control_chars

UNPAGED = Paging(size=0)

# Parameters of addresses that select a part of a page, or show it in another way. Search engines have the page without them.
SELECTING_PARAMETERS = {
    "page", "past", "when", "sort", "view", "zone", "q", "tag", "place", "city", "country", "mode", "cfp", "lang", "from", "to",
    "within", "day", "room", "track", "type", "language", "level", "recorded", "starred", "mine", "talk", "text", "compact",
}  # fmt: skip

blp = Blueprint("web", __name__)


def website_links() -> Links:
    """Return the builder of absolute URLs on the public web site."""
    return Links(base="", website=current_app.config["WEBSITE_URL"])


def redirect_links() -> Links:
    """Return the builder of URLs for redirects: paths of this host, unless another server is the web site."""
    return website_links() if _is_website_elsewhere() else Links(base="", website="")


def on_canonical_host(view: Callable) -> Callable:
    """Decorate a view: if another server is the web site, redirect there.

    That is the case only if the operator has set both addresses to different hosts and the request is for the host of
    ``PUBLIC_URL``. A wrong or a missing setting never sends visitors elsewhere or in a circle.
    """

    @wraps(view)
    def guarded(**kwargs):
        if _is_website_elsewhere():
            return redirect(_canonical_url(), 302)
        return view(**kwargs)

    return guarded


def public_page(
    template: str,
    canonical_url: str | None,
    *,
    expires_at: dt.datetime | None = None,
    **context,
) -> Response:
    """Render a page in the visitor's language, with an ETag; the response is 304 if the browser has the same version.

    The page of a visitor may be cached until the next write, and at most until ``expires_at``. Without it, the page may not depend on the time.
    """
    set_page_language()
    is_selection = not SELECTING_PARAMETERS.isdisjoint(request.args)
    response = render_page(template, canonical_url=canonical_url, is_selection=is_selection, **context)
    # The response cache compresses; what it does not hold names the same headers.
    response.vary.add("Accept-Encoding")
    send_language(response)
    response.cache_control.no_cache = True
    if session_user() is None:
        response.cache_control.public = True
        if expires_at is not None:
            request.environ[EXPIRY_ENVIRON_KEY] = expires_at.timestamp()
    response.add_etag()
    return response.make_conditional(request)


def printable_or_not_found(text: str) -> str:
    """Return a name from a URL; :raises NotFound: if it contains control characters, which databases reject."""
    if text != strip_control_chars(text):
        raise NotFound("Page not found")
    return text


def redirect_moved(address: str) -> Response:
    """Redirect to the current address of a page. Browsers send a form again, to there."""
    return redirect(address, 301 if request.method in ("GET", "HEAD") else 307)


def redirect_to_spelling(path: str) -> Response:
    """Redirect to the canonical address of a page, with the query of the request."""
    return redirect(_with_query(path), 301)


def requested_rest(path: str) -> str:
    """Return what follows ``path`` in the requested address: the rest of the path, escaped, and the query."""
    return _with_query(quote(request.path.removeprefix(path), safe=UNESCAPED_PATH_CHARS))


def _is_website_elsewhere():
    website, public = (_host(current_app.config[name]) for name in ("WEBSITE_URL", "PUBLIC_URL"))
    return website != public and _without_port(request.host) == public


def _host(url):
    return _without_port(urlsplit(url).netloc.rpartition("@")[2])


def _without_port(host):
    # A proxy may use TLS while this server does not, therefore the default ports of both schemes are removed.
    return re.sub(r":(80|443)\Z", "", host.lower())


def _canonical_url():
    """Return the requested URL on the web site's host."""
    return _with_query(f"{current_app.config['WEBSITE_URL']}{sent_path()}")


def _with_query(address):
    query = request.query_string.decode("latin-1")
    return f"{address}?{query}" if query else address
