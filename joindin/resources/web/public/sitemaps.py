"""Files for search engines and browsers: the sitemap and the description of the search."""

from types import SimpleNamespace
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response, current_app, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.queries.agenda.cities import list_countries
from joindin.queries.web.sitemaps import (
    CITIES,
    EVENTS,
    PEOPLE,
    PLACES,
    TAGS,
    TALKS,
    list_sitemap_blocks,
    list_sitemap_rows,
)
from joindin.representations.links import event_path
from joindin.resources.web.public.pages import blp, on_canonical_host, website_links

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
COUNTRIES = "countries"
MAX_BLOCK = 1_000_000
# Limit of the format for the name of a search.
MAX_SHORT_NAME_LENGTH = 16


def _event_address(row):
    return website_links().website + event_path(SimpleNamespace(id=row.id, slug=quote(row.slug)))


def _talk_address(row):
    return website_links().canonical_talk_page(SimpleNamespace(slug=quote(row.event_slug)), row)


def _place_address(row):
    return f"{website_links().website}/place/{row.id}/{quote(row.name, safe='')}"


ADDRESSES = {
    EVENTS: _event_address,
    TALKS: _talk_address,
    PEOPLE: lambda row: website_links().user_page(row.username),
    PLACES: _place_address,
    TAGS: lambda row: f"{website_links().website}/tag/{quote(row.name, safe='')}",
    CITIES: lambda row: f"{website_links().website}/city/{row.country_code.lower()}/{row.slug}",
    COUNTRIES: lambda row: f"{website_links().website}/country/{row.code.lower()}",
}


@blp.get("/sitemap.xml")
@on_canonical_host
def sitemap_index():
    base = website_links().website
    files = [
        f"<sitemap><loc>{base}/sitemap/{kind}-{block}.xml</loc></sitemap>"
        for kind in ADDRESSES
        for block in _list_blocks(kind)
    ]
    return _xml_response(f'<sitemapindex xmlns="{NAMESPACE}">{"".join(files)}</sitemapindex>')


@blp.get("/sitemap/<kind>-<positive:block>.xml")
@on_canonical_host
def sitemap(kind, block):
    rows = _list_rows(kind, block) if kind in ADDRESSES and block <= MAX_BLOCK else []
    if not rows:
        raise NotFound("Page not found")
    pages = "".join(_represent_page(kind, row) for row in rows)
    return _xml_response(f'<urlset xmlns="{NAMESPACE}">{pages}</urlset>')


@blp.get("/opensearch.xml")
@on_canonical_host
def search_description():
    name, base = current_app.config["SITE_NAME"], website_links().website
    return _xml_response(
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{escape(name[:MAX_SHORT_NAME_LENGTH])}</ShortName><Description>{escape(name)}</Description>"
        "<InputEncoding>UTF-8</InputEncoding>"
        f'<Url type="text/html" template="{escape(base)}/search?q={{searchTerms}}"/></OpenSearchDescription>',
        "application/opensearchdescription+xml",
    )


def _list_blocks(kind):
    """Return the numbers of the files of a kind. The countries fit in one."""
    if kind == COUNTRIES:
        return [1] if list_countries(reader()) else []
    return list_sitemap_blocks(reader(), kind)


def _list_rows(kind, block):
    if kind == COUNTRIES:
        return list_countries(reader()) if block == 1 else []
    return list_sitemap_rows(reader(), kind, block)


def _represent_page(kind, row):
    changed_at = getattr(row, "revised_at", None)
    lastmod = f"<lastmod>{changed_at.isoformat()}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(ADDRESSES[kind](row))}</loc>{lastmod}</url>"


def _xml_response(body, mimetype="application/xml"):
    response = Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n', mimetype=mimetype)
    response.cache_control.no_cache, response.cache_control.public = True, True
    response.vary.add("Accept-Encoding")
    response.add_etag()
    return response.make_conditional(request)
