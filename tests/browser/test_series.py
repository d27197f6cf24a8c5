"""Pages of series in a browser: a host repeats an event, skips a date and changes another."""

import pytest
from sqlalchemy import select

from joindin.models import Event
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event


@pytest.fixture
def event(session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    starts_at = days_from_now(3).replace(hour=18, minute=0, second=0, microsecond=0)
    event = make_event(session, "Harbour Meetup", host=host, slug="harbour", starts_at=starts_at, location="Pier 7")
    session.commit()
    return event


def test_host_repeats_an_event_and_changes_dates(visitor, session, event):
    visitor.sign_in("hanna", PASSWORD)
    visitor.visit("/event/harbour")
    page = visitor.page
    page.get_by_role("link", name="Repeat this event").click()
    visitor.check_page("repeat an event")
    page.get_by_label("every week", exact=True).check()
    page.get_by_role("button", name="Save").click()
    visitor.check_page("form of a series")

    page.get_by_role("button", name="Skip").nth(1).click()
    assert page.get_by_text("skipped", exact=True).count() == 1
    page.get_by_role("link", name="Change 20").nth(1).click()
    visitor.check_page("form of a date")
    page.get_by_label("Title").fill("Harbour Party")
    page.get_by_role("button", name="Save").click()
    visitor.visit("/event/harbour")
    visitor.check_page("series")

    session.expire_all()
    names = session.scalars(select(Event.name).order_by(Event.starts_at, Event.id)).all()
    assert names == ["Harbour Meetup", "Harbour Meetup", "Harbour Party"]
