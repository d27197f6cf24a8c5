"""Guests of a conference rate a talk at the same time (site, T31): no rating is lost, the tally is exact, and the replies are fast."""

import datetime as dt
import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from joindin.models import Talk, TalkRating
from joindin.utils.datetimes import utc_now
from tests.factories import make_event, make_talk
from tests.faults import IS_LONG
from tests.faults.clients import HOST
from tests.live_server import live_server

pytestmark = pytest.mark.slow("loads a server for some seconds")

GUESTS, SECONDS = (300, 45) if IS_LONG else (60, 3)
THREADS = 24
# Other tests run beside the short form.
MAX_P99_S = 0.3 if IS_LONG else 20
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def rate(port, stub, number, starts_at):
    """Open the page of the talk as a new guest and send one rating; return its status and duration in seconds."""
    time.sleep(max(0, starts_at + number * SECONDS / GUESTS - time.monotonic()))
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", f"/f/{stub}")
    assert connection.getresponse().read()
    began = time.monotonic()
    connection.request("POST", f"/guest/feedback/{stub}/", urlencode({"rating": number % 5 + 1}), HEADERS)
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status, time.monotonic() - began


def test_no_rating_of_many_guests_is_lost(session, settings):
    now = utc_now()
    event = make_event(session, starts_at=now - dt.timedelta(hours=2), ends_at=now + dt.timedelta(hours=6))
    talk = make_talk(session, event, starts_at=now - dt.timedelta(hours=1))
    session.commit()

    with (
        live_server(settings, 2, SECRET_KEY=settings["SECRET_KEY"]) as server,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        server.workers()
        starts_at = time.monotonic()
        replies = list(threads.map(lambda number: rate(server.port, talk.stub, number, starts_at), range(GUESTS)))

    session.expire_all()
    talk = session.get_one(Talk, talk.id)
    expected = sum(number % 5 + 1 for number in range(GUESTS))
    assert {status for status, _ in replies} == {303}
    assert (talk.guest_rating_count, talk.guest_rating_sum) == (GUESTS, expected)
    assert session.query(TalkRating).count() == GUESTS
    assert sorted(seconds for _, seconds in replies)[int(GUESTS * 0.99) - 1] < MAX_P99_S
