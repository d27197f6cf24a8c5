"""The list of calls for papers, and the page of a person with talks, in Chromium."""

import datetime as dt

import pytest

from joindin.models import EventSettings
from tests.factories import days_from_now, make_event, make_talk, make_user

DAY = dt.timedelta(days=1)
STORIES = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


@pytest.fixture
def calls(session):
    midnight = days_from_now(0).replace(hour=0, minute=0, second=0)
    fields = {"starts_at": midnight + 90 * DAY, "cfp_url": "https://cfp.example/a-long-address/of-a-page/with-details"}

    def make_call(name, ends_at, opens_at=midnight - 30 * DAY, **others):
        return make_event(session, name, cfp_starts_at=opens_at, cfp_ends_at=ends_at, **fields | others)

    make_call(
        "Tides", midnight + 3 * DAY, tags=["sea", "python"], slug="tides", timezone="Europe/Berlin", country_code="DE"
    )
    event = make_call(
        "Waves", midnight + 5 * DAY, opens_at=midnight - DAY, cfp_former_ends_at=midnight - 2 * DAY, is_cfp_anywhere=True,
        location="online",
    )  # fmt: skip
    session.add(EventSettings(event_id=event.id, language="de"))
    make_call("Sands", midnight + 50 * DAY, opens_at=midnight + 4 * DAY, timezone="Asia/Tokyo")
    session.commit()


@pytest.mark.parametrize(
    "path", ["/cfp", "/cfp?tag=sea&country=de&mode=onsite&within=14&zone=America/New_York", "/cfp?tag=none&within=7"]
)
def test_the_list_is_valid(visitor, calls, path):
    visitor.visit(path)
    visitor.check_page(f"calls {path}".replace("?", " ").replace("/", " "))


@STORIES
def test_a_speaker_filters_the_calls_and_keeps_their_time_zone(new_visitor, calls, javascript):
    visitor = new_visitor(javascript=javascript)
    page = visitor.page
    visitor.visit("/cfp")
    page.get_by_text("Filters and time zone").click()
    page.get_by_label("Tag", exact=True).fill("sea")
    page.get_by_label("Show times of another zone too").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Apply").first.click()
    page.get_by_role("button", name="Remember my time zone").click()

    assert page.get_by_text("1 call matches.").count() == 1
    assert page.get_by_role("heading", level=3).all_inner_texts() == ["Tides"]
    assert " for you" in page.locator("ul.events").inner_text()
    assert "zone" not in visitor.path
    page.get_by_role("link", name="#sea").click()
    assert page.get_by_role("heading", level=3).all_inner_texts() == ["Tides", "Waves New Extended", "Sands"]
    visitor.visit("/event/tides")
    assert " for you" in page.get_by_role("region", name="Call for papers").inner_text()


def test_the_page_of_a_speaker_is_valid(visitor, session):
    ann = make_user(session, "ann", full_name="Ann Ash", biography="See https://ann.example/x.", twitter_username="ann")
    event = make_event(session, "Conf", slug="conf", starts_at=days_from_now(-1))
    links = [("slides_link", "https://slides.example"), ("video_link", "https://video.example")]
    make_talk(
        session, event, "A rather long title of a talk that was given before", speakers=[ann], starts_at=days_from_now(-1),
        rating_sum=13, rating_count=3, links=links, slug="before",
    )  # fmt: skip
    make_talk(session, event, "A talk to come", speakers=[ann], starts_at=days_from_now(1), slug="to-come")
    make_talk(session, event, "Gone", speakers=[ann], starts_at=days_from_now(1), slug="gone", state="cancelled")
    session.commit()

    visitor.visit("/user/ann")
    visitor.check_page("speaker")
    assert visitor.page.get_by_role("heading", level=3).all_inner_texts() == ["Next talks", "Past talks"]
    visitor.visit("/user/ann/talks")
    visitor.check_page("talks of a speaker")
