"""Proxy of a geocoder in the Gancio API (contract, section 9)."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from joindin.models import SiteSetting
from joindin.resources.gancio.site.geocoding import CACHE
from joindin.utils.datetimes import utc_now
from tests.factories import NOW
from tests.resources.gancio.web_server import web_server

FOUND = b'[{"display_name": "Roma"}]'


@pytest.fixture
def set_up(app, session, monkeypatch):
    """``set_up(provider, **settings)`` allows geocoding by a server on loopback."""
    app.extensions[CACHE].clear()
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)

    def change(provider, **settings):
        settings = {"allow_geolocation": True, "geocoding_provider": provider} | settings
        session.add_all(SiteSetting(key=key, value=value, updated_at=NOW) for key, value in settings.items())
        session.commit()

    return change


def test_it_is_off_by_default(gancio):
    reply = gancio().get("/api/placeOSM/Nominatim/rome")

    assert (reply.status_code, reply.text) == (403, "Forbidden")


def test_an_answer_is_passed_on_and_kept_for_a_day(gancio, set_up):
    with web_server(lambda path: (200, FOUND)) as (address, requests):
        set_up(f"{address}/search", geocoding_countrycodes=["it", "fr"])
        replies = [gancio().get("/api/placeOSM/Nominatim/via%20roma%2F7") for _ in range(2)]

    assert [(r.status_code, r.json) for r in replies] == [(200, [{"display_name": "Roma"}])] * 2
    [request] = requests
    assert urlsplit(request).path == "/search"
    assert parse_qs(urlsplit(request).query) == {
        "q": ["via roma/7"], "limit": ["10"], "format": ["json"], "namedetails": ["1"], "addressdetails": ["1"],
        "countrycodes": ["it,fr"],
    }  # fmt: skip


def test_the_geocoder_gets_one_request_a_second(gancio, set_up):
    with web_server(lambda path: (200, FOUND)) as (address, requests):
        set_up(address)
        with time_machine.travel(utc_now(), tick=False):
            first, second = (gancio().get(f"/api/placeOSM/Photon/{name}") for name in ("rome", "milan"))
        with time_machine.travel(utc_now() + dt.timedelta(seconds=2), tick=False):
            third = gancio().get("/api/placeOSM/Photon/milan")

    assert [reply.status_code for reply in (first, second, third)] == [200, 429, 200]
    assert (second.headers["Retry-After"], len(requests)) == ("1", 2)


@pytest.mark.parametrize("answer", [(500, FOUND), (200, b"<html>"), (200, b"[" + b"1," * 100_000 + b"1]"), (302, b"")])
def test_a_geocoder_that_fails_is_reported_and_not_kept(app, gancio, set_up, answer):
    with web_server(lambda path: answer) as (address, _):
        set_up(address)
        reply = gancio().get("/api/placeOSM/Nominatim/rome")

    assert (reply.status_code, reply.text, len(app.extensions[CACHE])) == (503, "The geocoder does not answer", 0)


def test_a_private_address_is_not_requested(app, gancio, set_up, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", False)
    with web_server(lambda path: (200, FOUND)) as (address, requests):
        set_up(address)
        reply = gancio().get("/api/placeOSM/Nominatim/rome")

    assert (reply.status_code, requests) == (503, [])


def test_there_is_no_other_kind(gancio, set_up):
    set_up("http://127.0.0.1:9")

    assert gancio().get("/api/placeOSM/Google/rome").status_code == 404
