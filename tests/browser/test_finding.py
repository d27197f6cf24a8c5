"""Finding events: filters, tags, cities and places in a browser, and story T1."""

import pytest

from joindin.operations.agenda.event_cities import locate_events
from tests.factories import days_from_now, make_event, make_place, make_talk

STORIES = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


@pytest.fixture
def month(session):
    """A month with more events than a window has room for, one of them with a talk; return its first day."""
    first = days_from_now(70).replace(day=1, hour=9)
    place = make_place(session, "Harbour Hall", latitude=51.924, longitude=4.478)
    for number in range(1, 24):
        event = make_event(
            session, f"Meeting {number:02} of people with a rather long name", slug=f"meeting-{number}",
            starts_at=first.replace(day=number), location="Quay 1, Rotterdam, Netherlands", tags=["tides", f"tag {number}"],
            place_id=place.id,
        )  # fmt: skip
    make_talk(session, event, "On tides", slug="on-tides")
    make_event(session, "Elsewhere", starts_at=days_from_now(200), location="Pier, Oslo, Norway", tags=["tides"])
    locate_events(session)
    session.commit()
    return first.date()


@pytest.mark.parametrize(
    "path",
    [
        "/", "/event", "/event?when=past", "/event?q=meeting&tag=tides&city=nl/rotterdam&country=nl&mode=onsite&sort=latest",
        "/event?q=nothing&tag=tides&city=no/oslo&cfp=open&lang=de&from=2033-01-01&to=2033-01-02", "/tag", "/tag/tides",
        "/agenda", "/agenda?q=nothing&tag=tides", "/agenda/MONTH", "/agenda/MONTH/23", "/agenda/MONTH?tag=nothing", "/city/nl/rotterdam", "/country/nl", "/place/Harbour%20Hall", "/search?q=tag&in=tags", "/search?q=tide",
    ],
)  # fmt: skip
def test_pages_are_valid(visitor, month, path):
    visitor.visit(path.replace("MONTH", f"{month:%Y/%m}"))
    visitor.check_page(f"finding {path}".replace("?", " ").replace("/", " "))

    assert visitor.page.locator("h1").count() == 1


@STORIES
def test_a_visitor_finds_a_conference_and_comes_back(new_visitor, month, javascript):
    """Story T1: home, month, event, talk in four clicks; back shows filters and scroll as they were."""
    visitor = new_visitor(javascript=javascript)
    page = visitor.page
    visitor.visit("/")
    page.locator(f"a[href='/agenda/{month:%Y/%m}']").click()
    listed = visitor.path
    link = page.get_by_role("link", name="Meeting 23")
    link.scroll_into_view_if_needed()
    scrolled = position(link)
    link.click()
    page.get_by_role("link", name="On tides").first.click()

    assert visitor.path == "/event/meeting-23/on-tides"
    page.go_back()
    assert visitor.path == "/event/meeting-23"
    page.go_back()
    assert visitor.path == listed
    assert listed == f"/agenda/{month:%Y/%m}"
    assert abs(position(page.get_by_role("link", name="Meeting 23")) - scrolled) < 5


def position(link):
    """Return where the link stands in the window, in pixels."""
    return link.bounding_box()["y"]


@STORIES
def test_a_visitor_widens_a_selection_without_a_match(new_visitor, month, javascript):
    visitor = new_visitor(javascript=javascript)
    page = visitor.page
    visitor.visit("/event")
    page.get_by_text("More filters").click()
    page.get_by_label("City").select_option("no/oslo")
    page.get_by_label("Find an event").fill("meeting")
    page.locator("main").get_by_role("button", name="Search").click()

    assert "No event matches." in visitor.text
    assert "Without “Oslo”: 23 events" in visitor.text
    page.get_by_role("link", name="23 events").click()
    assert visitor.path == "/event?q=meeting"
    assert page.get_by_role("heading", level=2).count() == 20


@STORIES
def test_a_visitor_reads_a_month_day_by_day(new_visitor, month, javascript):
    """Each day of the table says its number and that of its events (K10)."""
    visitor = new_visitor(javascript=javascript)
    page = visitor.page
    visitor.visit(f"/agenda/{month:%Y/%m}")
    table = page.get_by_role("table", name="Events by day")

    assert table.get_by_role("link").count() == 25
    table.get_by_role("link", name="7 , 3 events", exact=True).click()
    assert visitor.path == f"/agenda/{month:%Y/%m}/07"
    page.get_by_role("link", name=f"{month:%B %Y}").click()
    page.get_by_label("Find an event").fill("Meeting 05")
    page.locator("main").get_by_role("button", name="Search").click()
    assert table.get_by_role("link").count() == 3
    page.get_by_role("link", name="Weekend").click()
    assert "q=Meeting+05" in visitor.path
