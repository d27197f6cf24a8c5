"""Links to events whose slug is a reserved word: each leads to the page by id, where the event is shown."""

import re

import pytest

from joindin.models import EventSeries
from joindin.utils.datetimes import utc_now
from tests.factories import days_from_now, make_attendance, make_event, make_event_comment, make_talk, make_user

# The address by slug, which opens another page. Those of the pages below it are its only use.
BY_SLUG = re.compile(r"/event/submit(?![-./\w])")


@pytest.fixture
def host(session):
    return make_user(session, "host")


@pytest.fixture
def event(session, host):
    event = make_event(
        session,
        "Odd",
        slug="submit",
        host=host,
        starts_at=days_from_now(5),
        ends_at=days_from_now(6),
        cfp_url="https://example.org/call",
        cfp_starts_at=days_from_now(-5),
        cfp_ends_at=days_from_now(2),
    )
    make_talk(session, event, speakers=[host])
    make_attendance(session, event, host)
    make_event_comment(session, event, host)
    session.commit()
    return event


@pytest.mark.parametrize(
    "address",
    ["events.atom", "events.rss", "events.json", "events.ics", "cfps.atom", "cfps.ics", "feed/rss", "feed/ics"],
)
def test_feeds_link_the_page(browser, event, address):
    feed = re.sub(r"\r\n ", "", browser.get(f"/{address}").text)

    assert f"/event/view/{event.id}" in feed
    assert not BY_SLUG.search(feed)


@pytest.mark.parametrize("path", ["/me/", "/me/comments/", "/me/talks/", "/user/host", "/event/submit/manage/"])
def test_pages_link_the_page(browser, event, host, path):
    browser.sign_in_directly(host)

    text = browser.get(path).text

    assert f'href="/event/view/{event.id}"' in text
    assert 'href="/event/submit"' not in text.replace('<a class="button" href="/event/submit"', "")


def test_structured_data_of_a_talk_name_the_page(session, browser, event):
    talk = make_talk(session, event, stub="odd2", slug="odd")
    session.commit()

    assert re.search(rf'"superEvent": {{[^}}]*/event/view/{event.id}"', browser.get(f"/talk/{talk.stub}").text)


def test_a_series_is_shown_at_the_address_that_dates_link(session, browser):
    parent = make_event(session, "Weekly", slug="attend", is_series=True)
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY"))
    date = make_event(session, "Weekly", slug="weekly-1", parent_id=parent.id, occurrence_at=utc_now())
    session.commit()
    path = f"/event/view/{parent.id}"

    assert f'href="{path}"' in browser.get(f"/event/{date.slug}").text
    page = browser.get(path)
    assert page.status_code == 200
    assert re.search(r'rel="canonical" href="(.*?)"', page.text)[1].endswith(path)
    assert 'href="/event/weekly-1"' in page.text
