"""What all pages share: where they are, how they are sent, and when the web site is elsewhere."""

import re
from collections.abc import Callable
from functools import wraps
from urllib.parse import quote, unquote, urlsplit

from flask import Blueprint, Response, current_app, redirect, request

from joindin.errors import NotFound
from joindin.http.html_pages import render_page
from joindin.representations.links import Links
from joindin.utils.text import strip_control_chars

# What may stand in a path as it is; all else is escaped when somebody is sent on.
PATH_CHARACTERS = "/!$&'()*+,:;=@~"

blp = Blueprint("web", __name__)


def website_links() -> Links:
    """Addresses as the world knows them."""
    return Links(base="", website=current_app.config["WEBSITE_URL"])


def on_canonical_host(view: Callable) -> Callable:
    """Show the page if the web site is the host that was asked, else send its reader there."""

    @wraps(view)
    def guarded(**kwargs):
        if not _is_website():
            return redirect(_canonical_url(), 302)
        return view(**kwargs)

    return guarded


def public_page(template: str, canonical: str, **shown) -> Response:
    """The page; readers who have it are not sent it again."""
    response = render_page(template, canonical=canonical, **shown)
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


def printable_or_not_found(text: str) -> str:
    """A name out of an address; :raises NotFound: for what no database takes."""
    if text != strip_control_chars(text):
        raise NotFound("There is no such page")
    return text


def _is_website():
    site = urlsplit(current_app.config["WEBSITE_URL"])
    return _without_port(request.host) == _without_port(site.netloc.rpartition("@")[2])


def _without_port(host):
    # A proxy in front may speak TLS while we do not, so both schemes' own ports count as none.
    return re.sub(r":(80|443)\Z", "", host.lower())


def _canonical_url():
    """The address that was asked for, on the web site; spelled as it was, where the server tells how."""
    path = urlsplit(request.environ.get("REQUEST_URI", "")).path
    if unquote(path) != request.path:
        path = quote(request.path, safe=PATH_CHARACTERS)
    query = request.query_string.decode("latin-1")
    return f"{current_app.config['WEBSITE_URL']}{path}{f'?{query}' if query else ''}"
