"""Fixtures of the tests of the organiser's pages: a host with a browser, and their event."""

import datetime as dt

import pytest

from tests.factories import make_event, make_user

STARTS_AT = dt.datetime(2027, 5, 8, 7, 30, tzinfo=dt.UTC)


@pytest.fixture
def host(session):
    return make_user(session, "grace")


@pytest.fixture
def organiser(session, browser, host):
    """The browser of the host."""
    browser.sign_in_directly(host)
    session.commit()
    return browser


@pytest.fixture
def event(session, host):
    event = make_event(session, "Plain Conf", host=host, starts_at=STARTS_AT, timezone="Europe/London")
    session.commit()
    return event


@pytest.fixture
def manage(event):
    """The first part of the addresses of the event's pages."""
    return f"/event/{event.slug}/manage/"
