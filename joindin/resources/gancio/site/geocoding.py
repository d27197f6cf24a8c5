"""Proxy of a geocoder for clients that must not contact it themselves (contract, section 9). Off by default.

Answers are kept for a day, and the geocoder gets one request a second from all workers together, as its operators ask.
"""

import datetime as dt
from time import monotonic
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, current_app

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db, reader
from joindin.operations.rate_limits import RateLimit, consume_attempt
from joindin.performance.caching.lru import ByteLRU
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.resources.gancio.base_url import base_url
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.responses import text_response
from joindin.utils.datetimes import utc_now
from joindin.utils.http_client import FetchFailed, fetch

blp = StrictBlueprint("gancio_geocoding", __name__, url_prefix="/api/placeOSM")

CACHE = "geocoder_cache"
CACHE_BYTES = 1024 * 1024
TTL_S = 86_400
GEOCODING = RateLimit("geocoding", 1, dt.timedelta(seconds=1))
MAX_QUERY_LENGTH = 200
MAX_ANSWER_BYTES = 100_000
MAX_RESULTS = 10


def init_app(app: Flask) -> None:
    app.extensions[CACHE] = ByteLRU(CACHE_BYTES)
    app.register_blueprint(blp)


@blp.get("/<kind>/<path:query>")
def geocode(kind, query):
    """Return the places that the geocoder finds, as it describes them.

    :raises NotFound: if there is no such kind of geocoders.
    :raises Forbidden: if geocoding is off.
    :raises RateLimited: if the geocoder was asked a moment ago.
    """
    if kind not in ("Nominatim", "Photon"):
        raise NotFound("Not Found")
    settings = load_site_settings(reader())
    if not settings["allow_geolocation"]:
        raise Forbidden("Forbidden")
    url = _build_url(kind, query[:MAX_QUERY_LENGTH], settings)
    body = _find_cached(url)
    if body is None:
        try:
            consume_attempt(db.session, GEOCODING, now=utc_now())
        finally:
            db.session.commit()
        try:
            body = _fetch(url)
        except FetchFailed:
            return text_response("The geocoder does not answer", 503)
        current_app.extensions[CACHE].put(url, (monotonic() + TTL_S, body), len(body))
    return Response(body, content_type="application/json; charset=utf-8")


def _build_url(kind, query, settings):
    params = {"q": query, "limit": MAX_RESULTS}
    if kind == "Nominatim":
        params |= {"format": "json", "namedetails": 1, "addressdetails": 1}
        if settings["geocoding_countrycodes"]:
            params["countrycodes"] = ",".join(settings["geocoding_countrycodes"])
    provider = settings["geocoding_provider"]
    return f"{provider}{'&' if '?' in provider else '?'}{urlencode(params)}"


def _find_cached(url):
    expires_at, body = current_app.extensions[CACHE].get(url) or (0, None)
    return body if expires_at > monotonic() else None


def _fetch(url):
    response = fetch(
        url,
        allow_private=current_app.config["ALLOW_PRIVATE_FETCHES"],
        headers={"User-Agent": f"joindin ({base_url()})", "Accept": "application/json"},
        max_bytes=MAX_ANSWER_BYTES,
    )
    if response.status != 200:
        raise FetchFailed(f"status {response.status}")
    return orjson.dumps(response.json())
