"""Pages of an event during which the clocks change."""

import pytest

from tests.factories import make_event, make_talk, parse_instant

BOTH = "Times are Berlin time (UTC+1, then UTC+2)"


@pytest.fixture(autouse=True)
def event(session):
    event = make_event(
        session, slug="night", timezone="Europe/Berlin", starts_at=parse_instant("2033-03-26T08:00"),
        ends_at=parse_instant("2033-03-27T16:00"),
    )  # fmt: skip
    for slug, starts_at in (
        ("before", "2033-03-26T22:30"),
        ("after", "2033-03-27T01:15"),
        ("next", "2033-03-27T08:00"),
    ):
        make_talk(session, event, slug.title(), slug=slug, starts_at=parse_instant(starts_at))
    session.commit()


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("/event/night", BOTH),
        ("/event/night/talks", BOTH),
        ("/event/night/schedule", BOTH),
        ("/event/night/schedule/2033-03-26", BOTH),
        ("/event/night/schedule/2033-03-27", "Times are Berlin time (UTC+2)"),
        ("/event/night/before", "Times are Berlin time (UTC+1)"),
        ("/embed/event/night/schedule", BOTH),
    ],
)
def test_pages_name_the_offsets_of_their_times(browser, page, text):
    assert text in browser.get(page).text


def test_the_offsets_are_named_in_german(browser):
    page = browser.get("/event/night", headers={"Accept-Language": "de"}).text

    assert "Zeiten in Ortszeit von Berlin (UTC+1, danach UTC+2)" in page
