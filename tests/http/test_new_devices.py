"""The first write of a browser without an account: a form that is sent twice is stored once, for one device."""

import contextvars
import datetime as dt

import pytest

from joindin.models import Device, DeviceStar, TalkRating
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.concurrency import run_concurrently
from tests.factories import make_event, make_talk

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def talk(session):
    event = make_event(session, starts_at=utc_now() - dt.timedelta(days=1))
    return make_talk(session, event, starts_at=utc_now() - dt.timedelta(hours=1))


@pytest.fixture
def send(app, session):
    """Return a function that sends one request and follows no redirect."""

    def send_form(path, fields, cookie=None):
        session.commit()
        client = app.test_client(use_cookies=False)
        headers = SAME_ORIGIN | ({"Cookie": cookie} if cookie else {})
        return contextvars.Context().run(client.post, path, data=fields, headers=headers)

    return send_form


@pytest.fixture(params=["rating", "star"])
def form(request, talk):
    """Path, fields and model of what a guest sends."""
    if request.param == "star":
        return "/guest/stars/?on=1", {"talk": talk.stub}, DeviceStar
    return f"/guest/feedback/{talk.stub}/", {"rating": "4"}, TalkRating


def new_cookie(reply):
    [cookie] = [each for each in reply.headers.getlist("Set-Cookie") if each.startswith("guest=")]
    return cookie.partition(";")[0]


def count_rows(session, *models):
    session.expire_all()
    return [session.query(model).count() for model in models]


def test_the_first_request_gives_the_cookie_and_stores_nothing(session, send, form):
    path, fields, model = form

    reply = send(path, fields)

    assert (reply.status_code, reply.location) == (307, f"{path}{'&' if '?' in path else '?'}resent=1")
    assert count_rows(session, Device, model) == [0, 0]
    assert send(reply.location, fields, new_cookie(reply)).status_code == 303
    assert count_rows(session, Device, model) == [1, 1]


def test_a_double_click_is_one_device(session, send, form):
    """The browser ends the first request when it sends the second one, and follows the second response only."""
    path, fields, model = form
    _, second = send(path, fields), send(path, fields)

    reply = send(second.location, fields, new_cookie(second))

    assert (reply.status_code, count_rows(session, Device, model)) == (303, [1, 1])


def test_a_second_click_after_the_first_response_is_of_the_same_device(session, send, form):
    path, fields, model = form
    first = send(path, fields)
    cookie = new_cookie(first)

    replies = [send(path, fields, cookie), send(first.location, fields, cookie)]

    assert ([reply.status_code for reply in replies], count_rows(session, Device, model)) == ([303, 303], [1, 1])


def test_simultaneous_requests_with_a_new_cookie_are_of_one_device(app, session, send, form):
    path, fields, model = form
    cookie = new_cookie(send(path, fields)).partition("=")[2]

    def send_again():
        sender = Browser(app)
        sender.set_cookie("guest", cookie, "/guest/")
        with app.app_context():
            return sender.post(path, fields, headers=SAME_ORIGIN)

    replies = run_concurrently(session, [send_again] * 3)

    assert ([reply.status_code for reply in replies], count_rows(session, Device, model)) == ([303] * 3, [1, 1])


@pytest.mark.parametrize("cookie", ["guest=invented", "guest=" + "a" * 22 + "." + "0" * 32, "guest=é.é", "guest=."])
def test_an_invented_cookie_creates_no_device(session, send, form, cookie):
    path, fields, model = form

    reply = send(path, fields, cookie)

    assert (reply.status_code, count_rows(session, Device, model)) == (307, [0, 0])
    assert new_cookie(reply) != cookie


def test_browsers_that_refuse_the_cookie_are_devices_of_their_own(session, send, form):
    path, fields, model = form

    replies = [send(send(path, fields).location, fields) for _ in range(2)]

    assert ([reply.status_code for reply in replies], count_rows(session, Device, model)) == ([303, 303], [2, 2])


def test_a_refused_form_gets_no_cookie(session, send, talk):
    reply = send(f"/guest/feedback/{talk.stub}/", {"rating": "9"})

    assert (reply.status_code, reply.headers.getlist("Set-Cookie")) == (400, [])
