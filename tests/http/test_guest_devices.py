"""Devices of people without an account, and the check of writes below ``/guest/``."""

import datetime as dt
from contextlib import contextmanager

import pytest
from flask import Response, request
from werkzeug.routing import Rule

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.http.guest_devices import _check_sender, current_device, forget_device, require_device
from joindin.models import Device, DeviceStar
from joindin.operations.devices import create_device, delete_device, purge_unused_devices
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.factories import days_from_now


@pytest.fixture
def guest_request(app, session):
    """``with guest_request(...)`` is a request below ``/guest/``."""
    session.commit()

    @contextmanager
    def sending(**options):
        # An application context of its own: the test's one would keep the device of the request before.
        with app.app_context(), app.test_request_context("/guest/stars/", **{"method": "POST", **options}):
            request.url_rule = Rule("/guest/stars/", endpoint="web.star_from_device")
            yield

    return sending


def sent_cookie(app):
    cookies = app.process_response(Response()).headers.getlist("Set-Cookie")
    return next((cookie for cookie in cookies if cookie.startswith(("guest=", "__Secure-guest="))), None)


def test_the_first_write_creates_a_device_of_which_only_the_hash_is_stored(app, session, guest_request):
    with guest_request():
        assert current_device() is None
        device = require_device()
        assert require_device() is device
        db.session.commit()
        cookie = sent_cookie(app)
    token = cookie.partition("=")[2].partition(";")[0]

    stored = session.query(Device).one()
    today = utc_now().date()
    assert (stored.token_hash, stored.first_seen_on, stored.is_stopped) == (hash_token(token), today, False)
    assert len(token) == 22
    assert {part.strip() for part in cookie.split(";")[1:]} >= {
        "HttpOnly",
        "Path=/guest/",
        "SameSite=Lax",
        "Max-Age=34560000",
    }


def test_the_cookie_is_limited_to_tls_where_the_request_used_it(app, guest_request):
    with guest_request(base_url="https://localhost"):
        require_device()
        cookie = sent_cookie(app)
        db.session.rollback()

    assert cookie.startswith("__Secure-guest=")
    assert "; Secure" in cookie


def test_a_later_write_uses_the_device_and_renews_the_cookie_once_a_day(app, session, guest_request):
    device, token = create_device(session, now=days_from_now(-3))
    session.commit()
    cookies = []
    for _ in range(2):
        with guest_request(headers={"Cookie": f"guest={token}"}):
            assert require_device().id == device.id
            db.session.commit()
            cookies.append(sent_cookie(app))

    assert [cookie is not None for cookie in cookies] == [True, False]
    assert cookies[0].startswith(f"guest={token};")


@pytest.mark.parametrize("cookie", ["guest=unknown", "guest=" + "x" * 5000, "guest=", "guest=\x00"])
def test_an_unknown_cookie_is_that_of_no_device(guest_request, cookie):
    with guest_request(headers={"Cookie": cookie}):
        assert current_device() is None


def test_a_stopped_device_stores_nothing(session, guest_request):
    device, token = create_device(session, now=utc_now())
    device.is_stopped = True
    session.commit()
    with guest_request(headers={"Cookie": f"guest={token}"}):
        assert current_device() is not None
        with pytest.raises(Forbidden):
            require_device()


def test_a_refused_write_sends_no_cookie(app, guest_request):
    with guest_request():
        require_device()
        response = app.process_response(Response(status=409))
        db.session.rollback()

    assert "Set-Cookie" not in response.headers


def test_a_forgotten_device_loses_its_cookie(app, session, guest_request):
    _, token = create_device(session, now=utc_now())
    session.commit()
    with guest_request(headers={"Cookie": f"guest={token}"}):
        delete_device(db.session, current_device().id)
        forget_device()
        db.session.commit()
        cookie = sent_cookie(app)

    assert cookie.startswith("guest=;")
    assert session.query(Device).count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_a_form_of_this_site_is_accepted(guest_request, headers):
    with guest_request(headers=headers):
        assert _check_sender() is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
        {"Origin": "null"},
    ],
)
def test_other_forms_have_to_be_confirmed(guest_request, headers):
    with guest_request(headers=headers, data={"talk": '"><b>', "csrfmiddlewaretoken": "wrong"}):
        response = _check_sender()
        page = response.get_data(as_text=True)

    assert response.status_code == 403
    assert 'name="talk" value="&#34;&gt;&lt;b&gt;"' in page
    assert page.count('name="csrfmiddlewaretoken"') == 1
    assert 'value="wrong"' not in page


def test_devices_are_purged_when_their_cookies_have_expired(session, talk):
    now = utc_now()
    kept, _ = create_device(session, now=now - dt.timedelta(days=400))
    expired, _ = create_device(session, now=now - dt.timedelta(days=401))
    session.add_all([DeviceStar(device_id=each.id, talk_id=talk.id, created_at=now) for each in (kept, expired)])
    session.commit()

    assert purge_unused_devices(session, now) == 1
    session.commit()
    assert [star.device_id for star in session.query(DeviceStar)] == [kept.id]
